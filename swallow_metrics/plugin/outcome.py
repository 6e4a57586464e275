"""How an item ends: what pytest's report says of it, and what its record says, are the same."""

from __future__ import annotations

import pytest

from swallow_metrics.errors import EngineDown, EngineRefused, SwallowError
from swallow_metrics.plugin.asking import forget_asked
from swallow_metrics.plugin.items import STATE
from swallow_metrics.plugin.json_report import attach
from swallow_metrics.scoring import Measurement


def settle(item: pytest.Item, state: Measurement, report: pytest.TestReport, error: BaseException | None) -> None:
    """After each phase: say in one line why an item could not be measured, and mark how a measured one scored.

    Failed is an error; skipped, also an expected failure, is no measurement.
    """
    if report.outcome == "skipped":
        state.skipped = True
    elif report.outcome == "failed":
        _say_why(item, state, report, error)
    elif report.when == "call":
        state.error, state.skipped = None, False  # of an earlier attempt in the same protocol
        report.__dict__["swallow_letter"] = state.letter()
    if report.when == "teardown":
        attach(report, state.record())
        item.stash[STATE] = state.again()  # should a plugin run the item once more, only that attempt counts
        forget_asked(item)


def _say_why(item: pytest.Item, state: Measurement, report: pytest.TestReport, error: BaseException | None) -> None:
    if isinstance(error, SwallowError):
        report.longrepr = said = str(error)
    else:  # of the test body, a fixture or another plugin, such as a time-out
        name = "" if error is None or isinstance(error, pytest.fail.Exception) else f"{type(error).__name__}: "
        said = name + " ".join(str(error or report.longrepr).split())[:500]
    state.error = state.error or said
    report.__dict__["swallow_error"] = said  # xdist carries attributes over
    if isinstance(error, EngineDown):
        report.__dict__["swallow_fatal"] = said
        report.__dict__["swallow_refused"] = isinstance(error, EngineRefused)
        item.session.shouldfail = said
        report.sections.clear()  # a dying engine's messages to the log, which it has on disk


def without_trace(item: pytest.Item, found: pytest.ExceptionInfo[BaseException]) -> pytest.ExceptionInfo[BaseException]:
    """An error of ours as one that pytest shows in a line: to format a traceback takes longer than to score."""
    if item.get_closest_marker("xfail") is not None:
        return found  # it may ask what type the error has
    last = found.tb
    while last.tb_next is not None:
        last = last.tb_next
    shown = pytest.fail.Exception(str(found.value), pytrace=False)
    return pytest.ExceptionInfo.from_exception(shown.with_traceback(last))
