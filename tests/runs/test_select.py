"""Questions chosen by how an earlier run did."""

import pytest

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
