"""From settings to judges: whose verdicts count, and whether they are asked for or looked up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from swallow_metrics.datatypes import Benchmark
from swallow_metrics.engines.base import Engine
from swallow_metrics.engines.recorded import RecordedEngine
from swallow_metrics.engines.replay import ReplayEngine
from swallow_metrics.errors import JudgeError, UsageError
from swallow_metrics.judge.prompts import JudgePrompts, read_prompts
from swallow_metrics.judge.verdicts import DEFAULT_JUDGE
from swallow_metrics.pipeline.conversation import Channel
from swallow_metrics.pipeline.journal import JournalWriter
from swallow_metrics.pipeline.judging import Judge
from swallow_metrics.pipeline.reader import JournalReader
from swallow_metrics.plugin.collection import Collected, Collection
from swallow_metrics.plugin.options import DEFAULT_KEY_ENV
from swallow_metrics.plugin.settings import Settings, api_key

OPENAI = "https://api.openai.com/v1"
MAX_RETRIES = 5  # of a failing request, as for the candidate


class Judges:
    """The judges of each benchmark of a run.

    Verdicts are asked for where a model answers, and where recorded answers come with `--judge-model`; otherwise they
    are those of the journal.
    """

    def __init__(
        self,
        config: pytest.Config,
        collection: Collection,
        in_flight: int,
        journal: JournalWriter | None,
        resumed: JournalReader | None,
    ) -> None:
        self.live: dict[str, Channel] = {}
        settings = self._settings = collection.settings
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._prompts: dict[str, JudgePrompts] = {}
        self._recorded = collection.recorded() if settings.mode != "model" else None
        judged = {n: c for n, c in collection.benchmarks.items() if c.benchmark.judge}
        asked = [name for name in judged if asks(config, collection, name)]
        for name in asked:
            self._prompts[name] = prompts_of(judged[name], settings)
        for name in judge_names(settings) if asked else ():
            engine = _engine(config, settings, name, in_flight)
            if self._recorded is not None:
                engine = RecordedEngine(engine, self._recorded)
            self.live[name] = Channel(engine, journal=journal, recorded=resumed)
            self._slots[name] = asyncio.Semaphore(in_flight)

    def of(self, benchmark: Benchmark) -> Sequence[Judge]:
        """Who judges a benchmark's answers. Raises JudgeError where nobody does."""
        if (prompts := self._prompts.get(benchmark.id)) is not None:
            retries = self._settings.judge.retries
            return [Judge(n, channel, self._slots[n], prompts, retries) for n, channel in self.live.items()]
        assert self._recorded is not None
        names = self._recorded.judges(benchmark.id)
        if not names:
            raise JudgeError(
                f"{self._recorded.name} has answers for {benchmark.id}, but no verdicts; give --judge-model NAME "
                f"to have them judged"
            )
        channel = Channel(ReplayEngine(self._recorded), raw=False)
        return [Judge(name, channel, asyncio.Semaphore(), None) for name in names]

    def describe(self) -> dict[str, Any]:
        """Each judge that was asked, for the report."""
        return {name: channel.engine.describe() for name, channel in self.live.items()}


def judge_names(settings: Settings) -> tuple[str, ...]:
    """The judges to ask: those named, else the reference's."""
    return settings.judge.models or (DEFAULT_JUDGE,)


def asks(config: pytest.Config, collection: Collection, benchmark_id: str) -> bool:
    """Whether verdicts on a benchmark's answers are asked for, instead of looked up.

    `--judge-model` on the command line asks for its own verdicts, whatever others a journal holds; an ini file's
    default does so only where there are none.
    """
    settings = collection.settings
    if settings.mode == "model" or config.getoption("--judge-model"):
        return True
    return bool(settings.judge.models) and not collection.recorded().judges(benchmark_id)


def prompts_of(collected: Collected, settings: Settings) -> JudgePrompts:
    """The user's judge prompts, else those beside a benchmark's module. Raises UsageError."""
    assert collected.benchmark.judge is not None
    builtin = collected.folder / "judge_prompts" / f"{collected.benchmark.judge.prompts}.toml"
    return read_prompts(settings.judge.prompts or builtin)


def problems(config: pytest.Config, collection: Collection, selected: Iterable[str]) -> list[str]:
    """What would stop the judges of the selected benchmarks, each as one line: nothing is generated before."""
    judged = [
        collected
        for name in selected
        if (collected := collection.benchmarks.get(name)) is not None
        and collected.benchmark.judge is not None
        and asks(config, collection, name)
    ]
    found: dict[str, None] = {}  # a file of judge prompts serves several benchmarks
    for collected in judged:
        try:
            prompts_of(collected, collection.settings)
        except UsageError as error:
            found[str(error)] = None
    if judged and (problem := _key_problem(config, collection, [c.benchmark.id for c in judged])):
        found[problem] = None
    return list(found)


def _key_problem(config: pytest.Config, collection: Collection, judged: Sequence[str]) -> str | None:
    settings = collection.settings.judge
    try:
        key = api_key(settings.key_env)
    except UsageError as error:
        return str(error)
    if settings.base_url is not None and settings.key_env == DEFAULT_KEY_ENV:
        return None  # an endpoint of one's own often takes no key
    if key or config.hook.pytest_swallow_make_judge.get_hookimpls():
        return None
    names = judge_names(collection.settings)
    if collection.settings.mode != "model" and all(
        set(names) <= set(collection.recorded().judges(name)) for name in judged
    ):
        return None  # the journal may have all that will be asked
    return (
        f"the judge {names[0]} at {settings.base_url or OPENAI} needs a key: set ${settings.key_env}, or give another "
        f"judge with --judge-model and --judge-base-url"
    )


def _engine(config: pytest.Config, settings: Settings, name: str, in_flight: int) -> Engine:
    own: Engine | None = config.hook.pytest_swallow_make_judge(config=config, model=name)
    if own is not None:
        return own
    from swallow_metrics.engines.openai import OpenAIEngine

    return OpenAIEngine(
        name,
        settings.judge.base_url or OPENAI,
        api_key(settings.judge.key_env) or "no-key-set",
        key_env=settings.judge.key_env,
        options="--judge-model and --judge-base-url",
        timeout_s=settings.request_timeout_s,
        max_retries=MAX_RETRIES,
        max_connections=in_flight,
    )
