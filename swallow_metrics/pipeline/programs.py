"""Model-written programs: into the sandbox as soon as their answer arrives, outcomes to the items."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from typing import Any

from swallow_metrics.datatypes import Conversation, Program, Response, Sample
from swallow_metrics.errors import SandboxError, SwallowError
from swallow_metrics.sandbox import Outcome, Sandbox, Submission


@dataclass(slots=True)
class _Question:
    """What is kept of an open item: its tests, made once, and its running programs by repeat."""

    tests: Any = None
    running: dict[int, Future[Outcome]] = field(default_factory=dict)


class Programs:
    """The programs of all open items. `helpers` says whose helper functions HumanEval's tests call."""

    def __init__(self, sandbox: Sandbox, helpers: str) -> None:
        self._sandbox = sandbox
        self._helpers = helpers
        self._questions: dict[str, _Question] = {}
        # Making tests can mean to decode a hundred megabytes, which must not hold up the event loop. One thread, so
        # that a question's tests are made once and those of several questions never at the same time.
        self._making = ThreadPoolExecutor(1, thread_name_prefix="programs")

    async def queue(self, name: str, program: Program, sample: Sample, repeat: int, response: Response) -> None:
        """Queue the program in one generation of an item. Raises MeasurementError."""
        question = self._questions.setdefault(name, _Question())
        loop = asyncio.get_running_loop()
        submission = await loop.run_in_executor(self._making, self._submission, question, program, sample, response)
        question.running[repeat] = self._sandbox.submit(submission)

    def _submission(self, question: _Question, program: Program, sample: Sample, response: Response) -> Submission:
        if question.tests is None:
            question.tests = program.tests(sample, self._helpers)
        return Submission(program.code(sample, response) or "", question.tests, program.time_s)

    def outcomes(self, name: str, conversations: Sequence[Conversation]) -> list[Outcome]:
        """Wait for an item's programs. Raises SandboxError."""
        running = self._questions[name].running
        return [_wait(running[conversation.repeat]) for conversation in conversations]

    def release(self, name: str) -> None:
        """An item is over: its tests are not kept, and a program it did not wait for is not run."""
        if (question := self._questions.pop(name, None)) is not None:
            for future in question.running.values():
                future.cancel()

    def describe(self) -> dict[str, Any]:
        """The sandbox, for the report."""
        return self._sandbox.describe()

    def close(self) -> None:
        """End everything that runs."""
        self._making.shutdown(wait=False, cancel_futures=True)
        self._sandbox.close()


def _wait(future: Future[Outcome]) -> Outcome:
    while True:
        try:
            return future.result(timeout=0.5)  # short, so that Ctrl-C is heard
        except FutureTimeout:
            continue
        except SwallowError:
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            raise SandboxError(f"the sandbox failed with {type(error).__name__}: {error}") from error
