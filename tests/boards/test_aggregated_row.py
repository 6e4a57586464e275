"""The aggregated row: names, order, and the recorded cases."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.boards.names import names
from swallow_metrics.boards.row import Result, aggregated


def results(case):
    """The results of a recorded case that are its model's (AG-1)."""
    return [
        Result(found["task"].removeprefix("swallow|"), found["rows"], found["metrics"], file["time"])
        for file in case["files"]
        if file["model"] == case["model"]
        for found in file["results"]
    ]


def test_names(shared):
    """157 names in the reference's order; the first 107 are those of 202508 (AG-10)."""
    recorded = json.loads((shared / "conformance/v202604/aggregate/names.json").read_text("utf-8"))
    assert [name.name for name in names("202604")] == recorded
    assert [name.name for name in names("202508")] == recorded[:107]


def test_recorded_cases(shared):
    """Values, missing names, keys and the overall line, digit by digit."""
    lines = (shared / "conformance/v202604/aggregate/cases.jsonl").read_text("utf-8").split("\n")
    cases = [json.loads(line) for line in lines if line]
    assert len(cases) == 14
    for case in cases:
        row = aggregated(results(case), "202604")
        assert row.values == case["results"], case["case"]
        document = row.document(case["model"], sentinels=True)
        assert list(document) == case["keys"]
        assert document["overall"] == case["overall"], case["case"]
        assert set(row.missing).isdisjoint(row.values)


def test_what_is_missing_is_absent():
    """Unless the reference's −1 is asked for."""
    document = aggregated([Result("math_500", 500, {"extractive_match": 0.5})], "202508").document("m")
    assert document["results"] == {"math_500": 0.5}
    assert document["overall"].split(",").count("") == 106
    assert len(document["tasks"]) == 107
    assert "custom_settings" not in document


@pytest.mark.parametrize("order", [1, -1])
def test_the_newest_result_hides_the_older_one(order):
    """As a whole, whatever order they come in (AG-2)."""
    two = [Result("jemhopqa_cot", 9, {"f1_score": 0.5, "f1_score_quasi": 0.5}, "1"),
           Result("jemhopqa_cot", 9, {"f1_score": 0.4}, "2")]  # fmt: skip
    assert aggregated(two[::order], "202604").values == {"jemhopqa_cot_f1_score": 0.4}


RESULTS = st.lists(
    st.builds(
        lambda level, rows, score, time: Result(f"polymath_japanese:{level}", rows, {"extractive_match": score}, time),
        st.sampled_from(["low", "medium", "high", "top"]),
        st.integers(1, 200),
        st.floats(0, 1),
        st.text("0123456789", min_size=3, max_size=3),
    ),
    unique_by=lambda result: (result.task, result.time),
    max_size=12,
)


@given(RESULTS, st.randoms(use_true_random=False))
def test_any_results(results, random):
    """The newest of each level, weighted by its rows, in whatever order they come; what is older changes nothing."""
    newest = {
        task: max((r for r in results if r.task == task), key=lambda r: r.time) for task in {r.task for r in results}
    }
    row = aggregated(results, "202604")
    both = [newest[task] for task in ("polymath_japanese:high", "polymath_japanese:top") if task in newest]
    expected = {f"polymath_ja_{level}": newest[task].metrics["extractive_match"]
                for level in ("medium", "high", "top") if (task := f"polymath_japanese:{level}") in newest}  # fmt: skip
    if both:
        total = sum(result.rows * result.metrics["extractive_match"] for result in both)
        expected["polymath_ja_high_top"] = pytest.approx(total / sum(result.rows for result in both))
    assert row.values == expected
    assert len(row.missing) == 157 - len(expected)
    assert aggregated(random.sample(results, len(results)), "202604").values == row.values
    assert aggregated(list(newest.values()), "202604").values == row.values
