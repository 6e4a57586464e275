"""Models × benchmarks from run folders, beside published scores (LB-1 to LB-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swallow_metrics.boards.cells import Cell, averaged, cell_of, leaders
from swallow_metrics.boards.columns import TABLES, Column, Table
from swallow_metrics.boards.results import common_version, not_in_column, rows_of, time_of
from swallow_metrics.datatypes import Record
from swallow_metrics.errors import UsageError
from swallow_metrics.reference import DEFAULT
from swallow_metrics.runs import Run
from swallow_metrics.runs.fingerprint import differences, fingerprint


@dataclass(slots=True)
class Entry:
    """A model's cells, by table and column title. `published` says that they were not measured here."""

    model: str
    published: bool = False
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    averages: dict[str, Cell | None] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)  # table → columns without a score

    def finish(self, table: Table) -> None:
        """The average of a table's columns, where it is complete."""
        key = table.key
        cells = [self.cells.get((key, column.title)) for column in table.columns if column.averaged]
        self.missing[key] = cells.count(None)
        self.averages.setdefault(key, averaged(cells))


@dataclass(frozen=True, slots=True)
class Board:
    """What is shown: tables of one version, entries, and for each place whether it is among the best."""

    version: str
    tables: Sequence[Table]
    entries: Sequence[Entry]
    best: Mapping[tuple[str, str], Sequence[bool]]


AVERAGE = "average"
AVERAGE_KEY = "avg"


def leaderboard(runs: Sequence[Run], published: Path | None, version: str | None) -> tuple[Board, list[str]]:
    """The board, and a sentence for each thing that is left out of it. Raises UsageError."""
    version = common_version(runs, version) if runs else version or DEFAULT
    tables = TABLES[version]
    warnings: list[str] = []
    by_model: dict[str, list[Run]] = {}
    for run in runs:
        by_model.setdefault(run.model, []).append(run)
    entries = []
    for model, own in by_model.items():
        entry, notes = _measured(model, own, tables)
        entries.append(entry)
        warnings += notes
    entries += [_published(line, tables) for line in (read_published(published, version) if published else ())]
    best: dict[tuple[str, str], Sequence[bool]] = {}
    for table in tables:
        best[table.key, AVERAGE] = leaders([entry.averages[table.key] for entry in entries])
        for column in table.columns:
            place = (table.key, column.title)
            best[place] = leaders([entry.cells.get(place) for entry in entries])
    return Board(version, tables, entries, best), warnings


def _measured(model: str, runs: Sequence[Run], tables: Sequence[Table]) -> tuple[Entry, list[str]]:
    entry, warnings = Entry(model), []
    joined: dict[str, dict[str, Record]] = {}
    asked = dict.fromkeys(name for run in runs for name in run.benchmarks)
    shown = {column.benchmark for table in tables for column in table.columns}
    if others := [name for name in asked if name not in shown]:
        verb = "has" if len(others) == 1 else "have"
        warnings.append(f"{model}: {', '.join(others)} {verb} no column on the leaderboard; left out")
    for name in (name for name in asked if name in shown):
        joined[name], notes = join(name, runs)
        rows = max(rows_of(run.benchmarks[name]) for run in runs if name in run.benchmarks)
        measured = sum(map(_is_measured, joined[name].values()))
        if 0 < measured < rows:
            notes.append(f"{model}: {name} is over {measured:,} of {rows:,} questions")
        warnings += notes
    for table in tables:
        for column in table.columns:
            if cell := cell_of(column, joined.get(column.benchmark, {})):
                entry.cells[table.key, column.title] = cell
        if table.average is not None:
            entry.averages[table.key] = cell_of(table.average, joined.get(table.average.benchmark, {}))
        entry.finish(table)
    return entry, warnings


def join(name: str, runs: Iterable[Run]) -> tuple[dict[str, Record], list[str]]:
    """A benchmark's records of one model from several folders, and what could not be joined.

    Of several scores of one question the newest counts.
    """
    records: dict[str, Record] = {}
    warnings = []
    newest: Run | None = None
    for run in sorted((run for run in runs if name in run.benchmarks), key=time_of, reverse=True):
        if (why := not_in_column(run, name)) is not None:
            warnings.append(why)
            continue
        if newest is None:
            newest = run
        elif found := differences(*(fingerprint(r.benchmarks[name], r.report["model"]) for r in (newest, run))):
            warnings.append(
                f"{run.path}: {name} is not joined with {newest.path}, as they differ in {', '.join(found)}; the newer "
                f"one counts"
            )
            continue
        for sample, record in run.records.get(name, {}).items():  # an older score fills up what a newer run lacks
            if sample not in records or (_is_measured(record) and not _is_measured(records[sample])):
                records[sample] = record
    return records, warnings


def _is_measured(record: Record) -> bool:
    """Neither errored nor skipped."""
    return record.error is None and bool(record.scores)


def read_published(path: Path, version: str) -> list[dict[str, Any]]:
    """The lines of a published leaderboard, with the columns of a version. Raises UsageError."""
    from swallow_metrics.datasets.formats import json_lines

    try:
        lines = list(json_lines(path.read_bytes(), lambda number: f"{path}, line {number + 1}"))
    except OSError as error:
        raise UsageError(f"cannot read {path} ({error.strerror or error})") from error
    if not lines:
        raise UsageError(f"{path} has no rows; expected a JSON object for each published model, one a line")
    known = {table.key: {AVERAGE_KEY, *(column.key for column in table.columns)} for table in TABLES[version]}
    for number, line in enumerate(lines, 1):
        results = line.get("results")
        if not (isinstance(line.get("id"), str) and isinstance(results, dict) and all_dicts(results.values())):
            raise UsageError(f"{path}, line {number}: expected a model's `id` and `results`, but got {line!r:.60}")
        for table, scores in results.items():
            if table in known and (strange := sorted(set(scores) - known[table])):
                raise UsageError(
                    f"{path}, line {number}: {strange[0]!r} in {table!r} is not a column of version {version}; rows "
                    f"of another version need its --reference"
                )
    return lines


def all_dicts(values: Iterable[Any]) -> bool:
    """Whether every value is a JSON object."""
    return all(isinstance(value, dict) for value in values)


def _published(line: Mapping[str, Any], tables: Sequence[Table]) -> Entry:
    reasoning = line.get("reasoning")
    name = line["id"] if reasoning in (None, "N/A") else f"{line['id']} (reasoning {reasoning})"
    entry = Entry(name, published=True)
    for table in tables:
        scores = line["results"].get(table.key) or {}
        for column in table.columns:
            if (cell := _number(scores, column)) is not None:
                entry.cells[table.key, column.title] = cell
        complete = all((table.key, column.title) in entry.cells for column in table.columns if column.averaged)
        if complete and (average := _number(scores, Column(AVERAGE, "", key=AVERAGE_KEY))):
            entry.averages[table.key] = average  # its columns are rounded, their mean can differ in the third decimal
        entry.finish(table)
    return entry


def _number(scores: Mapping[str, Any], column: Column) -> Cell | None:
    value = scores.get(column.key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return None  # the reference's −1, and NaN, say that it is missing
    return Cell(float(value))
