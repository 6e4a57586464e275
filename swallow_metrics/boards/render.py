"""The leaderboard as Markdown, HTML, LaTeX or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from swallow_metrics.boards.cells import Cell
from swallow_metrics.boards.columns import Table
from swallow_metrics.boards.leaderboard import AVERAGE, Board, Entry
from swallow_metrics.io import inert_in_csv, markdown, printable

NOTE = (
    "Scores from 0 to 1 with 95 % intervals. Bold: the best of a column, and all that are not significantly worse "
    "(5 %, Holm's correction). An average needs every column; published scores come without intervals."
)


class Text(NamedTuple):
    """A place in words: the score, its interval, and whether it is among the best."""

    score: str
    interval: str
    best: bool


def _texts(board: Board, table: Table) -> list[tuple[Entry, list[Text]]]:
    """Each entry that has anything in a table: its average, then its columns."""
    rows = []
    for index, entry in enumerate(board.entries):
        places = [(table.key, AVERAGE), *((table.key, column.title) for column in table.columns)]
        cells = [entry.averages[table.key], *(entry.cells.get(place) for place in places[1:])]
        if any(cell is not None for cell in cells):
            texts = [_text(c, best=board.best[p][index]) for c, p in zip(cells, places, strict=True)]
            if cells[0] is None and entry.missing[table.key]:
                texts[0] = Text(f"{entry.missing[table.key]} missing", "", best=False)
            rows.append((entry, texts))
    return sorted(rows, key=lambda row: -(row[0].averages[table.key] or Cell(-1.0)).value)


def _text(cell: Cell | None, *, best: bool) -> Text:
    if cell is None:
        return Text("", "", best=False)
    interval = "" if cell.low is None or cell.high is None else f"{cell.low:.3f}–{cell.high:.3f}"
    return Text(f"{cell.value:.3f}", interval, best)


def _head(table: Table) -> list[str]:
    return ["Model", AVERAGE, *(c.title if c.averaged else f"{c.title} (not in the average)" for c in table.columns)]


def to_markdown(board: Board) -> str:
    """One table a language, GitHub's dialect."""

    def cell(text: Text) -> str:
        score = f"**{text.score}**" if text.best else text.score
        return f"{score} ({text.interval})" if text.interval else score

    parts = []
    for table, rows in _tables(board):
        head = _head(table)
        lines = [f"## {table.title}", "", _pipes(head), _pipes(["---", *["---:"] * (len(head) - 1)])]
        lines += [_pipes([markdown(entry.model), *map(cell, texts)]) for entry, texts in rows]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, NOTE])


def to_html(board: Board) -> str:
    """Tables alone, to put into a page."""

    def cell(text: Text) -> str:
        score = f"<b>{text.score}</b>" if text.best else text.score
        return f"{score}<br><small>{text.interval}</small>" if text.interval else score

    parts = []
    for table, rows in _tables(board):
        head = "".join(f"<th>{escape(title)}</th>" for title in _head(table))
        body = "\n".join(
            f"<tr><th>{escape(entry.model)}</th>{''.join(f'<td>{cell(text)}</td>' for text in texts)}</tr>"
            for entry, texts in rows
        )
        caption = f"<caption>{escape(table.title)}</caption>"
        parts.append(f"<table>{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>")
    return "\n".join([*parts, f"<p>{escape(NOTE)}</p>"])


def to_latex(board: Board) -> str:
    """Tables for the package booktabs."""

    def cell(text: Text) -> str:
        score = rf"\textbf{{{text.score}}}" if text.best else text.score
        return rf"{score} {{\scriptsize ({text.interval.replace('–', '--')})}}" if text.interval else score

    parts = []
    for table, rows in _tables(board):
        head = " & ".join(_latex(title) for title in _head(table))
        body = "\n".join(" & ".join([_latex(e.model), *map(cell, texts)]) + r" \\" for e, texts in rows)
        columns = "l" + "r" * (len(table.columns) + 1)
        parts.append(
            f"% {table.title}\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n{head} \\\\\n\\midrule\n{body}\n"
            f"\\bottomrule\n\\end{{tabular}}"
        )
    return "\n\n".join([*parts, f"% {NOTE}"])


def to_csv(board: Board) -> str:
    """One line a model: for each column its score, interval, and 1 where it is among the best. Missing is empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    places = [(t, title) for t in board.tables for title in (AVERAGE, *(c.title for c in t.columns))]
    head = ["model", "published"]
    for table, title in places:
        name = f"{table.title}: {title}"
        head += [name, f"{name} low", f"{name} high", f"{name} best"]
    writer.writerow([*head, *(f"{table.title}: missing" for table in board.tables)])
    for index, entry in enumerate(board.entries):
        line: list[object] = [inert_in_csv(entry.model), int(entry.published)]
        for table, title in places:
            place = (table.key, title)
            cell = entry.averages[table.key] if title == AVERAGE else entry.cells.get(place)
            if cell is None:
                line += [""] * 4
            else:
                line += [cell.value, *("" if x is None else x for x in (cell.low, cell.high))]
                line.append(int(board.best[place][index]))
        writer.writerow([*line, *(entry.missing[table.key] for table in board.tables)])
    return stream.getvalue().rstrip("\n")


FORMATS: dict[str, Callable[[Board], str]] = {
    "md": to_markdown,
    "csv": to_csv,
    "html": to_html,
    "latex": to_latex,
}


def _tables(board: Board) -> list[tuple[Table, list[tuple[Entry, list[Text]]]]]:
    """The tables in which anything stands."""
    return [(table, rows) for table in board.tables if (rows := _texts(board, table))]


def _pipes(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


_LATEX = str.maketrans({c: rf"\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}",
                                                           "^": r"\textasciicircum{}", "–": "--"})  # fmt: skip


def _latex(text: str) -> str:
    return printable(text).translate(_LATEX)
