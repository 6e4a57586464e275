"""What one process of a run does: collect the records, report them, check the gates, set the exit status."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Generator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from swallow_metrics.datatypes import Record
from swallow_metrics.errors import SwallowError
from swallow_metrics.io import dumps_parts, write_atomically
from swallow_metrics.journal.folder import QUESTIONS, REPORT, RunDir
from swallow_metrics.plugin.collection import Collection
from swallow_metrics.plugin.effective import write_run_toml
from swallow_metrics.plugin.evidence import Compared
from swallow_metrics.plugin.items import benchmark_of, eval_items, sample_of
from swallow_metrics.plugin.json_report import record_in, settle_reruns, whole
from swallow_metrics.plugin.junit import SUPERSEDED, in_junit, properties_of
from swallow_metrics.plugin.live import make_live
from swallow_metrics.plugin.page import note, write_run_page
from swallow_metrics.plugin.run_document import FACTS, run_document
from swallow_metrics.plugin.shards import SHARD
from swallow_metrics.plugin.xdist import is_controller
from swallow_metrics.report import ci
from swallow_metrics.report.summary import primary_figure
from swallow_metrics.report.table import fitted, results_table
from swallow_metrics.wiring.asked import write_questions

GATE_FAILED = 8
NOT = " NOT "  # in what is said of files: something is missing
ERRORS_OF = 20  # questions before a share of errors says anything
TOO_LONG = pytest.StashKey[list[str]]()  # what is to be said of prompts before a model is loaded


class Reporting:
    """Registered in the main process, or in xdist's controller."""

    def __init__(
        self, session: pytest.Session, collection: Collection, run_dir: RunDir, items: list[pytest.Item]
    ) -> None:
        self.config = session.config
        self.collection = collection
        self.run_dir = run_dir
        self.questions = eval_items(items)
        self.order = {item.nodeid: index for index, item in enumerate(items)}
        self.records: dict[str, Record] = {}
        self.session = session
        self._began = monotonic()
        self.errors = 0  # questions that could not be measured
        self.records_of: defaultdict[str, list[Record]] = defaultdict(list)  # for the live table, by benchmark
        self.fatal: str | None = None
        self.refused = False  # whether it is the settings' fault
        self.totals = Counter(benchmark.id for item in self.questions if (benchmark := benchmark_of(item)) is not None)
        others = len(items) - len(self.questions)
        self.live = make_live(session.config, self.totals, others, self.running_figure)
        self._document: dict[str, Any] = {}
        self._saved: str = ""
        self._joined = False
        self._rerun: set[str] = set()  # items whose attempt does not count
        self._superseded: set[str] = set()  # items that had such an attempt
        self._compared: Compared | None = None
        self._died: dict[str, pytest.TestReport] = {}  # reports of items at which a worker died

    # -- before and while items run

    def pytest_report_collectionfinish(self) -> list[str]:
        """The header: who is asked what, and where it is written."""
        settings = self.collection.settings
        who = settings.model or str(settings.replay or "bundled answers")
        data = settings.data_dir or ("bundled questions" if settings.mode == "demo" else "hub datasets")
        loud = "DEMO, no model is evaluated: " if settings.mode == "demo" else ""
        lines = [f"swallow: {loud}{who} | {data} | {len(self.questions)} questions | {_shown(self.run_dir.path)}"]
        if self.collection.left_out:
            lines.append(f"swallow: no recorded answers, left out: {', '.join(self.collection.left_out)}")
        lines += [f"swallow: {line}" for line in self.config.stash.get(TOO_LONG, ())]
        return lines

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, Any] | None:
        """A measured question passes, whatever it scored; its letter tells."""
        if self.live is not None:
            return _without_letter(report)
        marked = getattr(report, "swallow_letter", None)
        if marked is None or report.outcome != "passed":
            return None
        return "passed", marked[0], marked[1]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep each item's record as it arrives, also from a worker."""
        if (fatal := getattr(report, "swallow_fatal", None)) is not None:
            if self.fatal is None:
                self.fatal, self.refused = fatal, getattr(report, "swallow_refused", False)
            distributor = self.config.pluginmanager.getplugin("dsession")
            if distributor is not None:
                distributor.shouldstop = fatal
        outcome: str = report.outcome
        if outcome not in ("passed", "failed", "skipped"):  # "rerun", and the like: this attempt does not count
            self._rerun.add(report.nodeid)
        if report.when == "teardown":
            if report.nodeid in self._rerun:
                self._rerun.remove(report.nodeid)
                self._superseded.add(report.nodeid)
                report.user_properties.append(SUPERSEDED)
            elif (record := record_in(report)) is not None:
                self._keep(report.nodeid, record)
                if self.config.getoption("xmlpath", None):
                    report.user_properties += properties_of(record)
                for text in record.warnings:
                    self.collection.warn(f"{record.benchmark} sample {record.sample!r}: {text}")
        elif report.outcome == "failed" and report.when not in ("setup", "call"):
            self._lost(report)  # xdist reports the item at which a worker died this way

    def _keep(self, nodeid: str, record: Record) -> None:
        """A question is over. Where an item was run again, its last attempt counts."""
        again = self.records.get(nodeid)
        self.records[nodeid] = record
        self.errors += (record.error is not None) - (again is not None and again.error is not None)
        if again is None:
            self.records_of[record.benchmark].append(record)
            if self.live is not None:
                self.live.update(record)
        self._stop_after_errors()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker is done: take over what it tells of its model."""
        facts = getattr(node, "workeroutput", {}).get("swallow")
        if facts:
            self.config.stash.setdefault(FACTS, facts)

    def _stop_after_errors(self) -> None:
        """`--max-errors`: a model or sandbox that fails most of the time costs hours and gives no figures."""
        most, over = self.collection.settings.max_errors, len(self.records)
        if most.number is not None:
            too_many, bound = self.errors > most.number, str(most.number)
        else:
            assert most.share is not None
            too_many = over >= ERRORS_OF and self.errors > most.share * over
            bound = f"{most.share:.0%}"
        if too_many and self.fatal is None:
            self.fatal = (
                f"{self.errors} of {over} questions could not be measured, more than --max-errors {bound}; "
                f"go on with --resume once the cause is gone"
            )
            distributor = self.config.pluginmanager.getplugin("dsession")
            if distributor is not None:
                distributor.shouldstop = self.fatal
            else:
                self.session.shouldfail = self.fatal

    def _lost(self, report: pytest.TestReport) -> None:
        item = next((item for item in self.questions if item.nodeid == report.nodeid), None)
        if item is not None:
            error = report.__dict__["swallow_error"] = "the worker process died while it scored this item"
            self._died[report.nodeid] = report
            self._keep(report.nodeid, _error_record(item, error))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """The live table lives as long as items run; workers' journals become one."""
        try:
            self.run_dir.create()
            if not is_controller(self.config):  # which did so before its workers started
                self.run_dir.merge()
            write_run_toml(self.run_dir.path, self.config, self.collection, self.totals)
            self._write_questions()
        except SwallowError as error:
            raise pytest.UsageError(str(error)) from None
        if self.live is None:
            return (yield)
        self.live.start()
        try:
            return (yield)
        finally:
            self.live.stop()

    def _write_questions(self) -> None:
        if self.questions:
            asked = ((benchmark.id, sample_of(item)) for item in self.questions if (benchmark := benchmark_of(item)))
            doubts = {name: found.doubts for name, found in self.collection.benchmarks.items()}
            write_questions(self.run_dir.path / QUESTIONS, asked, doubts, self.collection.settings.system_prompt)

    def running_figure(self, benchmark_id: str) -> Mapping[str, Any] | None:
        """The primary metric of a benchmark over the questions measured so far."""
        benchmark = self.collection.benchmarks[benchmark_id].benchmark
        return primary_figure(benchmark, list(self.records_of[benchmark_id]))

    # -- at the end

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Decide the exit status before reports are built: 1 unmeasured, 8 gate failed, 4 refused settings."""
        self._document, self._compared = run_document(
            session, self.collection, self.questions, self.records, self.run_dir.path, self.fatal
        )
        failed_gates = any(not gate["passed"] for gate in self._document["gates"])
        if self.fatal is not None:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR if self.refused else pytest.ExitCode.TESTS_FAILED
        elif session.exitstatus == pytest.ExitCode.OK and (self.errors or self._document["incomplete"] is not None):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif session.exitstatus == pytest.ExitCode.OK and self._compared is not None and self._compared.refused:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        elif session.exitstatus == pytest.ExitCode.OK and failed_gates:
            session.exitstatus = GATE_FAILED
        in_junit(self.config, self.questions, self.records, self._died)
        result = yield
        self._join()
        if NOT in self._saved and session.exitstatus in (pytest.ExitCode.OK, GATE_FAILED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._saved.startswith("report: "):
            terminal = self.config.pluginmanager.getplugin("terminalreporter")
            for line in write_run_page(self.run_dir, self.collection.settings):
                terminal.write_line(line, yellow=True)
        return result

    def _join(self) -> None:
        """Complete the folder, once, after xdist has ended its workers and before the last lines are shown."""
        if self._joined:
            return
        self._joined = True
        try:
            self.run_dir.merge()
            if not (self.run_dir.path / QUESTIONS).exists():  # somebody removed the folder
                self._write_questions()
        except (SwallowError, OSError) as error:
            self._saved += f"\nJOURNALS{NOT}JOINED, all answers are in {self.run_dir.path}: {error}"

    def pytest_unconfigure(self) -> None:
        """The folder is another run's to go on in."""
        self.run_dir.release()

    @pytest.hookimpl(trylast=True, optionalhook=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        """Extend pytest-json-report's document and save it."""
        last = len(self.order)
        json_report["swallow"] = self._document
        json_report = whole(json_report, self.config)
        tests = json_report["tests"]
        tests.sort(key=lambda test: self.order.get(test["nodeid"], last))
        if (shard := self.config.stash.get(SHARD, None)) is not None:
            for test in tests:
                test["position"] = shard.positions[self.order[test["nodeid"]]]
        settle_reruns(json_report, self._superseded - self._rerun)
        if json_report["duration"] < 0:  # of the wall clock, which was set back
            json_report["duration"] = monotonic() - self._began
        path = self.run_dir.path / REPORT
        try:
            write_atomically(path, dumps_parts(json_report, "tests"))
            self._saved = f"report: {_shown(path)}{note(self.collection.settings)}"
        except OSError as error:
            kept = f"; the answers are in {self.run_dir.path}" if self.run_dir.journals() else ""
            self._saved = f"REPORT{NOT}WRITTEN: {path}: {error.strerror}; once that is mended, --resume writes it{kept}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The table of results."""
        self._join()
        ci.tell(self._document, os.environ, terminalreporter.write_line)
        if terminalreporter.config.option.verbose < -1:
            return
        title = "swallow results"
        if self.collection.settings.mode == "demo":
            title += " (DEMO: bundled questions and answers, no model was evaluated)"
        terminalreporter.write_sep("=", title)
        lines = results_table(self._document, self.collection.warnings)
        lines += [(line, {}) for line in (self._compared.lines if self._compared is not None else ())]
        lines.append((self._saved, {"red": NOT in self._saved, "bold": True}))
        width = self.config.get_terminal_writer().fullwidth
        for line, markup in fitted(lines, width) if terminalreporter.isatty else lines:
            terminalreporter.write_line(line, **markup)


def _without_letter(report: pytest.TestReport) -> tuple[str, str, str]:
    """Pytest's category of a report, and nothing that it would write into the live table."""
    if report.outcome == "passed":
        return ("passed" if report.when == "call" else ""), "", ""
    return ("error" if report.outcome == "failed" and report.when != "call" else report.outcome), "", ""


def _error_record(item: pytest.Item, error: str) -> Record:
    benchmark, sample = benchmark_of(item), sample_of(item)
    assert benchmark is not None
    return Record(benchmark.id, sample.id, sample.group, error=error)


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
