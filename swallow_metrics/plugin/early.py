"""`--gate-early`: a benchmark whose gates are decided is asked no further (`gate/early.py` decides)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from swallow_metrics.datatypes import Benchmark, mean_statistics, ratio
from swallow_metrics.gate.early import EarlyStop, mixed_order
from swallow_metrics.gate.rules import Gate, full_name
from swallow_metrics.plugin.items import benchmark_of, sample_of
from swallow_metrics.plugin.json_report import record_in

if TYPE_CHECKING:
    from swallow_metrics.runs import Run


@dataclass(frozen=True, slots=True)
class Stopped:
    """A benchmark that was decided: after how many questions of how many, and on which side each gate's score lies."""

    asked: int
    of: int
    decisions: Mapping[Gate, str | None]  # "above" or "below" its threshold


EARLY = pytest.StashKey[dict[str, Stopped]]()


class Early:
    """Mixes the order of the questions of benchmarks with gates, and follows their gates as items end.

    `items` are those of the session, in place. `seed` draws the order. `drop` takes the node ids of items that are not
    needed any more.
    """

    def __init__(
        self, config: pytest.Config, drop: Callable[[Collection[str]], None], items: list[pytest.Item],
        gates: Sequence[Gate], seed: int, baseline: Run | None,
    ) -> None:  # fmt: skip
        self._drop = drop
        self._stopped = config.stash[EARLY] = {}
        self._left: defaultdict[str, dict[str, None]] = defaultdict(dict)  # node ids that are still to come
        self._measured: defaultdict[str, int] = defaultdict(int)
        self._deciders: dict[str, tuple[EarlyStop, list[Gate], int]] = {}
        places: defaultdict[str, list[int]] = defaultdict(list)
        benchmarks: dict[str, Benchmark] = {}
        for place, item in enumerate(items):
            if (benchmark := benchmark_of(item)) is not None and any(g.benchmark == benchmark.id for g in gates):
                places[benchmark.id].append(place)
                benchmarks[benchmark.id] = benchmark
        for name, listed in places.items():
            own = [gate for gate in gates if gate.benchmark == name]
            by_id = {items[place].nodeid: items[place] for place in listed}
            samples = {sample_of(item).id for item in by_id.values()}
            scales = {m.name: m.scale for m in benchmarks[name].metrics
                      if m.statistics is mean_statistics and m.total is ratio}  # fmt: skip
            before = _scores(baseline, name, [full_name(gate.metric, scales) for gate in own if gate.relative], samples)
            self._deciders[name] = EarlyStop(own, len(listed), scales, before), own, len(listed)
            order = mixed_order({nodeid: sample_of(item).group or "" for nodeid, item in by_id.items()}, seed)
            for place, nodeid in zip(listed, order, strict=True):
                items[place] = by_id[nodeid]
                self._left[name][nodeid] = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A question that is not needed is skipped; that is not an error."""
        benchmark = benchmark_of(item)
        if benchmark is not None and (stop := self._stopped.get(benchmark.id)) is not None:
            pytest.skip(f"not needed: the gates of {benchmark.id} were decided after {stop.asked:,} questions")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take an item's scores; once its benchmark's gates are decided, the rest of it is not asked."""
        record = record_in(report) if report.when == "teardown" else None
        if record is None or record.benchmark not in self._deciders or record.benchmark in self._stopped:
            return
        name = record.benchmark
        self._left[name].pop(report.nodeid, None)
        if record.error is not None or not record.scores:
            return
        decider, gates, total = self._deciders[name]
        self._measured[name] += 1
        if decider.add(record.sample, record.scores) and self._left[name]:
            decisions = dict(zip(gates, decider.decisions, strict=True))
            self._stopped[name] = Stopped(self._measured[name], total, decisions)
            self._drop(self._left[name])


def _scores(
    baseline: Run | None, benchmark: str, metrics: Sequence[str], samples: set[str]
) -> dict[str, dict[str, float]]:
    """Metric → sample → the baseline's score, of the questions that this run asks as well."""
    if baseline is None or not metrics:
        return {}
    records = [(sample, record) for sample, record in baseline.records.get(benchmark, {}).items() if sample in samples]
    return {
        metric: {
            sample: float(record.scores[metric])
            for sample, record in records
            if record.error is None and isinstance(record.scores.get(metric), int | float)
        }
        for metric in metrics
    }
