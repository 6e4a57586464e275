"""`--baseline` and its gates: refused before anything is asked, compared when all is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swallow_metrics.datatypes import Record, Sample
from swallow_metrics.errors import UsageError
from swallow_metrics.gate import rules
from swallow_metrics.gate.baseline import check_baseline, judge
from swallow_metrics.gate.rules import Gate, full_name
from swallow_metrics.io import versions
from swallow_metrics.judge.panel import asks, judge_names, judge_sampling, prompts_of
from swallow_metrics.reference import COMPARED_WITHIN_A_VERSION
from swallow_metrics.runs.fingerprint import ASKED, fingerprint, nested, recorded_fingerprints, with_recorded
from swallow_metrics.settings import Settings
from swallow_metrics.wiring.sampling import sampling_report

if TYPE_CHECKING:
    from swallow_metrics.compare.compare import Comparison
    from swallow_metrics.journal.reader import JournalReader
    from swallow_metrics.plugin.early import Stopped
    from swallow_metrics.runs import Run
    from swallow_metrics.wiring.questions import Collected


def own_facts(settings: Settings) -> dict[str, Any]:
    """What the settings add to an engine's facts; nothing is known of it where answers are recorded."""
    facts: dict[str, Any] = {"system_prompt": settings.system_prompt} if settings.mode == "model" else {}
    if tags := settings.reasoning_tags:  # looked for in recorded answers as well
        facts["reasoning_tags"] = [" ".join(pair) for pair in tags]
    return facts


def judge_facts(found: Collected, settings: Settings) -> dict[str, Any]:
    """How verdicts on a benchmark's answers are asked for. Raises UsageError."""
    prompts = prompts_of(found.benchmark, found.folder, settings)
    sampling = judge_sampling(settings.judge, judge_names(settings)[0]).to_json()
    return {
        "prompts": {"path": str(settings.judge.prompts or "built-in"), "sha256": prompts.sha256},
        "sampling": {**sampling, "retries": settings.judge.retries},
    }


def check_comparable(
    settings: Settings,
    baseline: Run,
    collected: Mapping[str, Collected],
    selected: Mapping[str, Sequence[Sample]],
    replayed: JournalReader | None,
) -> None:
    """Refuse a baseline that this run cannot be compared with, as far as is known before it. Raises UsageError."""
    from swallow_metrics.compare.compare import check_allowed, check_fingerprints, check_unedited

    path, folder = baseline.path, baseline.folder
    if settings.run_dir is not None and settings.run_dir.resolve() in (path.resolve(), folder and folder.resolve()):
        raise UsageError(f"--baseline {path} is this very run; name an earlier one, or another --run-dir")
    if (settings.mode == "demo") != (baseline.mode == "demo"):
        demo = "this is a demo run" if settings.mode == "demo" else f"--baseline {path} is a demo run"
        raise UsageError(f"{demo}, whose questions and answers are bundled, and the other one is not; compare equals")
    common = [name for name in selected if name in baseline.benchmarks]
    if not common:
        there = ", ".join(baseline.benchmarks) or "nothing"
        raise UsageError(f"--baseline {path} has none of {', '.join(selected)}: it has measured {there}")
    if not any(
        (record := baseline.records[name].get(sample.id)) is not None and record.scores
        for name in common
        for sample in selected[name]
    ):
        raise UsageError(
            f"--baseline {path} has measured none of the questions selected; compare runs of the same data"
        )
    recorded = recorded_fingerprints(settings.replay)
    every: set[str] = set()
    for name in common:
        check_unedited(baseline, name)
        found = collected[name]
        part = {
            "dataset": found.dataset,
            "prompt_sha256": found.prompt_sha256,
            "sampling": sampling_report(found.benchmark, settings),
            "metrics": {
                metric.name: {"signature": versions(found.benchmark.libraries)}
                for metric in found.benchmark.metrics
                if metric.signature is None
            },
            "release": found.benchmark.facts.get("release"),
        }
        if name in COMPARED_WITHIN_A_VERSION:
            part["reference"] = settings.reference
        fields = ["dataset.", *ASKED, "reference", "release", *(["metrics."] if found.benchmark.libraries else [])]
        if found.benchmark.judge is not None and asks(settings, name, replayed):
            part["judge"] = {**judge_facts(found, settings), "judges": judge_names(settings)}
            fields.append("judge.")
        now = with_recorded(nested(part, own_facts(settings), None), recorded.get(name, {}))
        own = fingerprint({"fingerprint": now}, {})
        known = {field: value for field, value in own.items() if field.startswith(tuple(fields))}
        before = fingerprint(baseline.benchmarks[name], baseline.report["model"])
        every.update(own, before)
        before = {field: value for field, value in before.items() if field.startswith(tuple(fields))}
        check_fingerprints(name, before, known, (path, Path("this run")), settings.baseline_allow)
    check_allowed(settings.baseline_allow, every)


def check_gates(gates: Iterable[Gate], baseline: Run | None) -> None:
    """Refuse relative gates that the baseline cannot answer. Raises UsageError."""
    if baseline is not None:
        check_baseline(gates, baseline.benchmarks)


@dataclass(frozen=True, slots=True)
class Compared:
    """The result of the comparison. `every` has all metrics that gates name; `refused` says why there is none."""

    baseline: Run
    every: Sequence[Comparison] = ()
    notes: Sequence[str] = ()
    refused: str | None = None
    lines: Sequence[str] = ()

    def to_json(self, primary: Mapping[str, str], run: Path) -> dict[str, Any]:
        """As the report has it: the primary metrics' comparisons, as `swallow compare --format json` prints them."""
        return {
            "run": str(self.baseline.path),
            "model": self.baseline.model,
            "comparisons": [
                each.to_json() | {"run_a": str(self.baseline.path), "run_b": str(run)}
                for each in self.every
                if each.metric == primary[each.benchmark]
            ],
            "notes": list(self.notes),
            "refused": self.refused,
        }


def compare(
    settings: Settings, baseline: Run, folder: Path, report: Mapping[str, Any], records: Mapping[str, list[Record]]
) -> Compared:
    """This run, from its report's `swallow` part and records, against the baseline. Never raises for what they hold."""
    from swallow_metrics.compare.compare import compare_runs
    from swallow_metrics.compare.render import Pair, to_table
    from swallow_metrics.runs import Run

    by_sample = {name: {record.sample: record for record in records[name]} for name in report["benchmarks"]}
    this = Run(folder, folder, report, by_sample, lambda _: None)
    primary = {name: part["primary"] for name, part in report["benchmarks"].items()}
    gates = [gate for gate in (*settings.gates, *settings.standing_gates) if gate.relative]
    further = any(gate.metric != primary.get(gate.benchmark) for gate in gates)
    try:
        found, notes = compare_runs(
            baseline, this, smallest=settings.smallest_difference, allow=settings.baseline_allow, all_metrics=further
        )
    except UsageError as error:
        return Compared(baseline, refused=str(error))
    shown = [each for each in found if each.metric == primary[each.benchmark]]
    return Compared(baseline, found, notes, None, list(to_table([Pair(baseline, this, shown, notes)])))


def gate_entries(
    settings: Settings,
    gates: Iterable[Gate],
    benchmarks: Mapping[str, Mapping[str, Any]],
    compared: Compared | None,
    stopped: Mapping[str, Stopped],
) -> list[dict[str, Any]]:
    """The report's entry of each gate: value, threshold, interval, verdict."""
    entries = []
    for gate in gates:
        metrics = benchmarks.get(gate.benchmark, {}).get("metrics", {})
        name = full_name(gate.metric, metrics)
        if gate.relative:
            every = compared.every if compared is not None else ()
            found = next((each for each in every if (each.benchmark, each.metric) == (gate.benchmark, name)), None)
            smallest = settings.smallest_difference * (found.scale if found is not None else 1.0)
            entry = judge(gate, found.to_json() if found else None, smallest, strict=settings.gate_strict)
            entry |= _partly(gate, benchmarks.get(gate.benchmark, {}), name, found.n if found else 0)
        else:
            (entry,) = rules.decide([gate], benchmarks)
            if name in metrics:
                entry["ci95"] = metrics[name]["ci95"]
        if (stop := stopped.get(gate.benchmark)) is not None:
            passed = (stop.decisions[gate] == "above") == (gate.operator == ">=")
            entry |= {"value": metrics[name]["mean"], "passed": passed, "verdict": "passed" if passed else "failed"}
            entry["decided_after"] = stop.asked
            entry.pop("partial", None)
        entries.append(entry)
    return entries


def _partly(gate: Gate, part: Mapping[str, Any], name: str, compared: int) -> dict[str, Any]:
    """What a relative gate's entry says of a part: as unmeasured as any other gate where selected questions lack it."""
    if "partial" in part.get("metrics", {}).get(name, {}):
        return {"partial": rules.covers(part, gate), "value": None, "passed": False, "verdict": "failed"}
    if 0 < compared < part.get("samples", 0):  # others have no score in the baseline
        return {"partial": {"n": compared, "of": part["samples"]}}
    covers = rules.covers(part, gate)
    return {"partial": covers} if covers is not None else {}
