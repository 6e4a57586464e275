"""The live line: questions done, questions/s, tokens/s, time left. Quiet when the output is not a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from swallow_metrics.datatypes import Record

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Progress(Protocol):
    """What the reporting needs of a progress display."""

    live: bool

    def start(self) -> None:
        """Before the first item."""
        ...

    def update(self, record: Record) -> None:
        """After each item."""
        ...

    def stop(self) -> None:
        """After the last item."""
        ...


class QuietProgress:
    """Shows nothing: pytest's own letters do."""

    live = False

    def start(self) -> None:
        """Nothing to start."""

    def update(self, record: Record) -> None:
        """Nothing to show."""

    def stop(self) -> None:
        """Nothing to stop."""


class LiveProgress:
    """One line at the bottom of a terminal, redrawn four times a second."""

    live = True

    def __init__(self, config: pytest.Config, questions: int) -> None:
        self._config = config
        self._questions = questions
        self._tokens = 0
        self._errors = 0
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def start(self) -> None:
        """Show the line."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        # pytest captures stdout while tests run; its terminal writer holds the real one
        file = self._config.get_terminal_writer()._file  # noqa: SLF001  # there is no public way to it
        columns = [BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rates]}"), TimeRemainingColumn()]
        self._bar = Progress(*columns, console=Console(file=file), refresh_per_second=4, transient=True)
        self._task = self._bar.add_task("questions", total=self._questions, rates="")
        self._bar.start()

    def update(self, record: Record) -> None:
        """Count one item."""
        if self._bar is None or self._task is None:
            return
        self._tokens += record.counts.get("completion_tokens", 0)
        self._errors += record.error is not None
        task = self._bar.tasks[0]
        elapsed = task.elapsed or 1e-9
        rates = f"{(task.completed + 1) / elapsed:.1f} questions/s, {self._tokens / elapsed:.0f} tokens/s"
        if self._errors:
            rates += f", {self._errors} errors"
        self._bar.update(self._task, advance=1, rates=rates)

    def stop(self) -> None:
        """Take the line away."""
        if self._bar is not None:
            self._bar.stop()


def make_progress(config: pytest.Config, questions: int) -> Progress:
    """A live line on a terminal with normal verbosity, else nothing."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is None or config.option.verbose != 0 or not reporter.isatty:
        return QuietProgress()
    return LiveProgress(config, questions)
