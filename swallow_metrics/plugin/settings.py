"""From command line and ini file to `Settings`, checked before anything heavy is imported."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from swallow_metrics.datatypes import Sampling
from swallow_metrics.defaults import JUDGE_RETRIES, MAX_ERRORS, MAX_RETRIES, MOST_REPEATS, SMALLEST_DIFFERENCE
from swallow_metrics.errors import UsageError
from swallow_metrics.extraction.reasoning import read_tags
from swallow_metrics.gate.rules import parse_gate, read_gates
from swallow_metrics.io import read_toml
from swallow_metrics.judge.prices import read_prices
from swallow_metrics.plugin.contradictions import refuse_contradictions, refuse_empty, refuse_repeated
from swallow_metrics.plugin.runfile import run_file
from swallow_metrics.plugin.values import (
    chosen,
    existing,
    existing_run,
    headers_of,
    key_env,
    number_of,
    path_of,
    url_of,
    urls_of,
    whole_number,
    within,
)
from swallow_metrics.reference import DEFAULT, REFERENCES, RELEASES, Recorded, Version, recorded
from swallow_metrics.sending import read_generation
from swallow_metrics.settings import JudgeSettings, LongPrompt, MaxErrors, Mode, OwnSettings, Settings


def read_settings(config: pytest.Config) -> Settings:
    """Check the command line and ini values. Raises UsageError; imports nothing heavy, touches no network."""
    get = config.getoption
    refuse_empty(config)
    refuse_repeated(config)
    replay = path_of(config, "--replay")
    # An ini file's model is for runs that ask one.
    model = get("--model") or (None if replay else config.getini("swallow_model")) or None
    base_urls = urls_of(config, replay is not None)
    refuse_contradictions(config, model, base_urls)
    temperature = get("--temperature")
    own = Sampling(
        temperature=None if temperature == "none" else within(config, "--temperature", 0.0, None),
        top_p=within(config, "--top-p", 0.0, 1.0, open_low=True),
        max_tokens=within(config, "--max-tokens", 1, None),
        seed=get("--seed"),
        reasoning_effort=get("--reasoning-effort"),
    )
    file = run_file(config)
    standing = [] if replay else [config.getini("swallow_generation"), file.generation]

    def drawn(*layers: Iterable[str]) -> tuple[Sampling, frozenset[str]]:
        left_out = ["temperature"] if temperature == "none" else []
        tables = [of.get("generation", ()) for of in file.benchmarks.values()]
        return read_generation("--generation", get("--generation"), [*standing, *layers], own, left_out, tables)

    sampling, left_out = drawn()
    judge_standing = [config.getini("swallow_judge_generation"), file.judge_generation]
    judge_sampling, judge_left_out = read_generation(
        "--judge-generation", get("--judge-generation"), judge_standing, Sampling()
    )
    gates_file = existing(config, "--gates", None, "file")
    file_gates = read_gates(gates_file) if gates_file else ()
    prices_file = existing(config, "--prices", None, "file")
    judge_models = tuple(get("--judge-model")) or tuple(filter(None, [config.getini("swallow_judge_model")]))
    if len(set(judge_models)) != len(judge_models):
        raise UsageError(f"--judge-model was given {judge_models[0]!r} twice; two judges need two names")
    in_flight = config.getini("swallow_max_in_flight")
    mode: Mode = "replay" if replay else "model" if model else "demo"
    of_run = path_of(config, "--run-dir") if get("--resume") else replay
    before = recorded(of_run) if of_run is not None else Recorded()
    reference = _reference(config, of_run, before.version)
    return Settings(
        mode=mode,
        reference=reference,
        livecodebench_release=_release(config, of_run, before.release),
        model=model,
        base_urls=base_urls,
        key_env=key_env(config, "--api-key-env", "swallow_api_key_env"),
        headers=headers_of(config, "--header", "swallow_header", bool(base_urls)),
        engine_args=_engine_args(config),
        max_in_flight=within(config, "--max-in-flight", 1, None)
        or whole_number("swallow_max_in_flight", in_flight)
        or 64,
        request_timeout_s=within(config, "--request-timeout", 0.0, None, open_low=True) or 1800.0,
        max_retries=number_of(config, "--max-retries", int, 0, MAX_RETRIES),
        requests_per_minute=number_of(config, "--requests-per-minute", float, None, None),
        tokens_per_minute=number_of(config, "--tokens-per-minute", float, None, None),
        max_errors=_max_errors(config, asks=mode == "model"),
        on_long_prompt=_on_long_prompt(config),
        system_prompt=get("--system-prompt"),
        sampling=sampling,
        left_out=left_out,
        repeats=within(config, "--repeats", 1, MOST_REPEATS),
        reasoning_parser=get("--reasoning-parser"),
        reasoning_tags=_reasoning_tags(config),
        chat_template=existing(config, "--chat-template", None, "file"),
        use_chat_template=not get("--no-chat-template"),
        lora=existing(config, "--lora", None, "folder"),
        prompts=existing(config, "--prompts", "swallow_prompts", "folder"),
        data_dir=existing(config, "--data-dir", "swallow_data_dir" if mode != "demo" else None, "folder"),
        data_lock=path_of(config, "--data-lock", "swallow_data_lock"),
        data_lock_update=get("--data-lock-update"),
        benchmarks={name: _own(config, own, drawn) for name, own in file.benchmarks.items()},
        limit=within(config, "--limit", 1, None),
        limit_seed=get("--limit-seed"),
        shard=_shard(get("--shard")),
        replay=replay,
        run_dir=path_of(config, "--run-dir"),
        html=not get("--no-html"),
        report_lang=get("--report-lang"),
        resume=get("--resume"),
        dry_run=get("--dry-run"),
        judge=JudgeSettings(
            models=judge_models,
            reference=reference,
            asked=bool(get("--judge-model")),
            base_url=url_of(config, "--judge-base-url", "swallow_judge_base_url"),
            key_env=key_env(config, "--judge-api-key-env", "swallow_judge_api_key_env"),
            headers=headers_of(config, "--judge-header", "swallow_judge_header", True),
            sampling=judge_sampling,
            left_out=judge_left_out,
            prompts=existing(config, "--judge-prompts", None, "file"),
            requests_per_minute=number_of(config, "--judge-requests-per-minute", float, None, None),
            tokens_per_minute=number_of(config, "--judge-tokens-per-minute", float, None, None),
            retries=JUDGE_RETRIES if get("--judge-retries") is None else within(config, "--judge-retries", 0, None),
        ),
        sandbox=get("--sandbox"),
        sandbox_helpers=get("--sandbox-helpers"),
        gates=(*file_gates, *(parse_gate(text) for text in get("--gate"))),
        standing_gates=tuple(parse_gate(text) for text in config.getini("swallow_gates")),
        baseline=existing_run(config, "--baseline"),
        baseline_allow=tuple(get("--baseline-allow")),
        smallest_difference=within(config, "--smallest-difference", 0.0, 1.0, open_low=True) or SMALLEST_DIFFERENCE,
        gate_strict=get("--gate-strict"),
        gate_early=get("--gate-early"),
        select=get("--select"),
        select_from=existing_run(config, "--select-from"),
        prices=read_prices(prices_file) if prices_file else {},
        verbose=config.getoption("verbose", 0) > 0,
    )


def _reference(config: pytest.Config, of_run: Path | None, recorded: str | None) -> Version:
    """The version to follow: that of a run that is resumed or replayed, else the one asked for."""
    asked = chosen(config, "--reference", "swallow_reference", REFERENCES)
    if recorded is not None and config.getoption("--reference") not in (None, recorded):
        raise UsageError(
            f"{of_run} is a run of version {recorded} of the reference, not of {asked}; leave --reference out, or "
            f"score its journal alone with --replay {of_run}/responses.jsonl"
        )
    version: Version = REFERENCES[recorded or asked or DEFAULT].version
    return version


def _release(config: pytest.Config, of_run: Path | None, recorded: str | None) -> str | None:
    """LiveCodeBench's release, found as the version is: another one's answers are to other problems."""
    asked = chosen(config, "--livecodebench-release", "swallow_livecodebench_release", RELEASES)
    if recorded is not None and config.getoption("--livecodebench-release") not in (None, recorded):
        raise UsageError(
            f"{of_run} is a run of LiveCodeBench's release {recorded}, not of {asked}; "
            f"leave --livecodebench-release out"
        )
    return recorded or asked


def _own(config: pytest.Config, table: Mapping[str, Any], drawn: Any) -> OwnSettings:
    """A benchmark's own settings: its table in the run file, where the command line does not say otherwise."""
    given = run_file(config).given
    numbers = {name: config.getoption(name) if name in given else table.get(name) for name in ("limit", "repeats")}
    for name, value in numbers.items():
        if value is not None and value < 1:
            raise UsageError(f"{run_file(config).path}: a benchmark's {name} must be at least 1, but got {value}")
    if (numbers["repeats"] or 0) > MOST_REPEATS:
        raise UsageError(
            f"{run_file(config).path}: repeats must be at most {MOST_REPEATS}, but got {numbers['repeats']}"
        )
    sampling, left_out = drawn(table.get("generation", ()))
    return OwnSettings(sampling, left_out, numbers["limit"], numbers["repeats"])


def _engine_args(config: pytest.Config) -> dict[str, Any]:
    """Engine arguments of the file, then of the command line. Values are read as TOML where they are, else text."""
    arguments: dict[str, Any] = {}
    if file := existing(config, "--engine-args", None, "file"):
        arguments |= read_toml(file)
    for text in config.getoption("--engine-arg"):
        key, equals, value = text.partition("=")
        if not (key.strip() and equals):
            raise UsageError(f"expected --engine-arg KEY=VALUE, but got {text!r}")
        arguments[key.strip().replace("-", "_")] = _toml_value(value.strip())
    return arguments


def _toml_value(text: str) -> Any:
    named: dict[str, Any] = {"True": True, "False": False, "None": None}
    if text in named:
        return named[text]
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _reasoning_tags(config: pytest.Config) -> tuple[tuple[str, str], ...]:
    tags: list[tuple[str, str]] = []
    for text in config.getoption("--reasoning-tags") or config.getini("swallow_reasoning_tags"):
        try:
            pair = read_tags(text)
        except ValueError as error:
            raise UsageError(f"--reasoning-tags {error}") from error
        if pair in tags:
            raise UsageError(f"--reasoning-tags was given {text!r} twice; give it once")
        tags.append(pair)
    return tuple(tags)


def _max_errors(config: pytest.Config, *, asks: bool) -> MaxErrors:
    """Where no model is asked, errors cost nothing: all of them are told, unless the user says otherwise."""
    standing = (config.getini("swallow_max_errors") or MAX_ERRORS) if asks else "100%"
    text = config.getoption("--max-errors") or standing
    if text.isdecimal():
        return MaxErrors(number=int(text))
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise UsageError(f"--max-errors expects a number such as 20, or a share such as 5% or 0.05, but got {text!r}")
    return MaxErrors(share=share)


def _shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise UsageError(f"--shard expects K/N, with K from 1 to N, such as 3/8, but got {text!r}")
    return int(number), int(of)


def _on_long_prompt(config: pytest.Config) -> LongPrompt:
    given = config.getoption("--on-long-prompt") or config.getini("swallow_on_long_prompt") or "error"
    if given not in ("error", "truncate-left", "skip"):
        raise UsageError(f"swallow_on_long_prompt must be error, truncate-left or skip, but got {given!r}")
    return cast("LongPrompt", given)
