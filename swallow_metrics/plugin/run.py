"""One evaluation run: registered when questions are collected, gone with the session.

`EvalRun` is what every process does: it starts the pipeline over its share of the items, hands each item its
conversations, and attaches the item's record to pytest's report. `reporting.py` adds what only one process does.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Collection as AbstractCollection
from collections.abc import Generator
from typing import Any

import pytest

from swallow_metrics.datatypes import Conversation, Request, Response
from swallow_metrics.engines.base import Engine
from swallow_metrics.errors import MeasurementError, PromptTooLong, SwallowError, UsageError
from swallow_metrics.journal.folder import RunDir
from swallow_metrics.pipeline.converse import Task
from swallow_metrics.pipeline.window import Pipeline
from swallow_metrics.plugin.asking import AskingEngine
from swallow_metrics.plugin.collection import Collection
from swallow_metrics.plugin.handover import Handover
from swallow_metrics.plugin.items import STATE, benchmark_of, eval_items, sample_of, state_of
from swallow_metrics.plugin.outcome import settle, without_trace
from swallow_metrics.plugin.run_document import FACTS
from swallow_metrics.plugin.xdist import Told, is_worker
from swallow_metrics.scoring import Scorer
from swallow_metrics.wiring.engines import candidate_engine
from swallow_metrics.wiring.parts import Parts, make_parts, make_programs

RUN = pytest.StashKey["EvalRun"]()
ANSWERS = frozenset(("conversations", "responses", "response", "outcomes"))  # fixtures that hand out conversations


class EvalRun:
    """The pipeline's owner in a process that runs items. Raises UsageError for a model that cannot be run."""

    def __init__(self, config: pytest.Config, collection: Collection, run_dir: RunDir, told: Told | None) -> None:
        self.config = config
        self.collection = collection
        self.run_dir = run_dir
        self.told = told
        self._candidate: tuple[Engine, int] | None = None
        if collection.settings.mode == "model":
            served = told.served if told else None
            self._candidate = candidate_engine(
                collection.settings, self._own_engine, self._processes, served, run_dir.vllm_log
            )
        self._parts: Parts | None = None
        self._pipeline: Pipeline | None = None
        self._item: pytest.Item | None = None  # the one that runs
        self._handover = Handover({
            "conversations": self.conversations,
            "responses": self.responses,
            "response": lambda item: self.responses(item)[0],
            "score": scorer_of,
        })  # fmt: skip

    @property
    def _processes(self) -> int:
        return self.told.workers if self.told else 1

    def _own_engine(self, model: str) -> Engine | None:
        return own_engine(self.config, model)

    def _own_judge(self, model: str) -> Engine | None:
        return _with_open(self.config.hook.pytest_swallow_make_judge(config=self.config, model=model))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Generate while the items run; whatever ends the loop, the engines are closed."""
        if eval_items(session.items):  # else the first test that asks starts the engine
            self.start(eval_items(self.told.share_of(session.items) if self.told else session.items))
        try:
            return (yield)
        finally:
            gc.freeze()  # what items left, reports and records, stays to the end, as what was collected does
            self._keep_facts()
            self.close()

    def start(self, items: list[pytest.Item]) -> None:
        """Open the engines and begin with the items' questions. Raises pytest.UsageError."""
        settings, collection = self.collection.settings, self.collection
        programs = None
        try:
            self.run_dir.create()
            if any((benchmark := benchmark_of(item)) and benchmark.program for item in items):
                programs = make_programs(settings, self._processes)
            if any("math_verifier" in getattr(item, "fixturenames", ()) for item in items):
                from swallow_metrics.workers.math_verifier import shared_verifier

                shared_verifier()  # imports for seconds, while the model loads and answers
            self._parts = make_parts(
                settings,
                self.run_dir,
                collection.warn,
                candidate=self._candidate,
                replayed=collection.replayed(),
                judged=collection.judged(),
                make_judge=self._own_judge,
                programs=programs,
                processes=self._processes,
            )
            tasks = [self._task(item) for item in items if _is_asked(item)]
            parts = self._parts
            self._pipeline = Pipeline(
                tasks, parts.engines, parts.converser.converse, in_flight=parts.in_flight, ahead=parts.ahead
            )
            with warnings.catch_warnings():
                # What a model's libraries warn of at import must not end a run under `-W error`.
                warnings.simplefilter("ignore")
                self._pipeline.start()
        except SwallowError as error:
            if self._parts is None and programs is not None:
                programs.close()
            self.close()
            text = str(error) if isinstance(error, UsageError) else f"the model could not be started: {error}"
            self.config.stash[FACTS] = {"failed": text}
            raise pytest.UsageError(text) from None
        except BaseException:  # Ctrl-C or a signal while a model loads
            self.close()
            raise

    def _keep_facts(self) -> None:
        """What the engines tell of themselves, for the report; a worker hands it to the controller."""
        if self._parts is None:
            return
        facts = self.config.stash[FACTS] = self._parts.describe()
        if self.told is not None:
            self.config.workeroutput["swallow"] = facts  # type: ignore[attr-defined]  # set by xdist

    def close(self) -> None:
        """Stop the pipeline and close what it used."""
        if self._pipeline is not None:
            self._pipeline.close()
        if self._parts is not None:
            self._parts.close()

    def _task(self, item: pytest.Item) -> Task:
        """What the pipeline has to do for an item."""
        benchmark, sample = benchmark_of(item), sample_of(item)
        assert benchmark is not None and self._parts is not None
        return self._parts.task(item.nodeid, benchmark, sample)

    def drop(self, nodeids: AbstractCollection[str]) -> None:
        """Items whose questions are not needed any more are not asked."""
        if self._pipeline is not None:
            self._pipeline.drop(nodeids)

    def conversations(self, item: pytest.Item) -> tuple[Conversation, ...]:
        """An item's conversations, taken once. Raises MeasurementError."""
        state = state_of(item)
        assert state is not None
        if not state.conversations:
            assert self._pipeline is not None
            try:
                if state.failure is not None:
                    raise state.failure
                state.conversations = self._pipeline.take(self._task(item))
            except SwallowError as error:
                state.failure = error
                if not isinstance(error, PromptTooLong) or self.collection.settings.on_long_prompt != "skip":
                    raise
                pytest.skip(str(error))
        return state.conversations

    def responses(self, item: pytest.Item) -> list[Response]:
        """The answer to the first turn, of every generation. Raises MeasurementError."""
        return [conversation.responses[0] for conversation in self.conversations(item)]

    def asking_engine(self) -> AskingEngine:
        """What the `engine` fixture gives to test bodies. Raises pytest.UsageError."""
        if self._pipeline is None:
            self.start([])
        return AskingEngine(self.collection.settings, self._send, self._current)

    def _send(self, request: Request) -> Response:
        assert self._pipeline is not None and self._parts is not None
        return self._pipeline.ask(self._parts.candidate, request)

    def _current(self) -> pytest.Item:
        if self._item is None:
            raise UsageError("engine.ask works in tests and their fixtures only")
        return self._item

    def outcomes(self, item: pytest.Item) -> list[Any]:
        """The outcome of the item's programs, by repeat. Raises MeasurementError."""
        benchmark, programs = benchmark_of(item), self._parts.converser.programs if self._parts else None
        if benchmark is None or benchmark.program is None or programs is None:
            raise MeasurementError(f"{item.nodeid} asks for outcomes, but its benchmark makes no programs")
        return programs.outcomes(item.nodeid, self.conversations(item))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A row that cannot measure anything ends its item before anything is asked."""
        if (state := state_of(item)) is not None:
            if error := state.sample.error:
                raise MeasurementError(error)
            state.new_scorer()
            self._handover.fill(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """A test body that ends well without a score has measured nothing."""
        result = yield
        if (state := state_of(item)) is not None:
            state.scorer.check(state.sample.group)
        return result

    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
        """Pytest makes an argument."""
        if isinstance(request.node, pytest.Item):
            self._handover.see(fixturedef.argname, fixturedef.func, request.node)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """However an item ends, the pipeline's window moves on, and its answers are not kept."""
        self._item = item
        self._handover.locate(item)
        try:
            return (yield)
        finally:
            self._item = None
            if STATE in item.stash:
                del item.stash[STATE]
            if self._pipeline is not None and benchmark_of(item) is not None:
                self._pipeline.release(item.nodeid)
                if self._parts is not None and self._parts.converser.programs is not None:
                    self._parts.converser.programs.release(item.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """What pytest says of an item is what its record says."""
        original = call.excinfo
        if state_of(item) is not None and original is not None and isinstance(original.value, SwallowError):
            call.excinfo = without_trace(item, original)
        try:
            report = yield
        finally:
            call.excinfo = original
        if (state := state_of(item)) is not None:
            if call.when == "setup" and original is None:
                self._handover.learn(item)
            settle(item, state, report, None if original is None else original.value)
        return report


def _is_asked(item: pytest.Item) -> bool:
    """Whether the pipeline answers an item's question ahead of it."""
    return sample_of(item).error is None and not ANSWERS.isdisjoint(getattr(item, "fixturenames", ()))


def scorer_of(item: pytest.Item) -> Scorer:
    """What an item scores with, the same to the end of its attempt."""
    state = state_of(item)
    if state is None:
        raise pytest.UsageError(f"{item.nodeid} scores but has no @pytest.mark.llm_eval(BENCHMARK)")
    return state.scorer


def run_of(config: pytest.Config) -> EvalRun:
    """This process's run. Fails the item that asks where there is none."""
    if (run := config.stash.get(RUN, None)) is None:
        if is_worker(config):
            pytest.fail("this run was not set up for workers; with -n, give --run-dir DIR as well", pytrace=False)
        pytest.fail("there is no model to ask; give --model NAME, or --replay PATH", pytrace=False)
    return run


def own_engine(config: pytest.Config, model: str) -> Engine | None:
    """The engine that the project makes for a model, None for one of ours."""
    return _with_open(config.hook.pytest_swallow_make_engine(config=config, model=model))


def _with_open(engine: Any) -> Engine | None:
    """A project's engine; one that was written without `open` needs no opening."""
    if engine is not None and not hasattr(engine, "open"):
        engine.open = _nothing
    own: Engine | None = engine
    return own


async def _nothing() -> None:
    """Opens nothing."""
