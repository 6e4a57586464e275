"""What the pipeline does for a question: its turns are asked, answers are judged, programs are queued."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

from swallow_metrics.datatypes import Benchmark, Conversation, Message, Request, Response, Sample, Sampling
from swallow_metrics.errors import EngineDown
from swallow_metrics.journal.journaled import JournaledEngine
from swallow_metrics.judge.judge import Judge
from swallow_metrics.pipeline.programs import Programs


@dataclass(frozen=True, slots=True)
class Task:
    """One item's question. `name` identifies the item, `repeats` numbers the generations to make."""

    name: str
    benchmark: Benchmark
    sample: Sample
    repeats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Converser:
    """Holds conversations: the candidate answers, judges judge, programs run.

    `sampling(benchmark, group)` says how answers are drawn, `judges(benchmark)` who judges them. `programs` is None
    where no benchmark of the run makes programs.
    """

    candidate: JournaledEngine
    sampling: Callable[[Benchmark, str | None], Sampling]
    judges: Callable[[Benchmark], Sequence[Judge]]
    system_prompt: str | None = None
    programs: Programs | None = None

    async def converse(self, task: Task, repeat: int, slot: asyncio.Semaphore) -> Conversation:
        """One generation of a question. Raises EngineError, EngineDown, JudgeError, MeasurementError.

        `slot` is held while the candidate talks: judges have bounds of their own, and each answer goes to them the
        moment it is there. The first failure of candidate or judge cancels the rest.
        """
        benchmark = task.benchmark
        judges = self.judges(benchmark) if benchmark.judge is not None else ()
        verdicts: dict[str, list[asyncio.Task[tuple[Response, ...]]]] = {judge.name: [] for judge in judges}
        responses: list[Response] = []
        failure: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as judging, slot:
                async for response in self._answers(benchmark, task.sample, repeat):
                    responses.append(response)
                    for judge in judges:
                        asked = judge.verdict(benchmark, task.sample, repeat, tuple(responses))
                        verdicts[judge.name].append(judging.create_task(asked))
        except BaseExceptionGroup as errors:
            failure = _gravest(errors)
        if failure is not None:
            raise failure
        found = {name: tuple(verdict.result() for verdict in asked) for name, asked in verdicts.items()}
        if benchmark.program is not None and self.programs is not None:
            await self.programs.queue(task.name, benchmark.program, task.sample, repeat, responses[-1])
        return Conversation(repeat, tuple(responses), found)

    async def _answers(self, benchmark: Benchmark, sample: Sample, repeat: int) -> AsyncIterator[Response]:
        """The answer to each turn; a turn sees the answers before it.

        Answers are cut to the benchmark's limit (JU-6); the journal keeps them whole.
        """
        sampling = self.sampling(benchmark, sample.group)
        if repeat and sampling.seed is not None:
            sampling = replace(sampling, seed=sampling.seed + repeat)  # else every repeat would be the same draw
        messages = opening(sample.turns[0], self.system_prompt)
        for turn in range(len(sample.turns)):
            request = Request(
                benchmark.id, sample.id, tuple(messages), sampling, repeat=repeat, turn=turn, choices=sample.choices
            )
            response = await self.candidate.ask(request)
            if benchmark.cut is not None and len(response.text) > benchmark.cut:
                text = response.text[: benchmark.cut]
                response = replace(response, text=text, cut=len(response.text) - len(text))
            yield response
            if turn + 1 < len(sample.turns):
                messages += [
                    {"role": "assistant", "content": response.text},
                    {"role": "user", "content": sample.turns[turn + 1]},
                ]


def opening(question: str, system_prompt: str | None) -> list[Message]:
    """The messages before the first answer: the system prompt, if any, and the first user message."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return [*system, {"role": "user", "content": question}]


def _gravest(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one that ends the run, if there is one, else the first."""
    return next((error for error in errors.exceptions if isinstance(error, EngineDown)), errors.exceptions[0])
