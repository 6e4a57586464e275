"""The audit of a run folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from swallow_metrics.audit.answers import (
    Finding,
    Reading,
    counted_findings,
    findings,
    letter_reading,
    program_findings,
    rating_findings,
)
from swallow_metrics.audit.rows import row_doubts
from swallow_metrics.datasets.contradictions import EMPTY_GOLD, GOLD_TWICE, gold_is_twice, is_empty
from swallow_metrics.datasets.local import rows_there
from swallow_metrics.datasets.options import LETTERS
from swallow_metrics.datatypes import Dataset
from swallow_metrics.io import printable
from swallow_metrics.runs.run import Run

NAMED = 5  # samples that a line of the table names


@dataclass(frozen=True, slots=True)
class RowDoubt:
    """A question whose row cannot measure."""

    benchmark: str
    sample: str
    kind: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything found, and what could not be looked at."""

    findings: Sequence[Finding]
    rows: Sequence[RowDoubt]
    notes: Sequence[str]
    questions: dict[str, int] = field(default_factory=dict)
    """Benchmark → number of its questions."""
    scores: dict[str, tuple[float, int]] = field(default_factory=dict)
    """Benchmark → its primary metric's score, and of how many questions it is."""

    def to_json(self) -> dict[str, Any]:
        """As `swallow audit --format json` prints it."""
        return {
            "findings": [asdict(finding) for finding in self.findings],
            "rows": [asdict(row) for row in self.rows],
            "notes": list(self.notes),
        }

    def to_table(self) -> Iterator[str]:
        """Lines for a terminal: kinds by benchmark, with scores as they are and as a lenient reading gives them."""
        found: dict[tuple[str, str], list[Finding | RowDoubt]] = {}
        everything: list[Finding | RowDoubt] = [*self.findings, *self.rows]
        for each in everything:
            found.setdefault((each.benchmark, each.kind), []).append(each)
        for (benchmark, kind), listed in found.items():
            total, samples = self.questions[benchmark], [each.sample for each in listed]
            more = f" and {len(listed) - NAMED:,} more" if len(listed) > NAMED else ""
            yield printable(f"{benchmark} {kind}: {len(listed):,} of {total:,}: {', '.join(samples[:NAMED])}{more}")
            scores = [(each.official, each.lenient) for each in listed if isinstance(each, Finding)]
            known = [lenient - official for official, lenient in scores if lenient is not None and official is not None]
            if known and benchmark in self.scores:
                score, n = self.scores[benchmark]
                lenient = score + sum(known) / n
                yield f"    read leniently, the score would be {lenient:.4f}; the official one is {score:.4f}"
        if not self.findings and not self.rows:
            yield "nothing found"
        yield from (printable(f"note: {note}") for note in self.notes)


def audit_run(
    run: Run, data_dir: Path | None = None, declared: Callable[[str], Dataset | None] = lambda _: None
) -> Audit:
    """Audit a run; `data_dir` holds the datasets of runs that did not keep what is doubtful about their rows.

    `declared` gives a benchmark's dataset where it is known. Raises UsageError.
    """
    notes = list(run.lacks)
    found: list[Finding] = []
    rows: dict[tuple[str, str, str], RowDoubt] = {}
    for name, part in run.benchmarks.items():
        primary = part["primary"]
        reading = _reading(run, name, primary)
        for sample, record in run.records[name].items():
            question = run.question(name, sample)
            answers = [answer for place, answer in run.answers(name, sample).items() if place[3] == 0]
            if record.error is None:
                own = [*findings(record, primary, question, answers, reading)]
                own += program_findings(record, primary, answers)
                if "judge" in record.details or "judge_score" in record.scores:
                    own += rating_findings(record, primary, list(run.answers(name, sample, role="judge").values()))
                found += [*own, *counted_findings(record, primary, own)]
            doubts = list(question.doubts) if question is not None else []
            if question is not None:
                shown = question.choices or (answers[0].choices if answers else None)
                doubts += [GOLD_TWICE] * gold_is_twice(shown, question.target)
                doubts += [EMPTY_GOLD] * is_empty(question.target)
            rows |= {(name, sample, kind): RowDoubt(name, sample, kind) for kind in doubts}
        if data_dir is not None:
            there = rows_there(name, declared(name), data_dir)
            rows |= {
                (name, row.id, kind): RowDoubt(name, row.id, kind)
                for row in there
                if row.id in run.records[name]
                for kind in row_doubts(row.values)
            }
            if not there:
                notes.append(f"{data_dir} has no rows of {name}")
    counts = {name: len(run.records[name]) for name in run.benchmarks}
    figures = {name: part["metrics"].get(part["primary"]) for name, part in run.benchmarks.items()}
    scores = {name: (figure["mean"], figure["n"]) for name, figure in figures.items() if figure}
    return Audit(found, list(rows.values()), notes, counts, scores)


def _reading(run: Run, benchmark: str, primary: str) -> Reading | None:
    """How letters were read, where the benchmark reads letters: from up to 200 of its answers."""
    pairs: list[tuple[str, str]] = []
    golds: list[Any] = []
    for sample, record in run.records[benchmark].items():
        read = record.extracted[0] if isinstance(record.extracted, list) and record.extracted else None
        if isinstance(read, str) and len(read) == 1 and read in LETTERS and "match" in primary:
            answers = run.answers(benchmark, sample)
            pairs += [(next(iter(answers.values())).text, read)] if answers else []
            golds += [question.target] if (question := run.question(benchmark, sample)) is not None else []
        if len(pairs) == 200:
            break
    return letter_reading(pairs, golds)
