"""Programs are queued the moment their answer is there, and nothing about them holds up the event loop."""

import asyncio
import threading
import time
from concurrent.futures import Future
from types import SimpleNamespace

from swallow_metrics.datatypes import Program, Response
from swallow_metrics.pipeline.programs import Programs

ANSWER = SimpleNamespace(repeat=0)


class Sandbox:
    """Takes submissions and passes them all."""

    def __init__(self):
        self.submissions = []

    def submit(self, submission):
        self.submissions.append(submission)
        future = Future()
        future.set_result("passed")
        return future

    def close(self):
        pass


def run_all(make_tests, items=3, repeats=2, ticks=None):
    """All generations at once, beside a clock, whose ticks are added to the list; returns the sandbox."""
    sandbox, ticks = Sandbox(), [] if ticks is None else ticks

    async def tick():
        while True:
            await asyncio.sleep(0.01)
            ticks.append(time.monotonic())

    async def main():
        programs = Programs(sandbox, "program")
        clock = asyncio.create_task(tick())
        program = Program(make_tests, lambda sample, response: sample, time_s=1.0)
        await asyncio.gather(
            *(
                programs.queue(f"item {i}", program, f"sample {i}", r, Response("answer"))
                for i in range(items)
                for r in range(repeats)
            )
        )
        clock.cancel()
        programs.close()
        assert [programs.outcomes(f"item {i}", [ANSWER]) for i in range(items)] == [["passed"]] * items

    asyncio.run(main())
    return sandbox


def test_the_event_loop_runs_while_a_task_is_made():
    """Decoding a hundred megabytes of tests takes a second or more; other conversations go on meanwhile."""

    def slow(sample, helpers):
        before, until = len(ticks), time.monotonic() + 60
        while len(ticks) < before + 4 and time.monotonic() < until:  # in 40 ms; a busy machine takes longer
            time.sleep(0.01)
        return sample

    ticks = []
    sandbox = run_all(slow, ticks=ticks)
    assert sorted(submission.program for submission in sandbox.submissions) == sorted(
        ["sample 0", "sample 1", "sample 2"] * 2
    )
    assert len(ticks) > 10


def test_tasks_are_made_one_after_another():
    """A question's tests are decoded once, and those of two questions are never decoded at the same time."""
    at_once, most = threading.Semaphore(1), []

    def make_tests(sample, helpers):
        most.append(at_once.acquire(blocking=False))
        time.sleep(0.01)
        at_once.release()
        return sample

    sandbox = run_all(make_tests)
    assert most == [True] * 3
    assert len({id(submission.tests) for submission in sandbox.submissions}) == 3
