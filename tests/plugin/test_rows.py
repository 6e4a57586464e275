"""Rows that no answer can be measured by, and rows that contradict themselves."""

import pytest

from projects import MINI_ROWS, usage_line, write_jsonl

MODEL = ("--model", "m", "--data-dir", "data")
LETTER = 'return "ABCD"[int(request.sample) % 4]'


def with_row(mini, number, change):
    rows = [row | change if at == number else row for at, row in enumerate(MINI_ROWS)]
    write_jsonl(mini.path / "data" / "mini.jsonl", rows)


@pytest.mark.parametrize("gold", ["", " ", "\u3000\n"])
def test_an_empty_gold_is_the_error_of_its_item(mini, gold):
    """It names file, line and column; the question is not asked, and the others are measured."""
    with_row(mini, 2, {"answer": gold})
    mini.engine("assert request.sample != '2'\n" + LETTER)
    module = mini.path / "benchmarks" / "test_mini.py"
    module.write_text(module.read_text().replace('not in "ABCD"', "is None"))
    result = mini.run(*MODEL)
    assert result.ret == 1
    result.assert_outcomes(passed=5, errors=1)
    report = mini.report()
    (error,) = (t["metadata"]["error"] for t in report["tests"] if t["metadata"]["error"])
    assert all(word in error for word in ("mini.jsonl, line 3", "gold", "'answer'"))
    figures = report["swallow"]["benchmarks"]["mini"]
    assert (figures["samples"], figures["scored"], figures["errors"]) == (6, 5, 1)
    assert figures["metrics"]["extractive_match"]["mean"] == 1.0
    assert [line["sample"] for line in mini.journal()] == ["0", "1", "3", "4", "5"]


def test_a_value_of_the_wrong_kind_stops_the_run(mini):
    """A file that is not in the schema is no single question's fault."""
    with_row(mini, 2, {"answer": 3})
    mini.engine(LETTER)
    assert "mini.jsonl, line 3" in usage_line(mini.run(*MODEL))


def test_contradictions_are_warnings(mini):
    """The score stays as it is; the line names kind, number and rows."""
    options = {"options": ["one", "two", "one ", "four"]}
    with_row(mini, 0, options)
    mini.engine(LETTER)
    result = mini.run(*MODEL)
    result.stdout.fnmatch_lines(["warning: mini: 1 of 6 rows show the right option's text at two letters*(0)"])
    assert mini.report()["swallow"]["benchmarks"]["mini"]["scored"] == 6
