"""Model-written programs: into the sandbox as soon as their answer arrives, outcomes to the items."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from swallow_metrics.datatypes import Benchmark, Conversation, Sample
from swallow_metrics.errors import SandboxError, SwallowError
from swallow_metrics.plugin.collection import benchmark_of
from swallow_metrics.plugin.settings import Settings
from swallow_metrics.plugin.xdist import Share

if TYPE_CHECKING:
    from swallow_metrics.sandbox import Outcome, Sandbox

Converse = Callable[[int, asyncio.Semaphore], Coroutine[Any, Any, Conversation]]


def make_programs(settings: Settings, items: Sequence[pytest.Item], share: Share) -> Programs | None:
    """The sandbox of a run that needs one, started and tested. Raises UsageError when it would not be safe."""
    if not any((benchmark := benchmark_of(item)) and benchmark.program for item in items):
        return None
    from swallow_metrics.sandbox import Sandbox

    sandbox = Sandbox(settings.sandbox, workers=max(1, _cores() // share.count))  # type: ignore[arg-type]  # a choice
    try:
        sandbox.start()
    except SwallowError:
        sandbox.close()
        raise
    return Programs(sandbox, settings.sandbox_helpers)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Programs:
    """The programs of all open items. `helpers` says whose helper functions HumanEval's tests call."""

    def __init__(self, sandbox: Sandbox, helpers: str) -> None:
        self._sandbox = sandbox
        self._helpers = helpers
        self._running: dict[str, dict[int, Future[Outcome]]] = {}
        # Making a task can mean to decode a hundred megabytes of tests, which must not hold up the event loop. One
        # thread, so that a question's tests are decoded once and those of several questions never at the same time.
        self._making = ThreadPoolExecutor(1, thread_name_prefix="programs")

    async def run_answer(
        self, name: str, benchmark: Benchmark, sample: Sample, converse: Converse, repeat: int, slot: asyncio.Semaphore
    ) -> Conversation:
        """One generation, its program queued the moment it is there."""
        assert benchmark.program is not None
        conversation = await converse(repeat, slot)
        make = partial(benchmark.program, sample, conversation.responses[-1], self._helpers)
        task = await asyncio.get_running_loop().run_in_executor(self._making, make)
        self._running.setdefault(name, {})[repeat] = self._sandbox.submit(task)
        return conversation

    def outcomes(self, name: str, conversations: Sequence[Conversation]) -> list[Outcome]:
        """Wait for an item's programs. Raises SandboxError."""
        running = self._running.get(name, {})
        return [_wait(running[conversation.repeat]) for conversation in conversations]

    def release(self, name: str) -> None:
        """An item is over: what it did not wait for is not run."""
        for future in self._running.pop(name, {}).values():
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
