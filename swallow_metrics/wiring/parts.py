"""The working parts of one process of a run: who answers, who judges, what runs programs, where it is written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swallow_metrics.datatypes import Benchmark, Sample
from swallow_metrics.engines.base import Engine
from swallow_metrics.errors import SwallowError
from swallow_metrics.journal.folder import RunDir
from swallow_metrics.journal.journaled import JournaledEngine
from swallow_metrics.journal.reader import JournalReader, Warn
from swallow_metrics.journal.replay import Copy, ReplayEngine
from swallow_metrics.journal.writer import JournalWriter
from swallow_metrics.judge.panel import Panel
from swallow_metrics.pipeline.converse import Converser, Task
from swallow_metrics.settings import Settings
from swallow_metrics.wiring.engines import MakeEngine, judge_engine, share_of
from swallow_metrics.wiring.sampling import sampling_for

if TYPE_CHECKING:
    from swallow_metrics.pipeline.programs import Programs

REPLAY_IN_FLIGHT = 64
AHEAD_PER_SLOT = 4  # items begun but not yet scored, for every open conversation


@dataclass(slots=True)
class Parts:
    """What the pipeline works with. `in_flight` bounds its open conversations."""

    settings: Settings
    converser: Converser
    panel: Panel
    in_flight: int
    replayed: JournalReader | None = None  # what --replay or the demo answers from
    journal: JournalWriter | None = None

    @property
    def candidate(self) -> JournaledEngine:
        """The model under evaluation."""
        return self.converser.candidate

    @property
    def engines(self) -> Sequence[Engine]:
        """Every engine, for opening and closing."""
        return [self.candidate.engine, *(live.engine for live in self.panel.live.values())]

    @property
    def ahead(self) -> int:
        """How many items may be begun before the oldest is scored."""
        return self.in_flight * AHEAD_PER_SLOT

    def task(self, name: str, benchmark: Benchmark, sample: Sample) -> Task:
        """What the pipeline has to do for an item: the generations that were recorded, else those asked for."""
        if self.replayed is not None:
            repeats = self.replayed.repeats(benchmark.id, sample.id) or (0,)
        else:
            repeats = tuple(range(benchmark.repeats))
        return Task(name, benchmark, sample, repeats)

    def describe(self) -> dict[str, Any]:
        """What the engines and the sandbox tell of themselves: `model`, and `parts` of the report's document."""
        parts: dict[str, Any] = {}
        if judges := self.panel.describe():
            parts["judges"] = judges
        if self.converser.programs is not None:
            parts["sandbox"] = self.converser.programs.describe()
        model = self.candidate.describe()
        if tags := self.settings.reasoning_tags:
            model["reasoning_tags"] = [" ".join(pair) for pair in tags]
        return {"model": model, "parts": parts}

    def close(self) -> None:
        """Close journal and sandbox; the pipeline has closed the engines."""
        if self.converser.programs is not None:
            self.converser.programs.close()
        if self.journal is not None:
            self.journal.close()


def make_parts(
    settings: Settings,
    run_dir: RunDir,
    warn: Warn,
    *,
    candidate: tuple[Engine, int] | None,
    replayed: JournalReader | None,
    judged: Mapping[str, tuple[Benchmark, Path]],
    make_judge: MakeEngine,
    programs: Programs | None,
    processes: int,
) -> Parts:
    """The parts that settings ask for, engines not yet opened. Raises UsageError.

    `candidate` is an engine with its number of open conversations; without it, answers are `replayed`. `judged` are
    the judged benchmarks with their modules' folders. `processes` share the bounds on open requests.
    """
    in_flight = share_of(settings.max_in_flight, processes)
    resumed = JournalReader(run_dir.journals(), warn) if run_dir.resume else None
    journal = JournalWriter(run_dir.journal)
    copy = Copy(journal, resumed)
    if candidate is not None:
        engine, own_in_flight = candidate
        answers = JournaledEngine(engine, journal, resumed, tags=settings.reasoning_tags)
    else:
        assert replayed is not None
        own_in_flight = REPLAY_IN_FLIGHT
        replay = ReplayEngine(replayed, settings.mode, copy)
        answers = JournaledEngine(replay, strip_reasoning=False, tags=settings.reasoning_tags)
    make = partial(judge_engine, settings, make_judge, in_flight=in_flight, processes=processes)
    panel = Panel(settings, judged, replayed, make, journal, resumed, in_flight, copy)
    converser = Converser(
        answers,
        lambda benchmark, group: sampling_for(benchmark, settings, group),
        panel.of,
        settings.system_prompt,
        programs,
    )
    return Parts(settings, converser, panel, own_in_flight, replayed, journal)


def make_programs(settings: Settings, processes: int) -> Programs:
    """The sandbox, started and tested, with this process's share of the cores. Raises UsageError when unsafe."""
    from swallow_metrics.pipeline.programs import Programs
    from swallow_metrics.sandbox import Sandbox

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    sandbox = Sandbox(settings.sandbox, workers=max(1, cores // processes))  # type: ignore[arg-type]  # a choice
    try:
        sandbox.start()
    except SwallowError:
        sandbox.close()
        raise
    return Programs(sandbox, settings.sandbox_helpers)
