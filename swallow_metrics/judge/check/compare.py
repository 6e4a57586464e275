"""Two checks of the same set: has the judge changed?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from statistics import fmean
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.judge.check.asking import Verdict
from swallow_metrics.judge.check.figures import Where, by_place, shift

_MOVED = 5  # answers that are named


def compare(verdicts: Sequence[Verdict], earlier: Sequence[Verdict]) -> dict[str, Any]:
    """Plain JSON on what has changed since an earlier check. Raises UsageError when they have no answer in common.

    `shift` is how much more answers get now. `excess` is how much farther two ratings of an answer are apart when they
    come from different checks than when they come from one (the energy distance): 0 for an unchanged judge, however
    noisy. It is of answers with two ratings in both checks. Both have 95 % intervals over dialogues; `changed` says
    that one of them lies off 0, `excess` above it.
    """
    now, before = by_place(verdicts), by_place(earlier)
    common = [where for where in now if where in before]
    if not common:
        raise UsageError("the checks have no answer in common; give an earlier check of the same dialogues")
    shifts, excess = defaultdict(list), defaultdict(list)
    for where in common:
        shifts[where[0]].append(fmean(now[where]) - fmean(before[where]))
        if min(len(now[where]), len(before[where])) > 1:
            between = fmean(abs(one - other) for one, other in product(now[where], before[where]))
            excess[where[0]].append(between - (_within(now[where]) + _within(before[where])) / 2)
    found = {"answers": len(common), **shift(shifts), "excess": shift(excess), "moved": _moved(now, before, common)}
    return {**found, "changed": _off_zero(found["ci95"]) or _above_zero(found["excess"]["ci95"])}


def _within(ratings: Sequence[float]) -> float:
    """The mean distance of two ratings of one check."""
    return fmean(abs(one - other) for one, other in combinations(ratings, 2))


def _moved(
    now: Mapping[Where, Sequence[float]],
    before: Mapping[Where, Sequence[float]],
    common: Sequence[Where],
) -> list[dict[str, Any]]:
    """The answers whose ratings moved most, those that did not left out."""
    found: list[dict[str, Any]] = [
        {"dialogue": name, "answer": answer + 1, "turn": place + 1, "before": fmean(before[name, answer, place]),
         "now": fmean(now[name, answer, place])}
        for name, answer, place in common
    ]  # fmt: skip
    moved = [entry for entry in found if entry["now"] != entry["before"]]
    return sorted(moved, key=lambda entry: -abs(entry["now"] - entry["before"]))[:_MOVED]


def _off_zero(interval: Sequence[float] | None) -> bool:
    return interval is not None and (interval[0] > 0 or interval[1] < 0)


def _above_zero(interval: Sequence[float] | None) -> bool:
    return interval is not None and interval[0] > 0
