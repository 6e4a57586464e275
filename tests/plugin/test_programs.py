"""Programs are queued the moment their answer is there, and nothing about them holds up the event loop."""

import asyncio
import threading
import time
from concurrent.futures import Future
from types import SimpleNamespace

from swallow_metrics.plugin.programs import Programs

ANSWER = SimpleNamespace(responses=["answer"], repeat=0)


class Sandbox:
    """Takes tasks and passes them all."""

    def __init__(self):
        self.tasks = []

    def submit(self, task):
        self.tasks.append(task)
        future = Future()
        future.set_result("passed")
        return future

    def close(self):
        pass


async def answered(repeat, slot):
    return SimpleNamespace(responses=["answer"], repeat=repeat)


def run_all(program, items=3, repeats=2):
    """All generations at once, beside a clock; returns the sandbox and how often the clock ticked."""
    sandbox, ticks = Sandbox(), []

    async def tick():
        while True:
            await asyncio.sleep(0.01)
            ticks.append(time.monotonic())

    async def main():
        programs = Programs(sandbox, "candidate")
        clock = asyncio.create_task(tick())
        benchmark = SimpleNamespace(program=program)
        await asyncio.gather(
            *(
                programs.run_answer(f"item {i}", benchmark, f"sample {i}", answered, r, asyncio.Semaphore())
                for i in range(items)
                for r in range(repeats)
            )
        )
        clock.cancel()
        programs.close()
        assert [programs.outcomes(f"item {i}", [ANSWER]) for i in range(items)] == [["passed"]] * items

    asyncio.run(main())
    return sandbox, len(ticks)


def test_the_event_loop_runs_while_a_task_is_made():
    """Decoding a hundred megabytes of tests takes a second or more; other conversations go on meanwhile."""

    def slow(sample, response, helpers):
        time.sleep(0.1)
        return sample

    sandbox, ticks = run_all(slow)
    assert sorted(sandbox.tasks) == sorted(["sample 0", "sample 1", "sample 2"] * 2)
    assert ticks > 10


def test_tasks_are_made_one_after_another():
    """A question's tests are decoded once, and those of two questions are never decoded at the same time."""
    at_once, most = threading.Semaphore(1), []

    def program(sample, response, helpers):
        most.append(at_once.acquire(blocking=False))
        time.sleep(0.01)
        at_once.release()
        return sample

    run_all(program)
    assert most == [True] * 6
