"""Options that contradict each other, have no effect beside another one, are empty, or are given twice."""

from __future__ import annotations

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.plugin.options import DEFAULTS, value_of

_WHOLE_ONLY = ("--baseline", "--gate-early")
_BASELINE_ONLY = ("--baseline-allow", "--smallest-difference", "--gate-strict")
_LOCAL_ONLY = ("--engine-arg", "--engine-args", "--chat-template", "--no-chat-template", "--reasoning-parser", "--lora")
_ENDPOINT_ONLY = ("--header", "--requests-per-minute", "--tokens-per-minute")
_JUDGE_TOO = ("--max-in-flight", "--request-timeout", "--max-retries")
_JUDGE_ONLY = ("--judge-base-url", "--judge-api-key-env", "--judge-prompts", "--judge-retries", "--judge-generation",
               "--judge-header", "--judge-requests-per-minute", "--judge-tokens-per-minute")  # fmt: skip
_GENERATION = (*_LOCAL_ONLY, *_ENDPOINT_ONLY, "--max-in-flight", "--system-prompt", "--temperature", "--top-p",
               "--max-tokens", "--seed", "--repeats", "--reasoning-effort", "--request-timeout", "--max-retries",
               "--generation", "--on-long-prompt")  # fmt: skip


def refuse_empty(config: pytest.Config) -> None:
    """`--model "$MODEL"` with nothing in the variable must not run the demo, and say that all is well.

    Nor can text of another encoding be sent or written.
    """
    for name in DEFAULTS:
        value = value_of(config, name)
        texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
        if name != "--system-prompt" and "" in texts:
            raise UsageError(f"{name} was given an empty text; give it a value or leave it out")
        for text in texts:
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise UsageError(f"{name} was given {text!r:.80}, which is not UTF-8; write it in UTF-8")


def refuse_repeated(config: pytest.Config) -> None:
    """An option that takes one value, given twice in one command: the first would be ignored."""
    names = [str(argument).partition("=")[0] for argument in config.invocation_params.args]
    for name, default in DEFAULTS.items():
        if not isinstance(default, bool | list) and names.count(name) > 1:
            raise UsageError(f"{name} was given {names.count(name)} times, but takes one value; give it once")


def refuse_contradictions(config: pytest.Config, model: str | None, base_urls: tuple[str, ...]) -> None:
    """Each pair of options that cannot hold together, and each that would be accepted and then ignored."""
    get = config.getoption
    given = {name for name in _GENERATION if get(name)}
    if get("--replay") and get("--model"):
        raise UsageError("--replay scores recorded answers and loads no model; give either --replay or --model")
    judges = get("--judge-model")  # with it, recorded answers get new verdicts
    if get("--replay") and get("--resume") and not judges:
        raise UsageError("--replay writes no new answers to go on from; give either --replay or --resume")
    if value_of(config, "--base-url") and not model:
        raise UsageError("--base-url needs --model, the model's name at that endpoint")
    if get("--resume") and not get("--run-dir"):
        raise UsageError("--resume needs --run-dir, the folder of the run to go on with")
    if get("--resume") and not model and not (get("--replay") and judges):
        raise UsageError("--resume needs --model: the demo and --replay have nothing to go on with")
    if get("--data-lock-update") and not (get("--data-lock") or config.getini("swallow_data_lock")):
        raise UsageError("--data-lock-update needs --data-lock FILE, the file to write")
    local = get("--data-dir") or config.getini("swallow_data_dir")
    if (get("--data-lock") or get("--data-lock-update")) and (local or not (model or get("--replay"))):
        raise UsageError(
            f"--data-lock pins datasets of the hub, but {'--data-dir' if local else 'the demo'} reads local rows; "
            f"leave one of them out"
        )
    if get("--chat-template") and get("--no-chat-template"):
        raise UsageError("--chat-template and --no-chat-template contradict each other; give one of them")
    if base_urls and (own := sorted(given & set(_LOCAL_ONLY))):
        raise UsageError(
            f"{own[0]} sets up vLLM in this process; with --base-url the endpoint decides it, leave it out"
        )
    if model and not base_urls and (useless := sorted(given & set(_ENDPOINT_ONLY))):
        raise UsageError(f"{useless[0]} is for endpoints; give --base-url, or leave it out")
    if not model and (useless := sorted(given - set(_JUDGE_TOO if judges else ()))):
        raise UsageError(f"{useless[0]} has no effect without --model; give --model or leave it out")
    if not get("--baseline") and (useless := [name for name in _BASELINE_ONLY if get(name)]):
        raise UsageError(f"{useless[0]} has no effect without --baseline RUN; give it or leave {useless[0]} out")
    if get("--shard") and (whole := [name for name in _WHOLE_ONLY if get(name)]):
        raise UsageError(f"{whole[0]} is about all questions, --shard asks a part; use swallow merge, then compare")
    if bool(get("--select")) != bool(get("--select-from")):
        raise UsageError("--select EXPR and --select-from RUN go together: what to ask again, and in which run to look")
    if get("--limit-seed") and not any(map(get, ("--limit", "--gate-early", "--run-config"))):
        raise UsageError("--limit-seed has no effect without --limit or --gate-early; give one or leave it out")
    if get("--no-html") and get("--report-lang"):
        raise UsageError("--report-lang has no effect with --no-html; leave one of them out")
    if get("--gate-early") and not any((get("--gate"), get("--gates"), config.getini("swallow_gates"))):
        raise UsageError("--gate-early stops where gates are decided, but there is no gate; give --gate EXPR")
    named = judges or config.getini("swallow_judge_model")
    if not (model or named) and (useless := [name for name in _JUDGE_ONLY if get(name) not in (None, [])]):
        raise UsageError(
            f"{useless[0]} has no effect on recorded verdicts; give --judge-model NAME to have answers judged anew, "
            f"or leave it out"
        )
