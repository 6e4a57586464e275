"""Stopping when gates are decided: the order, the decisions, and few false alarms in that order."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.gate.early import EarlyStop, mixed_order
from swallow_metrics.gate.rules import parse_gate

GATE = parse_gate("mini.m>=0.6")
SCALES = {"m": 1.0}


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.sampled_from("xyz"), max_size=60), st.integers(0, 9))
def test_the_order_mixes_groups(groups, seed):
    """A permutation of all questions, in which every part has each group's share, within one question."""
    order = mixed_order(groups, seed)
    assert sorted(order) == sorted(groups)
    totals, seen = Counter(groups.values()), Counter()
    for number, sample in enumerate(order, 1):
        seen[groups[sample]] += 1
        if number % 10 == 0:
            shares = {group: seen[group] / total for group, total in totals.items()}
            assert max(shares.values()) - min(shares.values()) <= 2.0 / min(totals.values()) + 1e-9
    assert order == mixed_order(dict(reversed(groups.items())), seed)


def test_another_seed_is_another_order():
    """The order is drawn."""
    groups = {str(n): "x" for n in range(50)}
    orders = [mixed_order(groups, seed) for seed in range(3)]
    assert orders[0] != orders[1] != orders[2]
    assert abs(np.corrcoef([orders[0].index(s) for s in groups], [orders[1].index(s) for s in groups])[0, 1]) < 0.5


def test_a_lone_question_stands_anywhere():
    """Over many orders, the only question of a group is as often late as early."""
    groups = {str(n): "many" for n in range(99)} | {"lone": "lone"}
    places = [mixed_order(groups, seed).index("lone") for seed in range(200)]
    assert 40 < np.mean(places) < 60
    assert min(places) < 10
    assert max(places) > 90


def test_decided_gates():
    """All gates of the benchmark, also on differences from a baseline; a question in error decides nothing."""
    stop = EarlyStop([GATE], 1000, SCALES)
    asked = next(n for n in range(1, 1001) if stop.add(str(n), {"m": 1.0}))
    assert asked < 60
    assert stop.decisions == ["above"]
    relative = parse_gate("mini.m>=baseline-0.01")
    before = {"m": {str(n): 1.0 for n in range(1000)}}
    stop = EarlyStop([GATE, relative], 1000, SCALES, before)
    asked = next(n for n in range(1, 1001) if stop.add(str(n), {"m": 0.0}))
    assert asked < 60
    assert stop.decisions == ["below", "below"]
    stop = EarlyStop([GATE], 1000, SCALES)
    assert not any(stop.add(str(n), {}) for n in range(1000))


def test_what_is_never_decided_early():
    """Counts, corpus metrics, a baseline without the metric, and no gates at all."""
    for gates in (
        [parse_gate("mini.errors<=3")],
        [GATE, parse_gate("mini.bleu>=30")],
        [parse_gate("mini.m>=baseline")],
        [],
    ):
        stop = EarlyStop(gates, 1000, SCALES)
        assert not any(stop.add(str(n), {"m": 1.0, "bleu": [1, 2]}) for n in range(1000))


def test_a_score_beyond_its_bounds_is_never_decided_early():
    """The test is valid only within the bounds of the metric."""
    stop = EarlyStop([GATE], 1000, SCALES)
    assert not stop.add("0", {"m": 1.5})
    assert not any(stop.add(str(n), {"m": 1.0}) for n in range(1, 1000))


def false_alarms(runs):
    """Groups of very different difficulty, a score that is exactly the threshold, the order of a run."""
    random = np.random.default_rng(0)
    decided = 0
    for seed in range(runs):
        groups = {str(n): "abc"[min(2, n // 100)] for n in range(600)}
        right = {"a": 95, "b": 80, "c": 185}
        scores = {}
        for group, number in right.items():
            own = [sample for sample, name in groups.items() if name == group]
            scores |= dict(zip(own, random.permutation([1.0] * number + [0.0] * (len(own) - number)), strict=True))
        stop = EarlyStop([GATE], 600, SCALES)
        decided += any(stop.add(sample, {"m": scores[sample]}) for sample in mixed_order(groups, seed)[:599])
    return decided / runs


@pytest.mark.slow
def test_false_alarms():
    """At most 5 % over 2,000 runs, in the order that mixes groups."""
    assert false_alarms(2000) <= 0.05
