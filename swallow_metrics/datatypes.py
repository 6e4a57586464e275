"""The nouns of the package, as frozen dataclasses. `Engine` is the one protocol (`engines/base.py`).

A `Benchmark` turns dataset rows into `Sample`s. A sample's turns, with a `Sampling`, make `Request`s; an engine
answers each with a `Response`; a test body scores responses; a `Record` keeps one item's scores as plain JSON; records
are aggregated to one `Summary` per benchmark (`report/summary.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from json import dumps
from typing import Any, Literal

Role = Literal["model", "judge"]
Message = Mapping[str, str]  # {"role": "system" | "user" | "assistant", "content": text}
Value = float | Sequence[float]  # a number, or the numbers a corpus metric adds up

TROUBLE = (
    "unextracted", "truncated", "empty", "refused", "filtered", "tool_calls", "unclosed_reasoning", "reasoning_only",
    "no_code", "prompt_cut",
)  # fmt: skip
"""What may be wrong with an answer that is scored all the same; `docs/issues.md` says what each means."""
DOUBTS = (
    "unrecognised_trace", "letter_guessed", "letters_several", "ratings_several", "number_in_part", "stand_in",
    "other_block", "rounding",
)  # fmt: skip
"""Answers that were read as the reference reads them, and may have meant something else (`extraction.doubts`)."""
ISSUES = (*TROUBLE, *DOUBTS)
"""Counted for every benchmark, in questions: those of which at least one generation has it."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an answer is drawn. `None` leaves a setting to the engine.

    `temperature` ≥ 0 (0 is greedy), `top_p` in (0, 1], `max_tokens` > 0, `seed` any integer. `extra` are further
    settings by the engine's own names (fields of a request's body, such as `top_k`), sent as they are.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    reasoning_effort: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Only what is set, for reports, keys and request bodies."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "extra"}
        known = {name: list(v) if isinstance(v, tuple) else v for name, v in values.items() if v not in (None, ())}
        return {**known, **self.extra} if self.extra else known


@dataclass(frozen=True, slots=True)
class Sample:
    """One question.

    `turns` are the user messages, at least one, complete with prompt text. `target` is whatever the scorer compares
    with. `group` is the subject group or category it is reported under. `fields` are further values of the row that
    the scorer needs. `options` are those of a multiple-choice question in the order shown; `choices` are the same where
    that order is drawn (GPQA), and answers remember them. `error` says why the row cannot measure anything: it is not
    asked, and its item ends with this error.
    """

    id: str
    turns: tuple[str, ...]
    target: Any = None
    group: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] | None = None
    error: str | None = None
    options: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One call of an engine: what to answer, and whose answer it is.

    `repeat` numbers independent generations of one question, `turn` the user messages of a conversation, both from
    0. `judge` names the judge when `role` is "judge"; `attempt` counts its retries after unreadable verdicts.
    """

    benchmark: str
    sample: str
    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    repeat: int = 0
    turn: int = 0
    role: Role = "model"
    judge: str = ""
    attempt: int = 0
    choices: tuple[str, ...] | None = None

    def key(self, identity: str) -> str:
        """Content hash of model identity, messages, sampling and repeat: equal keys ask for the same thing."""
        content = [identity, [dict(m) for m in self.messages], self.sampling.to_json(), self.repeat, self.attempt]
        return sha256(dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Response:
    """What an engine answered.

    `text` is the final answer, `reasoning` the trace removed from it (None when there was none). `finish_reason` is
    "stop", "length", … or None when unknown. Token counts are None when the engine does not tell; `reasoning_tokens`
    are those of the completion that the trace took. `latency_s` in seconds. `choices` as in `Sample`, as they were
    shown when this answer was generated. `cut` counts the characters that the benchmark's limit took off the end of
    `text`. `trouble` names those of `TROUBLE` that only the engine can see: "refused" (the model or its provider
    refused; `text` is what it said), "filtered" (a content filter took the rest away), "tool_calls" (a call of a tool
    instead of a text), "prompt_cut" (the prompt was cut to fit). `model` is the endpoint's name of the model.
    """

    text: str
    reasoning: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    latency_s: float | None = None
    choices: tuple[str, ...] | None = None
    cut: int = 0
    reasoning_tokens: int | None = None
    trouble: tuple[str, ...] = ()
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The answers of one generation of a sample, by turn, and what each judge said of them.

    `verdicts[judge][turn]` lists the judge's replies to that turn, retries after the first in order.
    """

    repeat: int
    responses: tuple[Response, ...]
    verdicts: Mapping[str, tuple[tuple[Response, ...], ...]] = field(default_factory=dict)


def mean_statistics(value: Value) -> tuple[float, ...]:
    """(value, 1): their sums give the mean."""
    return (float(value), 1.0)  # type: ignore[arg-type]  # a metric with list values brings its own statistics


def ratio(total: Sequence[float]) -> float | None:
    """First sum over second; None when nothing was counted."""
    return total[0] / total[1] if total[1] else None


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric is a function of per-sample statistics added up, so means, corpus scores and resampling are one idea.

    `statistics` maps a sample's value to numbers; `total` maps their sums to the score (None: nothing to score).
    `note` says from the summed statistics what a reader could misunderstand about the score, None for nothing.
    `signature` tells from the records that were scored what makes the number comparable (versions, settings).
    `family` names the macro-average it enters as a benchmark's primary metric. `scale` is the highest score. With
    `unmeasured`, a value known of a question that could not be measured counts as well: for figures on what is missing.
    `voted` says that its value tells whether an answer is right that several generations can agree on: then pass@k and
    maj@k are reported beside their mean (`metrics/several.py`).
    `group` is the only group whose questions have it; None for a metric of all questions. `less_is_better` is for
    shares of what went wrong.
    """

    name: str
    family: Literal["exact_match", "f1", "judge"] | None = None
    statistics: Callable[[Value], Sequence[float]] = mean_statistics
    total: Callable[[Sequence[float]], float | None] = ratio
    signature: Callable[[Sequence[Record]], str] | None = None
    note: Callable[[Sequence[float]], str | None] | None = None
    scale: float = 1.0
    unmeasured: bool = False
    voted: bool = False
    group: str | None = None
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where a benchmark's rows are on the hub, and what must be in them.

    Without a `path` the rows are private: they are read from `--data-dir` alone. `rows` None expects no number of rows.
    `subsets` are the hub's configuration names; empty for a dataset with one, unnamed one. `config` is that single
    one's name on the hub when it has one. `rows` is the number of rows expected over all subsets. `same_rows_as` is the
    id of a benchmark with the same rows: its local file serves this one where there is no own one. `paths` gives the
    repository of a subset that is not in `path` (AIME: one repository a year). `files` names the raw files with the
    rows, in order, for a repository that can be read in no other way (LiveCodeBench: a file per release). `splits` says
    the split of each subset where subsets are splits of `config` (PolyMath: one per level).
    """

    path: str = ""
    split: str = "test"
    columns: tuple[str, ...] = ()
    rows: int | None = None
    subsets: tuple[str, ...] = ()
    config: str | None = None
    gated: bool = False
    same_rows_as: str | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    splits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    """How a benchmark's answers are judged, turn by turn.

    `prompts` names the built-in judge prompts, `judge_prompts/<prompts>.toml` beside the benchmark's module. Questions
    of the groups in `with_reference` are judged beside reference answers: there `Sample.target` has one per turn.
    """

    prompts: str
    with_reference: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Program:
    """How an answer becomes a program that is run in the sandbox.

    `tests(sample, helpers)` makes what it is tested with, once a question (`swallow_metrics.sandbox.CheckTests` or
    `CaseTests`); `helpers` is "program" or "prompt", the user's `--sandbox-helpers`. `code(sample, response)` is
    the program in an answer, None where there is none. `time_s` bounds each of its tests, in seconds.
    """

    tests: Callable[[Sample, str], Any]
    code: Callable[[Sample, Response], str | None]
    time_s: float


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What `@pytest.mark.llm_eval(...)` takes.

    `sample(row, prompt)` builds a question from a row and the prompt template's text; `fields` are the placeholders
    that template may use, empty for a benchmark without one. `metrics[0]` is the primary metric. `repeats` is the
    number of generations per question, `sampling` the recommendation that applies where the user says nothing. `facts`
    is plain JSON that the report shows as it is. `issues` names further counts (`score.count`) that are problems: the
    table shows them and gates may bound them, as `ISSUES`. `program` says how an answer becomes a program that is
    tested; programs are run as answers arrive, and the test body gets their `outcomes`. `of_generations(n)` gives the
    metrics of a run with n generations per question, where their names or number depend on it; `metrics` are those of
    `repeats` generations then.

    `temperatures` maps groups to a temperature, which can override the user's (JU-3, JU2-4). `releases` are datasets by
    release, of which the run chooses one (LiveCodeBench). Answers longer than `cut` characters are cut there, before
    later turns, judge and scores see them. `judge` is None for a benchmark that needs none. Other versions of the
    `libraries` may score the same answers otherwise.
    """

    id: str
    title: str
    dataset: Dataset
    sample: Callable[[Any, str], Sample]
    metrics: tuple[Metric, ...]
    fields: tuple[str, ...] = ()
    sampling: Sampling = Sampling(temperature=0.0)
    repeats: int = 1
    facts: Mapping[str, Any] = field(default_factory=dict)
    issues: tuple[str, ...] = ()
    program: Program | None = None
    temperatures: Mapping[str, float] = field(default_factory=dict)
    cut: int | None = None
    judge: JudgeSpec | None = None
    libraries: tuple[str, ...] = ()
    of_generations: Callable[[int], tuple[Metric, ...]] | None = None
    releases: Mapping[str, Dataset] = field(default_factory=dict)

    def for_generations(self, n: int) -> Benchmark:
        """This benchmark as it is measured with n generations per question."""
        metrics = self.metrics if self.of_generations is None else self.of_generations(n)
        return replace(self, repeats=n, metrics=metrics)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything about one item, as plain JSON: reports are computed from records alone.

    `scores` maps a metric to its value (the mean over generations for plain numbers). `counts` holds what else was
    counted, such as {"unextracted": 1}, `error` says why the item could not be measured; then `scores` has at most the
    metrics that are `unmeasured`. `details` is what only some benchmarks report, such as each verdict of a judge or
    each program's outcome. `warnings` are shown with the run's results.
    """

    benchmark: str
    sample: str
    group: str | None = None
    scores: Mapping[str, Any] = field(default_factory=dict)
    extracted: Any = None
    finish_reasons: Sequence[str | None] = ()
    error: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """As `tests[i]["metadata"]` of report.json; `Record(**metadata)` is the way back."""
        data = {name: getattr(self, name) for name in ("benchmark", "sample", "group")}
        data |= {"scores": dict(self.scores), "extracted": self.extracted}
        data |= {"finish_reasons": list(self.finish_reasons), "error": self.error}
        further = {"counts": dict(self.counts), "details": dict(self.details), "warnings": list(self.warnings)}
        return data | {name: value for name, value in further.items() if value}
