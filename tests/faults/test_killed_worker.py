"""A worker of `-n` that dies: its replacement goes on where it stopped."""

import os
import signal

import pytest

from faulty import WINDOW, Suite, end, left_over, places, workers_of
from timing import wait_for


@pytest.mark.slow
@pytest.mark.parametrize("after", [0, 20, 50])  # 60 questions per worker: none may be through
def test_killed_worker(tmp_path, after):
    """One question is an error, no other is lost, none is asked again that was answered, the screen is quiet.

    The endpoint gives so many answers and holds the others back, so both workers wait when one of them is killed.
    """
    with Suite(tmp_path, questions=120, dialogues=0, programs=0, latency_s=0) as suite:
        suite.model.hold_after = after
        run = suite.start("run", "-n", "2")
        try:
            wait_for(lambda: len(workers_of(run)) == 2 and suite.model.open == WINDOW)
            wait_for(lambda: len(suite.journal_so_far("run")) == after)
            os.kill(workers_of(run)[0], signal.SIGKILL)
            wait_for(lambda: "replacing crashed worker" in suite.output("run"))
            suite.model.hold_after = None
            status = run.wait(180)
        finally:
            end(run)
        output = suite.output("run")
        assert status == 1, output
        figures = suite.report("run")["swallow"]["benchmarks"]["mini"]
        assert (figures["samples"], figures["errors"], figures["scored"]) == (120, 1, 119)
        assert "cannot send" not in output
        assert "Traceback" not in output
        counted = places(suite.journal("run"))
        assert len(counted) >= 119
        assert max(counted.values()) == 1
        assert suite.asked() <= 120 + WINDOW  # what was in flight
        assert not left_over(suite.path / "run")
        status, output = suite.run("run", "--resume")
        assert status == 0, output
        assert suite.report("run")["swallow"]["benchmarks"]["mini"]["scored"] == 120


@pytest.mark.slow
def test_plain_tests_among_the_questions(tmp_path):
    """Workers ask the questions that are dealt to them, whatever else is dealt; once."""
    with Suite(tmp_path, questions=20, dialogues=0, programs=0) as suite:
        file = tmp_path / "benchmarks" / "test_a.py"
        file.write_text("import pytest\n@pytest.mark.parametrize('n', range(3))\ndef test_plain(n): pass\n")
        status, output = suite.run("run", "-n", "2")
        assert status == 0, output
        assert len(suite.model.bodies) == 20
