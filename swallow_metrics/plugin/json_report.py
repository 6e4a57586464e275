"""Everything that relies on pytest-json-report's own names, which are not public: pyproject.toml bounds its version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from typing import Any

import pytest

from swallow_metrics.datatypes import Record


def enable(session: pytest.Session, *, worker: bool) -> None:
    """Switch pytest-json-report on, writing nothing itself: `Reporting` saves the report, atomically."""
    config = session.config
    if hasattr(config, "_json_report"):
        return  # asked for with --json-report: that file is written as well
    if worker:
        return  # which has nothing to collect: records travel with the reports
    from pytest_jsonreport.plugin import JSONReport

    class Report(JSONReport):  # type: ignore[misc]  # which is not typed
        """Without its wrappers around each item: what they note (logs, output, `json_metadata`) is left out here."""

        pytest_runtest_protocol = pytest_runtest_makereport = None
        pytest_runtest_setup = pytest_runtest_call = pytest_runtest_teardown = None

    options = config.option
    options.json_report_omit = ["collectors", "keywords", "log", "streams", "warnings"]
    options.json_report_file = None
    options.json_report_summary = False
    options.json_report_indent = None
    options.json_report_verbosity = -3  # its own "saved to" line would name no file
    plugin = Report(config)
    setattr(config, "_json_report", plugin)  # noqa: B010  # where pytest-json-report itself keeps it
    config.pluginmanager.register(plugin)
    config.pluginmanager.register(_Stages())
    plugin.pytest_sessionstart(session)


class _Stages:
    """What the report says of a stage that passed; pytest-json-report makes a terminal writer to find as much."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_json_runtest_stage(self, report: pytest.TestReport) -> dict[str, Any] | None:
        """None for what did not pass: pytest-json-report tells of that."""
        return None if report.longrepr else {"duration": report.duration, "outcome": report.outcome}


def attach(report: pytest.TestReport, record: Record) -> None:
    """Put an item's record where pytest-json-report keeps metadata; xdist carries it over.

    Its own hook for metadata would serialize each record once more to check it.
    """
    report.__dict__.setdefault("_json_report_extra", {})["metadata"] = record.to_json()


def record_in(report: pytest.TestReport) -> Record | None:
    """The record that was attached to a report."""
    data: dict[str, Any] | None = getattr(report, "_json_report_extra", {}).get("metadata")
    return None if data is None else Record(**data)


def settle_reruns(json_report: dict[str, Any], ended: Container[str]) -> None:
    """Call items `ended` (by node id) passed whose earlier attempt is all that "rerun" still tells.

    pytest-json-report keeps an outcome until a worse one comes; that of a last attempt which passes is none.
    """
    settled = [test for test in json_report.get("tests", ()) if test["outcome"] == "rerun" and test["nodeid"] in ended]
    for test in settled:
        test["outcome"] = "passed"
    if settled:
        total = Counter(json_report["summary"])
        total.update(passed=len(settled), rerun=-len(settled))
        json_report["summary"] = {name: number for name, number in total.items() if number or name != "rerun"}
