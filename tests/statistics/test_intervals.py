"""Intervals: against published and independently computed values, and what must hold for any scores."""

import math
from itertools import pairwise

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.datatypes import Metric
from swallow_metrics.metrics.bleu import BLEU
from swallow_metrics.metrics.following.followed import INST_LEVEL_STRICT
from swallow_metrics.statistics.intervals import figures, wilson

MEAN = Metric("m")
SCORES = st.lists(st.integers(0, 20).map(lambda number: number / 20), min_size=2, max_size=40)


def of(values, metric=MEAN):
    return figures(metric, [metric.statistics(value) for value in values])


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (0, 20), (7, 20), (4000, 7097), (7097, 7097)])
def test_scores_of_0_and_1_have_wilsons_interval(successes, n):
    """The one without continuity correction, as scipy computes it."""
    expected = scipy.stats.binomtest(successes, n).proportion_ci(method="wilson")
    found = of([1.0] * successes + [0.0] * (n - successes))
    assert found["method"] == "wilson"
    assert found["ci95"] == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found["stderr"] == (
        None if n == 1 else pytest.approx(math.sqrt(successes * (n - successes) / n**2 / (n - 1)))
    )


@pytest.mark.parametrize("n", [30, 80, 164, 448, 1000])
@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_wilsons_coverage(n, p):
    """Exact: the sum over all numbers of right answers whose interval holds the true share."""
    covered = [k for k in range(n + 1) if wilson(k / n, n)[0] <= p <= wilson(k / n, n)[1]]
    assert 0.93 <= scipy.stats.binom.pmf(covered, n, p).sum() <= 0.97


def test_many_questions_in_the_middle_have_the_textbook_interval():
    """Far from the bounds and with many questions, the score interval is mean ± 1.96 standard errors."""
    values = [0.3, 0.5, 0.55, 0.65] * 2500
    found = of(values)
    half = 1.959964 * scipy.stats.sem(values)
    assert found["method"] == "score"
    assert found["stderr"] == pytest.approx(scipy.stats.sem(values))
    assert found["ci95"] == pytest.approx([0.5 - half, 0.5 + half], abs=0.01 * half)


@given(SCORES)
def test_any_scores(values):
    """The interval holds the mean, keeps to the bounds, has a width, and does not depend on the order."""
    found = of(values)
    low, high = found["ci95"]
    assert 0 <= low <= found["mean"] <= high <= 1
    assert high - low > 1e-6
    assert of(values[::-1]) == found
    assert found["stderr"] == pytest.approx(scipy.stats.sem(values), abs=1e-12)


@given(SCORES)
def test_mirrored_scores_have_the_mirrored_interval(values):
    """Counting what is wrong instead of what is right changes nothing."""
    found, mirrored = of(values), of([1 - value for value in values])
    assert [1 - bound for bound in found["ci95"][::-1]] == pytest.approx(mirrored["ci95"], abs=1e-9)


@given(SCORES, st.sampled_from([2.0, 100.0]))
def test_the_scale_is_only_a_unit(values, scale):
    """Scores up to 100 have 100 times the interval of scores up to 1."""
    found, scaled = of(values), of([value * scale for value in values], Metric("m", scale=scale))
    if found["method"] == "score":
        assert [bound * scale for bound in found["ci95"]] == pytest.approx(scaled["ci95"], abs=1e-9)


def test_generations_of_a_question_are_no_questions():
    """Ten equal generations of each question tell as much as one; ten unrelated ones far more."""
    one = of([1.0] * 12 + [0.0] * 28)
    unrelated = of([0.2, 0.3, 0.4] * 13 + [0.3])
    assert unrelated["mean"] == pytest.approx(one["mean"])
    assert unrelated["ci95"][1] - unrelated["ci95"][0] < 0.2 * (one["ci95"][1] - one["ci95"][0])


PERFECT = [12, 12, 12, 11, 10, 9, 12, 11, 10, 9]
EQUAL = [
    pytest.param(INST_LEVEL_STRICT, [[True, True], [True]] * 86, 1.0, id="all instructions"),
    pytest.param(INST_LEVEL_STRICT, [[False, False], [False]] * 86, 0.0, id="no instruction"),
    pytest.param(BLEU, [PERFECT] * 100, 100.0, id="perfect corpus"),
    pytest.param(BLEU, [[12, 12, 9, 5, 3, 2, 12, 11, 10, 9]] * 100, 38.8, id="equal sentences"),
    pytest.param(MEAN, [0.8] * 80, 0.8, id="equal verdicts"),
    pytest.param(MEAN, [0.8], 0.8, id="one question"),
]


@pytest.mark.parametrize(("metric", "values", "mean"), EQUAL)
def test_no_interval_is_without_width(metric, values, mean):
    """Equal scores are what a sample has shown so far, not what every question would score."""
    found = of(values, metric)
    low, high = (bound / metric.scale for bound in found["ci95"])
    assert found["mean"] == pytest.approx(mean, abs=0.1)
    assert low <= min(1.0, found["mean"] / metric.scale) <= high
    assert high - low > 0.3 / len(values)
    if mean in (0.0, 1.0, 100.0):  # about three in n, as for questions that are right or wrong as a whole
        assert 3 / len(values) < high - low < 5 / len(values)


def test_scores_without_bounds():
    """Student's t on the values; nothing is known of how equal ones vary."""
    values = [3.0, 12.5, 7.0, 9.0]
    expected = scipy.stats.t.interval(0.95, 3, sum(values) / 4, scipy.stats.sem(values))
    assert of(values)["ci95"] == pytest.approx(list(expected))
    assert of(values)["method"] == "t"
    assert of([3.0] * 5)["ci95"] == of([3.0])["ci95"] == [None, None]


def test_nothing_measured_is_no_figure():
    """Neither no questions nor questions without anything to count."""
    assert figures(MEAN, []) is None
    assert figures(MEAN, [(0.0, 0.0)]) is None


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=2, max_size=40))
def test_instructions_of_one_question_stay_together(values):
    """A micro-average is the share of all instructions; its interval is that of its questions."""
    found = of(values, INST_LEVEL_STRICT)
    flat = [followed for value in values for followed in value]
    assert found["mean"] == pytest.approx(sum(flat) / len(flat))
    assert found["n"] == len(values)
    assert found["ci95"][0] <= found["mean"] <= found["ci95"][1]
    assert found["method"] == "score"


def test_more_questions_narrow_the_interval():
    """For each kind of metric."""
    for metric, values in [
        (MEAN, [0.2, 0.9, 1.0]), (INST_LEVEL_STRICT, [[True], [True, False]]), (BLEU, [PERFECT, [9, 9, 5, 2, 1, 1, 9, 8, 7, 6]])
    ]:  # fmt: skip
        widths = [high - low for low, high in (of(values * times, metric)["ci95"] for times in (5, 20, 80, 320))]
        assert all(wide > 1.8 * narrow for wide, narrow in pairwise(widths))
