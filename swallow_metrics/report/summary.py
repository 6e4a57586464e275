"""Records to figures: nothing here needs anything but a benchmark's declaration and its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from statistics import fmean, stdev
from typing import Any

from swallow_metrics.datatypes import Benchmark, Metric, Record, mean_statistics
from swallow_metrics.io import versions
from swallow_metrics.statistics.intervals import figures
from swallow_metrics.statistics.power import variance_parts


@dataclass(frozen=True, slots=True)
class Summary:
    """One benchmark's figures, computed from its records.

    `samples` were selected: `scored` + `errors` + `skipped`. A question that a stopped run did not come to is skipped.
    """

    benchmark: str
    primary: str
    samples: int
    scored: int
    errors: int
    skipped: int
    counts: Mapping[str, int]
    metrics: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, Mapping[str, Mapping[str, Any]]]


def summarize(benchmark: Benchmark, records: Sequence[Record], selected: Mapping[str | None, int]) -> Summary:
    """One benchmark's summary. `selected` is the number of questions by group, whatever became of them.

    A record without an error and without a score (a test that was skipped) is not a measurement. What is counted is
    counted of every question that was asked: trouble must not vanish with a question that it kept from being measured.
    """
    measured = sum(record.error is None and bool(record.scores) for record in records)
    errors = sum(record.error is not None for record in records)
    samples = sum(selected.values())
    counts: Counter[str] = Counter({"unextracted": 0, "truncated": 0})
    for record in records:
        counts.update(record.counts)
    groups = sorted({record.group for record in records if record.group is not None and record.scores})
    return Summary(
        benchmark=benchmark.id,
        primary=benchmark.metrics[0].name,
        samples=samples,
        scored=measured,
        errors=errors,
        skipped=samples - measured - errors,
        counts=dict(counts),
        metrics=_metrics(benchmark, records, selected),
        groups={g: _metrics(benchmark, [r for r in records if r.group == g], {g: selected[g]}) for g in groups},
    )


def _metrics(
    benchmark: Benchmark, records: Sequence[Record], selected: Mapping[str | None, int]
) -> dict[str, Mapping[str, Any]]:
    """Metric → figures. One that fewer questions have than were selected says so: `partial`, n of how many."""
    result: dict[str, Mapping[str, Any]] = {}
    for metric in benchmark.metrics:
        scored = [
            record for record in records if metric.name in record.scores and (record.error is None or metric.unmeasured)
        ]
        statistics = [metric.statistics(record.scores[metric.name]) for record in scored]
        computed = figures(metric, statistics)
        if computed is not None:
            sums = [fsum(column) for column in zip(*statistics, strict=True)] if metric.note else []
            if metric.note and (note := metric.note(sums)) is not None:
                computed["note"] = note
            if (parts := _variances(metric, scored)) is not None:
                computed["within"], computed["between"] = parts
            signature = metric.signature(scored) if metric.signature else versions(benchmark.libraries)
            if signature is not None:
                computed["signature"] = signature
            if (repeats := _repeats(metric, scored)) is not None:
                computed["repeats"] = repeats
            expected = sum(selected.values()) if metric.group is None else selected.get(metric.group, 0)
            if len(scored) < expected:
                computed["partial"] = {"n": len(scored), "of": expected}
            result[metric.name] = computed
    return result


def primary_figure(benchmark: Benchmark, records: Sequence[Record]) -> Mapping[str, Any] | None:
    """The primary metric of the questions measured so far; None before the first one."""
    return _metrics(replace(benchmark, metrics=benchmark.metrics[:1]), records, {}).get(benchmark.metrics[0].name)


def _repeats(metric: Metric, records: Sequence[Record]) -> dict[str, Any] | None:
    """The score of each repeat alone, their mean and standard deviation; None unless all questions have two or more."""
    each = [record.details.get("repeats", {}).get(metric.name, ()) for record in records]
    n = min(map(len, each), default=0)
    if n < 2:
        return None
    scores = []
    for repeat in range(n):
        known = [metric.statistics(values[repeat]) for values in each if values[repeat] is not None]
        total = metric.total([fsum(column) for column in zip(*known, strict=True)]) if known else None
        if total is None:
            return None
        scores.append(total)
    return {"n": n, "mean": fmean(scores), "stdev": stdev(scores), "values": scores}


def _variances(metric: Metric, records: Sequence[Record]) -> tuple[float, float] | None:
    """(within, between) questions, of a metric whose questions have several generations with a number each."""
    if metric.statistics is not mean_statistics:
        return None
    each = [values for record in records if (values := record.details.get("repeats", {}).get(metric.name))]
    numbers = [[value for value in values if isinstance(value, int | float)] for values in each]
    return variance_parts(numbers) if len(numbers) == len(records) else None


FAMILIES = ("exact_match", "f1", "judge")


def families(benchmarks: Iterable[tuple[Benchmark, Summary]], parts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Macro-averages of the benchmarks' primary metrics by family, for families that this run asks.

    `mean` is over `benchmarks`, of which those in `partial` cover a part of their questions (`parts` is `benchmarks` of
    the report); `missing` have no figure, so that the mean is not the family's.
    """
    found: dict[str, dict[str, Any]] = {}
    for benchmark, summary in benchmarks:
        if (family := benchmark.metrics[0].family) is not None:
            entry = found.setdefault(family, {"mean": None, "benchmarks": [], "missing": []})
            entry["benchmarks" if summary.primary in summary.metrics else "missing"].append(summary)
    for entry in found.values():
        means = [summary.metrics[summary.primary]["mean"] for summary in entry["benchmarks"]]
        entry["mean"] = sum(means) / len(means) if means else None
        for name in ("benchmarks", "missing"):
            entry[name] = [summary.benchmark for summary in entry[name]]
        entry["partial"] = [name for name in entry["benchmarks"] if "partial" in parts.get(name, ())]
    return {family: found[family] for family in FAMILIES if family in found}


def averages(found: Mapping[str, Mapping[str, Any]]) -> dict[str, float | None]:
    """Family → mean; None where the run asks no benchmark of it, or a benchmark has no figure."""
    return {family: found[family]["mean"] if family in found and not found[family]["missing"] else None
            for family in FAMILIES}  # fmt: skip
