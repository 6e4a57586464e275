"""Everything that relies on pytest-json-report's own names, which are not public: pyproject.toml bounds its version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from typing import Any

import pytest

from swallow_metrics.datatypes import Record
from swallow_metrics.plugin.junit import SUPERSEDED


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
    report.__dict__["swallow_record"] = True  # ordinary tests may have metadata of their own


def record_in(report: pytest.TestReport) -> Record | None:
    """The record that was attached to a report."""
    if not getattr(report, "swallow_record", False):
        return None
    return Record(**getattr(report, "_json_report_extra")["metadata"])  # noqa: B009  # not declared there


def whole(json_report: dict[str, Any], config: pytest.Config) -> dict[str, Any]:
    """The document with its tests, which `--json-report-summary` leaves out of the user's own file."""
    if "tests" in json_report:
        return json_report
    return {**json_report, "tests": list(getattr(config, "_json_report")._json_tests.values())}  # noqa: B009, SLF001


def settle_reruns(json_report: dict[str, Any], ended: Container[str]) -> None:
    """Tell of items `ended` (by node id), which were run again, what their last attempt was.

    pytest-json-report keeps an outcome until a worse one comes, and properties until others come; a last attempt that
    passes has neither.
    """
    total = Counter(json_report["summary"])
    for test in json_report["tests"]:
        if test["nodeid"] not in ended:
            continue
        if test["outcome"] == "rerun":
            test["outcome"] = "passed"
            total.update(passed=1, rerun=-1)
        kept = [entry for entry in test.pop("user_properties", ()) if SUPERSEDED[0] not in entry]
        if kept:
            test["user_properties"] = kept
    json_report["summary"] = {name: number for name, number in total.items() if number or name != "rerun"}
