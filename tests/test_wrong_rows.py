"""Rows with values of the wrong kind, in every column of every benchmark: one line about the row, or a question."""

import importlib.util
from pathlib import Path

import pytest

from swallow_metrics.datasets.local import load_demo
from swallow_metrics.datasets.row import Origin, Row
from swallow_metrics.errors import DataError, MeasurementError, UsageError
from swallow_metrics.prompts import load_prompt

FOLDER = Path(__file__).parents[1] / "benchmarks"
ABSENT = object()
WRONG = [
    ABSENT, None, True, -1, 99, 2.5, float("nan"), 10**30, "", "x", "\ud800", "[]", "{", "null", [], ["a"], [1], [None],
    [[]], [{}], {}, {"a": 1},
]  # fmt: skip


def module(path):
    spec = importlib.util.spec_from_file_location(f"of_wrong_rows_{path.stem}", path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def benchmarks():
    """Every benchmark by its id, from the marks of the test functions."""
    for path in sorted(FOLDER.glob("test_*.py")):
        for value in vars(module(path)).values():
            for mark in getattr(value, "pytestmark", ()):
                if mark.name == "llm_eval":
                    yield mark.args[0]


BENCHMARKS = {benchmark.id: benchmark for benchmark in benchmarks()}


def first_row(benchmark):
    row = load_demo(benchmark.id, benchmark.dataset, FOLDER / "demo").rows[0]
    text = load_prompt(benchmark.id, benchmark.fields, FOLDER / "prompts", None).text if benchmark.fields else ""
    return row, text


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_wrong_value_is_one_line_or_a_question(name):
    """No value ends in another exception, and groups are names: they are keys of the report."""
    row, prompt = first_row(BENCHMARKS[name])
    for column in row.values:
        for value in WRONG:
            values = {**row.values, column: value}
            if value is ABSENT:
                del values[column]
            said, sample = "", None
            try:
                sample = BENCHMARKS[name].sample(Row(values, 0, Origin(name, "rows.jsonl")), prompt)
            except UsageError as error:
                said = str(error)
            if sample is None:
                assert "rows.jsonl, line 1" in said
                assert "\n" not in said
            else:
                assert all(isinstance(turn, str) for turn in sample.turns), (column, value)
                assert isinstance(sample.group, str | None), (column, value)


@pytest.mark.parametrize("name", ["humaneval", "humanevalplus", "swallow_jhumaneval"])
def test_a_problem_without_its_tests_is_refused(name):
    """Every program would fail it, whatever it does."""
    row, prompt = first_row(BENCHMARKS[name])
    with pytest.raises(DataError, match=r"check\(candidate\)"):
        BENCHMARKS[name].sample(Row({**row.values, "test": ""}, 0, Origin(name, "rows.jsonl")), prompt)


@pytest.mark.parametrize(("cases", "said"), [("[]", "no test cases"), ("x", "base64"), ("[{}]", "'input'")])
def test_a_problem_without_cases_is_not_measured(cases, said):
    """Every program would pass it; cases are decoded late, so the item says so and names the sample."""
    benchmark = BENCHMARKS["livecodebench"]
    row, prompt = first_row(benchmark)
    values = {**row.values, "public_test_cases": cases, "private_test_cases": cases}
    sample = benchmark.sample(Row(values, 7, Origin("livecodebench", "rows.jsonl")), prompt)
    with pytest.raises(MeasurementError, match="sample '7'") as caught:
        benchmark.program(sample, type("Response", (), {"text": "```\npass\n```"}), "candidate")
    assert said in str(caught.value)
