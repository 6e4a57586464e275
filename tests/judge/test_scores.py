"""Scores from ratings: over readable verdicts, and the reference's way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.judge.scores import METRICS, question_means, question_scores, reference_scores
from swallow_metrics.statistics.intervals import figures

BY_NAME = {metric.name: metric for metric in METRICS}
RATINGS = st.lists(st.one_of(st.none(), st.integers(1, 10)), min_size=5, max_size=5)


def corpus(name, values):
    """A metric's figure over questions with these values."""
    metric = BY_NAME[name]
    found = figures(metric, [metric.statistics(value) for value in values])
    return None if found is None else found["mean"]


def test_a_missing_verdict_is_no_number():
    """Four eights and one unreadable verdict are an eight here, and 6.2 in the reference (JU-16)."""
    ratings = [[8, 8, 8, 8, None], [8, 8, 8, 8, 8]]
    scores = question_scores([ratings])
    assert scores["judge_score"] == scores["judge_score_turn_1"] == scores["judge_score_turn_2"] == pytest.approx(0.8)
    assert scores["judge_missing"] == [1, 10]
    assert scores["judge_score_lowest"] == pytest.approx((33 / 5 + 8) / 20)
    assert scores["judge_score_highest"] == pytest.approx((42 / 5 + 8) / 20)
    reference = reference_scores("math", ratings)
    assert reference["judge_score_overall_turn_1_avg"] == pytest.approx(6.2)
    assert reference["judge_score_math_avg"] == reference["judge_score_overall_avg"] == pytest.approx(7.1)
    assert reference["judge_score_overall_turn_1"] == [8, 8, 8, 8, -1]


def test_the_reference_drops_exactly_minus_one():
    """[8, -1, 7] gives 0.75 (JU-17); where nothing else is left there is no figure."""
    assert corpus("judge_score_overall_avg", [8.0, -1.0, 7.0]) == pytest.approx(0.75)
    assert corpus("judge_score_overall_avg", [-1.0, -1.0]) is None
    assert corpus("judge_score_overall_avg", [0.0, 1.0]) == pytest.approx(0.05)


def test_turns_without_any_verdict():
    """A question is scored by the turn that has verdicts, and not at all without one."""
    scores = question_scores([[[None] * 5, [6] * 5]])
    assert scores["judge_score"] == pytest.approx(0.6)
    assert "judge_score_turn_1" not in scores
    scores = question_scores([[[None] * 5, [None] * 5]])
    assert "judge_score" not in scores
    assert (scores["judge_score_lowest"], scores["judge_score_highest"]) == (pytest.approx(0.1), pytest.approx(1.0))
    assert scores["judge_missing"] == [10, 10]


def test_two_judges_weigh_the_same():
    """The score is the mean of the judges' scores, whoever gave more verdicts."""
    scores = question_scores([[[10] * 5, [10] * 5], [[4, None, None, None, None], [4] * 5]])
    assert scores["judge_score"] == pytest.approx(0.7)
    assert scores["judge_score_turn_1"] == pytest.approx(0.7)
    assert scores["judge_missing"] == [4, 20]


def test_missing_share_is_pooled():
    """`judge_missing` is the share of all verdicts."""
    assert corpus("judge_missing", [[1, 10], [0, 10], [0, 10], [1, 10]]) == pytest.approx(0.05)


def test_raw_ratings_have_no_corpus_figure():
    """They stand in a question's record only (JU-19)."""
    assert corpus("judge_score_overall_turn_1", [[1.0, 2.0], [3.0, 4.0]]) is None


@given(RATINGS, RATINGS)
def test_bounds_hold_the_score(one, two):
    """Whatever the missing verdicts would have been, the score lies between the bounds; with none they are equal."""
    scores = question_scores([[one, two]])
    low, high = scores["judge_score_lowest"], scores["judge_score_highest"]
    assert 0.1 - 1e-12 <= low <= high <= 1.0 + 1e-12
    filled = [[5 if rating is None else rating for rating in turn] for turn in (one, two)]
    assert low - 1e-12 <= question_means([filled])["judge_score"] <= high + 1e-12
    if None not in [*one, *two]:
        assert low == high == scores["judge_score"]
        assert scores["judge_score"] * 10 == pytest.approx(reference_scores("stem", [one, two])["judge_score_stem_avg"])
