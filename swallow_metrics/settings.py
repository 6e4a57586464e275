"""What a run was asked to do: read once from the command line (`plugin/settings.py`), then only passed on."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from swallow_metrics.datatypes import Sampling
from swallow_metrics.defaults import JUDGE_RETRIES, KEY_ENV, MAX_RETRIES, SMALLEST_DIFFERENCE
from swallow_metrics.errors import UsageError
from swallow_metrics.gate.rules import Gate
from swallow_metrics.reference import DEFAULT, Version

Mode = Literal["demo", "replay", "model"]
LongPrompt = Literal["error", "truncate-left", "skip"]


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """Who judges: model names, endpoint, where its key is, prompts and retries."""

    models: tuple[str, ...] = ()
    asked: bool = False  # named on the command line: then also recorded answers get verdicts of these judges
    base_url: str | None = None
    key_env: str = KEY_ENV
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # values may be secrets
    sampling: Sampling = field(default_factory=Sampling)  # what the user sets instead of the judge's own
    left_out: frozenset[str] = frozenset()  # names of the body that are not sent
    prompts: Path | None = None
    retries: int = JUDGE_RETRIES
    requests_per_minute: float | None = None  # of each judge
    tokens_per_minute: float | None = None
    reference: Version = DEFAULT  # whose judge it is where none is named

    @property
    def seeds(self) -> bool:
        """Whether a verdict that is asked for again comes with a seed, which some endpoints refuse."""
        return "seed" not in self.left_out


@dataclass(frozen=True, slots=True)
class MaxErrors:
    """How many questions may fail before the run stops: a number, or a share of those that are over."""

    number: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """What a run file says of one benchmark; None leaves it to what holds for all."""

    sampling: Sampling
    left_out: frozenset[str]
    limit: int | None = None
    repeats: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asked for, checked. Paths are absolute."""

    mode: Mode
    model: str | None = None
    base_urls: tuple[str, ...] = ()
    key_env: str = KEY_ENV
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # values may be secrets
    engine_args: dict[str, Any] = field(default_factory=dict)
    max_in_flight: int = 64
    request_timeout_s: float = 1800.0
    max_retries: int = MAX_RETRIES
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    max_errors: MaxErrors = MaxErrors(share=0.5)
    on_long_prompt: LongPrompt = "error"
    system_prompt: str | None = None
    sampling: Sampling = field(default_factory=Sampling)  # what the user sets
    left_out: frozenset[str] = frozenset()  # names of the body that are not sent
    repeats: int | None = None
    reasoning_parser: str | None = None
    reasoning_tags: tuple[tuple[str, str], ...] = ()  # opening and closing ones, looked for beside <think>
    chat_template: Path | None = None
    lora: Path | None = None
    use_chat_template: bool = True
    prompts: Path | None = None
    data_dir: Path | None = None
    data_lock: Path | None = None
    data_lock_update: bool = False
    benchmarks: Mapping[str, OwnSettings] = field(default_factory=dict)  # of a run file: only these are asked
    limit: int | None = None
    limit_seed: int = 0
    shard: tuple[int, int] | None = None  # which of how many, from 1
    replay: Path | None = None
    run_dir: Path | None = None
    dry_run: bool = False
    html: bool = True
    report_lang: Literal["ja", "en"] | None = None  # None: the locale's
    resume: bool = False
    judge: JudgeSettings = JudgeSettings()
    sandbox: str = "auto"
    sandbox_helpers: str = "program"
    gates: tuple[Gate, ...] = ()
    verbose: bool = False
    baseline: Path | None = None  # an earlier run's folder or report
    baseline_allow: tuple[str, ...] = ()
    smallest_difference: float = SMALLEST_DIFFERENCE
    gate_strict: bool = False
    gate_early: bool = False
    select: str | None = None
    select_from: Path | None = None
    standing_gates: tuple[Gate, ...] = ()  # of the ini file: they hold for whichever of their benchmarks is run
    prices: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    reference: Version = DEFAULT
    livecodebench_release: str | None = None

    def of(self, benchmark: str) -> Settings:
        """The settings that hold for one benchmark."""
        if (own := self.benchmarks.get(benchmark)) is None:
            return self
        limit, repeats = own.limit or self.limit, own.repeats or self.repeats
        return replace(self, sampling=own.sampling, left_out=own.left_out, limit=limit, repeats=repeats)


def checked_url(option: str, text: str) -> str:
    """The address of an endpoint; with a wrong one every request would fail, hours of retries later."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as a port beyond 65535
        usable = False
    if not usable:
        address, query, _ = text.partition("?")
        before, user, rest = address.rpartition("@")  # either may hold a key
        shown = ("***" if before else "") + user + rest + ("?***" if query else "")
        raise UsageError(f"{option} must be a URL such as http://127.0.0.1:8000/v1, but got {shown!r}")
    return text


def checked_variable(option: str, name: str) -> str:
    """The name of a variable with a key. What is not a name may be the key itself, so it is not shown."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise UsageError(f"{option} expects the name of an environment variable that holds the key, not a key")
    return name


def api_key(name: str) -> str | None:
    """The key in an environment variable, without white space around it. Raises UsageError."""
    key = os.environ.get(name, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            f"the key in ${name} holds a line break or characters beyond ASCII; set ${name} to a valid key"
        )
    return key or None
