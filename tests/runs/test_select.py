"""Questions chosen by how an earlier run did."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorded import record, run_folder
from swallow_metrics.errors import UsageError
from swallow_metrics.runs import read_run
from swallow_metrics.runs.select import selected

RECORDS = [
    record("0", 1.0),
    record("1", 0.0, counts={"truncated": 1}),
    record("2", 0.5, counts={"unextracted": 1, "outcome wrong": 2}),
    record("3", 0.0, error="lost"),
]
BEFORE = [record("0", 0.0), record("1", 0.0), record("2", 1.0), record("3", 1.0)]


@pytest.mark.parametrize(
    ("expression", "samples"),
    [
        ("score<1", "12"), ("score>=0.5", "02"), ("score == 1", "0"), ("extractive_match<0.5", "1"), ("extractive_match>2", ""),
        ("error", "3"), ("truncated", "1"), ("outcome wrong", "2"), ("truncated or error", "13"),
        ("score<1 and unextracted", "2"), ("score<1 and unextracted or error", "23"),
        ("flipped", "02"), ("gained", "0"), ("lost", "2"),
    ],
)  # fmt: skip
def test_expressions(tmp_path, expression, samples):
    """Scores, errors, counts, and flips against another run."""
    run, other = (read_run(run_folder(tmp_path / n, r), print) for n, r in (("a", RECORDS), ("b", BEFORE)))
    assert selected(expression, run, other) == {"mini": set(samples)}


@pytest.mark.parametrize(
    "expression", ["", "score<", "score<x", "score<1 and", "score<1.1.1", "a=b", "flipped", "nothing<1", "truncatd"]
)
def test_wrong_expressions(tmp_path, expression):
    """One line; flips need two runs."""
    with pytest.raises(UsageError, match="--select"):
        selected(expression, read_run(run_folder(tmp_path / "a", RECORDS), print))


def test_several_verdicts_are_their_share(tmp_path):
    """A question with verdicts of several instructions has the share of those that hold as its score."""
    metric = "inst_level_strict_acc"
    verdicts = [[True, True, True], [True, False, True], [False, False, True], [False, False]]
    records = [record(str(number), each, metric=metric) for number, each in enumerate(verdicts)]
    run = read_run(run_folder(tmp_path, records), print)
    asked = ("==1", ">0.66", ">0.67", "<0.34", "<0.33", "==0")
    found = [selected(f"{metric}{each}", run)["mini"] for each in asked]
    assert found == [{"0"}, {"0", "1"}, {"0"}, {"2", "3"}, {"3"}, {"3"}]


def test_a_misspelled_count_is_told_with_the_nearest(tmp_path):
    """The three most similar, the best first."""
    run = read_run(run_folder(tmp_path / "a", RECORDS), print)
    with pytest.raises(UsageError, match=r"did you mean truncated, \w[\w ]*, \w[\w ]*\?$"):
        selected("truncatd", run)


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.booleans(), st.booleans()), min_size=1, max_size=12),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)
@settings(max_examples=50, deadline=None)
def test_any_expressions(tmp_path_factory, rows, bound):
    """`or` joins, `and` keeps what both have; below, not below and in error are all questions, each once."""
    records = [
        record(str(number), score, counts={"truncated": 1} if truncated else {}, error="lost" if lost else None)
        for number, (score, truncated, lost) in enumerate(rows)
    ]
    run = read_run(run_folder(tmp_path_factory.mktemp("run"), records), print)

    def found(expression):
        return selected(expression, run)["mini"]

    if all(lost for *_, lost in rows):
        return  # a report without any figure names no metric
    below, other, lost, cut = map(found, (f"score<{bound}", f"score>={bound}", "error", "truncated"))
    assert sorted([*below, *other, *lost]) == sorted(str(number) for number in range(len(rows)))
    assert found(f"score<{bound} and truncated") == below & cut
    assert found(f"score<{bound} or truncated") == below | cut
    assert found(f"error or score<{bound} and truncated") == lost | (below & cut)


def test_flips_against_the_baseline_of_the_run(tmp_path):
    """The run that a run was compared with itself is used where no other is named; the one that is named, before it."""
    earlier = run_folder(tmp_path / "b", BEFORE)
    run = read_run(run_folder(tmp_path / "a", RECORDS, baseline={"run": str(earlier)}), print)
    assert [selected(term, run)["mini"] for term in ("flipped", "gained", "score<1 and lost")] == [
        {*"02"},
        {"0"},
        {"2"},
    ]
    assert selected("flipped", run, run) == {"mini": set()}
    gone = read_run(run_folder(tmp_path / "c", RECORDS, baseline={"run": str(tmp_path / "gone")}), print)
    assert selected("score<1", gone) == {"mini": {*"12"}}  # what asks for no flip reads no second run


@pytest.mark.parametrize("name", ["a_score", "z_score"])
def test_any_metric_by_name(tmp_path, name):
    """`score` is the primary metric; any other name is that metric, wherever it sorts."""
    records = [
        {**each, "scores": {**each["scores"], name: 1.0 - each["scores"]["extractive_match"]}} for each in RECORDS
    ]
    run = read_run(run_folder(tmp_path, records), print)
    assert [selected(f"{each}<0.5", run)["mini"] for each in ("score", name)] == [{"1"}, {"0"}]
