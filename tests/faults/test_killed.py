"""Ended by any signal at any moment, then `--resume`: the report of an uninterrupted run, nothing asked twice."""

import contextlib
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from faulty import WINDOW, Suite, end, left_over, places, without_times, workers_of
from timing import wait_for

MODEL, ALL = 110, 140  # requests of a whole run; what are not the model's, are the judge's


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A suite and the report of an uninterrupted run."""
    with Suite(tmp_path_factory.mktemp("suite")) as suite:
        status, output = suite.run("whole")
        assert status == 0, output
        assert suite.asked() == ALL
        yield suite, without_times(suite.report("whole"))


def killed_and_resumed(whole, name, when, workers):
    """Kill a run at a moment, which is a number of requests and seconds after them; go on; compare."""
    suite, _ = whole
    before = suite.asked()
    after_requests, seconds = when
    run = suite.start(name, *workers)
    try:
        wait_for(lambda: suite.asked() - before >= after_requests or run.poll() is not None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(seconds)
    finally:
        end(run)
    suite.settle()
    asked = suite.asked() - before
    kept = len(suite.journal_so_far(name)) if (suite.path / name).is_dir() else 0  # every line of it can be read
    goes_on(whole, name, workers, before)
    assert suite.asked() - before - asked <= ALL - kept, "what the journal holds was asked again"


def goes_on(whole, name, workers, before):
    """A run that was ended in the middle becomes equal to an uninterrupted one, and nothing of it stays behind."""
    suite, expected = whole
    status, output = suite.run(name, "--resume", *workers)
    assert status == 0, output
    found = without_times(suite.report(name))
    found["swallow"]["warnings"] = [text for text in found["swallow"]["warnings"] if "is torn" not in text]
    for report in (found, expected):
        report["swallow"].get("sandbox", {}).pop("workers", None)
    assert found == expected
    assert suite.asked() - before <= ALL + 2 * WINDOW
    assert max(places(suite.journal(name)).values()) == 1
    assert not left_over(suite.path / name)
    wait_for(lambda: not suite.temporary())


def moments(seed, number):
    """After some request or other, at once or a little later; every fifth after the last one."""
    draw = random.Random(seed)
    last = [(ALL, draw.uniform(0.0, 1.2)) for _ in range(number // 5)]
    return last + [(draw.randrange(ALL), draw.uniform(0.0, 0.05)) for _ in range(number - len(last))]


@pytest.mark.parametrize("when", [(60, 0.0), pytest.param((ALL, 0.2), marks=pytest.mark.slow)], ids=str)
def test_killed(whole, tmp_path, when):
    killed_and_resumed(whole, tmp_path.name, when, ())


@pytest.mark.slow
@pytest.mark.parametrize(("number", "when"), list(enumerate(moments(15, 25))))
def test_killed_at_any_moment(whole, tmp_path, number, when):
    """Every other one with workers."""
    killed_and_resumed(whole, tmp_path.name, when, ("-n", "2") if number % 2 else ())


def interruptions():
    """Each signal once and twice, alone and with workers, after some request or other."""
    draw = random.Random(16)
    signals = {signal.SIGTERM: "SIGTERM", signal.SIGHUP: "SIGHUP", signal.SIGINT: "interrupted"}
    for number, reason in signals.items():
        for times in (1, 2):
            for workers in ((), ("-n", "2")):
                yield number, reason, times, draw.randrange(10, ALL - 10), workers


@pytest.mark.slow
@pytest.mark.parametrize(("number", "reason", "times", "after", "workers"), list(interruptions()), ids=str)
def test_interrupted_at_any_moment(whole, tmp_path, number, reason, times, after, workers):
    """Once: status 2, and a report that says so. Twice: it ends at once. No process goes on."""
    suite, _ = whole
    name, before = tmp_path.name, suite.asked()
    suite.model.hold_after = len(suite.model.bodies) + MODEL - 1  # a quick run would be over before the signal
    run = suite.start(name, *workers)
    try:
        wait_for(lambda: suite.asked() - before >= after)
        started = workers_of(run)
        for _ in range(times):
            os.kill(run.pid, number)
            time.sleep(0.5)  # within 0.3 s it is the same signal, passed on by a parent
        status = run.wait(120)
        wait_for(lambda: not any(Path("/proc", str(pid)).exists() for pid in started))
    finally:
        end(run)
        suite.model.hold_after = None
    suite.settle()
    asked = suite.asked()
    time.sleep(0.2)
    assert suite.asked() == asked, "something goes on asking"
    output = suite.output(name)
    if times == 1:
        assert status == 2, output
        assert "INTERNALERROR" not in output
        told = suite.report(name)["swallow"]["incomplete"]
        assert (told["reason"], told["selected"]) == (reason, 65)
        assert not left_over(suite.path / name)
    goes_on(whole, name, workers, before)
