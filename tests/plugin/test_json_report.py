"""report.json beside what users ask of pytest-json-report, and what ordinary tests have in it."""

import json

import pytest

ORDINARY = """
import pytest
tried = []

def test_with_metadata(json_metadata):
    json_metadata["benchmark"] = "of my own"

def test_flaky():
    tried.append(0)
    assert len(tried) > 1

@pytest.mark.parametrize("kind", ["fail", "skip", "xfail"])
def test_ends(kind):
    getattr(pytest, kind)("said")
"""
HOOK = "def pytest_json_runtest_metadata(item, call):\n    return {'when': call.when}\n"


def outcomes(report):
    """By name, what `report` says of the ordinary tests."""
    there = {test["nodeid"].rpartition("::")[2]: test["outcome"] for test in report["tests"]}
    return {name: outcome for name, outcome in there.items() if not name.startswith("test_mini")}


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_metadata_of_ordinary_tests(mini, workers):
    """It is no record, whoever made it; the user's own report has it, and the questions too."""
    (mini.path / "benchmarks" / "test_ordinary.py").write_text(ORDINARY)
    (mini.path / "conftest.py").write_text(HOOK)
    options = ("--json-report", "--json-report-file", "own.json", "-p", "no:rerunfailures")
    assert mini.run(*options, *workers, subprocess=True).ret == 1
    own, report = json.loads((mini.path / "own.json").read_text()), mini.report()
    assert report["swallow"]["benchmarks"]["mini"]["scored"] == 6
    for found in (own, report):
        metadata = {test["nodeid"].rpartition("::")[2]: test["metadata"] for test in found["tests"]}
        assert metadata["test_with_metadata"] == {"benchmark": "of my own", "when": "teardown"}
        assert metadata["test_mini[0]"]["scores"]
    assert outcomes(report) == {
        "test_with_metadata": "passed",
        "test_flaky": "failed",
        "test_ends[fail]": "failed",
        "test_ends[skip]": "skipped",
        "test_ends[xfail]": "xfailed",
    }


def test_a_summary_is_only_of_the_users_own_report(mini):
    """A run without its records could not be compared, merged or selected from."""
    assert mini.run("--json-report", "--json-report-file", "own.json", "--json-report-summary").ret == 0
    own = json.loads((mini.path / "own.json").read_text())
    assert "tests" not in own
    assert [test["metadata"]["sample"] for test in mini.report()["tests"]] == list("012345")


def test_an_ordinary_test_that_passes_at_last(mini):
    """It has passed, and nothing of its first attempt stays."""
    pytest.importorskip("pytest_rerunfailures")
    (mini.path / "benchmarks" / "test_ordinary.py").write_text(ORDINARY)
    mini.run(
        "-p", "rerunfailures", "--reruns", "2", "-k", "mini or flaky or ends", "--junitxml", "x.xml", subprocess=True
    )
    report = mini.report()
    ends = {"test_ends[fail]": "failed", "test_ends[skip]": "skipped", "test_ends[xfail]": "xfailed"}
    assert outcomes(report) == {"test_flaky": "passed", **ends}
    assert "rerun" not in report["summary"]
    assert report["summary"]["passed"] == 7
    assert "superseded" not in json.dumps(report)
