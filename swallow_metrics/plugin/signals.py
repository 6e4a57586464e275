"""SIGTERM and SIGHUP end a run as Ctrl-C does: schedulers send them some seconds before they kill.

The first one interrupts whatever runs, so the report is written, marked incomplete, and the engines are closed. A
second one ends the process at once; the engines' processes end with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any

import pytest

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
SAME_S = 0.3  # Slurm signals every process of a step, and a parent such as `uv run` passes its own on: that is one
ENDED_BY = pytest.StashKey[str]()  # the name of the signal that ended the run


class Signals:
    """Registered in every process of a run. `worker`: whether a controller ends this process."""

    def __init__(self, config: pytest.Config, *, worker: bool) -> None:
        self._config = config
        self._worker = worker
        self._first: float | None = None
        self._before: dict[signal.Signals, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                    self._before[number] = signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            self._config.stash[ENDED_BY] = signal.Signals(number).name
            raise KeyboardInterrupt(signal.Signals(number).name)
        if not self._worker and now - self._first > SAME_S:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Xdist lets its workers finish their items; ours would go on asking."""
        _leave_lines(excinfo)
        for node in _nodes(self._config):
            with contextlib.suppress(OSError):  # it has ended
                os.kill(node.gateway._rinfo().pid, signal.SIGTERM)  # noqa: SLF001  # kept by xdist since its start

    def pytest_unconfigure(self) -> None:
        """Leave the process as it was."""
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _leave_lines(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Remove from a traceback what has no line number, on which pytest would end with a TypeError and no report.

    Python 3.11 gives none to a frame that a signal interrupts between two lines.
    """
    left, found = excinfo.tb, []
    while left is not None:
        if left.tb_lineno is not None:
            found.append(left)
        left = left.tb_next  # type: ignore[assignment]  # None after the last
    trace = None
    for entry in reversed(found):
        trace = TracebackType(trace, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    if trace is not None:
        excinfo.value.__cause__ = None  # nor what was interrupted before, which may have no line either
        excinfo.traceback = pytest.ExceptionInfo.from_exception(excinfo.value.with_traceback(trace)).traceback


def _nodes(config: pytest.Config) -> list[Any]:
    """The workers of this controller that run on this machine."""
    distributor = config.pluginmanager.getplugin("dsession")
    nodes = getattr(distributor, "_active_nodes", ())
    return [node for node in nodes if node.gateway.spec.popen]
