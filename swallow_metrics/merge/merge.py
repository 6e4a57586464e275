"""One report of all shards' records, computed as a run computes its own; journals and questions in one file each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import fsum
from pathlib import Path
from typing import Any

from swallow_metrics.compare.known import metric_named
from swallow_metrics.datatypes import Benchmark, Dataset, Metric, Record, Sample
from swallow_metrics.errors import UsageError
from swallow_metrics.gate import rules
from swallow_metrics.io import dumps_parts, write_atomically
from swallow_metrics.judge.agreement import judging
from swallow_metrics.merge.shards import ShardRun, in_run_order
from swallow_metrics.report import document
from swallow_metrics.report.summary import averages, families, summarize
from swallow_metrics.runs import Run

REPORT = "report.json"


def merge(shards: Sequence[ShardRun], out: Path) -> dict[str, Any]:
    """Write `out`/report.json and the joined journals; returns the report. Raises UsageError."""
    tests = in_run_order(shards)
    records = _records(tests)
    swallow = _swallow(shards, records)
    first = shards[0].document
    report = {
        **first,
        "created": max(shard.document["created"] for shard in shards),
        "duration": sum(shard.document["duration"] for shard in shards),
        "exitcode": _exit_code(shards, swallow),
        "summary": _counted(shards, tests),
        "tests": tests,
        "swallow": swallow,
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise UsageError(f"--out {out} is not empty; choose a new folder")
        for name in ("responses", "questions"):
            _join([file for shard in shards for file in sorted(shard.folder.glob(f"{name}*.jsonl"))], out, name)
        write_atomically(out / REPORT, dumps_parts(report, "tests"))
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror or error}; choose another --out") from error
    return report


def _records(tests: Sequence[Mapping[str, Any]]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for test in tests:
        metadata = test.get("metadata", {})
        if {"benchmark", "sample", "scores"} <= metadata.keys():
            found.setdefault(metadata["benchmark"], []).append(Record(**metadata))
    return found


def _swallow(shards: Sequence[ShardRun], records: Mapping[str, Sequence[Record]]) -> dict[str, Any]:
    """The `swallow` part: what all shards say alike from the first, every figure from the records of all."""
    first = shards[0].run.report
    parts: dict[str, Any] = {}
    summaries = []
    names = dict.fromkeys(name for shard in shards for name in shard.run.benchmarks)
    order = {name: index for index, name in enumerate(records)}
    for name in sorted(names, key=lambda each: order.get(each, len(order))):
        having = [shard for shard in shards if name in shard.run.benchmarks]
        benchmark = _benchmark(name, having)
        selected: Counter[str | None] = Counter()
        for shard in having:
            selected.update(dict(shard.shard["benchmarks"][name]["selected"]))
        own = records.get(name, [])
        summary = summarize(benchmark, own, selected)
        summaries.append((benchmark, summary))
        told = {key: value for key, value in having[0].run.benchmarks[name].items() if key != "partial"}
        judge = _judge(own, [shard.run.benchmarks[name]["judge"] for shard in having]) if "judge" in told else {}
        extra = {"judge": judge} if judge else {}
        if "chance" in told:  # a mean over questions
            sizes = [(shard.run.benchmarks[name]["samples"], shard.run.benchmarks[name]["chance"]) for shard in having]
            told["chance"] = fsum(size * share for size, share in sizes) / sum(size for size, _ in sizes)
        part = document.Part(benchmark, summary, told["dataset"], told["prompt_sha256"], told["sampling"], extra)
        parts[name] = told | document.benchmark_part(part)
    grouped = families(summaries, parts)
    swallow = {name: value for name, value in first.items() if name != "shard"}
    gates = [rules.parse_gate(text) for text in shards[0].shard["gates"]]
    return swallow | {
        "created": max(shard.run.report["created"] for shard in shards),
        "incomplete": _incomplete(shards, records, parts),
        "warnings": list(dict.fromkeys(text for shard in shards for text in _warnings(shard.run))),
        "benchmarks": parts,
        "averages": averages(grouped),
        "families": grouped,
        "gates": [_gate(gate, parts) for gate in gates if gate.benchmark in parts],
    }


def _warnings(run: Run) -> Iterator[str]:
    """What the run said, and what of its questions and answers is no longer there to be joined."""
    yield from run.report["warnings"]
    yield from run.lacks


def _gate(gate: rules.Gate, parts: Mapping[str, Any]) -> dict[str, Any]:
    """A gate's entry in the report."""
    (entry,) = rules.decide([gate], parts)
    metrics = parts[gate.benchmark]["metrics"]
    name = rules.full_name(gate.metric, metrics)
    return entry | ({"ci95": metrics[name]["ci95"]} if name in metrics else {})


def _benchmark(name: str, having: Sequence[ShardRun]) -> Benchmark:
    """As much of a benchmark's declaration as its figures need, from what its shards tell. Raises UsageError."""
    part, told = having[0].run.benchmarks[name], having[0].shard["benchmarks"][name]
    values = {
        metric: value
        for shard in having
        for record in shard.run.records[name].values()
        for metric, value in record.scores.items()
    }
    metrics = tuple(
        _metric(metric, declared, values[metric], name, having)
        for metric, declared in told["metrics"].items()
        if metric in values
    )
    # A primary metric that nothing was measured of still names the figures.
    metrics = metrics or (Metric(part["primary"], told["metrics"][part["primary"]]["family"]),)
    title, issues = part.get("title", name), tuple(part.get("issues", ()))
    return Benchmark(name, title, Dataset(), _no_sample, metrics, issues=issues)


def _metric(metric: str, declared: Mapping[str, Any], value: Any, benchmark: str, having: Sequence[ShardRun]) -> Metric:
    known = metric_named(metric, value)
    if known is None:
        raise UsageError(f"{benchmark}: shards cannot be joined, for how the lists of {metric} add up is not known")
    figures = [shard.run.benchmarks[benchmark]["metrics"].get(metric, {}) for shard in having]
    signature = next((figure["signature"] for figure in figures if "signature" in figure), None)
    return replace(
        known,
        **declared,
        signature=None if signature is None else lambda _: str(signature),
        unmeasured=True,  # a record in error holds scores of such metrics only
    )


def _no_sample(_row: Any, _prompt: str) -> Sample:
    raise AssertionError("questions are not made again when shards are joined")


def _judge(records: Sequence[Record], told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The judges' part, with the shards' costs added up."""
    part = dict(told[0]) | judging(records, {})
    for name, judge in part["judges"].items():
        costs = [judges[name].get("cost_usd") for each in told if name in (judges := each["judges"])]
        judge["cost_usd"] = None if None in costs else sum(costs)
    return part


def _incomplete(
    shards: Sequence[ShardRun], records: Mapping[str, Sequence[Record]], parts: Mapping[str, Any]
) -> dict[str, Any] | None:
    reasons = [
        f"{shard.name}: {shard.run.report['incomplete']['reason']}"
        for shard in shards
        if shard.run.report["incomplete"] is not None
    ]
    if not reasons:
        return None
    selected = sum(part["samples"] for part in parts.values())
    missing = selected - sum(map(len, records.values()))
    return {"missing": missing, "selected": selected, "reason": "; ".join(reasons)}


def _exit_code(shards: Sequence[ShardRun], swallow: Mapping[str, Any]) -> int:
    """As the run would have ended: the worst of its shards, else 8 where a gate failed."""
    worst = max((shard.document["exitcode"] for shard in shards), default=0)
    return worst or (8 if any(not gate["passed"] for gate in swallow["gates"]) else 0)


def _counted(shards: Sequence[ShardRun], tests: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """pytest-json-report's summary."""
    collected = sum(shard.document["summary"]["collected"] for shard in shards)
    return {**Counter(test["outcome"] for test in tests), "total": len(tests), "collected": collected}


def _join(files: Sequence[Path], out: Path, name: str) -> None:
    """The whole lines of all files, one file after another."""
    if files:
        with (out / f"{name}.jsonl").open("wb") as whole:
            for file in files:
                content = file.read_bytes()
                whole.write(content[: content.rfind(b"\n") + 1])
