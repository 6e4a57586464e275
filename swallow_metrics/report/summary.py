"""Records to figures: nothing here needs anything but a benchmark's declaration and its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from swallow_metrics.datatypes import Benchmark, Metric, Record, Summary
from swallow_metrics.report.intervals import figures


def summarize(benchmark: Benchmark, records: Sequence[Record], samples: int) -> Summary:
    """One benchmark's summary. `samples` is the number of questions selected, measured or not.

    A record without an error and without a score (a test that was skipped) is no measurement either.
    """
    measured = [record for record in records if record.error is None and record.scores]
    counts: Counter[str] = Counter({"unextracted": 0, "truncated": 0})
    for record in measured:
        counts.update(record.counts)
    groups = sorted({record.group for record in records if record.group is not None and record.scores})
    return Summary(
        benchmark=benchmark.id,
        primary=benchmark.metrics[0].name,
        samples=samples,
        scored=len(measured),
        errors=sum(record.error is not None for record in records),
        counts=dict(counts),
        metrics=_metrics(benchmark.metrics, records),
        groups={g: _metrics(benchmark.metrics, [r for r in records if r.group == g]) for g in groups},
    )


def _metrics(metrics: Iterable[Metric], records: Sequence[Record]) -> dict[str, Mapping[str, Any]]:
    result: dict[str, Mapping[str, Any]] = {}
    for metric in metrics:
        values = [
            record.scores[metric.name]
            for record in records
            if metric.name in record.scores and (record.error is None or metric.unmeasured)
        ]
        computed = figures(metric, [metric.statistics(value) for value in values])
        if computed is not None:
            if metric.signature:
                computed["signature"] = metric.signature
            result[metric.name] = computed
    return result


def averages(benchmarks: Iterable[tuple[Benchmark, Summary]]) -> dict[str, float | None]:
    """Macro-averages over benchmarks, by the family of their primary metric; None for a family without one."""
    values: dict[str, list[float]] = {"exact_match": [], "f1": [], "judge": []}
    for benchmark, summary in benchmarks:
        family = benchmark.metrics[0].family
        if family is not None and summary.primary in summary.metrics:
            values[family].append(summary.metrics[summary.primary]["mean"])
    return {family: sum(v) / len(v) if v else None for family, v in values.items()}
