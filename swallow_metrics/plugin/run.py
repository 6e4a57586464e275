"""One evaluation run: registered when questions are collected, gone with the session.

`EvalRun` is what every process does: it starts the pipeline over its share of the items, hands each item its
conversations, and attaches the item's record to pytest's report. `reporting.py` adds what only one process does.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Generator
from functools import partial
from typing import Any

import pytest

from swallow_metrics.datatypes import Conversation
from swallow_metrics.errors import EngineDown, MeasurementError, SwallowError, UsageError
from swallow_metrics.pipeline.pipeline import Pipeline, Task
from swallow_metrics.plugin.collection import Collection, benchmark_of, eval_items, sample_of
from swallow_metrics.plugin.engines import Engines, candidate_engine, make_engines
from swallow_metrics.plugin.items import FIXTURES, ItemState, is_own_fixture, metadata, state_of
from swallow_metrics.plugin.programs import Programs, make_programs
from swallow_metrics.plugin.reporting import FACTS
from swallow_metrics.plugin.rundir import RunDir
from swallow_metrics.plugin.xdist import Share

RUN = pytest.StashKey["EvalRun"]()


class EvalRun:
    """The pipeline's owner in a process that runs items. Raises UsageError for a model that cannot be run."""

    def __init__(self, config: pytest.Config, collection: Collection, run_dir: RunDir, share: Share) -> None:
        self.config = config
        self.collection = collection
        self.run_dir = run_dir
        self.share = share
        settings = collection.settings
        self._candidate = candidate_engine(config, settings, share) if settings.mode == "model" else None
        self.engines: Engines | None = None
        self._pipeline: Pipeline | None = None
        self.programs: Programs | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Generate while the items run; whatever ends the loop, the engines are closed."""
        items = self.share.of(eval_items(session.items))
        try:
            self.run_dir.create()
            self.programs = make_programs(self.collection.settings, items, self.share)
            if any("math_verifier" in getattr(item, "fixturenames", ()) for item in items):
                from swallow_metrics.workers.math_verifier import shared_verifier

                shared_verifier()  # imports for seconds, while the model loads and answers
            self.engines = make_engines(self.config, self.collection, self.run_dir, self.share, self._candidate)
            tasks = [self.task(item) for item in items]
            self._pipeline = Pipeline(
                tasks, self.engines.all, in_flight=self.engines.in_flight, ahead=self.engines.ahead
            )
            with warnings.catch_warnings():
                # What a model's libraries warn of at import must not end a run under `-W error`.
                warnings.simplefilter("ignore")
                self._pipeline.start()
        except SwallowError as error:
            self.close()
            text = str(error) if isinstance(error, UsageError) else f"the model could not be started: {error}"
            self.config.stash[FACTS] = {"failed": text}
            raise pytest.UsageError(text) from None
        # What was collected stays to the end. Garbage collections that walk thousands of items again and again, and
        # the full ones when pytest and Python end, are a fifth of the work of a run that does not wait for a model.
        gc.unfreeze()  # of an earlier run in this process
        gc.freeze()
        try:
            return (yield)
        finally:
            self._keep_facts()
            self.close()

    def _keep_facts(self) -> None:
        """What the engines tell of themselves, for the report; a worker hands it to the controller."""
        assert self.engines is not None
        facts: dict[str, Any] = {"model": self.engines.describe(), "parts": {}}
        if judges := self.engines.judges.describe():
            facts["parts"]["judges"] = judges
        if self.programs is not None:
            facts["parts"]["sandbox"] = self.programs.describe()
        self.config.stash[FACTS] = facts
        if self.share.worker is not None:
            self.config.workeroutput["swallow"] = facts  # type: ignore[attr-defined]  # set by xdist

    def close(self) -> None:
        """Stop the pipeline and close what it used."""
        if self._pipeline is not None:
            self._pipeline.close()
        if self.programs is not None:
            self.programs.close()
        if self.engines is not None:
            self.engines.close()

    def task(self, item: pytest.Item) -> Task:
        """What the pipeline has to do for an item."""
        benchmark, sample = benchmark_of(item), sample_of(item)
        assert benchmark is not None and self.engines is not None
        repeats = self.engines.repeats(benchmark, sample)
        converse = partial(self.engines.converse, benchmark, sample)
        if benchmark.program is not None and self.programs is not None:
            converse = partial(self.programs.run_answer, item.nodeid, benchmark, sample, converse)
        return Task(item.nodeid, repeats, converse)

    def take(self, item: pytest.Item) -> tuple[Conversation, ...]:
        """An item's conversations. Raises MeasurementError."""
        assert self._pipeline is not None
        return self._pipeline.take(self.task(item))

    def outcomes(self, item: pytest.Item) -> list[Any]:
        """What came of the item's programs, by repeat. Raises MeasurementError."""
        state = state_of(item)
        if state is None or self.programs is None:
            raise MeasurementError(f"{item.nodeid} asks for outcomes, but its benchmark makes no programs")
        if not state.conversations:
            state.conversations = self.take(item)
        return self.programs.outcomes(item.nodeid, state.conversations)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Hand the item's own arguments over directly.

        Building them through pytest's fixture requests costs more than everything else an item does. The fixtures of
        the same names remain for what depends on them, and for projects that override them.
        """
        state = state_of(item)
        if state is None or not isinstance(item, pytest.Function):
            return
        arguments = item.funcargs
        arguments["sample"] = state.sample
        for name in item.fixturenames:
            if name in FIXTURES and is_own_fixture(item, name):
                if not state.conversations and name != "score":
                    state.conversations = self.take(item)
                arguments[name] = FIXTURES[name](state)
            elif name == "outcomes" and is_own_fixture(item, name):
                arguments[name] = self.outcomes(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """However an item ends, the pipeline's window moves on."""
        try:
            return (yield)
        finally:
            if self._pipeline is not None and benchmark_of(item) is not None:
                self._pipeline.release(item.nodeid)
                if self.programs is not None:
                    self.programs.release(item.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Say in one line why an item could not be measured, and mark how a measured one scored."""
        report = yield
        state = state_of(item)
        if state is None or report.outcome == "skipped":
            return report
        if call.excinfo is not None:
            error = call.excinfo.value
            if isinstance(error, SwallowError):
                report.longrepr = str(error)
                state.error = state.error or str(error)
                if isinstance(error, EngineDown):
                    report.__dict__["swallow_fatal"] = str(error)  # xdist carries attributes over
                    item.session.shouldfail = str(error)
            elif isinstance(error, Exception):
                state.error = state.error or f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"
        elif call.when == "call":
            report.__dict__["swallow_letter"] = letter(state)
        if call.when == "teardown":
            # Where pytest-json-report keeps metadata. Its own hook would serialize each record once more to check it.
            report.__dict__.setdefault("_json_report_extra", {})["metadata"] = metadata(state.record())
        return report


def letter(state: ItemState) -> tuple[str, str]:
    """(letter, word) of a measured item for the progress line: by its primary metric."""
    primary = state.benchmark.metrics[0]
    value = state.scorer.scores().get(primary.name)
    if isinstance(value, list):
        value = sum(value) / len(value) if value and primary.scale == 1.0 else None
    if value is None:
        return "m", "MEASURED"
    if value >= 1.0:
        return ".", "RIGHT"
    return ("x", "WRONG") if value <= 0.0 else ("+", f"{value:.2f}")
