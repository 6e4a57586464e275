"""A run's scores under the reference's task names, for its aggregated row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import fsum
from typing import Any

from swallow_metrics.boards.row import Result
from swallow_metrics.datasets.groups import JMMLU, MMLU, MMLU_PRO
from swallow_metrics.datatypes import Record
from swallow_metrics.errors import UsageError
from swallow_metrics.reference import BEFORE_VERSIONS, REFERENCES
from swallow_metrics.runs import Run

# Subsets of a task that the reference keeps apart: our samples' subset or group → its name.
_SUBJECTS = {"swallow_jmmlu": JMMLU, "mmlu_english": MMLU} | dict.fromkeys(
    ("mmlu_prox_japanese", "mmlu_prox_english", "mmlu_pro_english"), MMLU_PRO
)
_SUBSETS: Mapping[str, Mapping[str, str]] = {
    "aime": {"2024": "24", "2025": "25"},
    "polymath_japanese": {level: level for level in ("low", "medium", "high", "top")},
}
_TASKS = {
    "wmt20_en_ja": "wmt20:en-ja",
    "wmt20_ja_en": "wmt20:ja-en",
    "gpqa_diamond": "gpqa:diamond",
    "jgpqa_diamond": "jgpqa:diamond",
    "jgpqa_main": "jgpqa:main",
    "jgpqa_extended": "jgpqa:extended",
    "ifbench": "ifbench_singleturn",
}
# Numbers of generations for which the reference has a task of its own (MJ-1).
_VARIANTS = dict.fromkeys(
    ("gpqa_diamond", "math_500", "aime", "math_100_japanese", "jgpqa_diamond", "jgpqa_main", "jgpqa_extended"),
    (4, 8, 16, 32, 64, 128, 256),
) | dict.fromkeys(("swallow_gpqa_ja", "polymath_japanese"), (8, 16, 32, 64, 128, 256))


def version_of(run: Run) -> str:
    """The version of the reference that a run followed."""
    return str(run.report.get("reference") or BEFORE_VERSIONS)


def common_version(runs: Sequence[Run], asked: str | None) -> str:
    """The version of all runs. Raises UsageError where they differ from each other, or from what is asked for."""
    versions = {version_of(run): run.path for run in runs}
    if len(versions) > 1:
        (one, here), (other, there), *_ = versions.items()
        raise UsageError(
            f"{here} is a run of version {one} of the reference, {there} of {other}; put the runs of each version into "
            f"a table of their own"
        )
    (version,) = versions
    if asked is not None and asked != version:
        raise UsageError(
            f"{versions[version]} is a run of version {version} of the reference, whose columns are others than those "
            f"of {asked}; leave --reference out, or score its responses.jsonl again: pytest --replay, --reference"
        )
    return version


def time_of(run: Run) -> str:
    """When a run's report was written, as text that sorts: of several runs the newest counts (AG-2)."""
    path = run.path if run.folder is None else run.folder / "report.json"
    return str(run.report.get("created") or datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat())


def tasks_of(run: Run) -> Iterator[tuple[str, str, list[Record]]]:
    """Benchmark, the reference's name for it with its subset, and the records that are of it."""
    for name, part in run.benchmarks.items():
        task = task_of(run, name)
        generations = generations_of(part)
        base, _, subset = task.partition(":")
        if generations in _VARIANTS.get(name, ()):
            base += f"_N{generations}"
        task = f"{base}:{subset}" if subset else base
        records = list(run.records.get(name, {}).values())
        if name in _SUBJECTS or name in _SUBSETS:
            split: dict[str, list[Record]] = {}
            for record in records:
                split.setdefault(_subset(name, record), []).append(record)
            for key, own in split.items():
                yield name, f"{task}:{key}", own
        else:
            yield name, task, records


def results_of(run: Run) -> Iterator[Result]:
    """Everything of a run that the reference has a task for."""
    time = time_of(run)
    for name, task, records in tasks_of(run):
        part = run.benchmarks[name]
        if name in _SUBJECTS or name in _SUBSETS:
            measured = [record for record in records if record.error is None and record.scores]
            if measured:
                yield Result(task, len(measured), _means(measured), time)
        elif part["metrics"]:
            metrics = {metric: figure["mean"] for metric, figure in part["metrics"].items()}
            yield Result(task, part["scored"], metrics, time)


def generations_of(part: Mapping[str, Any]) -> int:
    """How many generations per question a benchmark's part of a report has."""
    named = [metric.rpartition(":")[2] for metric in part["metrics"] if "_maj@1:" in metric]
    return int(named[0]) if named else 1


def rows_of(part: Mapping[str, Any]) -> int:
    """How many questions a benchmark's data has, of which a run may have measured some (`--limit`, errors)."""
    return int((part.get("partial") or {}).get("of") or part["scored"])


def in_part(run: Run) -> Iterator[str]:
    """A sentence for each benchmark, and for each metric, whose figure is over a part of the questions."""
    for name, part in run.benchmarks.items():
        if 0 < part["scored"] < rows_of(part):
            yield f"{run.path}: {name} is over {part['scored']:,} of {rows_of(part):,} questions"
        for metric, figure in part["metrics"].items():
            covers = figure.get("partial")
            if covers is not None and covers["n"] < part["scored"]:  # such as pass@10 of 3 answers
                yield f"{run.path}: {name} {metric} is over {covers['n']:,} of {covers['of']:,} questions"


def judges_differ(run: Run, benchmark: str) -> str | None:
    """The judges of a run's MT-Bench where others than the reference's have a part in its scores (AG-6)."""
    judges = run.benchmarks[benchmark].get("judge", {}).get("judges", {})
    own = REFERENCES[version_of(run)].judge
    return ", ".join(judges) if set(judges) - {own, ""} else None


def not_in_column(run: Run, benchmark: str) -> str | None:
    """Why a run's scores are not those of the leaderboard's column, in one sentence: another judge, another release."""
    reference = REFERENCES[version_of(run)]
    if benchmark.endswith("_mt_bench") and (judge := judges_differ(run, benchmark)):
        return f"{run.path}: {benchmark} was judged by {judge}, not by {reference.judge}; it is left out"
    release = run.benchmarks[benchmark].get("release")
    if release not in (None, reference.livecodebench):
        return f"{run.path}: {benchmark} is of release {release}, not of {reference.livecodebench}; it is left out"
    return None


def task_of(run: Run, benchmark: str) -> str:
    """The reference's task. Scores of another judge are a task of their own, which no name reads."""
    if benchmark == "livecodebench":
        part = run.benchmarks[benchmark]
        return f"lcb:codegeneration_{part.get('release') or REFERENCES[version_of(run)].livecodebench}"
    if benchmark.endswith("_mt_bench") and judges_differ(run, benchmark):
        return f"{benchmark}_other_judge"
    return _TASKS.get(benchmark, benchmark)


def _subset(benchmark: str, record: Record) -> str:
    """A sample's subset in the reference's words. Where its id has none, one that is in its group stands for it."""
    prefix, group = record.sample.rpartition("/")[0], record.group or ""
    if benchmark in _SUBJECTS:
        subjects = _SUBJECTS[benchmark]
        if prefix in subjects:
            return prefix
        return next((subject for subject, of in subjects.items() if of == group), group)
    return _SUBSETS[benchmark].get(group, prefix or group)


def _means(records: Sequence[Record]) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for record in records:
        for metric, value in record.scores.items():
            if isinstance(value, int | float):
                values.setdefault(metric, []).append(float(value))
    return {metric: fsum(own) / len(own) for metric, own in values.items()}
