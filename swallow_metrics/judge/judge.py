"""One judge: asked for a verdict on a dialogue's last turn, again where the verdict has no readable rating."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from swallow_metrics.datatypes import Benchmark, Request, Response, Sample, Sampling
from swallow_metrics.errors import EngineDown, EngineError, JudgeError
from swallow_metrics.journal.journaled import JournaledEngine
from swallow_metrics.judge.messages import SAMPLING, judge_messages
from swallow_metrics.judge.prompts import JudgePrompts
from swallow_metrics.judge.verdicts import readable


@dataclass(slots=True)
class Judge:
    """A judge with the way to ask it.

    `slots` bounds its open requests. An unreadable verdict is asked for `retries` times more. `prompts` is None for
    verdicts of a journal, which are looked up and not asked for: there, retries go on as far as they were recorded.
    `seeds` says that a retry sends its number as a seed.
    """

    name: str
    engine: JournaledEngine
    slots: asyncio.Semaphore
    prompts: JudgePrompts | None
    retries: int = 0
    sampling: Sampling = SAMPLING
    seeds: bool = True

    async def verdict(
        self, benchmark: Benchmark, sample: Sample, repeat: int, responses: tuple[Response, ...]
    ) -> tuple[Response, ...]:
        """The replies to a dialogue's last turn, until one has a rating. Raises JudgeError, EngineDown."""
        assert benchmark.judge is not None
        answers = [response.text for response in responses]
        messages = judge_messages(self.prompts, benchmark.judge, sample, answers) if self.prompts else ()
        first = Request(
            benchmark.id, sample.id, messages, self.sampling,
            repeat=repeat, turn=len(responses) - 1, role="judge", judge=self.name,
        )  # fmt: skip
        replies: list[Response] = []
        async with self.slots:
            while readable(replies) is None:
                attempt = len(replies)
                if self.prompts is not None and attempt > self.retries:
                    break
                request = first
                if attempt:  # at temperature 0 most servers repeat themselves unless something changes
                    sampling = replace(self.sampling, seed=attempt) if self.seeds else self.sampling
                    request = replace(first, attempt=attempt, sampling=sampling)
                try:
                    replies.append(await self.engine.ask(request))
                except EngineDown:
                    raise
                except EngineError as error:
                    if self.prompts is None and attempt:
                        break  # as far as it was recorded
                    raise JudgeError(f"judge {self.name!r}: {error}") from error
        return tuple(replies)
