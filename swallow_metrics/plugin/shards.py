"""`--shard K/N`: the same questions are dealt to N runs, each question to one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest

from swallow_metrics.datatypes import Benchmark
from swallow_metrics.errors import UsageError
from swallow_metrics.gate.rules import Gate
from swallow_metrics.plugin.items import benchmark_of, sample_of
from swallow_metrics.settings import Settings


@dataclass(frozen=True, slots=True)
class Shard:
    """What part of which whole a run asks: `positions` are its items' places in the run order of the whole."""

    number: int
    of: int
    selected: int
    sha256: str
    positions: Sequence[int] = field(repr=False)

    def to_json(
        self, benchmarks: Mapping[str, tuple[Benchmark, Mapping[str | None, int]]], gates: Sequence[Gate]
    ) -> dict[str, Any]:
        """For the report: with it, `swallow merge` makes of all shards' records what one run would report.

        `benchmarks` are those of this shard, with the number of its questions by group.
        """
        return {
            "number": self.number,
            "of": self.of,
            "selected": self.selected,
            "sha256": self.sha256,
            "benchmarks": {
                name: {
                    "selected": [[group, n] for group, n in selected.items()],
                    "metrics": {
                        metric.name: {"family": metric.family, "scale": metric.scale, "group": metric.group}
                        for metric in benchmark.metrics
                    },
                }
                for name, (benchmark, selected) in benchmarks.items()
            },
            "gates": [gate.expression for gate in gates],
        }


SHARD = pytest.StashKey[Shard]()


def keep_shard(config: pytest.Config, settings: Settings, items: list[pytest.Item]) -> None:
    """Leave this run's part in `items`, in run order; pytest counts the others as deselected. Raises UsageError.

    Questions are dealt in turn, sorted by benchmark and group: over all, in every benchmark and in every group, two
    shards differ by one question at most.
    """
    if settings.shard is None or not items:
        return
    number, of = settings.shard
    if len(items) < of:
        raise UsageError(f"--shard {number}/{of}: {len(items)} questions are too few; take at most {len(items)} shards")
    order = sorted(range(len(items)), key=lambda index: _place(items[index]))
    mine = sorted(order[number - 1 :: of])
    names = "\n".join(sorted(item.nodeid for item in items))
    config.stash[SHARD] = Shard(number, of, len(items), sha256(names.encode()).hexdigest(), mine)
    kept = set(mine)
    config.hook.pytest_deselected(items=[item for index, item in enumerate(items) if index not in kept])
    items[:] = [items[index] for index in mine]


def _place(item: pytest.Item) -> tuple[str, str, str]:
    if (benchmark := benchmark_of(item)) is None:
        return "", "", item.nodeid
    sample = sample_of(item)
    return benchmark.id, sample.group or sample.id.rpartition("/")[0], item.nodeid
