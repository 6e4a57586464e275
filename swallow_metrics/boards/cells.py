"""What stands in one place of the leaderboard, and whether two of them differ by more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot, sqrt
from typing import Any, NamedTuple, cast

from swallow_metrics.boards.columns import Column
from swallow_metrics.compare.known import metric_named
from swallow_metrics.datatypes import Metric, Record, mean_statistics, ratio
from swallow_metrics.statistics.intervals import Z95, figures
from swallow_metrics.statistics.paired import compare_binary, compare_corpora, compare_means, holm

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Cell:
    """A score from 0 to 1 with its 95 % interval, as far as that is known: published scores come without.

    `stderr` is the interval's half width, in standard errors of a normal distribution: unlike the standard error it is
    never 0, not even where all questions are right. `questions` is sample → statistics of `metric`, on its own scale.
    """

    value: float
    low: float | None = None
    high: float | None = None
    stderr: float | None = None
    scale: float = 1.0
    metric: Metric | None = None
    questions: Mapping[str, Sequence[float]] = field(default_factory=dict)


class Difference(NamedTuple):
    """How much better one cell is than another, its standard error (None where it is not known), and p."""

    value: float
    stderr: float | None
    p: float


def cell_of(column: Column, records: Mapping[str, Record]) -> Cell | None:
    """A column's score over a benchmark's records; None where nothing of it was measured."""
    name = metric_in(column.metric, records)
    own = {
        sample: record.scores[name]
        for sample, record in records.items()
        if name in record.scores and record.error is None and (not column.groups or record.group in column.groups)
    }
    metric = metric_named(name, next(iter(own.values()))) if own else None
    if metric is None:
        return None
    questions = {sample: metric.statistics(value) for sample, value in own.items()}
    found = figures(metric, list(questions.values()))
    if found is None:
        return None
    numbers: list[Any] = [found["mean"], *cast("list[Any]", found["ci95"])]
    value, low, high = (None if number is None else number / column.scale for number in numbers)
    stderr = None if low is None or high is None else (high - low) / 2 / Z95
    return Cell(cast("float", value), low, high, stderr, column.scale, metric, questions)


def metric_in(wanted: str, records: Mapping[str, Record]) -> str:
    """The metric's name in these records: some carry their number of generations."""
    names = {name: None for record in records.values() for name in record.scores}
    return next((name for name in names if name.partition(":")[0] == wanted), wanted)


def averaged(cells: Sequence[Cell | None]) -> Cell | None:
    """The plain mean; None as soon as one is missing (LB-1, LB-2). Benchmarks are independent of each other."""
    there = [cell for cell in cells if cell is not None]
    if len(there) < len(cells) or not cells:
        return None
    value = sum(cell.value for cell in there) / len(there)
    errors = [cell.stderr for cell in there if cell.stderr is not None]
    if len(errors) < len(there):
        return Cell(value)
    stderr = hypot(*errors) / len(there)
    return Cell(value, max(0.0, value - Z95 * stderr), min(1.0, value + Z95 * stderr), stderr)


def difference(best: Cell, other: Cell) -> Difference:
    """Paired over the questions that both answered, else from their standard errors.

    A published score has no standard error: it is taken to have the other's. With neither known, p is 1 for scores
    that are equal as published, to three decimals, and 0 for others.
    """
    gap = best.value - other.value
    common = [sample for sample in best.questions if sample in other.questions]
    if common and best.metric is not None:
        return _paired(best, other, common)
    errors = [cell.stderr for cell in (best, other) if cell.stderr is not None]
    if not errors:
        return Difference(gap, None, 1.0 if round(gap, 3) <= 0 else 0.0)
    stderr = hypot(errors[0], errors[-1])
    return Difference(gap, stderr, normal_p(gap, stderr))


def _paired(best: Cell, other: Cell, common: Sequence[str]) -> Difference:
    import numpy as np

    metric = best.metric
    assert metric is not None
    one, two = ([cell.questions[sample] for sample in common] for cell in (other, best))
    if metric.total is not ratio or metric.statistics is not mean_statistics:
        found = compare_corpora(metric, one, two)
    else:
        first, second = (np.array([row[0] for row in rows], dtype=float) for rows in (one, two))
        binary = bool(np.isin(np.concatenate([first, second]), (0.0, 1.0)).all())
        found = compare_binary(first, second) if binary else compare_means(first, second, metric.scale)
    return Difference(found.difference / best.scale, found.stderr / best.scale, found.p)


def normal_p(gap: float, stderr: float) -> float:
    """The two-sided p of a difference with this standard error."""
    from math import erfc

    return erfc(abs(gap) / stderr / sqrt(2)) if stderr else float(gap == 0)


def leaders(cells: Sequence[Cell | None]) -> list[bool]:
    """For each cell of a column, whether it is the best or not significantly worse: 5 %, Holm over the column."""
    there = [place for place, cell in enumerate(cells) if cell is not None]
    marks = [False] * len(cells)
    if not there:
        return marks
    best = max(there, key=lambda place: cells[place].value)  # type: ignore[union-attr]  # not None
    others = [place for place in there if place != best]
    top = cells[best]
    found = [difference(top, cell) for place in others if (cell := cells[place]) is not None and top is not None]
    marks[best] = True
    for place, p in zip(others, holm([each.p for each in found]), strict=True):
        marks[place] = p >= LEVEL
    return marks
