"""Shards' reports read, and checked to be the parts of one whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.io import loads
from swallow_metrics.runs import Run
from swallow_metrics.runs.fingerprint import differences, fingerprint


@dataclass(frozen=True)
class ShardRun:
    """One shard's run: its folder, its whole report.json, and what the report says of the shard."""

    run: Run
    document: dict[str, Any]

    @property
    def shard(self) -> dict[str, Any]:
        """`swallow.shard` of its report."""
        shard: dict[str, Any] = self.run.report["shard"]
        return shard

    @property
    def name(self) -> str:
        """For messages: `shard 3/8 (runs/3)`."""
        return f"shard {self.shard['number']}/{self.shard['of']} ({self.run.path})"

    @property
    def folder(self) -> Path:
        """Where its journal is."""
        assert self.run.folder is not None
        return self.run.folder


def read_shards(runs: Iterable[Run]) -> list[ShardRun]:
    """The shards in their order. Raises UsageError where they are not the parts of one whole, each once."""
    shards = [_read(run) for run in runs]
    shards.sort(key=lambda shard: shard.shard["number"])
    first = shards[0]
    for shard in shards[1:]:
        _check_same(first, shard)
    numbers: dict[int, ShardRun] = {}
    for shard in shards:
        if (other := numbers.setdefault(shard.shard["number"], shard)) is not shard:
            raise UsageError(f"{other.name} and {shard.run.path} overlap: they asked the same questions; give one")
    of = first.shard["of"]
    if missing := [f"{number}/{of}" for number in range(1, of + 1) if number not in numbers]:
        several = "shards" if len(missing) > 1 else "shard"
        raise UsageError(f"{several} {', '.join(missing)} missing: give all {of} runs, each --run-dir of a --shard")
    return shards


def _read(run: Run) -> ShardRun:
    if "shard" not in run.report:
        raise UsageError(
            f"{run.path} is not a shard: it was run without --shard K/N; `swallow compare` takes whole runs"
        )
    if run.folder is None:
        raise UsageError(f"{run.path} is a report alone; expected the shard's run folder, with its answers")
    report = run.path / "report.json" if run.path.is_dir() else run.path
    return ShardRun(run, loads(report.read_bytes()))


def _check_same(first: ShardRun, other: ShardRun) -> None:
    """Raises UsageError unless both are parts of the same questions, asked of the same model in the same way."""
    one, two = first.shard, other.shard
    if one["of"] != two["of"]:
        raise UsageError(f"{first.name} and {other.name} are of different numbers of shards; give those of one run")
    if one["sha256"] != two["sha256"]:
        raise UsageError(
            f"{first.name} and {other.name} were dealt from other questions ({one['selected']:,} and "
            f"{two['selected']:,}); run every shard with the same tests, data and --limit"
        )
    if first.run.model != other.run.model or first.run.mode != other.run.mode:
        raise UsageError(
            f"{first.name} asked {first.run.model} and {other.name} {other.run.model}; give those of one model"
        )
    for name in first.run.benchmarks.keys() & other.run.benchmarks.keys():
        prints = [fingerprint(each.run.benchmarks[name], each.run.report["model"]) for each in (first, other)]
        if found := differences(*prints):
            field, (a, b) = next(iter(found.items()))
            raise UsageError(
                f"{first.name} and {other.name} differ in {name} {field}: {a!r:.60} and {b!r:.60}; run one again"
            )


def in_run_order(shards: Sequence[ShardRun]) -> list[dict[str, Any]]:
    """The `tests` of all shards' reports, in the order of an unsharded run, without what a shard did not come to."""
    tests = [test for shard in shards for test in shard.document["tests"]]
    tests.sort(key=lambda test: int(test["position"]))
    return [{name: value for name, value in test.items() if name != "position"} for test in tests]
