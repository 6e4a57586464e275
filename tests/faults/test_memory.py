"""Answers without measure: what they cost is bounded, and what is cut off is named."""

import pytest

from endpoint import ENDLESS, Endpoint
from faulty import Suite

LARGE = "A" + "x" * 100_000
# What a parent learns of its child by wait4 counts the parent's own memory too, as it was at the fork.
NOTES_ITS_PEAK = """
import atexit, pathlib, re

@atexit.register
def note():
    status = pathlib.Path("/proc/self/status").read_text()
    pathlib.Path("peak").write_text(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])
"""


def peak_of(suite, *more):
    """Exit status, output and the most memory in MiB of a run."""
    (suite.path / "conftest.py").write_text(NOTES_ITS_PEAK)
    status, output = suite.run("run", *more)
    return status, output, int((suite.path / "peak").read_text()) // 1024


def number_in(body):
    return int(body["messages"][-1]["content"].split("Question ")[1].split("?")[0])


@pytest.mark.slow
def test_an_answer_of_50_megabytes(tmp_path):
    """It is an error of its question, and no more than the bound of it is held."""

    def says(body):
        return "A" * 50_000_000 if number_in(body) == 7 else "A"

    with Suite(tmp_path, questions=20, dialogues=0, programs=0) as suite, Endpoint(says) as model:
        status, output, peak = peak_of(suite, "--base-url", model.url)
        print(f"\npeak {peak} MiB")
        assert status == 1, output
        assert "more than 32 MiB for one answer" in output
        figures = suite.report("run")["swallow"]["benchmarks"]["mini"]
        assert (figures["errors"], figures["scored"]) == (1, 19)
        assert len(model.bodies) == 20  # it is not asked again
        assert peak < 500


@pytest.mark.slow
def test_ten_thousand_long_answers(tmp_path):
    """A gigabyte of answers goes through a bounded window to the journal."""
    with Suite(tmp_path, questions=10_000, dialogues=0, programs=0) as suite, Endpoint(lambda body: LARGE) as model:
        # The page maps the journal, and what is mapped counts here although the system takes it back when it likes.
        status, output, peak = peak_of(suite, "--base-url", model.url, "--max-in-flight", "64", "--no-html")
        print(f"\npeak {peak} MiB")
        assert status == 0, output
        assert suite.report("run")["swallow"]["benchmarks"]["mini"]["scored"] == 10_000
        assert (tmp_path / "run" / "responses.jsonl").stat().st_size > 10_000 * len(LARGE)
        assert peak < 400


@pytest.mark.slow
def test_a_judge_that_repeats_itself_for_ever(tmp_path):
    """Each dialogue without a verdict is an error that says why; the candidate's questions are measured."""
    with Suite(tmp_path, questions=20, dialogues=2, programs=0) as suite, Endpoint(lambda body: ENDLESS) as judge:
        status, output, peak = peak_of(suite, "--judge-base-url", judge.url, "--max-errors", "1.0")
        print(f"\npeak {peak} MiB")
        assert status == 1, output
        assert "more than 32 MiB for one answer" in output
        assert "Traceback" not in output
        benchmarks = suite.report("run")["swallow"]["benchmarks"]
        assert benchmarks["mini"]["scored"] == 20
        assert (benchmarks["english_mt_bench"]["errors"], benchmarks["english_mt_bench"]["scored"]) == (2, 0)
        assert peak < 1_000
