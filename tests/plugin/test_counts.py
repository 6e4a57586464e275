"""selected = measured + errors + skipped, in table, report, gates and JUnit, whatever ended the questions or the run."""

import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

MODEL = ("--model", "fake", "--data-dir", "data")
CONFTEST = """
import os, signal, time
import pytest
from swallow_metrics.engines.fake import FakeEngine
from swallow_metrics.errors import EngineError

asked = []

def answer(request):
    asked.append(request.sample)
    {answer}
    return "A"

def pytest_swallow_make_engine(config, model):
    return FakeEngine(answer)

def pytest_collection_modifyitems(items):
    for item in items:
        if item.name == "test_mini[2]":
            {mark}

@pytest.fixture(autouse=True)
def around(request):
    if request.node.name == "test_mini[2]":
        {fixture}
    yield
    if request.node.name == "test_mini[2]":
        {after}
"""
ENDS = [  # what ends question 2; options; exit status, measured, errors, skipped
    ({"mark": "item.add_marker(pytest.mark.skip)"}, (), 0, 5, 0, 1),
    ({"mark": "item.add_marker(pytest.mark.skipif(True, reason='x'))"}, (), 0, 5, 0, 1),
    ({"mark": "item.add_marker(pytest.mark.xfail(run=False))"}, (), 0, 5, 0, 1),
    ({"mark": "item.add_marker(pytest.mark.xfail)", "fixture": "1 / 0"}, (), 0, 5, 0, 1),
    ({"mark": "item.add_marker(pytest.mark.xfail(strict=True))"}, (), 1, 5, 1, 0),
    ({"fixture": "pytest.skip('not today')"}, (), 0, 5, 0, 1),
    ({"fixture": "pytest.fail('broken')"}, (), 1, 5, 1, 0),
    ({"fixture": "1 / 0"}, (), 1, 5, 1, 0),
    ({"after": "1 / 0"}, (), 1, 5, 1, 0),
    ({"after": "pytest.skip('late')"}, (), 0, 5, 0, 1),
    ({"fixture": "request.getfixturevalue('score')('length', 1); pytest.skip('scored, then skipped')"}, (), 0, 5, 0, 1),
    ({"fixture": "pytest.fail('broken')"}, ("-x",), 1, 2, 1, 3),
    ({"fixture": "raise KeyboardInterrupt"}, (), 2, 2, 0, 4),
    ({"fixture": "pytest.exit('enough')"}, (), 2, 2, 0, 4),
    ({"fixture": "pytest.exit('enough', 0)"}, (), 1, 2, 0, 4),
    ({"answer": "if request.sample == '2': raise EngineError('lost')"}, (), 1, 5, 1, 0),
    ({"fixture": "time.sleep(20)"}, ("--timeout", "1"), 1, 5, 1, 0),
    ({"answer": "if request.sample == '5': time.sleep(3)"}, ("--timeout", "1"), 1, 5, 1, 0),
    ({"fixture": "asked.append(0)\n        assert asked.count(0) > 1"}, ("--reruns", "2"), 0, 6, 0, 0),
    ({"fixture": "pytest.fail('always')"}, ("--reruns", "2"), 1, 5, 1, 0),
    ({"after": "asked.append(0)\n        assert asked.count(0) > 1"}, ("--reruns", "1"), 0, 6, 0, 0),
    (
        {"answer": "if request.sample == '2' and asked.count('2') == 1: raise EngineError('once')"},
        ("--reruns", "1"),
        0,
        6,
        0,
        0,
    ),
]


def write_conftest(mini, how):
    parts = dict.fromkeys(("answer", "mark", "fixture", "after"), "pass") | how
    (mini.path / "conftest.py").write_text(CONFTEST.format(**parts))


def junit_states(mini):
    """What each test case says became of its question; there is one case for each."""
    root = ET.parse(mini.path / "junit.xml").getroot()
    cases = list(root.iter("testcase"))
    assert int(root.find("testsuite").get("tests")) == len(cases)
    states = [p.get("value") for case in cases for p in case.iter("property") if p.get("name") == "question"]
    assert len(cases) == len(states)
    return states


@pytest.mark.parametrize(("how", "options", "status", "measured", "errors", "skipped"), ENDS)
def test_every_question_is_measured_in_error_or_skipped(mini, how, options, status, measured, errors, skipped):
    """And exit status, last line, table, report, gates and JUnit file say the same."""
    if "--reruns" in options:
        pytest.importorskip("pytest_rerunfailures")
    if "--timeout" in options:
        pytest.importorskip("pytest_timeout")
    write_conftest(mini, how)
    gates = ("--gate", "mini.errors<=0", "--gate", "mini.skipped<=0", "--gate", "mini.extractive_match>=0")
    stopped = "KeyboardInterrupt" in str(how)  # which would end this process's pytest as well
    result = mini.run(*MODEL, *options, *gates, "--junitxml", "junit.xml", subprocess=stopped)
    report = mini.report()
    figures = report["swallow"]["benchmarks"]["mini"]
    found = [figures[name] for name in ("samples", "scored", "errors", "skipped")]
    assert found == [6, measured, errors, skipped]
    assert result.ret == (status or (8 if skipped else 0)) == report["exitcode"]
    line = next(line for line in result.outlines if line.startswith("mini "))
    assert (f"{measured} of 6" in line) == (measured < 6)
    for name, number in (("errors", errors), ("skipped", skipped)):
        assert (f"{number} {name}" in line) == bool(number), line
    passed = {gate["expression"]: gate["passed"] for gate in report["swallow"]["gates"]}
    assert list(passed.values()) == [errors == 0, skipped == 0, measured == 6]
    metadata = [test["metadata"] for test in report["tests"] if "metadata" in test]
    assert sum(record["error"] is not None for record in metadata) == errors
    assert sum(record["error"] is None and bool(record["scores"]) for record in metadata) == measured
    states = junit_states(mini)
    assert [states.count(state) for state in ("measured", "errored", "skipped")] == [measured, errors, skipped]
    outcomes = Counter(test["outcome"] for test in report["tests"])
    assert outcomes["error"] + outcomes["failed"] == errors
    assert outcomes.total() == report["summary"]["total"] == sum(outcomes[name] for name in report["summary"])
    assert all(outcomes[name] == report["summary"].get(name, 0) for name in outcomes)
    assert "rerun" not in outcomes
    answers = [line["sample"] for line in mini.journal()]
    assert len(answers) == len(set(answers))  # run again, a question keeps the answer that it has


def test_a_worker_that_dies(mini):
    """Its question is an error, the others are measured by those that are left."""
    write_conftest(mini, {"fixture": "os.kill(os.getpid(), signal.SIGKILL)"})
    result = mini.run(*MODEL, "-n", "2", "--junitxml", "junit.xml", subprocess=True)
    assert Counter(junit_states(mini)) == {"measured": 5, "errored": 1}
    figures = mini.report()["swallow"]["benchmarks"]["mini"]
    assert [figures[name] for name in ("samples", "scored", "errors", "skipped")] == [6, 5, 1, 0]
    assert result.ret == 1
    result.stdout.fnmatch_lines(["mini *5 of 6 *1 errors*"])


def test_many_errors_are_told_by_cause(mini):
    """Ten in full, the rest by number; pytest's own count stays whole."""
    rows = [f'{{"question": "Q{n}", "answer": "A"}}\n' for n in range(40)]
    (mini.path / "data" / "mini.jsonl").write_text("".join(rows))
    result = mini.run("--data-dir", "data", "--replay", "answers.jsonl")
    assert result.ret == 1
    shown = [line for line in result.outlines if re.match(r"(ERROR|FAILED) benchmarks", line)]
    assert len(shown) == 10
    result.stdout.fnmatch_lines(["34 questions could not be measured; by cause:", "     34 × *has no answer*"])
    result.assert_outcomes(passed=6, errors=34)
    assert mini.report()["swallow"]["benchmarks"]["mini"]["errors"] == 34
