"""One run, as its folder tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from swallow_metrics.datatypes import Record, Response
from swallow_metrics.errors import UsageError
from swallow_metrics.journal.reader import JournalReader, Place
from swallow_metrics.journal.writer import JOURNAL
from swallow_metrics.runs.questions import QUESTIONS, Question, Questions
from swallow_metrics.runs.report import by_benchmark, read_report

REPORT = "report.json"
Warn = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """A finished run. Questions and answers are read when they are first asked for.

    `report` is the `swallow` part of report.json, `records` is benchmark → sample → record in run order. `folder` is
    None for a report.json alone. `warn` gets what could be read only in part, such as a journal's torn last line.
    """

    path: Path
    folder: Path | None
    report: Mapping[str, Any]
    records: Mapping[str, Mapping[str, Record]]
    warn: Warn = field(repr=False, compare=False)

    @property
    def model(self) -> str:
        """The model's name, or what answered in its place."""
        return str(self.report["model"].get("name") or self.report["mode"])

    @property
    def mode(self) -> str:
        """What answered: demo, replay or model."""
        return str(self.report["mode"])

    @property
    def benchmarks(self) -> Mapping[str, Mapping[str, Any]]:
        """Benchmark → its part of the report, in run order."""
        benchmarks: Mapping[str, Mapping[str, Any]] = self.report["benchmarks"]
        return benchmarks

    @cached_property
    def lacking(self) -> dict[str, int]:
        """File → how many questions of the run it should have and has not; without those that lack nothing.

        Raises UsageError for a file that cannot be read.
        """
        there = [(name, record) for name, records in self.records.items() for record in records.values()]
        questions, journal = self._questions, self._journal
        missing = {
            QUESTIONS: sum(questions is None or (name, record.sample) not in questions for name, record in there),
            JOURNAL: sum(
                journal is None or not journal.places(name, record.sample)
                for name, record in there
                if record.error is None and record.scores
            ),
        }
        return {file: number for file, number in missing.items() if number}

    @property
    def lacks(self) -> tuple[str, ...]:
        """What cannot be read from this run, one sentence each: old folders hold less. Raises UsageError."""
        every = sum(map(len, self.records.values()))
        files = {QUESTIONS: (self._questions, "prompts and gold answers"), JOURNAL: (self._journal, "answers")}
        return tuple(
            f"{self.path} has no {file}: {what} are not known"
            if found is None
            else f"{self.path}: {file} has nothing of {number:,} of {every:,} questions: their {what} are not known"
            for file, (found, what) in files.items()
            if (number := self.lacking.get(file))
        )

    def question(self, benchmark: str, sample: str) -> Question | None:
        """The question as it was asked; None where the folder does not tell. Raises UsageError."""
        return self._questions.get(benchmark, sample) if self._questions is not None else None

    def answers(self, benchmark: str, sample: str, *, role: str = "model") -> dict[Place, Response]:
        """The recorded answers to a question by place (benchmark, sample, repeat, turn, role, judge, attempt), sorted.

        Empty where the folder does not tell. `role` "judge" gives the judges' replies. Raises UsageError.
        """
        if self._journal is None:
            return {}
        places = sorted(place for place in self._journal.places(benchmark, sample) if place[4] == role)
        return {place: answer for place in places if (answer := self._journal.at_place(place)) is not None}

    @cached_property
    def _questions(self) -> Questions | None:
        path = self.folder and self.folder / QUESTIONS
        return Questions(path) if path is not None and path.is_file() else None

    @cached_property
    def _journal(self) -> JournalReader | None:
        files = sorted(self.folder.glob("responses*.jsonl")) if self.folder is not None else []
        return JournalReader(files, self.warn) if files else None


def read_run(path: Path, warn: Warn) -> Run:
    """A run from its folder or its report.json. Raises UsageError, in one line, for what is neither."""
    if not path.exists():
        raise UsageError(f"{path} does not exist; expected a run folder or its {REPORT}")
    report = path / REPORT if path.is_dir() else path
    if not report.is_file():
        raise UsageError(f"{path} holds no {REPORT}; expected the --run-dir of a run that has ended")
    swallow, records = read_report(report)
    return Run(path, report.parent if report.name == REPORT else None, swallow, by_benchmark(records, swallow), warn)
