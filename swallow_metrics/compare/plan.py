"""How many questions, or generations per question, it takes to see a difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from swallow_metrics.compare.compare import Comparison
from swallow_metrics.compare.known import metric_named
from swallow_metrics.report.table import aligned
from swallow_metrics.runs.run import Run
from swallow_metrics.statistics.power import of_run, questions_needed, repeats_needed, variance_parts


@dataclass(frozen=True, slots=True)
class Plan:
    """A benchmark's primary metric: what a run of this size shows with 80 % power, and what `wanted` would take.

    `shown` and `wanted` are differences on the metric's scale. `repeats` is the number of generations per question that
    suffices on the same questions: None where no number does or it is not known, which `known` tells apart.
    """

    benchmark: str
    metric: str
    n: int
    shown: float
    wanted: float
    questions: int
    repeats: int | None
    known: bool


def plan_run(run: Run, wanted: float, compared: Sequence[Comparison] = ()) -> list[Plan]:
    """Plans for a run's benchmarks, from its own spread, or from measured differences to another run where given.

    `wanted` is a share of each metric's scale.
    """
    by_name = {each.benchmark: each for each in compared}
    plans = []
    for name, part in run.benchmarks.items():
        figure = part["metrics"].get(part["primary"])
        if figure is None:
            continue
        scale, n, shown = _scale(run, name, part["primary"]), figure["n"], of_run(figure["ci95"])
        if (found := by_name.get(name)) is not None:
            n, shown = found.n, found.shown
        if shown is None:
            continue
        parts = _variances(run, name, part["primary"])
        repeats = repeats_needed(*parts, n, wanted * scale) if parts is not None else None
        needed = questions_needed(n, shown, wanted * scale)
        plans.append(Plan(name, part["primary"], n, shown, wanted * scale, needed, repeats, parts is not None))
    return plans


def to_json(plans: Sequence[Plan]) -> dict[str, Any]:
    """All plans in one list."""
    return {"plans": [{key: value for key, value in asdict(plan).items() if key != "known"} for plan in plans]}


def to_table(plans: Sequence[Plan]) -> Iterator[str]:
    """Lines for a terminal."""
    rows = [("benchmark", "questions", "can show", "to show", "questions needed", "or generations")]
    for plan in plans:
        digits = 3 if plan.wanted <= 0.5 else 2
        enough = "enough" if plan.questions <= plan.n else f"{plan.questions:,}"
        generations = f"{plan.repeats:,} per question" if plan.repeats else "no number" if plan.known else "not known"
        shown, wanted = f"{plan.shown:.{digits}f}", f"{plan.wanted:.{digits}f}"
        rows.append((plan.benchmark, f"{plan.n:,}", shown, wanted, enough, generations))
    yield from aligned(rows)


def _scale(run: Run, benchmark: str, metric: str) -> float:
    values = (record.scores.get(metric) for record in run.records[benchmark].values())
    value = next((value for value in values if value is not None), 0.0)
    found = metric_named(metric, value)
    return 1.0 if found is None else found.scale


def _variances(run: Run, benchmark: str, metric: str) -> tuple[float, float] | None:
    """(within, between) questions: as the report says, or from means of generations that are right or wrong."""
    figure = run.benchmarks[benchmark]["metrics"][metric]
    if figure.get("within") is not None and figure.get("between") is not None:
        return figure["within"], figure["between"]
    repeats = run.benchmarks[benchmark].get("sampling", {}).get("repeats", 1)
    values = [record.scores.get(metric) for record in run.records[benchmark].values() if record.error is None]
    numbers = [value * repeats for value in values if isinstance(value, float | int)]
    if repeats < 2 or not numbers or any(abs(number - round(number)) > 1e-6 for number in numbers):
        return None
    return variance_parts([1.0] * round(number) + [0.0] * (repeats - round(number)) for number in numbers)
