"""Gates on differences from a baseline: verdicts, what they need, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.errors import UsageError
from swallow_metrics.gate.baseline import check_baseline, judge
from swallow_metrics.gate.rules import Gate, check_names, decide, parse_gate
from swallow_metrics.statistics.paired import compare_binary
from swallow_metrics.statistics.power import smallest_difference

GATE = parse_gate("mini.extractive_match>=baseline-0.01")


def comparison(difference, half, shown=0.008, n=1000):
    ci95 = [difference - half, difference + half]
    return {"a": 0.6, "b": 0.6 + difference, "ci95": ci95, "smallest_difference": shown, "n": n}


@pytest.mark.parametrize(
    ("text", "relative", "threshold"),
    [
        ("mini.extractive_match>=baseline-0.01", True, -0.01),
        ("mini.extractive_match>=baseline", True, 0.0),
        ("mini.extractive_match<=baseline+0.5", True, 0.5),
        ("mini.extractive_match>=0.5", False, 0.5),
    ],
)
def test_reading(text, relative, threshold):
    """As it was written, also in the report."""
    gate = parse_gate(text)
    assert (gate.relative, gate.threshold, gate.expression) == (relative, threshold, text)


@pytest.mark.parametrize(
    "text", ["a.b>=baseline0.1", "a.b>=baseline-", "a.b>=baseline-x", "a.b>=baselines", "a.b>=baseline-inf"]
)
def test_wrong_gates(text):
    """One line."""
    with pytest.raises(UsageError, match="expected"):
        parse_gate(text)


@pytest.mark.parametrize(
    ("gate", "found", "verdict", "passed"),
    [
        (GATE, comparison(-0.05, 0.02), "failed", False),
        (GATE, comparison(-0.05, 0.045), "passed", True),
        (GATE, comparison(-0.05, 0.045, shown=0.06), "underpowered", True),
        (GATE, comparison(0.02, 0.01), "passed", True),
        (GATE, comparison(0.0, -GATE.threshold, shown=0.06), "underpowered", True),  # an interval up to what is allowed
        (GATE, comparison(2 * GATE.threshold, -GATE.threshold), "passed", True),
        (GATE, comparison(0.09, 0.05, shown=0.06), "passed", True),
        (parse_gate("mini.judge_missing<=baseline+0.01"), comparison(0.05, 0.02), "failed", False),
        (parse_gate("mini.judge_missing<=baseline+0.01"), comparison(-0.05, 0.02), "passed", True),
        (GATE, None, "failed", False),
    ],
)
def test_verdicts(gate, found, verdict, passed):
    """Failed only where the whole interval lies beyond what is allowed."""
    entry = judge(gate, found, 0.01, strict=False)
    assert (entry["verdict"], entry["passed"]) == (verdict, passed)
    assert entry["expression"] == gate.expression
    if found:
        assert (entry["value"], entry["threshold"]) == (found["b"], pytest.approx(0.6 + gate.threshold))


def test_underpowered_gates_say_what_they_need():
    """Six times too coarse needs 36 times the questions; only --gate-strict makes it fail."""
    entry = judge(GATE, comparison(0.0, 0.045, shown=0.06), 0.01, strict=True)
    assert (entry["passed"], entry["n"], entry["n_needed"]) == (False, 1000, 36_000)
    assert judge(GATE, comparison(0.0, 0.045, shown=0.06), 0.1, strict=True)["verdict"] == "passed"


def test_what_the_baseline_lacks():
    """Said before anything is asked."""
    check_baseline([GATE, parse_gate("else.x>=1")], {"mini": {"metrics": {"extractive_match": {}}}})
    with pytest.raises(UsageError, match="needs mini in the baseline, which has measured other"):
        check_baseline([GATE], {"other": {"metrics": {}}})
    with pytest.raises(UsageError, match="needs extractive_match of mini"):
        check_baseline([GATE], {"mini": {"metrics": {"f1": {}}}})
    with pytest.raises(UsageError, match="name it with --baseline RUN"):
        check_names([GATE], {"mini": ["extractive_match"]}, ["mini"])
    check_names([GATE], {"mini": ["extractive_match"]}, ["mini"], baseline=True)
    assert decide([GATE], {"mini": {"metrics": {"extractive_match": {"mean": 0.5}}}}) == []


def alarms(pairs, n, allowed, drop=0.0):
    """The share of pairs whose gate fails; the second model's true score is lower by `drop`."""
    random = np.random.default_rng(3)
    gate = parse_gate(f"mini.extractive_match>=baseline-{allowed}")
    failed = 0
    for _ in range(pairs):
        skill = random.beta(1.2, 0.8, n)
        first, second = ((random.random(n) < level).astype(float) for level in (skill, skill))
        second = np.where(random.random(n) < drop / 0.6, 0.0, second)
        found = compare_binary(first, second)
        told = {"a": first.mean(), "b": second.mean(), "ci95": found.interval, "n": n}
        told["smallest_difference"] = smallest_difference(found.stderr)
        failed += judge(gate, told, 0.01, strict=False)["verdict"] == "failed"
    return failed / pairs


@pytest.mark.slow
def test_false_alarms():
    """At most 5 % over 2,000 pairs of equal models, whatever is allowed; real drops are found."""
    rates = [alarms(2000, n, allowed) for n, allowed in ((164, 0.0), (1000, 0.0), (1000, 0.01), (7097, 0.01))]
    print("gate: false alarms", rates, "found at a drop of 5 points, n = 7,097:", alarms(200, 7097, 0.01, 0.05))
    assert max(rates) <= 0.05
    assert alarms(200, 7097, 0.01, 0.05) > 0.9


@given(
    st.sampled_from([">=", "<="]),
    st.floats(-0.2, 0.2),
    st.floats(-0.3, 0.3),
    st.floats(0.001, 0.3),
    st.floats(0.001, 0.3),
    st.booleans(),
)
def test_any_interval(operator, allowed, difference, half, shown, strict):
    """Failed exactly where all of it lies beyond what is allowed, passed where none does, and a laxer gate is no harder."""
    gate = Gate("mini", "m", operator, allowed, relative=True)
    entry = judge(gate, found := comparison(difference, half, shown=shown), 0.01, strict=strict)
    low, high = found["ci95"] if operator == ">=" else [-bound for bound in reversed(found["ci95"])]
    threshold = allowed if operator == ">=" else -allowed
    assert (entry["verdict"] == "failed") == (high < threshold)
    if low > threshold:
        assert entry["verdict"] == "passed"
    assert entry["passed"] == (entry["verdict"] == "passed" or (entry["verdict"] == "underpowered" and not strict))
    assert ("n_needed" in entry) == (entry["verdict"] == "underpowered")
    if "n_needed" in entry:
        assert entry["n_needed"] > entry["n"]
    laxer = Gate("mini", "m", operator, allowed - 0.1 if operator == ">=" else allowed + 0.1, relative=True)
    if entry["verdict"] != "failed":
        assert judge(laxer, found, 0.01, strict=strict)["verdict"] != "failed"
