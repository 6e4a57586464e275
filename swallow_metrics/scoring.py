"""What a test body says of a question (`score`), and the record made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import index
from typing import Any

from swallow_metrics.datatypes import Benchmark, Conversation, Metric, Record, Response, Sample
from swallow_metrics.errors import MeasurementError, SwallowError, UsageError
from swallow_metrics.extraction.doubts import trace_doubt
from swallow_metrics.extraction.reasoning import is_unclosed, marked
from swallow_metrics.io import as_json
from swallow_metrics.metrics.several import EMPTY, answers_json, several_scores
from swallow_metrics.metrics.values import as_value, check_statistics, shown

UNSET: Any = object()


class Scorer:
    """The `score` fixture: `score(metric, value, extracted=...)`, once for every generation.

    Numbers of one metric are averaged over the generations; sequences (what a corpus metric adds up) are joined.
    `extracted=None` counts the question as unextracted; where a fallback is scored, say `found=False` instead.
    `answer` is what makes two generations the same answer, where that is not the text extracted (`Metric.voted`).
    """

    def __init__(self, benchmark: Benchmark) -> None:
        self.benchmark = benchmark.id
        self.generations = benchmark.repeats  # per question, as many as the run asks for
        self.counts: Counter[str] = Counter()
        self.details: dict[str, Any] = {}
        self.warnings: list[str] = []
        self.extracted: list[Any] = []
        self._known = {metric.name: metric for metric in benchmark.metrics}
        self._values: dict[str, list[Any]] = {}
        self._answers: dict[str, list[str]] = {}
        self._repeats: dict[str, list[Any]] = {}

    def __call__(
        self, metric: str, value: Any, *, extracted: Any = UNSET, found: bool = True, answer: str | None = None
    ) -> None:
        """Record one generation's value: a bool, a finite number, or a list of them.

        Raises UsageError for an unknown metric, MeasurementError for a value that no mean or sum can hold.
        """
        declared, value = self._metric(metric), as_value(metric, value)
        before = self._values.setdefault(metric, [])
        if before and isinstance(before[0], list) != isinstance(value, list):
            kind = "a list" if isinstance(before[0], list) else "a number"
            raise MeasurementError(
                f"expected {kind} as score of {metric!r}, as of an earlier generation, but got {shown(value)}; "
                f"score every generation alike"
            )
        before.append(value)
        if declared.voted:
            known = EMPTY if extracted is UNSET or extracted is None else extracted
            self._answers.setdefault(metric, []).append(str(known if answer is None else answer))
        if extracted is not UNSET:
            self.extract(extracted, found=found)

    def repeats(self, metric: str, values: Sequence[Any]) -> None:
        """Say what each generation alone scored, for a metric that is scored once over all of them. None: unknown.

        Raises what `score` raises.
        """
        self._metric(metric)
        self._repeats[metric] = [None if value is None else as_value(metric, value) for value in values]

    def extract(self, extracted: Any, *, found: bool = True) -> None:
        """Record what one generation's answer was taken to be, where several metrics share it."""
        self.extracted.append(extracted)
        if extracted is None or not found:
            self.issue("unextracted")

    def detail(self, name: str, value: Any) -> None:
        """Keep plain JSON with the item's record, such as the outcome of each program."""
        self.details[str(name)] = value

    def count(self, name: str, number: int = 1) -> None:
        """Count something worth reporting, such as a time-out; totals stand in the report."""
        self.counts[str(name)] += index(number)

    def issue(self, name: str | None) -> None:
        """Say that a generation has one of `ISSUES`, such as a doubt; its question counts once. None says nothing."""
        if name is not None:
            self.counts[str(name)] = 1

    def warn(self, text: str) -> None:
        """Say something about this question in the run's warnings, such as a gold that cannot be read."""
        self.warnings.append(str(text))

    def scores(self) -> dict[str, Any]:
        """Metric → mean of numbers, or the joined sequence."""
        return {metric: _joined(values) for metric, values in self._values.items()}

    def several(self) -> dict[str, Any]:
        """pass@k and maj@k under the names of the run's number of generations; nothing where that is one.

        Details keep what they are computed from, and each generation's scores, for the deviation between repeats.
        """
        scores: dict[str, Any] = {}
        for metric, keys in self._answers.items():
            right = [bool(value) for value in self._values[metric]]
            if self.generations > 1 and len(keys) == len(right):
                scores |= several_scores(metric, keys, right, self.generations)
                self.details["answers"] = answers_json(keys, right)
                self.details["answer_keys"] = keys
        each = {metric: values for metric, values in self._values.items() if len(values) > 1} | self._repeats
        if self.generations > 1 and each:
            self.details["repeats"] = {metric: [_plain(value) for value in values] for metric, values in each.items()}
        return scores

    def unmeasured(self) -> dict[str, Any]:
        """What counts even though the question could not be measured."""
        return {
            metric: value
            for metric, value in self.scores().items()
            if self._known[metric].unmeasured and self._adds_up(metric)
        }

    def check(self, group: str | None) -> None:
        """A test body that ends well has measured something of a question of `group`. Raises MeasurementError.

        A metric may be left out, as pass@10 of three generations is: figures say how many questions they are of.
        """
        for metric in self._values | self._repeats:
            self._check_sums(metric)
        wanted = [m.name for m in self._known.values() if not m.unmeasured and m.group in (None, group)]
        if wanted and not any(metric in self._values for metric in wanted):
            raise MeasurementError(
                f"expected a score of {' or '.join(map(repr, wanted))}, but the test scored nothing; call "
                f"score(METRIC, VALUE) for every generation, with 0 for a wrong answer and for none"
            )

    def _metric(self, name: str) -> Metric:
        if name not in self._known:
            raise UsageError(f"{self.benchmark} declares no metric {name!r}; it has {sorted(self._known)}")
        return self._known[name]

    def _check_sums(self, metric: str) -> None:
        values, statistics = self._values.get(metric, []), self._known[metric].statistics
        alone = [*values, *self._repeats.get(metric, ())] if self.generations > 1 else []  # for each repeat's score
        for value in [_joined(values), *alone] if values else alone:
            if value is not None:
                check_statistics(metric, statistics, _plain(value))

    def _adds_up(self, metric: str) -> bool:
        try:
            self._check_sums(metric)
        except MeasurementError:
            return False
        return True


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, list | tuple) else float(value)


def _joined(values: Sequence[Any]) -> Any:
    if isinstance(values[0], list | tuple):
        return [element for value in values for element in value]
    numbers = [float(value) for value in values]
    return numbers[0] if len(numbers) == 1 else sum(numbers) / len(numbers)


class Measurement:
    """One item's scorer, conversations, further answers (`engine.ask`) and error, from set-up to its record.

    An attempt of its own, where a plugin runs an item again (`again`).
    """

    def __init__(self, benchmark: Benchmark, sample: Sample) -> None:
        self.benchmark = benchmark
        self.sample = sample
        self.scorer = Scorer(benchmark)
        self.conversations: tuple[Conversation, ...] = ()
        self.asked: list[Response] = []
        self.error: str | None = None
        self.failure: SwallowError | None = None  # why there are no conversations
        self.skipped = False  # by a mark, a fixture or the test body

    def again(self) -> Measurement:
        """The same item's next attempt. Answers that are there are not asked for again."""
        fresh = Measurement(self.benchmark, self.sample)
        fresh.conversations = self.conversations
        return fresh

    def new_scorer(self) -> Scorer:
        """Without what an earlier attempt scored."""
        self.scorer = Scorer(self.benchmark)
        return self.scorer

    @property
    def responses(self) -> list[Response]:
        """Every response of the candidate: by repeat, then turn, then what the test body asked itself."""
        return [response for conversation in self.conversations for response in conversation.responses] + self.asked

    def record(self) -> Record:
        """The item as plain JSON."""
        responses = self.responses
        counts = Counter(self.scorer.counts)
        for name in {name for response in responses for name in issues_of(response)}:
            counts[name] = 1
        if cut := sum(response.cut > 0 for response in responses):
            counts["answers_cut"] = cut
        tokens = sum(response.completion_tokens or 0 for response in responses)
        if tokens:
            counts["completion_tokens"] = tokens
        if thought := sum(response.reasoning_tokens or 0 for response in responses):
            counts["reasoning_tokens"] = thought
        return Record(
            benchmark=self.benchmark.id,
            sample=self.sample.id,
            group=self.sample.group,
            scores=self._scores(),
            extracted=[as_json(value) for value in self.scorer.extracted] or None,
            finish_reasons=[response.finish_reason for response in responses],
            error=self.error,
            counts=counts,
            details={name: as_json(value) for name, value in self.scorer.details.items()},
            warnings=self.scorer.warnings,
        )

    def _scores(self) -> dict[str, Any]:
        if self.skipped:
            return {}
        if self.error is not None:
            return self.scorer.unmeasured()
        return self.scorer.scores() | self.scorer.several()

    def letter(self) -> tuple[str, str]:
        """(letter, word) for the progress line, by the primary metric."""
        primary = self.benchmark.metrics[0]
        value = self.scorer.scores().get(primary.name)
        if isinstance(value, list):
            value = sum(value) / len(value) if value and primary.scale == 1.0 else None
        if value is None:
            return "m", "MEASURED"
        if value >= 1.0:
            return ".", "RIGHT"
        return ("x", "WRONG") if value <= 0.0 else ("+", f"{value:.2f}")


_BY_REASON = {"length": "truncated", "content_filter": "filtered", "refusal": "refused"}


def issues_of(response: Response) -> set[str]:
    """Those of `ISSUES` that a response shows by itself, whatever benchmark it answers."""
    text, reasoning = response.text, response.reasoning
    found = set(response.trouble)
    if (reason := _BY_REASON.get(response.finish_reason or "")) is not None:
        found.add(reason)
    if not text.strip():
        found.add("empty")
        if response.finish_reason == "tool_calls":
            found.add("tool_calls")
    if reasoning and (not text.strip() or text in (reasoning, marked(reasoning))):
        found.add("reasoning_only")
    elif reasoning is None and is_unclosed(text):
        found.add("unclosed_reasoning")
    elif "unclosed_reasoning" not in found and (doubt := trace_doubt(text, reasoning)) is not None:
        found.add(doubt)
    return found
