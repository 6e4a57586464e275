"""Paired comparisons: against scipy and published values, and what must hold for any two runs."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from swallow_metrics.datatypes import Metric
from swallow_metrics.metrics.bleu import BLEU
from swallow_metrics.statistics.paired import FLIPS, compare_binary, compare_corpora, compare_means, holm

BITS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60)


def pair(values):
    first, second = zip(*values, strict=True)
    return np.array(first, dtype=float), np.array(second, dtype=float)


def table(both, lost, gained, neither):
    """Two runs with these numbers of questions."""
    return pair([(1, 1)] * both + [(1, 0)] * lost + [(0, 1)] * gained + [(0, 0)] * neither)


@pytest.mark.parametrize(
    ("lost", "gained", "p"), [(0, 0, 1.0), (1, 0, 1.0), (6, 16, 0.0525), (5, 15, 0.0414), (1, 9, 0.0215)]
)
def test_mcnemar_exact(lost, gained, p):
    """The binomial test of the discordant questions; 6 against 16 is Fagerland, Lydersen and Laake's example (2013)."""
    found = compare_binary(*table(30, lost, gained, 20))
    assert found.p == pytest.approx(p, abs=5e-5)
    if lost + gained:
        assert found.p == pytest.approx(scipy.stats.binomtest(lost, lost + gained).pvalue)
    assert found.difference == pytest.approx((gained - lost) / (50 + lost + gained))
    assert found.method == "mcnemar-exact"


def test_bonett_and_price():
    """Their interval of 6 lost and 16 gained of 73 questions, computed by hand from the paper's formula."""
    found = compare_binary(*table(30, 6, 16, 21))
    won, missed = 17 / 75, 7 / 75
    half = 1.959964 * ((won + missed - (won - missed) ** 2) / 75) ** 0.5
    assert found.interval == pytest.approx((10 / 75 - half, 10 / 75 + half))


@given(BITS)
def test_any_two_runs(values):
    """Swapped runs have the mirrored result, a run against itself shows nothing, and every interval has a width."""
    first, second = pair(values)
    for compare in (compare_binary, compare_means):
        there, back, same = compare(first, second), compare(second, first), compare(first, first)
        assert there.difference == pytest.approx(second.mean() - first.mean())
        assert there.difference == pytest.approx(-back.difference)
        assert there.interval == pytest.approx((-back.interval[1], -back.interval[0]))
        assert -1 <= there.interval[0] <= there.difference <= there.interval[1] <= 1
        assert (same.difference, same.p) == (0, 1)
        assert same.interval[1] - same.interval[0] > min(1.3, 5 / (len(values) + 2))
        assert 0 < there.p <= 1


@pytest.mark.parametrize(("seed", "n"), [(0, 3), (1, 12), (2, 13), (3, 14)])
def test_sign_flips_equal_the_full_permutation_test(seed, n):
    """Scipy goes through all 2ⁿ ways of flipping; ours does so for up to 12 questions, and draws 4,999 of more."""
    random = np.random.default_rng(seed)
    first, second = random.random(n), random.random(n) + 0.05 * seed
    exact = scipy.stats.permutation_test(
        (second - first,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    ).pvalue
    found = compare_means(first, second)
    drawn = 4 * (exact * (1 - exact) / FLIPS) ** 0.5 + 2 / FLIPS
    assert found.p == pytest.approx(exact, abs=1e-12 if n <= 12 else drawn)
    assert found.p == compare_means(first, second).p
    assert found.method == "permutation"


def test_many_different_questions_have_students_interval():
    """What Bonett and Price add fades where the differences themselves show how they vary."""
    random = np.random.default_rng(1)
    first, second = random.random(2000), random.random(2000)
    expected = scipy.stats.ttest_rel(second, first).confidence_interval(0.95)
    assert compare_means(first, second).interval == pytest.approx((expected.low, expected.high), abs=2e-4)


def test_corpora_are_resampled_together():
    """A mean, put as a corpus metric, has the interval and about the p value of the paired differences."""
    random = np.random.default_rng(1)
    first = np.stack([random.random(200), np.ones(200)], axis=1)
    second = first + np.stack([random.normal(0.02, 0.1, 200), np.zeros(200)], axis=1)
    found, expected = compare_corpora(Metric("m"), first, second), compare_means(first[:, 0], second[:, 0])
    assert found.difference == pytest.approx(expected.difference)
    assert found.interval == pytest.approx(expected.interval, abs=0.003)
    assert found.p == pytest.approx(expected.p, abs=0.02)
    assert found.method == "bootstrap"


@pytest.mark.parametrize("sign", [1, -1])
def test_no_bootstrap_shows_more_than_its_resamples_can(sign):
    """However sure the difference, p is not below 1 in 2,000."""
    first = np.array([(value, 1.0) for value in np.linspace(0.2, 0.6, 400)])
    second = first + np.array([0.3 * sign, 0.0])
    assert compare_corpora(Metric("m"), first, second).p == 1 / 2000


ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=25)


@given(ROWS)
@settings(max_examples=50)
def test_a_difference_of_corpora_is_shown_where_its_interval_shows_it(values):
    """However few the questions: resamples of five that all moved one way never move the other way."""
    first, second = (np.array([(value / 5, 1.0) for value in column]) for column in zip(*values, strict=True))
    found = compare_corpora(Metric("m"), first, second)
    if found.p < 0.05:
        assert len(values) > 1
        assert not found.interval[0] <= 0 <= found.interval[1]


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 12, 30])
def test_few_false_alarms_of_corpora(n):
    """At most 5 %, and what a simulation of 1,000 pairs may be off."""
    random = np.random.default_rng(n)
    alarms = 0
    for _ in range(1000):
        skill = random.beta(2, 2, n)
        runs = [np.stack([random.binomial(5, skill) / 5, np.ones(n)], axis=1) for _ in range(2)]
        alarms += compare_corpora(Metric("m"), *runs).p < 0.05
    assert alarms / 1000 <= 0.065


def test_equal_corpora():
    """No difference, p 1, and a width all the same."""
    rows = [[12, 12, 9, 5, 3, 2, 12, 11, 10, 9]] * 50
    found = compare_corpora(BLEU, rows, rows)
    assert (found.difference, found.p) == (0, 1)
    assert 5 < found.interval[1] - found.interval[0] < 15
    with pytest.raises(ValueError, match="no value"):
        compare_corpora(BLEU, [[0] * 10], [[0] * 10])


def test_holm():
    """Holm's procedure on its example of three tests, and on any: order kept, never below the raw value."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_holm_lies_between_the_raw_value_and_bonferroni(p_values):
    """For any p values."""
    for adjusted, raw in zip(holm(p_values), p_values, strict=True):
        assert raw <= adjusted <= min(1.0, max(len(p_values) * raw, *p_values))


def models(random, n, gain=0.0):
    """Two models whose answers to a question are right with the same chance; the second turns some wrong ones right."""
    skill = random.beta(0.4, 0.3, n)
    first, second = (random.random(n) < skill for _ in range(2))
    return first.astype(float), (second | (random.random(n) < gain)).astype(float)


@pytest.mark.slow
def test_false_alarms_and_power():
    """Equal models: at most 5 % alarms. A difference: found more often than by the unpaired test of the same runs."""
    random = np.random.default_rng(7)
    alarms = sum(compare_binary(*models(random, 1000)).p < 0.05 for _ in range(2000)) / 2000
    outside = 0
    for _ in range(2000):
        low, high = compare_binary(*models(random, 300)).interval
        outside += not low <= 0 <= high
    assert alarms <= 0.05
    assert outside / 2000 <= 0.06
    found = unpaired = 0
    for _ in range(500):
        first, second = models(random, 2000, gain=0.08)
        found += compare_binary(first, second).p < 0.05
        z = (second.mean() - first.mean()) / np.sqrt((first.var() + second.var()) / 1999)
        unpaired += abs(z) > 1.96
    print(f"alarms {alarms:.3f}, outside {outside / 2000:.3f}, power {found / 500:.2f}, unpaired {unpaired / 500:.2f}")
    assert found > 1.2 * unpaired
