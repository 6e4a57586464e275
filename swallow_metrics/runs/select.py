"""`--select`: questions by how an earlier run did on them.

An expression is terms joined by `and`, and these by `or`: `score<1` (the primary metric; `f1_score>=0.5` another one),
`error`, the name of a count such as `truncated` or `unextracted`, and `flipped`, `gained` or `lost` where there is a
second run to compare with.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from swallow_metrics.datatypes import ISSUES, Record
from swallow_metrics.errors import UsageError
from swallow_metrics.runs.run import Run, read_run

_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_FLIPS: Mapping[str, Callable[[float, float], bool]] = {
    "flipped": operator.ne, "gained": operator.gt, "lost": operator.lt,
}  # fmt: skip
_SCORE = re.compile(r"([\w@:.]+)\s*(<=|>=|==|!=|<|>)\s*(-?[\d.]+)")
_NAME = re.compile(r"\w[\w ]*")
Term = Callable[[Record, str, Record | None], bool]  # a record, its primary metric, and the other run's record


def selected(expression: str, run: Run, other: Run | None = None) -> dict[str, set[str]]:
    """Benchmark → the samples that an expression names. Raises UsageError.

    `other` is what `flipped` compares with, without it the baseline that `run` itself was compared with.
    """
    if other is None and (earlier := (run.report.get("baseline") or {}).get("run")) is not None and _flips(expression):
        other = read_run(Path(earlier), run.warn)
    metrics = {name for part in run.benchmarks.values() for name in part["metrics"]} | {"score"}
    counts = set(ISSUES).union(*(record.counts for records in run.records.values() for record in records.values()))
    alternatives = [
        [_term(term.strip(), other is not None, metrics, counts) for term in re.split(r"\band\b", alternative)]
        for alternative in re.split(r"\bor\b", expression)
    ]
    found: dict[str, set[str]] = {}
    for name, records in run.records.items():
        primary = run.benchmarks[name]["primary"]
        others = other.records.get(name, {}) if other is not None else {}
        found[name] = {
            sample
            for sample, record in records.items()
            if any(all(term(record, primary, others.get(sample)) for term in terms) for terms in alternatives)
        }
    return found


def _flips(expression: str) -> bool:
    return not _FLIPS.keys().isdisjoint(re.split(r"\W+", expression))


def _term(text: str, two: bool, metrics: Collection[str], counts: Collection[str]) -> Term:
    if match := _SCORE.fullmatch(text):
        metric, sign, number = match.groups()
        if metric not in metrics:
            raise UsageError(f"--select asks for {metric!r}, but --select-from has {', '.join(sorted(metrics))}")
        try:
            bound = float(number)
        except ValueError:
            raise UsageError(f"expected a number in {text!r} of --select, but got {number!r}") from None
        compare = _COMPARED[sign]
        return lambda record, main, _: _holds(record, main if metric == "score" else metric, compare, bound)
    if text == "error":
        return lambda record, _, __: record.error is not None
    if text in _FLIPS:
        if not two:
            raise UsageError(f"--select {text} compares two runs: name one with --select-from and one with --baseline")
        return lambda record, primary, before: _moved(record, before, primary, _FLIPS[text])
    if not _NAME.fullmatch(text):
        raise UsageError(f"expected --select to be such as 'score<1', 'error' or 'truncated', but got {text!r}")
    if text not in counts:
        near = ", ".join(get_close_matches(text, sorted({"error", *_FLIPS, *counts}), 3, 0.0))
        raise UsageError(f"--select-from counts no {text!r} for --select; did you mean {near}?")
    return lambda record, _, __: record.counts.get(text, 0) > 0


def _score(record: Record, metric: str) -> float | None:
    """A question's score; the share of what holds for a list of verdicts. None in error."""
    value: Any = record.scores.get(metric) if record.error is None else None
    if isinstance(value, list) and value and all(isinstance(each, bool) for each in value):
        return sum(value) / len(value)
    return float(value) if isinstance(value, int | float) else None


def _holds(record: Record, metric: str, compare: Callable[[float, float], bool], bound: float) -> bool:
    score = _score(record, metric)
    return score is not None and compare(score, bound)


def _moved(record: Record, before: Record | None, metric: str, compare: Callable[[float, float], bool]) -> bool:
    now, then = _score(record, metric), None if before is None else _score(before, metric)
    return now is not None and then is not None and compare(now, then)
