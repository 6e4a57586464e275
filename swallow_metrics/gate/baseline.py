"""Gates on a difference from an earlier run: they fail only where the paired interval shows it.

`>=baseline-0.01` fails where the whole 95 % interval of the difference lies below −0.01, and passes where all of it is
above. Between these, a gate that could not have seen a change of the size it allows (or of the smallest difference that
matters, if that is larger) with 80 % power is underpowered and says how many questions it needs; any other passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.gate.rules import Gate, full_name
from swallow_metrics.statistics.power import questions_needed


def check_baseline(gates: Iterable[Gate], baseline: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse relative gates that the baseline (its report's `benchmarks`) cannot answer. Raises UsageError."""
    for gate in gates:
        if gate.relative and gate.benchmark not in baseline:
            known = ", ".join(baseline) or "nothing"
            raise UsageError(
                f"the gate {gate.expression} needs {gate.benchmark} in the baseline, which has measured {known}"
            )
        if gate.relative and full_name(gate.metric, metrics := baseline[gate.benchmark]["metrics"]) not in metrics:
            raise UsageError(
                f"the gate {gate.expression} needs {gate.metric} of {gate.benchmark}, which is not in the baseline"
            )


def judge(gate: Gate, comparison: Mapping[str, Any] | None, smallest: float, *, strict: bool) -> dict[str, Any]:
    """A relative gate's entry in the report, from the comparison with the baseline as plain JSON (None: not compared).

    `smallest` is the difference that matters on the metric's scale. An underpowered gate fails only if `strict`.
    """
    entry: dict[str, Any] = {"expression": gate.expression, "threshold": None, "value": None}
    if comparison is None:
        return entry | {"passed": False, "verdict": "failed"}
    entry |= {"threshold": comparison["a"] + gate.threshold, "value": comparison["b"], "ci95": comparison["ci95"]}
    low, high = comparison["ci95"]
    wanted = max(abs(gate.threshold), smallest)
    if high < gate.threshold if gate.operator == ">=" else low > gate.threshold:
        return entry | {"passed": False, "verdict": "failed"}
    shown = low > gate.threshold if gate.operator == ">=" else high < gate.threshold
    if not shown and comparison["smallest_difference"] > wanted:
        needed = questions_needed(comparison["n"], comparison["smallest_difference"], wanted)
        return entry | {"passed": not strict, "verdict": "underpowered", "n": comparison["n"], "n_needed": needed}
    return entry | {"passed": True, "verdict": "passed"}
