"""The live table on a terminal: for each benchmark what is done, how it scores and how long it takes.

While it is shown nothing else writes to the screen: pytest's letters and file names are off, and the table has a file
descriptor of its own, since pytest's capture redirects descriptor 1 while a test runs. Its lines are short, so that a
terminal that becomes narrower seldom wraps them: rich would not erase what was wrapped.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

import pytest

from swallow_metrics.datatypes import Record
from swallow_metrics.plugin.base_url import OURS

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

FIGURE_S = 2.0  # a running score is computed again after this long, and whenever the questions have doubled
MAX_ROWS = 8
Figure = Callable[[str], Mapping[str, Any] | None]  # benchmark id → its primary metric's `mean` and `ci95`


@dataclass
class Row:
    """One benchmark's progress. Times are seconds of `time.monotonic`."""

    total: int
    done: int = 0
    errors: int = 0
    tokens: int = 0
    started: float | None = None
    changed: float = 0.0
    score: str = ""
    score_at: float = -FIGURE_S
    score_of: int = 0  # questions, when the score was computed

    def add(self, record: Record, now: float) -> None:
        """Count one question."""
        self.started = now if self.started is None else self.started
        self.changed = now
        self.done += 1
        self.errors += record.error is not None
        self.tokens += record.counts.get("completion_tokens", 0)

    def per_second(self, number: int, now: float) -> float | None:
        """A rate since the first answer; None while there is nothing to tell."""
        if self.started is None or number == 0:
            return None
        end = self.changed if self.done == self.total else now
        return number / max(end - self.started, 1e-3)

    def left_s(self, now: float) -> float | None:
        """Seconds until the last question, at the rate so far."""
        rate = self.per_second(self.done, now)
        return None if rate is None else (self.total - self.done) / rate


class LiveTable:
    """The table, redrawn four times a second by a thread of rich's, from `start` to `stop`."""

    def __init__(self, totals: Mapping[str, int], figure: Figure, waiting_for: str, stream: TextIO) -> None:
        self.rows = {name: Row(total) for name, total in totals.items()}
        self._figure = figure
        self._waiting_for = waiting_for
        self._stream = stream
        self._began = time.monotonic()
        self._live: Live | None = None

    def start(self) -> None:
        """Show the table on the terminal behind the stream."""
        from rich.console import Console, ConsoleDimensions
        from rich.live import Live

        own = os.fdopen(os.dup(self._stream.fileno()), "w", encoding="utf-8", errors="replace")

        class OwnConsole(Console):
            """As wide as the terminal behind `own`; rich would ask descriptors 0 to 2, which pytest's capture has."""

            @property  # type: ignore[misc]  # nothing sets the size, the terminal has it
            def size(self) -> ConsoleDimensions:
                columns, lines = os.get_terminal_size(own.fileno())
                return ConsoleDimensions(columns or 80, lines or 24)

        console = OwnConsole(file=own, force_terminal=True)
        self._began = time.monotonic()
        self._live = Live(
            console=console,
            get_renderable=lambda: self.table(console.width, console.height, time.monotonic()),
            refresh_per_second=4,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        self._live.start()

    def update(self, record: Record) -> None:
        """Count one question."""
        self.rows[record.benchmark].add(record, time.monotonic())

    def stop(self) -> None:
        """Take the table away."""
        if self._live is not None:
            console = self._live.console
            self._live.stop()
            console.file.close()
            self._live = None

    def table(self, width: int, height: int, now: float) -> Table:
        """The table for a terminal of this size, in characters."""
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, expand=False, header_style="dim")
        shown = self._shown(max(1, min(MAX_ROWS, height - 3)))
        cells = [self._cells(name, now) for name in shown]
        columns = _columns(cells, width, any(row.errors for row in self.rows.values()))
        for column in columns:
            justify = "left" if column == "benchmark" else "right"
            table.add_column(column, justify=justify, no_wrap=True, overflow="ellipsis")  # type: ignore[arg-type]  # a literal
        for row in cells:
            table.add_row(*(Text(row[column], no_wrap=True) for column in columns))
        done = sum(row.done for row in self.rows.values())
        if not done:
            table.add_row(Text(f"{self._waiting_for}, {now - self._began:.0f} s", style="dim"))
        elif len(self.rows) > 1:
            total = sum(row.total for row in self.rows.values())
            table.add_row(Text(f"{len(self.rows)} benchmarks", style="dim"), Text(f"{done}/{total}", style="dim"))
        return table

    def _shown(self, most: int) -> list[str]:
        """The benchmarks to show, in their order: those under way first, then those that ended last."""
        started = [name for name, row in self.rows.items() if row.started is not None]
        started.sort(key=lambda name: (self.rows[name].done == self.rows[name].total, -self.rows[name].changed))
        kept = set(started[:most])
        return [name for name in self.rows if name in kept]

    def _cells(self, name: str, now: float) -> dict[str, str]:
        row = self.rows[name]
        if now - row.score_at >= FIGURE_S or row.done >= 2 * row.score_of or row.done == row.total:
            row.score, row.score_at, row.score_of = _score(self._figure(name)), now, row.done
        rate, tokens, left = row.per_second(row.done, now), row.per_second(row.tokens, now), row.left_s(now)
        return {
            "benchmark": name,
            "done": f"{row.done}/{row.total}",
            "score": row.score,
            "q/s": "" if rate is None else _number(rate),
            "tok/s": "" if tokens is None else _number(tokens),
            "left": "" if left is None else _duration(left),
            "errors": str(row.errors or ""),
        }


def _columns(rows: Sequence[Mapping[str, str]], width: int, errors: bool) -> list[str]:
    """The columns that the width has room for."""
    columns = ["benchmark", "done", "score", "q/s", "tok/s", "left"] + ["errors"] * errors
    for spare in ("tok/s", "q/s", "left"):
        if sum(max(len(text) for text in (name, *(row[name] for row in rows))) + 1 for name in columns) > width:
            columns.remove(spare)
    return columns


def _score(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return ""
    low, high = figure["ci95"]
    spread = "" if low is None else f" ±{(high - low) / 2:.3f}"
    return f"{figure['mean']:.3f}{spread}"


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _duration(seconds: float) -> str:
    """3:07, or 2:05:00 from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def make_live(config: pytest.Config, totals: Mapping[str, int], others: int, figure: Figure) -> LiveTable | None:
    """A live table where pytest writes to a terminal; None where it must not draw.

    That is: with -v, -q or -s, with `others` (tests that ask no question and have letters of their own), on a terminal
    that cannot move its cursor, and where standard output is not a terminal.
    """
    reporter = config.pluginmanager.getplugin("terminalreporter")
    stream = _terminal()
    unusual = config.option.verbose != 0 or config.getoption("capture") == "no" or others
    if reporter is None or stream is None or unusual or os.environ.get("TERM") in (None, "", "dumb"):
        return None
    # What pytest itself writes while items run: the names of files, and the share of the items that is done.
    reporter.showfspath = False
    reporter._show_progress_info = False  # noqa: SLF001  # its option is read before any plugin can set it
    if (distributor := config.pluginmanager.getplugin("dsession")) is not None:
        distributor.terminal = None  # xdist's own lines about its workers
    waiting_for = "waiting for the first answer"
    if config.getoption("--model") and not config.getoption(OURS):
        waiting_for = "loading the model"
    return LiveTable(totals, figure, waiting_for, stream)


def _terminal() -> TextIO | None:
    stream = sys.__stdout__
    try:
        return stream if stream is not None and stream.isatty() and stream.fileno() >= 0 else None
    except (OSError, ValueError):
        return None
