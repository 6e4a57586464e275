"""Tests that may be looked at after every question: false alarms, decisions, questions saved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.statistics.sequential import Decider


def decide(scores, threshold, **bounds):
    """(decision, questions asked)."""
    decider = Decider(threshold, len(scores), **bounds)
    for number, score in enumerate(scores, 1):
        if decider.add(score) is not None:
            return decider.decision, number
    return None, len(scores)


def permuted(random, n, right):
    scores = np.zeros(n)
    scores[:right] = 1
    random.shuffle(scores)
    return scores.tolist()


@given(st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=1, max_size=200), st.floats(0.01, 0.99))
def test_what_cannot_change_any_more_is_decided_rightly(scores, threshold):
    """After the last question the decision is the truth, unless an early one was wrong (at most 1 in 20 orders)."""
    ordered = decide(sorted(scores), threshold)[0], decide(sorted(scores, reverse=True), threshold)[0]
    truth = "above" if np.mean(scores) > threshold else "below"
    assert truth in ordered or None in ordered


def test_no_bet_is_ruinous():
    """Scores at the bounds against thresholds near them."""
    for scores, threshold, expected in [([1.0] * 500, 0.99, "above"), ([0.0] * 500, 0.01, "below"),
                                        ([0.0, 1.0] * 250, 0.99, "below"), ([1.0, 0.0] * 250, 0.01, "above")]:  # fmt: skip
        assert decide(scores, threshold)[0] == expected


def test_the_decision_stays():
    """What comes later changes nothing."""
    decider = Decider(0.5, 1000)
    while decider.add(1.0) is None:
        pass
    assert [decider.add(0.0) for _ in range(100)] == ["above"] * 100


def test_differences_between_bounds():
    """Paired differences between −1 and 1, against an allowed drop."""
    random = np.random.default_rng(0)
    differences = random.permutation([-1.0] * 530 + [1.0] * 180 + [0.0] * 6387).tolist()
    decision, asked = decide(differences, -0.01, low=-1.0, high=1.0)
    assert decision == "below"
    assert asked < 1500


def false_alarms(n, right, runs):
    """The share of runs that decide although the score is exactly the threshold."""
    random = np.random.default_rng(n)
    decided = (decide(permuted(random, n, right), right / n) for _ in range(runs))
    return sum(decision is not None and asked < n for decision, asked in decided) / runs


def test_few_false_alarms():
    """A short form of the slow test below."""
    assert false_alarms(200, 130, 200) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("n", "right"), [(164, 82), (1000, 50), (1000, 600), (7097, 4258)])
def test_false_alarms(n, right):
    """At most 5 % over 2,000 runs that look after every question."""
    assert false_alarms(n, right, 2000) <= 0.05


def saved(n, gap, runs=200):
    """The mean number of questions that need not be asked at a true distance of `gap` from the threshold 0.6."""
    random = np.random.default_rng(1)
    return float(np.mean([n - decide(permuted(random, n, round((0.6 + gap) * n)), 0.6)[1] for _ in range(runs)]))


@pytest.mark.slow
def test_questions_saved():
    """Most of JMMLU need not be asked at a gap of 5 points."""
    assert saved(7097, 0.05) > 5500


if __name__ == "__main__":
    for distance in (0.02, 0.05, -0.05, 0.1):
        print(f"n = 7,097, gap {distance:+.2f}: {saved(7097, distance):,.0f} questions saved")
