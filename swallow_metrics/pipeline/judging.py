"""Judge a conversation while it is still going on: each answer goes to the judges as soon as it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from swallow_metrics.datatypes import Benchmark, Conversation, Request, Response, Sample
from swallow_metrics.errors import EngineDown, EngineError, JudgeError
from swallow_metrics.judge.ask import SAMPLING, judge_messages
from swallow_metrics.judge.prompts import JudgePrompts
from swallow_metrics.judge.verdicts import readable
from swallow_metrics.pipeline.conversation import Channel

Talk = Callable[[Callable[[tuple[Response, ...]], None]], Awaitable[tuple[Response, ...]]]


@dataclass(slots=True)
class Judge:
    """A judge with the way to ask it.

    `slots` bounds its open requests. An unreadable verdict is asked for `retries` times more. `prompts` is None for
    verdicts of a journal, which are looked up and not asked for: there, retries go on as far as they were recorded.
    """

    name: str
    channel: Channel
    slots: asyncio.Semaphore
    prompts: JudgePrompts | None
    retries: int = 0

    async def verdict(
        self, benchmark: Benchmark, sample: Sample, repeat: int, responses: tuple[Response, ...]
    ) -> tuple[Response, ...]:
        """The replies to a dialogue's last turn, until one has a rating. Raises JudgeError, EngineDown."""
        assert benchmark.judge is not None
        answers = [response.text for response in responses]
        messages = judge_messages(self.prompts, benchmark.judge, sample, answers) if self.prompts else ()
        first = Request(
            benchmark.id, sample.id, messages, SAMPLING,
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
                    request = replace(first, attempt=attempt, sampling=replace(SAMPLING, seed=attempt))
                try:
                    replies.append(await self.channel.ask(request))
                except EngineDown:
                    raise
                except EngineError as error:
                    if self.prompts is None and attempt:
                        break  # as far as it was recorded
                    raise JudgeError(f"judge {self.name!r}: {error}") from error
        return tuple(replies)


async def converse_and_judge(
    talk: Talk, judges: Sequence[Judge], benchmark: Benchmark, sample: Sample, repeat: int
) -> Conversation:
    """A conversation with each judge's verdicts on each turn; `talk(on_answer)` holds it.

    The first failure of either cancels the rest. Raises EngineError, EngineDown, JudgeError.
    """
    verdicts: dict[str, list[asyncio.Task[tuple[Response, ...]]]] = {judge.name: [] for judge in judges}
    failure: BaseException | None = None
    try:
        async with asyncio.TaskGroup() as group:

            def on_answer(responses: tuple[Response, ...]) -> None:
                for judge in judges:
                    asked = judge.verdict(benchmark, sample, repeat, responses)
                    verdicts[judge.name].append(group.create_task(asked))

            responses = await talk(on_answer)
    except BaseExceptionGroup as errors:
        failure = _gravest(errors)
    if failure is not None:
        raise failure
    return Conversation(repeat, responses, {name: tuple(task.result() for task in v) for name, v in verdicts.items()})


def _gravest(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one that ends the run, if there is one, else the first."""
    return next((error for error in errors.exceptions if isinstance(error, EngineDown)), errors.exceptions[0])
