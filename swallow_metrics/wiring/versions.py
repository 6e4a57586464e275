"""A benchmark as this run measures it: the version of the reference it follows, and its number of generations."""

from __future__ import annotations

from dataclasses import replace

from swallow_metrics.datatypes import Benchmark, Metric
from swallow_metrics.metrics.several import several_names
from swallow_metrics.reference import Reference
from swallow_metrics.settings import Mode


def followed(benchmark: Benchmark, reference: Reference, release: str | None, mode: Mode) -> Benchmark:
    """The benchmark with what is the version's own: default generations (LB-3) and the release of its data (LC-1).

    Answers that are recorded have the number of generations that they have.
    """
    if benchmark.releases:
        release = release or reference.livecodebench
        facts = {**benchmark.facts, "release": release}
        benchmark = replace(benchmark, dataset=benchmark.releases[release], facts=facts)
    if benchmark.id in reference.repeats and mode == "model":
        sampling = replace(benchmark.sampling, **reference.repeats_sampling)
        benchmark = replace(benchmark, repeats=reference.repeats[benchmark.id], sampling=sampling)
    return benchmark


def for_generations(benchmark: Benchmark, n: int) -> Benchmark:
    """The benchmark with n generations per question, and with pass@k and maj@k where answers are voted on (MJ-1)."""
    benchmark = benchmark.for_generations(n)
    names = [name for metric in benchmark.metrics if metric.voted for name in several_names(metric.name, n)]
    return replace(benchmark, metrics=(*benchmark.metrics, *map(Metric, names)))
