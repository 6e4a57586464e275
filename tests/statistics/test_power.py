"""Power: against the textbook and against simulated runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.statistics.intervals import wilson
from swallow_metrics.statistics.power import (
    of_run,
    questions_needed,
    repeats_needed,
    smallest_difference,
    variance_parts,
)


def test_the_textbook():
    """2.80 standard errors; two 0/1 runs near one half that share half of their variance need 19,623 for one point."""
    assert smallest_difference(1.0) == pytest.approx(2.8016, abs=1e-4)
    shown = of_run(wilson(0.5, 10_000))
    assert shown == pytest.approx(2.8016 * 0.005, rel=1e-3)
    assert questions_needed(10_000, shown, 0.01) == pytest.approx(19_623, abs=8)
    assert of_run(wilson(0.5, 10_000), correlation=0.0) == pytest.approx(shown * 2**0.5)
    assert of_run([None, None]) is None


@given(st.integers(1, 10**6), st.floats(1e-4, 1), st.floats(1e-4, 1))
def test_questions_needed_show_what_is_wanted(n, shown, wanted):
    """With the number that is needed, the smallest difference is the wanted one; one question fewer is too few."""
    needed = questions_needed(n, shown, wanted)
    assert shown * (n / needed) ** 0.5 <= wanted * (1 + 1e-6)
    if needed > 1:
        assert shown * (n / (needed - 1)) ** 0.5 > wanted * (1 - 1e-6)


def test_power_is_80_percent():
    """Simulated differences of the smallest size that can be shown are shown four times in five."""
    random = np.random.default_rng(0)
    differences = random.normal(smallest_difference(0.3 / 20), 0.3, (4000, 400))
    shown = np.abs(differences.mean(1)) > 1.96 * differences.std(1, ddof=1) / 20
    assert shown.mean() == pytest.approx(0.8, abs=0.02)


def test_variance_parts():
    """Unbiased in simulation, with unequal numbers of generations; nothing is known from single ones."""
    random = np.random.default_rng(0)
    groups = [random.normal(random.normal(0.5, 0.3), 0.2, number).tolist() for number in random.integers(1, 6, 20_000)]
    within, between = variance_parts(groups)
    assert within == pytest.approx(0.04, rel=0.03)
    assert between == pytest.approx(0.09, rel=0.03)
    assert variance_parts([[1.0], [0.0]]) is None
    assert variance_parts([[1.0, 0.0]]) is None
    assert variance_parts([[1.0, 0.0], [0.0, 1.0]]) == (0.5, 0.0)
    unequal = [[1.0, 1.0, 1.0, 0.0], [0.0, 0.0], [], [1.0]]  # by hand: 3/16, and (27/56 - 3/16) / 2
    assert variance_parts(unequal) == pytest.approx((3 / 16, 33 / 224))


def test_repeats_needed():
    """As many as bring the variance down; none where questions alone vary too much."""
    assert repeats_needed(within=0.2, between=0.02, n=1000, wanted=0.0396) == pytest.approx(0.2 / 0.0899, abs=1)
    assert repeats_needed(within=0.0, between=0.02, n=1000, wanted=0.05) == 1
    assert repeats_needed(within=0.2, between=0.2, n=1000, wanted=0.01) is None


@given(st.floats(0, 1), st.floats(0, 0.25), st.integers(1, 10_000), st.floats(0.001, 0.2), st.floats(0, 0.95))
def test_the_repeats_that_are_needed_show_what_is_wanted(within, between, n, wanted, correlation):
    """One fewer does not; where no number does, the questions alone hide it."""

    def shown(repeats):
        spread = between * (1 - correlation) + (within / repeats if repeats else 0.0)
        return smallest_difference((2 * spread / n) ** 0.5)

    repeats = repeats_needed(within, between, n, wanted, correlation)
    if repeats is None:
        assert shown(0) >= wanted * (1 - 1e-6)
    else:
        assert shown(repeats) <= wanted * (1 + 1e-6)
        assert repeats == 1 or shown(repeats - 1) >= wanted * (1 - 1e-6)
