"""One benchmark before it is asked: its prompts counted, those that do not fit, what its judges would read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swallow_metrics.datatypes import Benchmark, Message, Request, Sample
from swallow_metrics.engines.dialect import answer_room
from swallow_metrics.engines.tokens import estimated_tokens
from swallow_metrics.errors import MeasurementError
from swallow_metrics.judge.messages import judge_messages
from swallow_metrics.judge.panel import judge_names
from swallow_metrics.judge.prompts import JudgePrompts
from swallow_metrics.outlook.measured import Measured
from swallow_metrics.outlook.tokens import Counter
from swallow_metrics.pipeline.converse import opening
from swallow_metrics.settings import Settings
from swallow_metrics.wiring.sampling import sampling_for

ASSUMED_ANSWER = 500  # tokens of an answer that nothing is known of


@dataclass(frozen=True, slots=True)
class Length:
    """Tokens of an answer, and how they are known: "measured", "the most" (--max-tokens) or "assumed"."""

    tokens: float
    how: str


@dataclass(frozen=True, slots=True)
class BenchmarkOutlook:
    """Numbers of requests, and tokens of all prompts of the model and of one judge (later turns with earlier answers).

    `first` are the lengths of the first prompts that are sent, `answer` is how long an answer is taken to be.
    `unfit` are prompts that do not fit, `tight` those that leave less room than --max-tokens, each told in a line.
    """

    benchmark: Benchmark
    questions: int
    requests: int
    judgements: int
    first: Sequence[int]
    prompt_tokens: float
    judge_tokens: float
    answer: Length
    unfit: Sequence[str]
    tight: Sequence[str]

    @property
    def is_estimated(self) -> bool:
        """Whether the length of answers is part of a prompt: of a later turn, or of a judge's."""
        return self.requests > len(self.first) * self.benchmark.repeats or self.judgements > 0


def first_request(benchmark: Benchmark, sample: Sample, settings: Settings) -> Request:
    """What asks a question's first turn."""
    messages = tuple(opening(sample.turns[0], settings.system_prompt))
    return Request(benchmark.id, sample.id, messages, sampling_for(benchmark, settings, sample.group))


def outlook_of(
    benchmark: Benchmark,
    samples: Sequence[Sample],
    settings: Settings,
    counter: Counter,
    measured: Measured | None,
    prompts: JudgePrompts | None,
) -> BenchmarkOutlook:
    """Count a benchmark. `prompts` are its judges', None where none is asked."""
    answer = _answer_length(benchmark, settings, measured)
    first: list[int] = []
    unfit: list[str] = []
    tight: list[str] = []
    turns, model_tokens, judge_tokens = 0, 0.0, 0.0
    for sample in samples:
        request = first_request(benchmark, sample, settings)
        where = f"{benchmark.id} {sample.id!r}"
        try:
            length = counter.count(request)
            later = _later_turns(request, sample, counter, answer)
        except MeasurementError as error:
            unfit.append(f"cannot be asked: {where}: {error}")
            continue
        if counter.limit is not None:
            room = request.sampling.max_tokens or 1
            told = f"{where}: {length:,} tokens and {room:,} for the answer, of {counter.limit:,}"
            if length + (room if settings.base_urls else 1) > counter.limit:
                unfit.append(f"does not fit: {told}")
                if settings.on_long_prompt != "truncate-left":
                    continue
                length = counter.limit - answer_room(request.sampling, counter.limit)
            elif length + room > counter.limit:
                tight.append(f"little room: {told}")
        first.append(length)
        turns += len(sample.turns)
        model_tokens += length + later
        if prompts is not None:
            judge_tokens += _judge_tokens(benchmark, sample, prompts, answer)
    judges = len(judge_names(settings)) if prompts is not None else 0
    repeats = benchmark.repeats
    return BenchmarkOutlook(
        benchmark, len(samples), turns * repeats, turns * repeats * judges, first, model_tokens * repeats,
        judge_tokens * repeats, answer, unfit, tight,
    )  # fmt: skip


def _answer_length(benchmark: Benchmark, settings: Settings, measured: Measured | None) -> Length:
    found = measured.length(benchmark.id, "model") if measured is not None else None
    if found is not None:
        return Length(found, "measured")
    most = sampling_for(benchmark, settings, None).max_tokens
    return Length(ASSUMED_ANSWER, "assumed") if most is None else Length(most, "the most")


def _later_turns(first: Request, sample: Sample, counter: Counter, answer: Length) -> float:
    """Tokens of the prompts after the first: each holds what was said before it."""
    messages: list[Message] = [*first.messages]
    tokens = 0.0
    for turn, question in enumerate(sample.turns[1:], 1):
        messages += [{"role": "assistant", "content": ""}, {"role": "user", "content": question}]
        asked = Request(first.benchmark, first.sample, tuple(messages), first.sampling, turn=turn)
        tokens += counter.count(asked) + turn * answer.tokens
    return tokens


def _judge_tokens(benchmark: Benchmark, sample: Sample, prompts: JudgePrompts, answer: Length) -> float:
    """Tokens of what one judge reads on one generation: each turn with the dialogue up to it."""
    assert benchmark.judge is not None
    return sum(
        estimated_tokens(judge_messages(prompts, benchmark.judge, sample, [""] * turns)) + turns * answer.tokens
        for turns in range(1, len(sample.turns) + 1)
    )
