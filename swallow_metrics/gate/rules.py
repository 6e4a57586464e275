"""Thresholds: `swallow_jmmlu.extractive_match>=0.55`, read from the command line, an ini file or TOML.

A TOML file has `gates = ["swallow_jmmlu.extractive_match>=0.55"]`, or a table a benchmark with `metric = ">=0.55"`; a
bare number means "at least" for a metric and "at most" for a count.

A gate on a count (`errors`, `skipped`, each of `datatypes.ISSUES`, and what a benchmark names as `issues`) compares the
number; with a threshold strictly between 0 and 1 it compares the share of the questions.

A figure over a part of the questions that were selected is not the benchmark's: a gate on it fails as unmeasured.

`pass@1` stands for the long names of the reference that begin and end with a family and a number of generations, such
as `humaneval_pass@1:10`.

`swallow_jmmlu.extractive_match>=baseline-0.01` compares with the run that `--baseline` names (`gate/baseline.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any, Literal

from swallow_metrics.datatypes import ISSUES
from swallow_metrics.errors import UsageError
from swallow_metrics.io import read_toml

BASELINE = "baseline"
COUNTS = ("errors", "skipped", *ISSUES)  # what every benchmark counts and a gate may bound
QUESTIONS = ("samples", "scored")  # the same of which more is better: selected, and measured
_PASS_AT_K = re.compile(r"[a-z]+_(pass@\d+):\d+")
_EXPRESSION = re.compile(r"\s*([A-Za-z0-9_]+)\.([^<>=\s]+)\s*(>=|<=)\s*(\S+)\s*")


@dataclass(frozen=True, slots=True)
class Gate:
    """One threshold. `metric` is a metric's name or a count, `written` the threshold as the user wrote it.

    With `relative`, the threshold is a difference from the baseline's value: −0.01 for `>=baseline-0.01`.
    """

    benchmark: str
    metric: str
    operator: Literal[">=", "<="]
    threshold: float
    written: str = field(default="", compare=False)
    relative: bool = False

    @property
    def expression(self) -> str:
        """The gate as it can be written on the command line."""
        return f"{self.benchmark}.{self.metric}{self.operator}{self.written or repr(self.threshold)}"

    def passes(self, value: float) -> bool:
        """Whether a measured value meets the threshold."""
        return value >= self.threshold if self.operator == ">=" else value <= self.threshold


def parse_gate(text: str) -> Gate:
    """A gate from `benchmark.metric>=number` or `<=`. Raises UsageError."""
    match = _EXPRESSION.fullmatch(text)
    if match is None:
        raise UsageError(f"expected a gate such as swallow_jmmlu.extractive_match>=0.55, but got {text!r}")
    benchmark, metric, operator, number = match.groups()
    relative = number.startswith(BASELINE)
    offset = number.removeprefix(BASELINE) or "0"
    if relative and offset[0] not in "+-" and offset != "0":
        raise UsageError(f"expected a gate such as {benchmark}.{metric}>=baseline-0.01, but got {text!r}")
    threshold = _threshold(offset if relative else number, text)
    return Gate(benchmark, metric, _operator(operator), threshold, number, relative)


def read_gates(path: Path) -> tuple[Gate, ...]:
    """The gates of a TOML file. Raises UsageError."""
    tables = read_toml(path)
    listed = tables.pop("gates", [])
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise UsageError(f"{path}: expected gates to be a list of texts, but got {listed!r}")
    gates = [parse_gate(text) for text in listed]
    for benchmark, metrics in tables.items():
        if not isinstance(metrics, dict):
            raise UsageError(f"{path}: expected a table [{benchmark}] of metrics, but got {metrics!r}")
        for metric, rule in metrics.items():
            bare = isinstance(rule, int | float) and not isinstance(rule, bool)
            if not bare and not (isinstance(rule, str) and rule.lstrip().startswith((">=", "<="))):
                expected = f"{benchmark}.{metric} to be a number or a text such as '>=0.55'"
                raise UsageError(f"{path}: expected {expected}, but got {rule!r:.60}")
            operator = ("<=" if metric in COUNTS else ">=") if bare else ""
            gates.append(parse_gate(f"{benchmark}.{metric}{operator}{rule}"))
    return tuple(gates)


def check_names(
    gates: Iterable[Gate],
    known: Mapping[str, Iterable[str]],
    selected: Iterable[str],
    *,
    baseline: bool = False,
) -> None:
    """Refuse gates that this run cannot measure, before it begins.

    `known` maps every collected benchmark to its metrics and counts, `selected` names those with items left, `baseline`
    says whether there is a run to compare with.
    """
    selected = set(selected)
    for gate in gates:
        if gate.benchmark not in known:
            raise UsageError(
                f"the gate {gate.expression} names the benchmark {gate.benchmark!r}, which is not part of this run"
                f"{_nearest(gate.benchmark, known)}"
            )
        names = [*known[gate.benchmark], *COUNTS, *QUESTIONS]
        if full_name(gate.metric, names) not in names:
            raise UsageError(
                f"the gate {gate.expression} names {gate.metric!r}, which {gate.benchmark} does not measure"
                f"{_nearest(gate.metric, names)}"
            )
        if gate.relative and not baseline:
            raise UsageError(f"the gate {gate.expression} compares with an earlier run; name it with --baseline RUN")
        if gate.benchmark not in selected:
            raise UsageError(
                f"the gate {gate.expression} cannot be checked: no question of {gate.benchmark} is selected"
            )


def full_name(metric: str, names: Collection[str]) -> str:
    """The metric that a short name such as `pass@1` stands for among `names`; any other name is returned as it is."""
    if metric in names:
        return metric
    found = [name for name in names if (match := _PASS_AT_K.fullmatch(name)) and match.group(1) == metric]
    return found[0] if len(found) == 1 else metric


def _nearest(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = get_close_matches(name, names, n=3, cutoff=0.4) or sorted(names)[:5]
    return f"; nearest: {', '.join(near)}" if near else ""


def _operator(text: str) -> Literal[">=", "<="]:
    return ">=" if text == ">=" else "<="


def _threshold(number: str, text: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise UsageError(f"expected a number as the threshold of the gate {text!r}, but got {number!r}")
    return value


def decide(gates: Iterable[Gate], benchmarks: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each gate that is not relative, with its value and whether it passed; what was not measured does not pass."""
    results = []
    for gate in gates:
        if gate.relative:
            continue
        value = measured(benchmarks.get(gate.benchmark, {}), gate)
        passed = value is not None and gate.passes(value)
        entry = {"expression": gate.expression, "threshold": gate.threshold, "value": value, "passed": passed}
        entry["verdict"] = "passed" if passed else "failed"
        if (part := covers(benchmarks.get(gate.benchmark, {}), gate)) is not None:
            entry["partial"] = part
        results.append(entry)
    return results


def covers(benchmark: Mapping[str, Any], gate: Gate) -> Mapping[str, int] | None:
    """How many of how many questions a metric's figure covers, where it is not all: of those selected, or at all."""
    metrics = benchmark.get("metrics", {})
    if (name := full_name(gate.metric, metrics)) not in metrics:
        return None
    part: Mapping[str, int] | None = metrics[name].get("partial") or benchmark.get("partial")
    return part


def measured(benchmark: Mapping[str, Any], gate: Gate) -> float | None:
    """The value a gate compares, from a benchmark's part of the report; None when there is none."""
    metrics = benchmark.get("metrics", {})
    if (name := full_name(gate.metric, metrics)) in metrics:
        mean: float | None = None if "partial" in metrics[name] else metrics[name]["mean"]
        return mean
    # What never happened is not in `counts`.
    none = 0 if gate.metric in (*ISSUES, *benchmark.get("issues", ())) else None
    count = benchmark.get(gate.metric, benchmark.get("counts", {}).get(gate.metric, none))
    if count is None:
        return None
    return count / benchmark["samples"] if 0 < gate.threshold < 1 else float(count)
