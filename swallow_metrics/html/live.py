"""A run as it is now: its report when it has ended, what its journal holds while it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swallow_metrics.datatypes import Record
from swallow_metrics.journal.reader import JournalReader
from swallow_metrics.runs import Run, read_run
from swallow_metrics.runs.questions import QUESTIONS, Questions
from swallow_metrics.runs.run import REPORT, Warn


def open_run(path: Path, warn: Warn) -> Run:
    """A run that has ended, or one that is going on, with mode "running" and records without scores.

    Raises UsageError.
    """
    if not path.is_dir() or (path / REPORT).is_file():
        return read_run(path, warn)
    files = sorted(path.glob("responses*.jsonl"))
    if not files:
        return read_run(path, warn)  # says what is missing
    journal = JournalReader(files, lambda _torn: None)  # the last line is being written
    questions = Questions(path / QUESTIONS) if (path / QUESTIONS).is_file() else None
    asked: dict[str, int] = {}
    for benchmark, _ in questions or ():
        asked[benchmark] = asked.get(benchmark, 0) + 1
    records: dict[str, dict[str, Record]] = {}
    for benchmark in sorted(journal.benchmarks):
        records[benchmark] = {sample: Record(benchmark, sample) for sample in sorted(journal.samples(benchmark))}
    parts = {name: _part(name, len(done), asked.get(name)) for name, done in records.items()}
    parts |= {name: _part(name, 0, number) for name, number in asked.items() if name not in parts}
    report = {"mode": "running", "model": {"name": path.resolve().name}, "benchmarks": parts}
    return Run(path, path, report, records, warn)


def _part(benchmark: str, done: int, asked: int | None) -> dict[str, Any]:
    empty: dict[str, Any] = {"metrics": {}, "groups": {}, "primary": "", "scored": 0, "errors": 0}
    return {"title": benchmark, "samples": asked or done, "done": done, **empty}
