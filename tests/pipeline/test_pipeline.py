"""The pipeline: bounded, in order, and never a hang."""

import asyncio
import threading
import time

import pytest

from swallow_metrics.datatypes import Conversation, Response
from swallow_metrics.engines.fake import FakeEngine
from swallow_metrics.errors import EngineDown, EngineError, MeasurementError, UsageError
from swallow_metrics.pipeline.converse import Task
from swallow_metrics.pipeline.window import Pipeline
from timing import wait_for


class Recorder:
    """Tasks whose conversations are made by `answer(name, repeat)`, and how many were open at once."""

    def __init__(self, answer=None, delay=0.0):
        self.answer = answer or (lambda name, repeat: f"{name}/{repeat}")
        self.delay = delay
        self.open = self.peak = 0
        self.begun = []

    async def converse(self, task, repeat, slot):
        async with slot:
            self.open += 1
            self.peak = max(self.peak, self.open)
            self.begun.append(task.name)
            try:
                await asyncio.sleep(self.delay)
                return Conversation(repeat, (Response(self.answer(task.name, repeat)),))
            finally:
                self.open -= 1

    def pipeline(self, tasks, engines=(), in_flight=4, ahead=8):
        engines = engines or [FakeEngine(lambda request: "")]
        made = Pipeline(tasks, engines, self.converse, in_flight=in_flight, ahead=ahead)
        made.start()
        return made


def pipeline_threads():
    return [thread for thread in threading.enumerate() if thread.name == "swallow-pipeline"]


def task(name, repeats=(0,)):
    return Task(name, None, None, tuple(repeats))


def texts(conversations):
    return [conversation.responses[0].text for conversation in conversations]


def test_every_task_is_answered_in_its_order():
    """Results belong to their task, repeats are in order, and the window is never exceeded."""
    recorder = Recorder(delay=0.001)
    tasks = [task(str(n), range(3)) for n in range(50)]
    running = recorder.pipeline(tasks, in_flight=4, ahead=6)
    for one in tasks:
        assert texts(running.take(one)) == [f"{one.name}/{r}" for r in range(3)]
        running.release(one.name)
    running.close()
    assert recorder.peak == 4


def test_work_ahead_is_bounded():
    """Without a release, no more than `ahead` tasks are begun."""
    recorder = Recorder()
    tasks = [task(str(n)) for n in range(100)]
    running = recorder.pipeline(tasks, in_flight=4, ahead=10)
    running.take(tasks[0])
    wait_for(lambda: len(set(recorder.begun)) >= 10)
    time.sleep(0.2)
    assert len(set(recorder.begun)) == 10
    for one in tasks[:60]:
        running.take(one)
        running.release(one.name)
    wait_for(lambda: len(set(recorder.begun)) > 60)
    time.sleep(0.2)
    assert 60 < len(set(recorder.begun)) <= 71
    running.close()


@pytest.mark.parametrize("ahead", [1, 2, 7, 8, 64])
def test_the_window_moves_before_half_of_it_is_scored(ahead):
    """Else a model waits behind an item that takes long to score: what lies behind it is answered by then."""
    recorder = Recorder()
    tasks = [task(str(n)) for n in range(3 * ahead)]
    running = recorder.pipeline(tasks, in_flight=4, ahead=ahead)
    running.take(tasks[ahead - 1])
    some = max(1, ahead // 8)
    for one in tasks[:some]:
        running.release(one.name)
    wait_for(lambda: len(set(recorder.begun)) >= ahead + some)
    assert len(set(recorder.begun)) == ahead + some
    running.close()


def test_what_is_dropped_before_it_begins_is_never_asked():
    """A question that is not needed any more costs no answer, and the window is as wide as before."""
    recorder = Recorder()
    tasks = [task(str(n)) for n in range(100)]
    running = recorder.pipeline(tasks, in_flight=4, ahead=10)
    running.take(tasks[0])
    wait_for(lambda: len(set(recorder.begun)) == 10)
    running.drop([one.name for one in tasks[:60]])
    time.sleep(0.2)
    begun = {int(name) for name in recorder.begun}
    assert not begun & set(range(20, 60))
    assert len(begun & set(range(60, 100))) <= 11
    assert texts(running.take(tasks[60])) == ["60/0"]
    running.close()


def test_released_tasks_need_not_be_taken():
    """Items that are skipped never stop the ones after them."""
    recorder = Recorder()
    tasks = [task(str(n)) for n in range(200)]
    running = recorder.pipeline(tasks, in_flight=2, ahead=4)
    for one in tasks[:-1]:
        running.release(one.name)
    assert texts(running.take(tasks[-1])) == ["199/0"]
    running.close()


def test_taking_out_of_order_does_not_deadlock():
    """A task outside of the plan is answered when it is asked for."""
    recorder = Recorder()
    running = recorder.pipeline([task("a")])
    assert texts(running.take(task("unplanned"))) == ["unplanned/0"]
    assert texts(running.take(task("a"))) == ["a/0"]
    running.close()


@pytest.mark.parametrize("error", [EngineError("no"), ValueError("bug")])
def test_one_failure_fails_one_task(error):
    """An error belongs to its task, is a MeasurementError, and names what happened."""

    def answer(name, repeat):
        if name == "1":
            raise error
        return name

    recorder = Recorder(answer)
    tasks = [task(str(n), range(2)) for n in range(3)]
    running = recorder.pipeline(tasks)
    assert texts(running.take(tasks[0])) == ["0", "0"]
    with pytest.raises(MeasurementError, match="no|ValueError: bug"):
        running.take(tasks[1])
    assert texts(running.take(tasks[2])) == ["2", "2"]
    running.close()


def test_a_dead_engine_ends_every_task():
    """After EngineDown no task waits, whether it was begun or not."""

    def answer(name, repeat):
        raise EngineDown("refused")

    recorder = Recorder(answer)
    tasks = [task(str(n)) for n in range(50)]
    running = recorder.pipeline(tasks)
    start = time.monotonic()
    for one in tasks:
        with pytest.raises(EngineDown, match="refused"):
            running.take(one)
    assert time.monotonic() - start < 30
    running.close()


def test_a_crash_of_the_thread_fails_waiting_items_within_a_second():
    """Even a bug of the pipeline itself is an error of the items, with its cause."""
    recorder = Recorder(delay=300)
    only = task("a")
    running = recorder.pipeline([only])

    def crash():
        raise SystemExit("the loop is gone")

    running._loop.call_soon_threadsafe(crash)
    start = time.monotonic()
    with pytest.raises(MeasurementError):
        running.take(only)
    assert time.monotonic() - start < 30  # it looks every second; the answer would take minutes
    with pytest.raises(MeasurementError):
        running.take(task("later"))
    running.close()


def test_an_engine_that_cannot_open_is_told_before_any_item():
    """`start` raises what `open` raised, and the engines are closed."""

    class Broken(FakeEngine):
        async def open(self):
            raise UsageError("no such model")

    engine = Broken(lambda request: "")
    with pytest.raises(UsageError, match="no such model"):
        Recorder().pipeline([task("a")], [engine])
    wait_for(lambda: engine.closed)
    wait_for(lambda: not pipeline_threads())


def test_close_cancels_what_is_open_and_leaves_no_thread():
    """A stopped run ends at once, whatever was being generated."""
    recorder = Recorder(delay=300)
    engine = FakeEngine(lambda request: "")
    tasks = [task(str(n)) for n in range(20)]
    running = recorder.pipeline(tasks, [engine])
    start = time.monotonic()
    running.close()
    running.close()
    assert time.monotonic() - start < 30
    assert engine.closed
    assert not pipeline_threads()
