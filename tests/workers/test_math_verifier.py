"""The verifier: comparisons from any thread, limits that end a process and not the run, and replacement of processes."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from swallow_metrics.workers.math_verifier import MathVerifier, shared_verifier


def worker_of(verifier):
    """The process that compares."""
    return verifier._worker._process


RUNAWAY = r"\boxed{9^{9^{9^{9}}}}"


@pytest.fixture(scope="module")
def verifier():
    with MathVerifier() as verifier:
        yield verifier


def test_verdicts(verifier):
    """Equality, texts, and whether the gold was read come through the process."""
    comparison = verifier.verify(r"$\boxed{\frac{1}{2}}$", "latex", r"so \boxed{0.5}")
    assert (comparison.equal, comparison.outcome, comparison.gold_parsed) == (True, "ok", True)
    assert comparison.extracted_golds == ("1/2", r"\frac{1}{2}")
    assert not verifier.verify("nothing", "latex", r"\boxed{5}").gold_parsed
    assert verifier.verify("033", "expression", r"\boxed{33}").equal


SLOW_IMPORTS = """
from swallow_metrics.metrics.math import values
values._NORMALISE_SECONDS = 0.1
from swallow_metrics.workers.math_child import _prepare
answer = _prepare()
print(answer({"gold": r"\\boxed{\\frac{7}{2}}", "kind": "latex", "prediction": "$x = 3.5$", "seconds": 10}))
"""


def test_slow_imports_change_no_score():
    """No time limit runs while libraries are imported: where nothing is compiled yet, that takes seconds."""
    done = subprocess.run([sys.executable, "-c", SLOW_IMPORTS], capture_output=True, text=True, check=False)
    assert "'equal': True" in done.stdout, done.stderr


@pytest.mark.parametrize("text", ["\0", "\ud800 5", "\u2028" * 1000, "$" * 5000, ""])
def test_hostile_texts(verifier, text):
    """Texts of any characters get a comparison."""
    assert verifier.verify(r"\boxed{7}", "latex", text).outcome == "ok"


def test_threads(verifier):
    """Comparisons asked for in many threads belong to their questions, and one process serves them all."""
    verifier.start()  # the first test of its process, where another has the tests before it
    pid = worker_of(verifier).pid
    with ThreadPoolExecutor(8) as pool:
        comparisons = list(pool.map(lambda n: verifier.verify(str(n % 7), "expression", f"is {n}"), range(60)))
    assert [comparison.equal for comparison in comparisons] == [n < 7 for n in range(60)]
    assert [comparison.extracted[1] for comparison in comparisons] == [str(n) for n in range(60)]
    assert worker_of(verifier).pid == pid


def test_a_runaway_is_ended_and_the_next_answer_is_served():
    """A computation without end costs its time limit, is not equal, is reported, and leaves no trace."""
    with MathVerifier(timeout_s=3) as verifier:
        assert verifier.verify(r"\boxed{5}", "latex", r"\boxed{5}").equal
        pid = worker_of(verifier).pid
        comparison = verifier.verify(r"\boxed{5}", "latex", RUNAWAY)
        assert (comparison.equal, comparison.outcome) == (False, "timeout")
        assert worker_of(verifier).pid != pid
        assert verifier.verify(r"\boxed{5}", "latex", r"\boxed{5}").equal


def kill_under_question(verifier, number, previous=None):
    """End the process that works on a question; a different one from `previous`."""
    while not verifier._worker._lock.locked() or worker_of(verifier).pid == previous or not worker_of(verifier)._ready:
        time.sleep(0.01)
    os.kill(pid := worker_of(verifier).pid, number)
    return pid


@pytest.mark.parametrize(("number", "outcome"), [(signal.SIGSEGV, "crash"), (signal.SIGKILL, "memory")])
def test_a_killed_process_is_replaced(number, outcome):
    """A question under which two processes die is given up; a process that died before costs nothing."""
    with MathVerifier() as verifier, ThreadPoolExecutor(1) as pool:
        assert verifier.verify("5", "expression", "is 5").equal
        question = pool.submit(verifier.verify, "5", "expression", RUNAWAY)
        kill_under_question(verifier, number, kill_under_question(verifier, number))
        assert question.result().outcome == outcome
        os.kill(pid := worker_of(verifier).pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert verifier.verify("5", "expression", "is 5").equal


def test_a_kill_from_outside_costs_no_question():
    """An answer whose process is killed in the middle gets the comparison that it deserves."""
    with MathVerifier() as verifier, ThreadPoolExecutor(1) as pool:
        assert verifier.verify("5", "expression", "is 5").equal
        os.kill(worker_of(verifier).pid, signal.SIGSTOP)  # so that it cannot answer before
        question = pool.submit(verifier.verify, "6", "expression", "is 6")
        kill_under_question(verifier, signal.SIGKILL)
        assert (question.result().equal, question.result().outcome) == (True, "ok")


def test_a_forked_copy_has_its_own_process(verifier):
    """After a fork the copy starts a process of its own instead of mixing messages."""
    verifier.start()
    original = worker_of(verifier)
    verifier._worker._owner = -1  # as a forked copy sees it
    verifier.start()
    try:
        assert worker_of(verifier).pid != original.pid
        assert verifier.verify("5", "expression", "is 5").equal
    finally:
        original.stop()


@pytest.mark.parametrize("settings", [{"timeout_s": 1}, {"memory_mb": 100}])
def test_useless_limits_are_refused(settings):
    """Limits under which nothing could be computed are a mistake of the caller."""
    with pytest.raises(ValueError, match="expected timeout_s"):
        MathVerifier(**settings)


def test_shared():
    """All callers share one verifier; closing it does no harm, since it starts again when needed."""
    assert shared_verifier() is shared_verifier()
    assert shared_verifier().verify("5", "expression", "is 5").equal
    shared_verifier().close()
    assert shared_verifier().verify("5", "expression", "is 5").equal
    shared_verifier().close()
