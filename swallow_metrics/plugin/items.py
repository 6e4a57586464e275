"""What a test body sees (`response`, `responses`, `conversations`, `score`), and the record made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from swallow_metrics.datatypes import Benchmark, Conversation, Record, Response, Sample
from swallow_metrics.extraction.reasoning import is_unclosed
from swallow_metrics.plugin.collection import benchmark_of, sample_of

UNSET: Any = object()


class Scorer:
    """The `score` fixture: `score(metric, value, extracted=...)`, once for every generation.

    Numbers of one metric are averaged over the generations; sequences (what a corpus metric adds up) are joined.
    `extracted=None` counts the question as unextracted; where a fallback is scored, say `found=False` instead.
    """

    def __init__(self, benchmark: Benchmark) -> None:
        self.benchmark = benchmark.id
        self.counts: Counter[str] = Counter()
        self.details: dict[str, Any] = {}
        self.extracted: list[Any] = []
        self._known = {metric.name for metric in benchmark.metrics}
        self._unmeasured = {metric.name for metric in benchmark.metrics if metric.unmeasured}
        self._values: dict[str, list[Any]] = {}

    def __call__(self, metric: str, value: Any, *, extracted: Any = UNSET, found: bool = True) -> None:
        """Record one generation's value: a bool, a number, or a sequence of them. Raises ValueError."""
        if metric not in self._known:
            raise ValueError(f"{self.benchmark} declares no metric {metric!r}; it has {sorted(self._known)}")
        self._values.setdefault(metric, []).append(value)
        if extracted is not UNSET:
            self.extract(extracted, found=found)

    def extract(self, extracted: Any, *, found: bool = True) -> None:
        """Record what one generation's answer was taken to be, where several metrics share it."""
        self.extracted.append(extracted)
        if extracted is None or not found:
            self.counts["unextracted"] = 1

    def detail(self, name: str, value: Any) -> None:
        """Keep plain JSON with the item's record, such as what came of each program."""
        self.details[name] = value

    def count(self, name: str, number: int = 1) -> None:
        """Count something worth reporting, such as a time-out; totals stand in the report."""
        self.counts[name] += number

    def scores(self) -> dict[str, Any]:
        """Metric → mean of numbers, or the joined sequence."""
        return {metric: _joined(values) for metric, values in self._values.items()}

    def unmeasured(self) -> dict[str, Any]:
        """What counts even though the question could not be measured."""
        return {metric: value for metric, value in self.scores().items() if metric in self._unmeasured}


def _joined(values: Sequence[Any]) -> Any:
    if isinstance(values[0], list | tuple):
        return [element for value in values for element in value]
    numbers = [float(value) for value in values]
    return numbers[0] if len(numbers) == 1 else sum(numbers) / len(numbers)


class ItemState:
    """One item's scorer, conversations and error, from set-up to its record."""

    def __init__(self, benchmark: Benchmark, sample: Sample) -> None:
        self.benchmark = benchmark
        self.sample = sample
        self.scorer = Scorer(benchmark)
        self.conversations: tuple[Conversation, ...] = ()
        self.error: str | None = None

    @property
    def responses(self) -> list[Response]:
        """Every response of the candidate, by repeat, then turn."""
        return [response for conversation in self.conversations for response in conversation.responses]

    def record(self) -> Record:
        """The item as plain JSON."""
        responses = self.responses
        reasons = [response.finish_reason for response in responses]
        counts = Counter(self.scorer.counts)
        if any(reason == "length" for reason in reasons):
            counts["truncated"] = 1
        if cut := sum(response.cut > 0 for response in responses):
            counts["answers_cut"] = cut
        unclosed = sum(response.reasoning is None and is_unclosed(response.text) for response in responses)
        if unclosed:
            counts["unclosed_reasoning"] = unclosed
        tokens = sum(response.completion_tokens or 0 for response in responses)
        if tokens:
            counts["completion_tokens"] = tokens
        return Record(
            benchmark=self.benchmark.id,
            sample=self.sample.id,
            group=self.sample.group,
            scores=self.scorer.unmeasured() if self.error else self.scorer.scores(),
            extracted=self.scorer.extracted or None,
            finish_reasons=reasons,
            error=self.error,
            counts=counts,
            details=self.scorer.details,
        )


STATE = pytest.StashKey[ItemState]()


def state_of(item: pytest.Item) -> ItemState | None:
    """The item's state, made at first use; None for an ordinary test."""
    state = item.stash.get(STATE, None)
    if state is None and (benchmark := benchmark_of(item)) is not None:
        state = item.stash[STATE] = ItemState(benchmark, sample_of(item))
    return state


FIXTURES: dict[str, Callable[[ItemState], Any]] = {
    "conversations": lambda state: state.conversations,
    "responses": lambda state: first_turns(state.conversations),
    "response": lambda state: state.conversations[0].responses[0],
    "score": lambda state: state.scorer,
}


def first_turns(conversations: Sequence[Conversation]) -> list[Response]:
    """The answer to the first turn, of every generation."""
    return [conversation.responses[0] for conversation in conversations]


def is_own_fixture(item: pytest.Function, name: str) -> bool:
    """Whether a fixture name means this plugin's fixture for an item, and not one that overrides it."""
    found = item._fixtureinfo.name2fixturedefs.get(name)  # noqa: SLF001  # the public way costs 0.1 ms an item
    return found is not None and len(found) > 0 and found[-1].func.__module__ == "swallow_metrics.plugin"


def metadata(record: Record) -> dict[str, Any]:
    """A record as `tests[i]["metadata"]` of report.json."""
    data: dict[str, Any] = {
        "benchmark": record.benchmark,
        "sample": record.sample,
        "group": record.group,
        "scores": dict(record.scores),
        "extracted": record.extracted,
        "finish_reasons": list(record.finish_reasons),
        "error": record.error,
    }
    if record.counts:
        data["counts"] = dict(record.counts)
    if record.details:
        data["details"] = dict(record.details)
    return data


def record_from(data: dict[str, Any]) -> Record:
    """The record in an item's metadata."""
    return Record(**data)
