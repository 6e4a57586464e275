"""Ask a judge about every answer of the set, in both orders of its dialogue's turns, several times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from swallow_metrics.datatypes import Benchmark, Dataset, JudgeSpec, Response, Sample
from swallow_metrics.engines.tokens import estimated_tokens
from swallow_metrics.errors import EngineDown, MeasurementError
from swallow_metrics.judge.check.dialogues import LANGUAGES, Dialogue
from swallow_metrics.judge.judge import Judge
from swallow_metrics.judge.messages import judge_messages
from swallow_metrics.judge.prompts import JudgePrompts
from swallow_metrics.judge.verdicts import rating_of, readable

ORDERS = ((0, 1), (1, 0))
TOKENS_PER_REPLY = 250  # a short explanation and the rating


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge's rating of one answer of a dialogue, shown in its first or second turn (`place`, from 0).

    `rating` is None where no reply has one; `first` is that of the first reply alone. `error` says why nothing came.
    """

    dialogue: str
    answer: int
    place: int
    repeat: int
    rating: float | None = None
    first: float | None = None
    replies: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def benchmark_of(language: str) -> Benchmark:
    """What the judge's requests say they belong to: no benchmark of a run, only a name and its judge prompts."""
    return Benchmark(
        id="judge_check",
        title="Check of a judge",
        dataset=Dataset(path="", split="", columns=(), rows=0),
        sample=lambda _row, _prompt: Sample("", ("",)),
        metrics=(),
        judge=JudgeSpec(prompts=LANGUAGES[language]),
    )


def _shown(dialogue: Dialogue, order: tuple[int, int]) -> tuple[Sample, tuple[Response, ...]]:
    turns = [dialogue.turns[number] for number in order]
    sample = Sample(f"{dialogue.id}/{order[0]}{order[1]}", tuple(turn.question for turn in turns))
    return sample, tuple(Response(turn.answer) for turn in turns)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a check will ask at least: retries come on top. Tokens are guessed from characters."""

    requests: int
    prompt_tokens: int
    completion_tokens: int

    def cost(self, prices: tuple[float, float] | None) -> float | None:
        """US dollars, at prices per million prompt and completion tokens."""
        return None if prices is None else (self.prompt_tokens * prices[0] + self.completion_tokens * prices[1]) / 1e6


def estimate(dialogues: Sequence[Dialogue], prompts: Mapping[str, JudgePrompts], repeats: int) -> Estimate:
    """The requests of a check, and about how many tokens."""
    requests, tokens = 0, 0
    for dialogue in dialogues:
        spec = benchmark_of(dialogue.language).judge
        assert spec is not None
        for order in ORDERS:
            sample, responses = _shown(dialogue, order)
            for turns in (1, 2):
                answers = [response.text for response in responses[:turns]]
                tokens += estimated_tokens(judge_messages(prompts[dialogue.language], spec, sample, answers))
                requests += 1
    return Estimate(requests * repeats, tokens * repeats, requests * repeats * TOKENS_PER_REPLY)


async def ask_all(
    dialogues: Sequence[Dialogue],
    judges: Mapping[str, Judge],
    repeats: int,
    keep: Callable[[Verdict], None],
) -> None:
    """Hand over every verdict as it comes. `judges` is one judge, with the prompts of each language.

    Once the judge refuses everything, the rest is handed over as errors without being asked for.
    """
    tasks = [
        _ask(dialogue, judges[dialogue.language], order, place, repeat, keep)
        for repeat in range(repeats)
        for dialogue in dialogues
        for order in ORDERS
        for place in (0, 1)
    ]
    await asyncio.gather(*tasks)


async def _ask(
    dialogue: Dialogue,
    judge: Judge,
    order: tuple[int, int],
    place: int,
    repeat: int,
    keep: Callable[[Verdict], None],
) -> None:
    sample, responses = _shown(dialogue, order)
    where = (dialogue.id, order[place], place, repeat)
    try:
        replies = await judge.verdict(benchmark_of(dialogue.language), sample, repeat, responses[: place + 1])
    except (MeasurementError, EngineDown) as error:
        keep(Verdict(*where, error=str(error)))
        return
    keep(
        Verdict(
            *where,
            rating=readable(replies),
            first=rating_of(replies[0]).value,
            replies=len(replies),
            prompt_tokens=_sum([reply.prompt_tokens for reply in replies]),
            completion_tokens=_sum([reply.completion_tokens for reply in replies]),
        )
    )


def _sum(numbers: Sequence[int | None]) -> int | None:
    return None if None in numbers else sum(number or 0 for number in numbers)
