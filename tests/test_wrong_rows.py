"""Rows with values of the wrong kind, in every column of every benchmark: one line about the row, or a question."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from swallow_metrics.datasets.local import load_demo
from swallow_metrics.datasets.row import Origin, Row
from swallow_metrics.errors import DataError, MeasurementError, UsageError
from swallow_metrics.prompts import load_prompt
from swallow_metrics.settings import Settings
from swallow_metrics.wiring.questions import Collected, lacks_demo, load_questions, make_samples

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


def test_private_rows_are_asked_for():
    """A benchmark without a dataset on the hub says where its rows are looked for."""
    mine = replace(BENCHMARKS["hellaswag"], dataset=replace(BENCHMARKS["hellaswag"].dataset, path=""))
    with pytest.raises(UsageError, match=r"give --data-dir DIR with hellaswag\.jsonl in it"):
        load_questions(Collected(mine, FOLDER), Settings(mode="model"), only_looks=False, update_lock=False)


def test_only_a_demo_lacks_demo_rows(tmp_path):
    """Not where its questions are at hand, and not where a model or a journal answers."""
    benchmark, demo = BENCHMARKS["hellaswag"], Settings(mode="demo")
    assert "demo/hellaswag.jsonl" in lacks_demo(benchmark, tmp_path, demo)
    assert lacks_demo(benchmark, FOLDER, demo) is None
    for given in (replace(demo, data_dir=tmp_path), Settings(mode="model"), Settings(mode="replay")):
        assert lacks_demo(benchmark, tmp_path, given) is None


@pytest.mark.parametrize("name", ["humaneval", "humanevalplus", "swallow_jhumaneval"])
def test_a_problem_without_its_tests_is_refused(name):
    """Every program would fail it, whatever it does."""
    row, prompt = first_row(BENCHMARKS[name])
    for test in ("", "def check(candidate:\n", "check" + "(" * 10_000):
        with pytest.raises(DataError, match=r"check\(candidate\)"):
            BENCHMARKS[name].sample(Row({**row.values, "test": test}, 0, Origin(name, "rows.jsonl")), prompt)


GOLDS = {
    "swallow_jmmlu": ("answer", ["", "E", "AB"]),
    "mmlu_pro_english": ("answer_index", [4_000, -1]),
    "hellaswag": ("label", ["", "4"]),
    "gpqa_diamond": ("Correct Answer", ["", " "]),
    "jemhopqa": ("answer", ["", "\u3000"]),
    "math_500": ("solution", ["", "\n"]),
    "math_100_japanese": ("answer", ["", " "]),
    "polymath_japanese": ("answer", ["", " "]),
    "aime": ("answer", ["", " "]),
    "humaneval": ("entry_point", ["", "9", "two words", "a.b"]),
    "english_mt_bench": ("reference", [None, [], [{"turns": ["one", ""]}]]),
}


@pytest.mark.parametrize("name", GOLDS)
def test_a_gold_that_no_answer_can_meet_is_the_error_of_its_question(name):
    """A score of such a row would say nothing; the rows beside it are asked."""
    benchmark, (column, golds) = BENCHMARKS[name], GOLDS[name]
    rows = load_demo(name, benchmark.dataset, FOLDER / "demo").rows
    row = next(row for row in rows if name != "english_mt_bench" or row["category"] == "math")
    prompt = first_row(benchmark)[1]
    for value in golds:
        wrong = Row({**row.values, column: value}, 6, Origin(name, "rows.jsonl"))
        (good, bad) = make_samples(benchmark, [row, wrong], prompt)
        assert good.error is None
        assert "rows.jsonl, line 7" in bad.error
        assert (bad.id, "\n" in bad.error) == ("6", False)
        assert column.partition("_")[0] in bad.error or "index" in bad.error


@pytest.mark.parametrize(("cases", "said"), [("[]", "no test cases"), ("x", "base64"), ("[{}]", "'input'")])
def test_a_problem_without_cases_is_not_measured(cases, said):
    """Every program would pass it; cases are decoded late, so the item says so and names the sample."""
    benchmark = BENCHMARKS["livecodebench"]
    row, prompt = first_row(benchmark)
    values = {**row.values, "public_test_cases": cases, "private_test_cases": cases}
    sample = benchmark.sample(Row(values, 7, Origin("livecodebench", "rows.jsonl")), prompt)
    with pytest.raises(MeasurementError, match="sample '7'") as caught:
        benchmark.program.tests(sample, "program")
    assert said in str(caught.value)
