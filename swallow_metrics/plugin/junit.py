"""What --junitxml says of questions: one case for each, with its scores, whatever ended it or the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pytest
from _pytest.junitxml import LogXML  # pytest has no public name for the plugin that writes the file

from swallow_metrics.datatypes import Record
from swallow_metrics.plugin.items import benchmark_of, sample_of

SUPERSEDED = ("superseded", "a later attempt counts")
"""Property of an item's attempt that another plugin let run again."""


def properties_of(record: Record) -> list[tuple[str, object]]:
    """A record as properties of its test case: what became of the question, and its scores."""
    scores = {name: value for name, value in record.scores.items() if isinstance(value, int | float)}
    state = "errored" if record.error is not None else "measured" if record.scores else "skipped"
    return [("benchmark", record.benchmark), ("sample", record.sample), ("question", state), *scores.items()]


def in_junit(
    config: pytest.Config,
    items: Iterable[pytest.Item],
    records: Mapping[str, Record],
    lost: Mapping[str, pytest.TestReport],
) -> None:
    """Make the file hold every question once.

    Those that a run did not come to are added, those at which a worker died (`lost`, by node id) completed; attempts
    marked as `SUPERSEDED` go.
    """
    log = next((plugin for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, LogXML)), None)
    if log is None:
        return
    for item in items:
        record = records.get(item.nodeid)
        if record is None:
            benchmark, sample = benchmark_of(item), sample_of(item)
            assert benchmark is not None
            record = Record(benchmark.id, sample.id, sample.group)
            why = (str(item.path), 0, "the run did not come to this question")
            log.pytest_runtest_logreport(_report(item, "setup", "skipped", why))
        elif item.nodeid not in lost:
            continue
        last = _report(item, "teardown", "passed", None)
        last.user_properties += properties_of(record)
        last.__dict__["node"] = getattr(lost.get(item.nodeid), "node", None)  # the worker names the case
        log.pytest_runtest_logreport(last)
    cases = log.node_reporters_ordered
    cases[:] = [case for case in cases if case.to_xml().find(f"properties/property[@name='{SUPERSEDED[0]}']") is None]
    log.stats["passed"] += len(cases) - (sum(log.stats.values()) - log.cnt_double_fail_tests)


def _report(
    item: pytest.Item, when: Literal["setup", "teardown"], outcome: Literal["passed", "skipped"], said: Any
) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, {}, outcome, said, when)
