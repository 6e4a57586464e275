"""The report of a run from its records: summaries, what was asked, fingerprints, comparison, gates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from swallow_metrics.datatypes import Record
from swallow_metrics.judge.agreement import judging
from swallow_metrics.judge.panel import asks
from swallow_metrics.plugin.collection import Collection
from swallow_metrics.plugin.early import EARLY
from swallow_metrics.plugin.evidence import Compared, compare, gate_entries, judge_facts, own_facts
from swallow_metrics.plugin.items import benchmark_of, sample_of
from swallow_metrics.plugin.shards import SHARD
from swallow_metrics.plugin.signals import ENDED_BY
from swallow_metrics.reference import COMPARED_WITHIN_A_VERSION
from swallow_metrics.report import document
from swallow_metrics.report.summary import Summary, summarize
from swallow_metrics.runs.fingerprint import nested, recorded_fingerprints, with_recorded
from swallow_metrics.wiring.asked import chance
from swallow_metrics.wiring.questions import Collected
from swallow_metrics.wiring.sampling import sampling_report

FACTS = pytest.StashKey[dict[str, Any]]()  # what the process that ran the model tells of it


def run_document(
    session: pytest.Session,
    collection: Collection,
    questions: list[pytest.Item],
    kept: Mapping[str, Record],
    folder: Path,
    fatal: str | None,
) -> tuple[dict[str, Any], Compared | None]:
    """The "swallow" part of report.json, and how the run compares with its baseline, where it has one.

    `kept` are the records of the questions that are over, by node id. Gates are checked here.
    """
    stash, settings, collected = session.config.stash, collection.settings, collection.benchmarks
    records: dict[str, list[Record]] = {name: [] for name in collected}
    selected: dict[str, Counter[str | None]] = {name: Counter() for name in collected}
    for item in questions:
        benchmark = benchmark_of(item)
        assert benchmark is not None
        selected[benchmark.id][sample_of(item).group] += 1
        if (record := kept.get(item.nodeid)) is not None:
            records[benchmark.id].append(record)
    summaries = {
        name: summarize(found.benchmark, records[name], selected[name])
        for name, found in collected.items()
        if selected[name]
    }
    parts = [_part(collection, collected[name], summary, records[name]) for name, summary in summaries.items()]
    missing = len(questions) - sum(len(found) for found in records.values())
    incomplete = None
    if missing or session.exitstatus == pytest.ExitCode.INTERRUPTED:
        failed = stash.get(FACTS, {}).get("failed")
        reason = fatal or failed or stash.get(ENDED_BY, None)
        reason = reason or str(session.shouldfail or session.shouldstop or "interrupted")
        incomplete = {"missing": missing, "selected": len(questions), "reason": reason}
    facts = stash.get(FACTS, {})
    built = document.build(
        mode=settings.mode,
        reference=settings.reference,
        model=facts.get("model", {"name": settings.model or settings.mode}),
        parts=parts,
        arguments=["pytest", *session.config.invocation_params.args],
        warnings=collection.warnings,
        incomplete=incomplete,
        more=facts.get("parts", {}),
    )
    own = own_facts(settings)
    recorded = recorded_fingerprints(settings.replay)
    for name, part in built["benchmarks"].items():
        part["fingerprint"] = with_recorded(nested(part, built["model"] | own, None), recorded.get(name, {}))
    stopped = stash.get(EARLY, {})
    for name, stop in stopped.items():
        built["benchmarks"][name]["early"] = {"decided_after": stop.asked, "not_needed": stop.of - stop.asked}
    compared = None
    if collection.baseline is not None:
        compared = compare(settings, collection.baseline, folder, built, records)
        primary = {name: part["primary"] for name, part in built["benchmarks"].items()}
        built["baseline"] = compared.to_json(primary, folder)
    gates = [*collection.standing_gates(summaries), *settings.gates]
    if (shard := stash.get(SHARD, None)) is not None:  # thresholds are about the whole: see `merge`
        measured = {name: (collected[name].benchmark, selected[name]) for name in summaries}
        built["shard"] = shard.to_json(measured, gates)
        gates = []
    if settings.select is not None:
        built["select"] = settings.select
    built["gates"] = gate_entries(settings, gates, built["benchmarks"], compared, stopped)
    return built, compared


def _part(collection: Collection, found: Collected, summary: Summary, records: list[Record]) -> document.Part:
    benchmark = found.benchmark
    for text in found.dataset.get("warnings", ()):
        collection.warn(text)
    for name, figure in summary.metrics.items():
        covers = figure.get("partial", {"n": summary.scored})
        if covers["n"] < summary.scored:  # other questions were measured and lack it, such as pass@10 of 3 answers
            collection.warn(f"{benchmark.id}: {name} covers {covers['n']} of {covers['of']} questions")
    settings = collection.settings
    sampling = sampling_report(benchmark, settings)
    extra: dict[str, Any] = {}
    if doubtful := sum(sample.id in found.doubts for sample in found.samples):
        extra["doubtful_rows"] = doubtful
    if (guessed := chance(found.samples)) is not None:
        extra["chance"] = guessed
    if benchmark.id in COMPARED_WITHIN_A_VERSION:
        extra["reference"] = settings.reference
    if benchmark.judge is not None:
        extra["judge"] = judging(records, settings.prices)
        if asks(settings, benchmark.id, collection.replayed()):
            extra["judge"] |= judge_facts(found, settings)
    return document.Part(benchmark, summary, found.dataset, found.prompt_sha256, sampling, extra)
