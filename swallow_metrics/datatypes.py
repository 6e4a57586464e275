"""The nouns of the package, as frozen dataclasses. `Engine` is the one protocol (`engines/base.py`).

A `Benchmark` turns dataset rows into `Sample`s. A sample's turns, with a `Sampling`, make `Request`s; an engine
answers each with a `Response`; a test body turns responses into `Score`s; a `Record` keeps one item's scores as
plain JSON; records are aggregated to one `Summary` a benchmark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from typing import Any, Literal, Protocol

Role = Literal["model", "judge"]
Message = Mapping[str, str]  # {"role": "system" | "user" | "assistant", "content": text}
Value = float | Sequence[float]  # a number, or the numbers a corpus metric adds up


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an answer is drawn. `None` leaves a setting to the engine.

    `temperature` ≥ 0 (0 is greedy), `top_p` in (0, 1], `max_tokens` > 0, `seed` any integer.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    reasoning_effort: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Only what is set, for reports, keys and request bodies."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items() if v not in (None, ())}


@dataclass(frozen=True, slots=True)
class Sample:
    """One question.

    `turns` are the user messages, at least one, complete with prompt text. `target` is whatever the scorer compares
    with. `group` is the subject group or category it is reported under. `fields` are further values of the row that
    the scorer needs. `choices` are options in the order shown, only where that order is drawn (GPQA).
    """

    id: str
    turns: tuple[str, ...]
    target: Any = None
    group: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] | None = None


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
    "stop", "length", … or None when unknown. Token counts are None when the engine does not tell. `latency_s` in
    seconds. `choices` as in `Sample`, as they were shown when this answer was generated. `cut` counts the characters
    that the benchmark's limit took off the end of `text`.
    """

    text: str
    reasoning: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    latency_s: float | None = None
    choices: tuple[str, ...] | None = None
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """The answers of one generation of a sample, by turn, and what each judge said of them.

    `verdicts[judge][turn]` lists the judge's replies to that turn, retries after the first in order.
    """

    repeat: int
    responses: tuple[Response, ...]
    verdicts: Mapping[str, tuple[tuple[Response, ...], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """One metric's value for one generation of a sample: a number, or what a corpus metric adds up."""

    metric: str
    value: Value


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
    `family` names the macro-average it enters as a benchmark's primary metric. `scale` is the highest score. With
    `unmeasured`, a value known of a question that could not be measured counts as well: for figures on what is missing.
    """

    name: str
    family: Literal["exact_match", "f1", "judge"] | None = None
    statistics: Callable[[Value], Sequence[float]] = mean_statistics
    total: Callable[[Sequence[float]], float | None] = ratio
    signature: str | None = None
    scale: float = 1.0
    unmeasured: bool = False


class RowLike(Protocol):
    """A dataset row with checked access (`datasets.row.Row`)."""

    id: str
    subset: str | None

    def __getitem__(self, column: str) -> Any: ...
    def text(self, column: str) -> str:
        """A column that must be a string."""
        ...


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where a benchmark's rows are on the hub, and what must be in them.

    `subsets` are the hub's configuration names; empty for a dataset with one, unnamed one. `config` is that single
    one's name on the hub when it has one. `rows` is the number of rows expected over all subsets. `local` is the id of
    a benchmark with the same rows: its local file serves this one too when there is no own one. `paths` gives the
    repository of a subset that is not in `path` (AIME: one repository a year). `files` names the raw files with the
    rows, in order, for a repository that can be read in no other way (LiveCodeBench: one file a release).
    """

    path: str
    split: str
    columns: tuple[str, ...]
    rows: int
    subsets: tuple[str, ...] = ()
    config: str | None = None
    gated: bool = False
    local: str | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    """How a benchmark's answers are judged, turn by turn.

    `prompts` names the built-in judge prompts, `judge_prompts/<prompts>.toml` beside the benchmark's module. Questions
    of the groups in `with_reference` are judged beside reference answers: there `Sample.target` has one a turn.
    """

    prompts: str
    with_reference: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What `@pytest.mark.llm_eval(...)` takes.

    `sample(row, prompt)` builds a question from a row and the prompt template's text; `fields` are the placeholders
    that template may use, empty for a benchmark without one. `metrics[0]` is the primary metric. `repeats` is the
    number of generations a question, `sampling` the recommendation that applies where the user says nothing. `facts`
    is plain JSON that the report shows as it is. `program(sample, response, helpers)` makes the sandbox's task of an
    answer that is a program; tasks are run as answers arrive, and the test body gets their `outcomes`.

    `temperatures` maps groups to a temperature that overrides the user's. Answers longer than `cut` characters are cut
    there, before later turns, judge and scores see them. `judge` is None for a benchmark that needs none.
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
    program: Callable[[Sample, Response, str], Any] | None = None
    temperatures: Mapping[str, float] = field(default_factory=dict)
    cut: int | None = None
    judge: JudgeSpec | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything about one item, as plain JSON: reports are computed from records alone.

    `scores` maps a metric to its value (the mean over generations for plain numbers). `counts` holds what else was
    counted, such as {"unextracted": 1}, `error` says why the item could not be measured; then `scores` has at most the
    metrics that are `unmeasured`.
    `details` is what only some benchmarks report, such as each verdict of a judge or what came of each program.
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


@dataclass(frozen=True, slots=True)
class Summary:
    """One benchmark's figures, computed from its records (`report/summary.py`)."""

    benchmark: str
    primary: str
    samples: int
    scored: int
    errors: int
    counts: Mapping[str, int]
    metrics: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, Mapping[str, Mapping[str, Any]]]
