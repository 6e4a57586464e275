"""The reference's aggregated row from the results of one model's runs (AG-1 to AG-9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from swallow_metrics.boards.names import Name, names

MISSING = -1  # the reference's number for what is missing (AG-4)


@dataclass(frozen=True, slots=True)
class Result:
    """What one run found for one task and subset.

    `task` is the reference's name for it with its subset, such as "gpqa_N4:diamond". `time` orders runs, the newest
    last. `rows` is the number of questions evaluated, None where it is not known.
    """

    task: str
    rows: int | None
    metrics: Mapping[str, float]
    time: str = ""


@dataclass(slots=True)
class Row:
    """Values by name, in order, and the names that have none."""

    version: str
    values: dict[str, float] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def document(
        self, model: str, *, sentinels: bool = False, custom: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The reference's `aggregated_results.json` (AG-7).

        What is missing is absent from `results` and empty in `overall`; with `sentinels` it is −1 in both.
        """
        tasks = [name.name for name in names(self.version)]
        results = {task: self.values.get(task, MISSING) for task in tasks if sentinels or task in self.values}
        overall = ",".join(repr(results[task]) if task in results else "" for task in tasks)
        document: dict[str, Any] = {"model": model, "results": results, "overall": overall, "tasks": tasks}
        if self.version != "202508":
            document["custom_settings"] = {key: (custom or {}).get(key) for key in ("path", "name", "version")}
        return document


def aggregated(results: Iterable[Result], version: str) -> Row:
    """The row of one model. For each task and subset the newest result counts, as a whole (AG-2)."""
    newest: dict[str, Result] = {}
    for result in results:
        subset = result.task.partition(":")[2]
        known = newest.get(result.task)
        if subset != "_average" and result.task != "all" and (known is None or result.time >= known.time):
            newest[result.task] = result
    row = Row(version)
    for name in names(version):
        value = _value(name, newest)
        if value is None:
            row.missing.append(name.name)
        else:
            row.values[name.name] = value
    return row


def _value(name: Name, newest: Mapping[str, Result]) -> float | None:
    if name.kind == "micro":
        return _micro(name, newest)
    found = [
        [newest[task].metrics[metric] for metric in name.metrics]
        for task in name.tasks
        if task in newest and all(metric in newest[task].metrics for metric in name.metrics)
    ]
    if len(found) != 1:  # two variants of Japanese MT-Bench say nothing together (AG-6)
        return None
    (values,) = found
    return values[0] if name.kind == "pick" else sum(values) / len(values)


def _micro(name: Name, newest: Mapping[str, Result]) -> float | None:
    """Weighted by the rows that were evaluated; a result without their number counts as in the reference (AG-5)."""
    task, metric = name.tasks[0], name.metrics[0]
    rows, total = 0, 0.0
    for key, result in newest.items():
        base, _, subset = key.partition(":")
        wanted = base == task and (name.subsets is None or subset in name.subsets)
        if wanted and metric in result.metrics:
            weight = MISSING if result.rows is None else result.rows
            rows += weight
            total += weight * result.metrics[metric]
    return total / rows if rows else None
