"""pass@k: the unbiased estimate, its names, and what is left out (CO-1 to CO-3)."""

from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.datatypes import Record
from swallow_metrics.metrics.pass_at_k import pass_at_k, pass_metrics, pass_scores


@pytest.mark.parametrize("correct", range(11))
def test_ten_generations(correct):
    """With n = 10, pass@1 is the share of right ones and pass@10 whether there is one."""
    assert pass_at_k(10, correct, 1) == pytest.approx(correct / 10)
    assert pass_at_k(10, correct, 10) == (1.0 if correct else 0.0)


def test_the_last_digit_is_the_references():
    """One of ten right is the product's 0.09999999999999998, not 0.1."""
    assert pass_at_k(10, 1, 1) == 0.09999999999999998


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_it_is_the_share_of_draws_with_a_right_one(numbers):
    """The estimate equals counting all ways to draw k of the n generations."""
    n, correct, k = numbers
    draws = list(combinations([True] * correct + [False] * (n - correct), k))
    assert len(draws) == comb(n, k)
    assert pass_at_k(n, correct, k) == pytest.approx(sum(map(any, draws)) / len(draws))


@pytest.mark.parametrize(("n", "correct", "k"), [(5, 1, 6), (5, 1, 0), (5, 6, 1), (5, -1, 1), (0, 0, 1)])
def test_impossible_counts_are_errors(n, correct, k):
    """Fewer generations than k are never guessed from."""
    with pytest.raises(ValueError, match="expected 1 <= k <= n"):
        pass_at_k(n, correct, k)


@pytest.mark.parametrize(
    ("outcomes", "scores"),
    [
        ([True] * 10, {"humaneval_pass@1:10": 1.0, "humaneval_pass@10:10": 1.0}),
        ([False] * 10, {"humaneval_pass@1:10": 0.0, "humaneval_pass@10:10": 0.0}),
        ([True, False, False, True], {"humaneval_pass@1:10": 0.5}),
        ([True], {"humaneval_pass@1:10": 1.0}),
        ([], {}),
    ],
)
def test_a_question_has_the_scores_its_generations_allow(outcomes, scores):
    """A k above the number of generations is left out."""
    assert pass_scores("humaneval", outcomes) == scores


def test_names_are_the_references():
    """pass@1 comes first: it is the primary metric. With other numbers of generations the name says so."""
    assert [m.name for m in pass_metrics("humaneval")] == ["humaneval_pass@1:10", "humaneval_pass@10:10"]
    assert [m.name for m in pass_metrics("codegen", 20)] == ["codegen_pass@1:20", "codegen_pass@10:20"]
    assert [m.name for m in pass_metrics("humaneval", 3)] == ["humaneval_pass@1:3"]
    assert pass_scores("humaneval", [True, False, False, False], 4) == {"humaneval_pass@1:4": 0.25}
    assert all(m.family is None for m in pass_metrics("humaneval"))


@pytest.mark.parametrize(("numbers", "signature"), [([10, 10], "n:10"), ([3], "n:3"), ([10, 1, 4], "n:1..10")])
def test_the_signature_has_the_real_number_of_generations(numbers, signature):
    """It comes from the records, not from what the reference asks for."""
    records = [Record("humaneval", str(number), finish_reasons=["stop"] * number) for number in numbers]
    assert all(metric.signature(records) == signature for metric in pass_metrics("humaneval"))
