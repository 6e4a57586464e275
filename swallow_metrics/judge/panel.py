"""The judges of a run: whose verdicts count, and whether they are asked for or looked up in a journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from swallow_metrics.datatypes import Benchmark, Sampling
from swallow_metrics.defaults import KEY_ENV
from swallow_metrics.engines.base import Engine
from swallow_metrics.engines.dialect import drawn
from swallow_metrics.errors import JudgeError, UsageError
from swallow_metrics.journal.journaled import JournaledEngine
from swallow_metrics.journal.reader import JournalReader
from swallow_metrics.journal.replay import Copy, ReplayEngine, ReplayFirstEngine
from swallow_metrics.journal.writer import JournalWriter
from swallow_metrics.judge.judge import Judge
from swallow_metrics.judge.messages import SAMPLING
from swallow_metrics.judge.prompts import JudgePrompts, read_prompts
from swallow_metrics.reference import BEFORE_VERSIONS, REFERENCES, Version
from swallow_metrics.settings import JudgeSettings, Settings, api_key

OPENAI = "https://api.openai.com/v1"


class Panel:
    """The judges of each benchmark of a run.

    Verdicts are asked for where a model answers, and where replayed answers come with `--judge-model`; otherwise they
    are those of the journal. `replayed` is that journal, None where a model answers. `folders` maps the judged
    benchmarks' ids to their modules' folders. `make` makes a judge's engine by its name. Replayed verdicts
    go to `copy`. Raises UsageError.
    """

    def __init__(
        self,
        settings: Settings,
        judged: Mapping[str, tuple[Benchmark, Path]],
        replayed: JournalReader | None,
        make: Callable[[str], Engine],
        journal: JournalWriter | None,
        resumed: JournalReader | None,
        in_flight: int,
        copy: Copy,
    ) -> None:
        self.live: dict[str, JournaledEngine] = {}
        self._settings = settings.judge
        self._replayed = replayed
        self._copy = copy
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._prompts = {
            name: prompts_of(benchmark, folder, settings)
            for name, (benchmark, folder) in judged.items()
            if asks(settings, name, replayed)
        }
        for name in judge_names(settings) if self._prompts else ():
            engine = make(name)
            if replayed is not None:
                engine = ReplayFirstEngine(engine, replayed)
            self.live[name] = JournaledEngine(engine, journal=journal, resumed=resumed)
            self._slots[name] = asyncio.Semaphore(in_flight)

    def of(self, benchmark: Benchmark) -> Sequence[Judge]:
        """Who judges a benchmark's answers. Raises JudgeError where nobody does."""
        if (prompts := self._prompts.get(benchmark.id)) is not None:
            own = self._settings
            return [
                Judge(name, engine, self._slots[name], prompts, own.retries, judge_sampling(own, name), own.seeds)
                for name, engine in self.live.items()
            ]
        assert self._replayed is not None
        names = self._replayed.judges(benchmark.id)
        if not names:
            raise JudgeError(
                f"{self._replayed.name} has answers for {benchmark.id}, but no verdicts; give --judge-model NAME "
                f"to have them judged"
            )
        engine = JournaledEngine(ReplayEngine(self._replayed, copy=self._copy), strip_reasoning=False)
        return [Judge(name, engine, asyncio.Semaphore(), None) for name in names]

    def describe(self) -> dict[str, Any]:
        """Each judge that was asked, for the report."""
        return {name: live.describe() for name, live in self.live.items()}


def judge_sampling(settings: JudgeSettings, model: str) -> Sampling:
    """How a judge's verdicts are drawn: the user's settings over the reference's."""
    own = reference_sampling(model, settings.reference, settings.sampling.reasoning_effort)
    if settings.sampling.max_tokens is not None:  # the user's limit takes the place of the reference's
        own = replace(own, extra={name: value for name, value in own.extra.items() if name != "max_completion_tokens"})
    return drawn(own, settings.sampling, settings.left_out, model)


def reference_sampling(model: str, version: Version, effort: str | None = None) -> Sampling:
    """How the reference asks a judge. What it names is named, so that it is sent to whatever model.

    Version 202604 asks its own judge with effort none (JU2-1), the one before by the new name of the limit (JU2-2), and
    one with another reasoning effort at temperature 1 with more tokens (JU2-3).
    """
    reference = REFERENCES[version]
    if not reference.judge_settings:
        return SAMPLING
    if effort not in (None, reference.judge_settings["reasoning_effort"]):
        return Sampling(max_tokens=32_768, extra={"temperature": 1.0}, reasoning_effort=effort)
    if model == REFERENCES[BEFORE_VERSIONS].judge:
        limit = {"max_completion_tokens": SAMPLING.max_tokens}
        return replace(SAMPLING, max_tokens=None, extra=limit)
    if model != reference.judge:
        return SAMPLING
    return replace(SAMPLING, temperature=None, extra={"temperature": SAMPLING.temperature}, **reference.judge_settings)


def judge_names(settings: Settings) -> tuple[str, ...]:
    """The judges to ask: those named, else the reference's."""
    return settings.judge.models or (REFERENCES[settings.reference].judge,)


def asks(settings: Settings, benchmark_id: str, replayed: JournalReader | None) -> bool:
    """Whether verdicts on a benchmark's answers are asked for, instead of looked up.

    `--judge-model` on the command line asks for its own verdicts, whatever others a journal holds; an ini file's
    default does so only where there are none.
    """
    if replayed is None or settings.judge.asked:
        return True
    return bool(settings.judge.models) and not replayed.judges(benchmark_id)


def prompts_of(benchmark: Benchmark, folder: Path, settings: Settings) -> JudgePrompts:
    """The user's judge prompts, else those beside a benchmark's module. Raises UsageError."""
    assert benchmark.judge is not None
    return read_prompts(settings.judge.prompts or folder / "judge_prompts" / f"{benchmark.judge.prompts}.toml")


def problems(
    settings: Settings,
    judged: Mapping[str, tuple[Benchmark, Path]],
    replayed: JournalReader | None,
    *,
    own_engine: bool,
) -> list[str]:
    """What would stop the judges of these benchmarks, each as one line: nothing is generated before.

    `own_engine` says that the project makes the judges' engines: whether they need a key is not known.
    """
    asked = {name: found for name, found in judged.items() if asks(settings, name, replayed)}
    found: dict[str, None] = {}  # a file of judge prompts serves several benchmarks
    for benchmark, folder in asked.values():
        try:
            prompts_of(benchmark, folder, settings)
        except UsageError as error:
            found[str(error)] = None
    if asked and (problem := _key_problem(settings, list(asked), replayed, own_engine=own_engine)):
        found[problem] = None
    return list(found)


def _key_problem(
    settings: Settings, asked: Sequence[str], replayed: JournalReader | None, *, own_engine: bool
) -> str | None:
    judge = settings.judge
    try:
        key = api_key(judge.key_env)
    except UsageError as error:
        return str(error)
    if judge.base_url is not None and judge.key_env == KEY_ENV:
        return None  # an endpoint of one's own often takes no key
    if key or own_engine:
        return None
    names = judge_names(settings)
    if replayed is not None and all(set(names) <= set(replayed.judges(name)) for name in asked):
        return None  # the journal may have all that will be asked
    return (
        f"the judge {names[0]} at {judge.base_url or OPENAI} needs a key: set ${judge.key_env}, or give another "
        f"judge with --judge-model and --judge-base-url"
    )
