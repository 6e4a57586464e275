"""From settings to engines: who answers, how many conversations at once, and what one conversation is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from swallow_metrics.datatypes import Benchmark, Conversation, Response, Sample, Sampling
from swallow_metrics.engines.base import Engine
from swallow_metrics.engines.replay import ReplayEngine
from swallow_metrics.pipeline.conversation import Channel, converse
from swallow_metrics.pipeline.journal import JournalWriter
from swallow_metrics.pipeline.judging import converse_and_judge
from swallow_metrics.pipeline.reader import JournalReader
from swallow_metrics.plugin.collection import Collection
from swallow_metrics.plugin.judges import Judges, asks
from swallow_metrics.plugin.rundir import RunDir
from swallow_metrics.plugin.settings import Settings, api_key
from swallow_metrics.plugin.xdist import Share, worker_input

if TYPE_CHECKING:
    from swallow_metrics.engines.vllm_server import VLLMServer

LOCAL_IN_FLIGHT = 1024  # vLLM in this process schedules by itself; a window only bounds memory
MAX_RETRIES = 5  # after the first attempt, with growing pauses
AHEAD_PER_SLOT = 4  # items begun but not yet scored, for every open conversation


Candidate = tuple[Engine, int]  # with the number of conversations that this process keeps open


@dataclass(slots=True)
class Engines:
    """The engines of a run, with the way to ask them."""

    candidate: Channel
    judges: Judges
    settings: Settings
    in_flight: int
    recorded: JournalReader | None = None  # what --replay or the demo answers from
    journal: JournalWriter | None = None

    @property
    def all(self) -> Sequence[Engine]:
        """Every engine, for opening and closing."""
        return [self.candidate.engine, *(channel.engine for channel in self.judges.live.values())]

    @property
    def ahead(self) -> int:
        """How many items may be begun before the oldest is scored."""
        return self.in_flight * AHEAD_PER_SLOT

    def repeats(self, benchmark: Benchmark, sample: Sample) -> tuple[int, ...]:
        """The generations of a sample: those recorded, else those asked for."""
        if self.recorded is not None:
            return self.recorded.repeats(benchmark.id, sample.id) or (0,)
        return tuple(range(self.settings.repeats or benchmark.repeats))

    async def converse(
        self, benchmark: Benchmark, sample: Sample, repeat: int, slot: asyncio.Semaphore
    ) -> Conversation:
        """One generation of a sample: all its turns, and what judges say of them."""
        sampling = sampling_for(benchmark, self.settings, sample.group)

        async def talk(on_answer: Callable[[tuple[Response, ...]], None] | None = None) -> tuple[Response, ...]:
            async with slot:  # held by the candidate's conversation only: judges have their own bounds
                return await converse(
                    self.candidate, benchmark.id, sample, sampling, repeat, self.settings.system_prompt,
                    cut=benchmark.cut, on_answer=on_answer,
                )  # fmt: skip

        if benchmark.judge is None:
            return Conversation(repeat, await talk())
        return await converse_and_judge(talk, self.judges.of(benchmark), benchmark, sample, repeat)

    def describe(self) -> dict[str, Any]:
        """The candidate, for the report."""
        return self.candidate.engine.describe()

    def close(self) -> None:
        """Close the journal; the pipeline has closed the engines."""
        if self.journal is not None:
            self.journal.close()


def sampling_for(benchmark: Benchmark, settings: Settings, group: str | None) -> Sampling:
    """The group's own temperature, else the user's sampling where given, else the benchmark's recommendation."""
    given = {name: value for name, value in settings.sampling.to_json().items() if value is not None}
    if group is not None and group in benchmark.temperatures:
        given["temperature"] = benchmark.temperatures[group]
    return replace(benchmark.sampling, **given)


def sampling_report(benchmark: Benchmark, settings: Settings) -> dict[str, Any]:
    """A benchmark's sampling for the report, with who decided each value."""
    given = set(settings.sampling.to_json())
    sampling = sampling_for(benchmark, settings, None).to_json()
    if benchmark.temperatures:
        given.discard("temperature")
        sampling["temperature"] = dict(benchmark.temperatures)
    sources = {name: "user" if name in given else "benchmark" for name in sampling}
    repeats = "user" if settings.repeats else "benchmark"
    return {**sampling, "repeats": settings.repeats or benchmark.repeats, "source": {**sources, "repeats": repeats}}


def make_engines(
    config: pytest.Config, collection: Collection, run_dir: RunDir, share: Share, candidate: Candidate | None
) -> Engines:
    """The engines that the settings ask for, not yet opened; `candidate` is None without a model. Raises UsageError."""
    settings = collection.settings
    if candidate is None:
        reader = collection.recorded()
        replay = ReplayEngine(reader, name=settings.mode)
        in_flight = -(-settings.max_in_flight // share.count)
        judged = any(c.benchmark.judge and asks(config, collection, n) for n, c in collection.benchmarks.items())
        # New verdicts on recorded answers: with a copy of the answers, the new journal stands on its own.
        journal = JournalWriter(run_dir.journal) if judged else None
        recorded = JournalReader(run_dir.journals(), collection.warn) if judged and settings.resume else None
        channel = Channel(replay, journal=journal, recorded=recorded, raw=False)
        judges = Judges(config, collection, in_flight, journal, recorded)
        return Engines(channel, judges, settings, in_flight=64, recorded=reader, journal=journal)
    engine, in_flight = candidate
    recorded = JournalReader(run_dir.journals(), collection.warn) if settings.resume else None
    journal = JournalWriter(run_dir.journal)
    channel = Channel(engine, journal=journal, recorded=recorded)
    judges = Judges(config, collection, -(-settings.max_in_flight // share.count), journal, recorded)
    return Engines(channel, judges, settings, in_flight=in_flight, journal=journal)


def candidate_engine(config: pytest.Config, settings: Settings, share: Share) -> Candidate:
    """The model under evaluation, not yet opened; what can be wrong with it at first sight is a UsageError."""
    assert settings.model is not None
    own: Engine | None = config.hook.pytest_swallow_make_engine(config=config, model=settings.model)
    if own is not None:
        return own, -(-settings.max_in_flight // share.count)
    served = worker_input(config) or {}
    in_flight = -(-settings.max_in_flight // share.count)
    if settings.base_url is not None or "base_url" in served:
        from swallow_metrics.engines.openai import OpenAIEngine

        if settings.base_url is None:  # the controller serves the in-process model for its workers
            in_flight = -(-LOCAL_IN_FLIGHT // share.count)
        engine = OpenAIEngine(
            settings.model,
            served.get("base_url") or settings.base_url or "",
            served.get("api_key") or api_key(settings.key_env) or "no-key-set",
            identity=served.get("identity"),
            facts=served.get("describe"),
            extra_body=served.get("extra_body"),
            key_env=settings.key_env,
            timeout_s=settings.request_timeout_s,
            max_retries=MAX_RETRIES,
            max_connections=in_flight,
        )
        return engine, in_flight
    return local_engine(settings), LOCAL_IN_FLIGHT


def local_engine(settings: Settings) -> Engine:
    """The model run by vLLM in this process. Raises UsageError when it is not installed or refuses an argument."""
    from swallow_metrics.engines.vllm import VLLMEngine

    return VLLMEngine(settings.model or "", **_vllm_settings(settings))


def model_server(settings: Settings) -> VLLMServer:
    """A child process that serves the model to xdist workers. Raises UsageError, as `local_engine`."""
    from swallow_metrics.engines.vllm_server import VLLMServer

    return VLLMServer(settings.model or "", **_vllm_settings(settings))


def _vllm_settings(settings: Settings) -> dict[str, Any]:
    return {
        "engine_args": settings.engine_args,
        "chat_template": settings.chat_template,
        "use_chat_template": settings.use_chat_template,
        "reasoning_parser": settings.reasoning_parser,
        "verbose": settings.verbose,
    }
