"""Two runs, benchmark by benchmark: which one is better, and could this many questions tell?

Verdicts, at 5 % after Holm's correction over the benchmarks: "better" and "worse" say that the second run is; "no
difference shown" that a difference of the size that matters would have been seen (with 80 % power); "underpowered"
that it could not have been.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from math import fsum, isclose
from pathlib import Path
from typing import Any, Literal

from swallow_metrics.compare.known import metric_named
from swallow_metrics.datatypes import Metric, mean_statistics, ratio
from swallow_metrics.errors import UsageError
from swallow_metrics.runs.fingerprint import differences, fingerprint
from swallow_metrics.runs.report import AGAIN
from swallow_metrics.runs.run import Run
from swallow_metrics.statistics.paired import Paired, compare_binary, compare_corpora, compare_means, holm
from swallow_metrics.statistics.power import questions_needed, smallest_difference

SMALLEST = 0.01
LEVEL = 0.05
NEVER = ("reference",)  # fields of fingerprints that no --allow lets differ
NAMED = 10  # gained and lost questions that are named
Verdict = Literal["better", "worse", "no difference shown", "underpowered"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of one benchmark: the second run against the first, on the questions that both measured.

    `a`, `b` and `difference` (b − a) are on the metric's scale, `shown` the smallest difference that this comparison
    would show with 80 % power. `gained` and `lost` count questions with a better and a worse score. `only_a` and
    `only_b` are the samples that one run alone has measured. `first_gained` and `first_lost` name the first `NAMED`.
    `chosen_by` is the --select expression of a run whose questions were chosen by their results; `early` says that one
    of the runs stopped asking once its gates were decided.
    """

    benchmark: str
    metric: str
    scale: float
    a: float
    b: float
    n: int
    difference: float
    ci95: tuple[float, float]
    p: float
    p_holm: float
    method: str
    gained: int
    lost: int
    shown: float
    verdict: Verdict
    only_a: Sequence[str] = ()
    only_b: Sequence[str] = ()
    first_gained: Sequence[str] = ()
    first_lost: Sequence[str] = ()
    less_is_better: bool = False
    chosen_by: str | None = None
    early: bool = False

    def needed(self, wanted: float) -> int:
        """How many questions show a difference of `wanted` (on the metric's scale)."""
        return questions_needed(self.n, self.shown, wanted)

    def to_json(self) -> dict[str, Any]:
        """As `swallow compare --format json` prints it and reports have it."""
        return {
            "benchmark": self.benchmark, "metric": self.metric, "a": self.a, "b": self.b, "n": self.n,
            "difference": self.difference, "ci95": list(self.ci95), "p": self.p, "p_holm": self.p_holm,
            "method": self.method, "gained": self.gained, "lost": self.lost, "verdict": self.verdict,
            "smallest_difference": self.shown,
            "only_a": {"count": len(self.only_a), "samples": list(self.only_a)},
            "only_b": {"count": len(self.only_b), "samples": list(self.only_b)},
            "first_gained": list(self.first_gained), "first_lost": list(self.first_lost), "chosen_by": self.chosen_by,
            "early": self.early,
        }  # fmt: skip


def compare_runs(
    first: Run,
    second: Run,
    *,
    smallest: float = SMALLEST,
    allow: Collection[str] = (),
    all_metrics: bool = False,
) -> tuple[list[Comparison], list[str]]:
    """The comparisons of two runs, and a sentence for each thing that could not be compared.

    `smallest` is the difference that matters, as a share of a metric's scale. `allow` names fields of fingerprints that
    may differ. Raises UsageError for runs that cannot be compared.
    """
    common = _common_benchmarks(first, second)
    notes = [
        f"{', '.join(alone)}: only in {run.path}"
        for run, other in ((first, second), (second, first))
        if (alone := [name for name in run.benchmarks if name not in other.benchmarks])
    ]
    known: set[str] = set()
    for name in common:
        one, other = (fingerprint(run.benchmarks[name], run.report["model"]) for run in (first, second))
        check_fingerprints(name, one, other, (first.path, second.path), allow)
        known.update(one, other)
    check_allowed(allow, known)
    primary: list[Comparison] = []
    further: list[Comparison] = []
    for name in common:
        found, why = _compare_benchmark(name, first, second, all_metrics=all_metrics)
        notes += why
        for each in found:
            (primary if each.metric == second.benchmarks[name]["primary"] else further).append(each)
    if not primary and not further:
        raise UsageError(f"{first.path} and {second.path} have no question in common that both measured")
    decided = {id(each): result for group in (primary, further) for each, result in _decided(group, smallest)}
    order = sorted([*primary, *further], key=lambda each: common.index(each.benchmark))
    return [decided[id(each)] for each in order], notes


def _common_benchmarks(first: Run, second: Run) -> list[str]:
    if first.path.resolve() == second.path.resolve() or (
        first.folder is not None and second.folder is not None and first.folder.resolve() == second.folder.resolve()
    ):
        raise UsageError(f"{first.path} would be compared with itself; name two different runs")
    if (first.mode == "demo") != (second.mode == "demo"):
        demo, other = (first, second) if first.mode == "demo" else (second, first)
        raise UsageError(f"{demo.path} is a demo run, whose questions and answers are bundled; {other.path} is not")
    common = [name for name in first.benchmarks if name in second.benchmarks]
    if not common:
        raise UsageError(
            f"the runs have no benchmark in common: {first.path} has {', '.join(first.benchmarks) or 'none'}, "
            f"{second.path} has {', '.join(second.benchmarks) or 'none'}"
        )
    return common


def check_fingerprints(
    name: str, one: Mapping[str, Any], other: Mapping[str, Any], paths: tuple[Path, Path], allow: Collection[str]
) -> None:
    """Refuse two fingerprints of a benchmark that differ in more than `allow`. Raises UsageError."""
    for field, (a, b) in differences(one, other).items():
        if field in NEVER:
            raise UsageError(
                f"{name}: {paths[0]} follows version {a} of the reference, {paths[1]} version {b}: their scores "
                f"measure different things; score the answers of one again: pytest --replay its responses.jsonl "
                f"--reference {b}"
            )
        if not any(map(partial(_within, field), allow)):
            raise UsageError(
                f"{name}: the runs differ in {field}: {a!r:.80} in {paths[0]}, {b!r:.80} in {paths[1]}; "
                f"if that is meant, allow it by --allow {field} (with pytest --baseline-allow {field})"
            )


def check_allowed(allow: Collection[str], known: Collection[str]) -> None:
    """Refuse a field that no fingerprint has, such as a misspelt one. Raises UsageError."""
    for allowed in allow:
        if not any(_within(field, allowed) for field in known):
            near = get_close_matches(allowed, sorted(known), 3, 0.0)
            raise UsageError(f"no fingerprint has a field {allowed!r}; did you mean {', '.join(near)}?")


def _within(field: str, allowed: str) -> bool:
    return field == allowed or field.startswith(f"{allowed}.")


def check_unedited(run: Run, benchmark: str) -> None:
    """Refuse a report whose primary figure does not follow from its questions. Raises UsageError."""
    name = run.benchmarks[benchmark]["primary"]
    values = _values(run, benchmark, name)
    metric = metric_named(name, next(iter(values.values()))) if values else None
    if metric is not None:
        _statistics(run, benchmark, metric, values, ())


def _compare_benchmark(name: str, first: Run, second: Run, *, all_metrics: bool) -> tuple[list[Comparison], list[str]]:
    main = second.benchmarks[name]["primary"]
    names = [main, *(metric for metric in second.benchmarks[name]["metrics"] if all_metrics and metric != main)]
    found, notes = [], []
    chosen_by = first.report.get("select") or second.report.get("select")
    early = any("early" in run.benchmarks[name] for run in (first, second))
    for metric_name in names:
        a, b = (_values(run, name, metric_name) for run in (first, second))
        samples = [sample for sample in a if sample in b]
        if not samples:
            notes.append(f"{name}: no question has a {metric_name} in both runs")
            continue
        metric = metric_named(metric_name, b[samples[0]])
        if metric is None:
            notes.append(f"{name}: how {metric_name} adds up is not known outside of its benchmark")
            continue
        one, other = (_statistics(run, name, metric, values, samples) for run, values in ((first, a), (second, b)))
        compared = _compare_metric(metric, one, other, samples)
        if compared is not None:
            only = [tuple(sample for sample in x if sample not in y) for x, y in ((a, b), (b, a))]
            found.append(
                replace(compared, benchmark=name, only_a=only[0], only_b=only[1], chosen_by=chosen_by, early=early)
            )
    return found, notes


def _values(run: Run, benchmark: str, metric: str) -> dict[str, Any]:
    return {
        sample: record.scores[metric]
        for sample, record in run.records[benchmark].items()
        if record.error is None and metric in record.scores
    }


def _statistics(
    run: Run, benchmark: str, metric: Metric, values: Mapping[str, Any], samples: Sequence[str]
) -> list[Sequence[float]]:
    """The statistics of `samples`. Raises UsageError where all `values` do not give the figure of the report."""
    figure = run.benchmarks[benchmark]["metrics"].get(metric.name, {"mean": None})["mean"]
    try:
        total = _total(metric, [metric.statistics(value) for value in values.values()])
        right = metric.unmeasured or total == figure or isclose(total or 0.0, figure or 0.0, rel_tol=1e-6, abs_tol=1e-9)
    except (TypeError, ValueError, AssertionError, IndexError):
        total, right = None, False
    if not right:
        raise UsageError(
            f"{run.path} was edited: {benchmark} has {metric.name} {figure!r:.40}, but its questions give {total!r:.40}"
            f"; {AGAIN}"
        )
    return [metric.statistics(values[sample]) for sample in samples]


def _total(metric: Metric, statistics: Sequence[Sequence[float]]) -> float | None:
    return metric.total([fsum(column) for column in zip(*statistics, strict=True)])


def _compare_metric(
    metric: Metric, first: Sequence[Sequence[float]], second: Sequence[Sequence[float]], samples: Sequence[str]
) -> Comparison | None:
    import numpy as np

    a, b = _total(metric, first), _total(metric, second)
    if a is None or b is None:
        return None
    scores, others = (np.array([_score(metric, row) for row in each]) for each in (first, second))
    both = np.concatenate([scores, others])
    scale = max(metric.scale, float(both.max() - both.min()))
    result: Paired
    if metric.total is not ratio or metric.statistics is not mean_statistics:
        result = compare_corpora(metric, first, second)
    elif np.isin(both, (0.0, 1.0)).all():
        result = compare_binary(scores, others)
    else:
        result = compare_means(scores, others, scale)
    gained, lost = np.flatnonzero(others > scores), np.flatnonzero(others < scores)
    if metric.less_is_better:
        gained, lost = lost, gained
    return Comparison(
        benchmark="", metric=metric.name, scale=scale, a=a, b=b, n=len(first), difference=b - a, ci95=result.interval,
        p=result.p, p_holm=result.p, method=result.method, gained=len(gained), lost=len(lost),
        shown=smallest_difference(result.stderr), verdict="underpowered",
        first_gained=[samples[i] for i in gained[:NAMED]], first_lost=[samples[i] for i in lost[:NAMED]],
        less_is_better=metric.less_is_better,
    )  # fmt: skip


def _score(metric: Metric, row: Sequence[float]) -> float:
    """A question's own score, to say whether it was gained or lost."""
    score = metric.total(row) if row else None
    return 0.0 if score is None else score


def _decided(group: Sequence[Comparison], smallest: float) -> list[tuple[Comparison, Comparison]]:
    """Each comparison with its adjusted p value and verdict."""
    decided = []
    for each, p in zip(group, holm([each.p for each in group]), strict=True):
        verdict: Verdict = "no difference shown"
        if p < LEVEL and each.difference:
            verdict = "better" if (each.difference > 0) != each.less_is_better else "worse"
        elif each.shown > smallest * each.scale:
            verdict = "underpowered"
        decided.append((each, replace(each, p_holm=p, verdict=verdict)))
    return decided
