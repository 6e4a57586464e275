"""The heart: one thread with one event loop keeps a bounded window of conversations ahead of the items.

Guarantees, whatever fails:
* a task's future is made before the thread starts, and is always resolved: with the conversations, with the error of
  this task, or with what stopped the whole pipeline. `take` therefore never waits for ever.
* at most `in_flight` conversations are open, and at most `ahead` tasks are started but not yet released, so finished
  answers do not pile up in memory when scoring is slower than generation.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from threading import Thread
from typing import Any, TypeVar

from swallow_metrics.datatypes import Conversation, Request, Response
from swallow_metrics.engines.base import Engine
from swallow_metrics.errors import EngineDown, MeasurementError, SwallowError
from swallow_metrics.journal.journaled import JournaledEngine
from swallow_metrics.pipeline.converse import Task

CLOSE_TIMEOUT_S = 30.0
T = TypeVar("T")


Converse = Callable[[Task, int, asyncio.Semaphore], Coroutine[Any, Any, Conversation]]


class Pipeline:
    """Runs tasks in order. All but the underscored methods are for the thread that runs the items.

    `converse(task, repeat, slot)` is one generation of a task (`Converser.converse`).
    """

    def __init__(
        self, tasks: Sequence[Task], engines: Sequence[Engine], converse: Converse, *, in_flight: int, ahead: int
    ) -> None:
        self._tasks = list(tasks)
        self._converse = converse
        self._engines = engines
        self._in_flight = in_flight
        self._ahead = ahead
        # An eighth of the window at a time: waking the loop costs a system call and a switch of threads. Half of it let
        # the model wait: where an item's programs run long, those behind it are answered before the window moves.
        self._refilled = ahead - max(1, ahead // 8)
        self._futures: dict[str, Future[tuple[Conversation, ...]]] = {task.name: Future() for task in tasks}
        self._opened: Future[None] = Future()
        self._down: BaseException | None = None
        self._planned = set(self._futures)
        self._started = 0  # tasks the feeder has begun; written by the loop
        self._released = 0  # tasks the items are through with; written by the items' thread
        self._feeder_waits = False
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="swallow-pipeline", daemon=True)

    # -- the items' side

    def start(self) -> None:
        """Start the thread and wait until every engine is open. Raises what an engine's `open` raised."""
        self._thread.start()
        self._wait(self._opened)

    def take(self, task: Task) -> tuple[Conversation, ...]:
        """Wait for a task's conversations, by repeat. Raises MeasurementError."""
        future = self._futures.get(task.name)
        if future is None:  # not in this process's plan, such as what a crashed xdist worker left over
            future = self._futures[task.name] = Future()
            with contextlib.suppress(RuntimeError):  # a closed loop: `_wait` says what closed it
                self._loop.call_soon_threadsafe(self._begin, task)
        try:
            return self._wait(future)
        finally:
            self._futures.pop(task.name, None)

    def ask(self, engine: JournaledEngine, request: Request) -> Response:
        """One more answer, beside the tasks: batched with whatever is in flight. Raises MeasurementError."""
        asked = engine.ask(request)
        try:
            future = asyncio.run_coroutine_threadsafe(asked, self._loop)
        except RuntimeError:  # a closed loop
            asked.close()
            raise MeasurementError("the generation thread has ended") from self._down
        return self._wait(future)

    def release(self, name: str) -> None:
        """Say that an item is over, taken or not, so that the window moves on."""
        self._futures.pop(name, None)
        if name not in self._planned:
            return
        self._planned.discard(name)
        self._released += 1
        if self._feeder_waits and self._started - self._released <= self._refilled:
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                self._loop.call_soon_threadsafe(self._wake)

    def drop(self, names: Collection[str]) -> None:
        """Say that tasks are not needed any more: what is not begun is never asked, what is open is cancelled."""
        for name in names:  # all of them before the window moves: the feeder would begin those that are left
            self._futures.pop(name, None)
        for name in names:
            self.release(name)
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._cancel_named, frozenset(names))

    def close(self) -> None:
        """Cancel what is open, close the engines, end the thread. Safe to call at any time, more than once."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop, EngineDown("the run was stopped"))
            self._thread.join(CLOSE_TIMEOUT_S)

    def _wait(self, future: Future[T]) -> T:
        while True:
            try:
                return future.result(timeout=0.5)
            except FutureTimeout:
                if not self._thread.is_alive() and not future.done():
                    msg = "the generation thread ended without an answer"
                    raise MeasurementError(msg) from self._down

    # -- the loop's side

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._main())
        except BaseException as error:  # noqa: BLE001  # whatever it was, the items must hear of it
            self._fail(error)
        finally:
            self._fail(EngineDown("the generation thread has ended"))
            with contextlib.suppress(Exception):
                self._loop.run_until_complete(_cancel(asyncio.all_tasks(self._loop)))
            self._loop.close()

    async def _main(self) -> None:
        self._slot = asyncio.Semaphore(self._in_flight)
        self._moved = asyncio.Event()
        self._stopped = asyncio.Event()
        self._open_tasks: set[asyncio.Task[None]] = set()
        feeder = None
        try:
            stopped = asyncio.create_task(self._stopped.wait())
            opening = asyncio.create_task(self._open())
            await asyncio.wait([opening, stopped], return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():  # models take minutes to load: who stops the run does not wait for them
                await _cancel([opening])
                return
            opening.result()
            self._opened.set_result(None)
            feeder = asyncio.create_task(self._feed())
            await asyncio.wait([feeder, stopped], return_when=asyncio.FIRST_COMPLETED)
            if feeder.done():
                feeder.result()  # a feeder that died ends the pipeline with its cause
            await stopped
        finally:
            await _cancel([*self._open_tasks, *([feeder] if feeder else [])])
            for engine in self._engines:
                with contextlib.suppress(Exception):  # a failure to close must not hide the run's own result
                    await asyncio.wait_for(engine.close(), CLOSE_TIMEOUT_S / 2)

    async def _open(self) -> None:
        for engine in self._engines:
            await engine.open()

    async def _feed(self) -> None:
        for task in self._tasks:
            if task.name not in self._futures:  # released before it was begun
                self._started += 1
                continue
            if self._started - self._released >= self._ahead:
                self._moved.clear()
                self._feeder_waits = True
                if self._started - self._released > self._refilled:  # else released before the flag was up
                    await self._moved.wait()
                self._feeder_waits = False
            self._started += 1
            async with self._slot:  # nothing is begun before there is room for one conversation more
                pass
            self._begin(task)
        self._tasks.clear()

    def _begin(self, task: Task) -> None:
        running = asyncio.create_task(self._answer(task), name=task.name)
        self._open_tasks.add(running)
        running.add_done_callback(self._open_tasks.discard)

    async def _answer(self, task: Task) -> None:
        try:
            conversations = await _all([self._converse(task, repeat, self._slot) for repeat in task.repeats])
        except EngineDown as error:
            self._stop(error)
        except Exception as error:  # noqa: BLE001  # a bug in one conversation fails one item
            self._resolve(task.name, error=error)
        else:
            self._resolve(task.name, tuple(conversations))

    def _resolve(self, name: str, result: tuple[Conversation, ...] = (), error: BaseException | None = None) -> None:
        future = self._futures.get(name)
        if future is None or future.done():
            return  # released before it was answered
        if error is None:
            future.set_result(result)
        elif isinstance(error, SwallowError):
            future.set_exception(error)
        else:
            failure = MeasurementError(f"the pipeline failed with {type(error).__name__}: {error}")
            failure.__cause__ = error
            future.set_exception(failure)

    def _cancel_named(self, names: Collection[str]) -> None:
        for task in self._open_tasks:
            if task.get_name() in names:
                task.cancel()

    def _wake(self) -> None:
        self._moved.set()

    def _stop(self, error: BaseException) -> None:
        if self._stopped.is_set():
            return  # hundreds of conversations end at once when an endpoint is gone: the first has told all items
        self._fail(error)
        self._stopped.set()

    def _fail(self, error: BaseException) -> None:
        """Resolve everything still open with the error that ended the pipeline; the first one counts."""
        self._down = self._down or error
        if not self._opened.done():
            self._opened.set_exception(self._down)
        for name in list(self._futures):
            self._resolve(name, error=self._down)


async def _all(coroutines: Sequence[Coroutine[Any, Any, Conversation]]) -> list[Conversation]:
    """Results in order; the first failure cancels the rest."""
    if len(coroutines) == 1:
        return [await coroutines[0]]
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        await _cancel(tasks)
        raise


async def _cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
