"""The checked command line: `Settings`, which everything else reads."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest

from swallow_metrics.datatypes import Sampling
from swallow_metrics.errors import UsageError
from swallow_metrics.gate.rules import Gate, parse_gate, read_gates
from swallow_metrics.plugin.options import DEFAULT_KEY_ENV, DEFAULTS, JUDGE_RETRIES

Mode = Literal["demo", "replay", "model"]


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """Who judges: model names, endpoint, where its key is, prompts and retries."""

    models: tuple[str, ...] = ()
    base_url: str | None = None
    key_env: str = DEFAULT_KEY_ENV
    prompts: Path | None = None
    retries: int = JUDGE_RETRIES


@dataclass(frozen=True, slots=True)
class Settings:
    """The checked command line. Paths are absolute."""

    mode: Mode
    model: str | None = None
    base_url: str | None = None
    key_env: str = DEFAULT_KEY_ENV
    engine_args: dict[str, Any] = field(default_factory=dict)
    max_in_flight: int = 64
    request_timeout_s: float = 1800.0
    system_prompt: str | None = None
    sampling: Sampling = field(default_factory=Sampling)
    repeats: int | None = None
    reasoning_parser: str | None = None
    chat_template: Path | None = None
    use_chat_template: bool = True
    prompts: Path | None = None
    data_dir: Path | None = None
    data_lock: Path | None = None
    data_lock_update: bool = False
    limit: int | None = None
    limit_seed: int = 0
    replay: Path | None = None
    run_dir: Path | None = None
    resume: bool = False
    judge: JudgeSettings = JudgeSettings()
    sandbox: str = "auto"
    sandbox_helpers: str = "candidate"
    gates: tuple[Gate, ...] = ()
    verbose: bool = False
    standing_gates: tuple[Gate, ...] = ()  # of the ini file: they hold for whichever of their benchmarks is run
    prices: dict[str, dict[str, float]] = field(default_factory=dict)


def read_settings(config: pytest.Config) -> Settings:
    """Check the command line and ini values. Raises UsageError; imports nothing heavy, touches no network."""
    get = config.getoption
    _refuse_empty(config)
    replay = _path(config, "--replay")
    # An ini file's model is for runs that ask one.
    model = get("--model") or (None if replay else config.getini("swallow_model")) or None
    base_url = _url(config, "--base-url", None if replay else "swallow_base_url")
    _check_contradictions(config, model, base_url)
    sampling = Sampling(
        temperature=_within(config, "--temperature", 0.0, None),
        top_p=_within(config, "--top-p", 0.0, 1.0, open_low=True),
        max_tokens=_within(config, "--max-tokens", 1, None),
        seed=get("--seed"),
        reasoning_effort=get("--reasoning-effort"),
    )
    gates_file = _existing(config, "--gates", None, "file")
    file_gates, prices = read_gates(gates_file) if gates_file else ((), {})
    judge_models = tuple(get("--judge-model")) or tuple(filter(None, [config.getini("swallow_judge_model")]))
    if len(set(judge_models)) != len(judge_models):
        raise UsageError(f"--judge-model was given {judge_models[0]!r} twice; two judges need two names")
    in_flight = config.getini("swallow_max_in_flight")
    mode: Mode = "replay" if replay else "model" if model else "demo"
    return Settings(
        mode=mode,
        model=model,
        base_url=base_url,
        key_env=_key_env(config, "--api-key-env", "swallow_api_key_env"),
        engine_args=_engine_args(config),
        max_in_flight=_within(config, "--max-in-flight", 1, None) or _whole("swallow_max_in_flight", in_flight) or 64,
        request_timeout_s=_within(config, "--request-timeout", 0.0, None, open_low=True) or 1800.0,
        system_prompt=get("--system-prompt"),
        sampling=sampling,
        repeats=_within(config, "--repeats", 1, None),
        reasoning_parser=get("--reasoning-parser"),
        chat_template=_existing(config, "--chat-template", None, "file"),
        use_chat_template=not get("--no-chat-template"),
        prompts=_existing(config, "--prompts", "swallow_prompts", "folder"),
        data_dir=_existing(config, "--data-dir", "swallow_data_dir" if mode != "demo" else None, "folder"),
        data_lock=_path(config, "--data-lock", "swallow_data_lock"),
        data_lock_update=get("--data-lock-update"),
        limit=_within(config, "--limit", 1, None),
        limit_seed=get("--limit-seed"),
        replay=replay,
        run_dir=_path(config, "--run-dir"),
        resume=get("--resume"),
        judge=JudgeSettings(
            models=judge_models,
            base_url=_url(config, "--judge-base-url", "swallow_judge_base_url"),
            key_env=_key_env(config, "--judge-api-key-env", "swallow_judge_api_key_env"),
            prompts=_existing(config, "--judge-prompts", None, "file"),
            retries=JUDGE_RETRIES if get("--judge-retries") is None else _within(config, "--judge-retries", 0, None),
        ),
        sandbox=get("--sandbox"),
        sandbox_helpers=get("--sandbox-helpers"),
        gates=(*file_gates, *(parse_gate(text) for text in get("--gate"))),
        standing_gates=tuple(parse_gate(text) for text in config.getini("swallow_gates")),
        prices=prices,
        verbose=config.getoption("verbose", 0) > 0,
    )


def _refuse_empty(config: pytest.Config) -> None:
    """`--model "$MODEL"` with nothing in the variable must not run the demo, and say that all is well."""
    for name in DEFAULTS:
        value = config.getoption(name)
        if name != "--system-prompt" and any(text == "" for text in (value if isinstance(value, list) else [value])):
            raise UsageError(f"{name} was given an empty text; give it a value or leave it out")


def _key_env(config: pytest.Config, option: str, ini: str) -> str:
    """The name of a variable. What is no name may be the key itself, so it is not shown."""
    name: str = config.getoption(option) or config.getini(ini) or DEFAULT_KEY_ENV
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise UsageError(f"{option} expects the name of an environment variable that holds the key, not a key")
    return name


def _check_contradictions(config: pytest.Config, model: str | None, base_url: str | None) -> None:
    given = {name for name in _GENERATION if config.getoption(name)}
    if config.getoption("--replay") and config.getoption("--model"):
        raise UsageError("--replay scores recorded answers and loads no model; give either --replay or --model")
    judges = config.getoption("--judge-model")  # with it, recorded answers get new verdicts
    if config.getoption("--replay") and config.getoption("--resume") and not judges:
        raise UsageError("--replay writes no new answers to go on from; give either --replay or --resume")
    if base_url and config.getoption("--base-url") and not model:
        raise UsageError("--base-url needs --model, the model's name at that endpoint")
    if config.getoption("--resume") and not config.getoption("--run-dir"):
        raise UsageError("--resume needs --run-dir, the folder of the run to go on with")
    if config.getoption("--resume") and not model and not (config.getoption("--replay") and judges):
        raise UsageError("--resume needs --model: the demo and --replay have nothing to go on with")
    if config.getoption("--data-lock-update") and not (
        config.getoption("--data-lock") or config.getini("swallow_data_lock")
    ):
        raise UsageError("--data-lock-update needs --data-lock FILE, the file to write")
    local = config.getoption("--data-dir") or config.getini("swallow_data_dir")
    if (config.getoption("--data-lock") or config.getoption("--data-lock-update")) and (
        local or not (model or config.getoption("--replay"))
    ):
        raise UsageError(
            f"--data-lock pins datasets of the hub, but {'--data-dir' if local else 'the demo'} reads local rows; "
            f"leave one of them out"
        )
    if config.getoption("--chat-template") and config.getoption("--no-chat-template"):
        raise UsageError("--chat-template and --no-chat-template contradict each other; give one of them")
    if base_url and (own := sorted(given & set(_LOCAL_ONLY))):
        raise UsageError(
            f"{own[0]} sets up vLLM in this process; with --base-url the endpoint decides it, leave it out"
        )
    if not model and (useless := sorted(given - set(_JUDGE_TOO if judges else ()))):
        raise UsageError(f"{useless[0]} has no effect without --model; give --model or leave it out")
    named = judges or config.getini("swallow_judge_model")
    if not (model or named) and (useless := [name for name in _JUDGE_ONLY if config.getoption(name) is not None]):
        raise UsageError(
            f"{useless[0]} has no effect on recorded verdicts; give --judge-model NAME to have answers judged anew, "
            f"or leave it out"
        )


_LOCAL_ONLY = ("--engine-arg", "--engine-args", "--chat-template", "--no-chat-template", "--reasoning-parser")
_JUDGE_TOO = ("--max-in-flight", "--request-timeout")
_JUDGE_ONLY = ("--judge-base-url", "--judge-api-key-env", "--judge-prompts", "--judge-retries")
_GENERATION = (*_LOCAL_ONLY, "--max-in-flight", "--system-prompt", "--temperature", "--top-p", "--max-tokens",
               "--seed", "--repeats", "--reasoning-effort", "--request-timeout")  # fmt: skip


def _engine_args(config: pytest.Config) -> dict[str, Any]:
    """Engine arguments of the file, then of the command line. Values are read as TOML where they are, else text."""
    arguments: dict[str, Any] = {}
    if file := _existing(config, "--engine-args", None, "file"):
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


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file. Raises UsageError naming file and place."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def api_key(name: str) -> str | None:
    """The key in an environment variable, without white space around it. Raises UsageError."""
    key = os.environ.get(name, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            f"the key in ${name} holds a line break or characters beyond ASCII; set ${name} to a valid key"
        )
    return key or None


def _url(config: pytest.Config, option: str, ini: str | None) -> str | None:
    """The address of an endpoint; with a wrong one every request would fail, hours of retries later."""
    text = config.getoption(option) or (config.getini(ini) if ini else None) or None
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as a port beyond 65535
        usable = False
    if not usable:
        raise UsageError(f"{option} must be a URL such as http://127.0.0.1:8000/v1, but got {text!r}")
    return str(text)


def _path(config: pytest.Config, option: str, ini: str | None = None) -> Path | None:
    if text := config.getoption(option):
        return Path(os.path.abspath(config.invocation_params.dir / os.path.expanduser(text)))
    if ini and (text := config.getini(ini)):
        base = config.inipath.parent if config.inipath else config.rootpath
        return Path(os.path.abspath(base / os.path.expanduser(text)))
    return None


def _existing(config: pytest.Config, option: str, ini: str | None, kind: Literal["file", "folder"]) -> Path | None:
    path = _path(config, option, ini)
    if path is not None and not (path.is_file() if kind == "file" else path.is_dir()):
        raise UsageError(f"{option} expects a {kind}, but {path} is not one")
    return path


def _within(config: pytest.Config, option: str, low: float, high: float | None, *, open_low: bool = False) -> Any:
    value = config.getoption(option)
    if value is None:
        return None
    if not (value > low if open_low else value >= low) or value == inf or (high is not None and value > high):
        bounds = f"{'more than' if open_low else 'at least'} {low}" + (
            f" and at most {high}" if high is not None else " and finite" * (value == inf)
        )
        raise UsageError(f"{option} must be {bounds}, but got {value}")
    return value


def _whole(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"{name} must be a whole number of at least 1, but got {text!r}")
    return int(text)
