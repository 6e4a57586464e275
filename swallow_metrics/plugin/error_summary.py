"""What pytest says of many questions that could not be measured: ten in full, the others counted by cause.

pytest looks through all reports again for each failure that it shows: 7,067 of them took five minutes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest

from swallow_metrics.io import printable

SHOWN = 10
CAUSES = 10
_VARIES = re.compile(r"'[^']*'|\"[^\"]*\"|\d+(?:[.,]\d+)*")


class ErrorSummary:
    """Shortens pytest's lists, not its counts: exit status and last line are its own."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, object, object]:
        """Hide all but the first ten from pytest while it writes its lists, then tell of the others."""
        stats: dict[str, list[pytest.TestReport]] = terminalreporter.stats
        whole = {name: stats[name] for name in ("error", "failed") if stats.get(name)}
        ours = [report for reports in whole.values() for report in reports if hasattr(report, "swallow_error")]
        hidden = {id(report) for report in ours[SHOWN:]}
        for name, reports in whole.items():
            stats[name] = [report for report in reports if id(report) not in hidden]
        try:
            result = yield
        finally:
            stats.update(whole)
        if hidden and not terminalreporter.no_summary:
            terminalreporter.write_line(f"{len(ours):,} questions could not be measured; by cause:", red=True)
            for line in by_cause([getattr(report, "swallow_error", "") for report in ours]):
                terminalreporter.write_line(line)
        return result


def by_cause(errors: list[str]) -> list[str]:
    """A line a cause, the most frequent first. Errors that differ in numbers and quoted texts only have one cause."""
    causes = Counter(_VARIES.sub("…", error) for error in errors)
    example = {_VARIES.sub("…", error): error for error in reversed(errors)}
    lines = [f"{number:>7,} × {printable(example[cause])[:300]}" for cause, number in causes.most_common(CAUSES)]
    if rest := causes.total() - sum(number for _, number in causes.most_common(CAUSES)):
        lines.append(f"{rest:>7,} × {len(causes) - CAUSES} other causes; see tests[].metadata.error in report.json")
    return lines
