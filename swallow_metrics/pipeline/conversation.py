"""One conversation: a sample's turns asked one after the other, each answer recorded as it arrives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

from swallow_metrics.datatypes import Message, Request, Response, Sample, Sampling
from swallow_metrics.engines.base import Engine
from swallow_metrics.errors import EngineDown, EngineError, SwallowError
from swallow_metrics.extraction.reasoning import split_reasoning
from swallow_metrics.pipeline.journal import JournalWriter
from swallow_metrics.pipeline.reader import JournalReader, place_of


@dataclass(slots=True)
class Channel:
    """An engine with what stands around it: the journal it writes to, and the one it may answer from.

    `recorded` (from `--resume`) is asked first.
    """

    engine: Engine
    journal: JournalWriter | None = None
    recorded: JournalReader | None = None
    raw: bool = True  # whether answers may still hold a reasoning trace; those of a journal were separated before
    down: EngineDown | None = None  # once an engine refuses everything, it is not asked again

    async def ask(self, request: Request) -> Response:
        """The answer to a request, reasoning removed, already in the journal. Raises EngineError, EngineDown."""
        key = request.key(self.engine.identity) if self.journal or self.recorded else ""
        if self.recorded is not None:
            if (known := self.recorded.at_place(place_of(request), key)) is not None:
                return known
            if (known := self.recorded.with_key(key)) is not None:
                # Recorded for another question in the same words: for --replay this one needs a line of its own.
                if self.journal is not None:
                    self.journal.append(request, known, key)
                return known
        if self.down is not None:
            raise self.down
        start = perf_counter()
        try:
            response = await self.engine.generate(request)
        except EngineDown as error:
            self.down = error
            raise
        except SwallowError:
            raise
        except Exception as error:
            # An engine's own bug must fail this item, with its cause, and no other.
            msg = f"the engine failed with {type(error).__name__}: {' '.join(str(error).split())[:500]}"
            raise EngineError(msg) from error
        if self.raw:
            response = final(response)
            if response.choices != request.choices:
                response = replace(response, choices=request.choices)
        if response.latency_s is None and self.journal is not None:
            response = replace(response, latency_s=round(perf_counter() - start, 6))
        if self.journal is not None:
            self.journal.append(request, response, key)
        return response


def final(response: Response) -> Response:
    """Separate the reasoning trace from the answer, once: a response that already names its reasoning stays."""
    if response.reasoning is not None or "think>" not in response.text:
        return response
    text, reasoning = split_reasoning(response.text)
    return response if reasoning is None else replace(response, text=text, reasoning=reasoning)


def opening(sample: Sample, system_prompt: str | None) -> list[Message]:
    """The messages before the first answer: the system prompt, if any, and the first user message."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return [*system, {"role": "user", "content": sample.turns[0]}]


async def converse(
    channel: Channel,
    benchmark: str,
    sample: Sample,
    sampling: Sampling,
    repeat: int,
    system_prompt: str | None,
    *,
    cut: int | None = None,
    on_answer: Callable[[tuple[Response, ...]], None] | None = None,
) -> tuple[Response, ...]:
    """Ask all turns of a sample once; a turn sees the answers before it. Raises EngineError, EngineDown.

    Answers are cut to `cut` characters (JU-6); the journal keeps them whole. `on_answer` is told of all answers so far
    whenever there is one more.
    """
    if repeat and sampling.seed is not None:
        sampling = replace(sampling, seed=sampling.seed + repeat)  # else every repeat would be the same draw
    messages = opening(sample, system_prompt)
    responses: list[Response] = []
    for turn in range(len(sample.turns)):
        if turn:
            messages += [
                {"role": "assistant", "content": responses[-1].text},
                {"role": "user", "content": sample.turns[turn]},
            ]
        request = Request(
            benchmark, sample.id, tuple(messages), sampling, repeat=repeat, turn=turn, choices=sample.choices
        )
        response = await channel.ask(request)
        if cut is not None and len(response.text) > cut:
            response = replace(response, text=response.text[:cut], cut=len(response.text) - cut)
        responses.append(response)
        if on_answer is not None:
            on_answer(tuple(responses))
    return tuple(responses)
