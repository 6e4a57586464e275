"""What one process of a run does: collect the records, report them, check the gates, set the exit status."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import orjson
import pytest

from swallow_metrics.datatypes import Record, Summary
from swallow_metrics.errors import UsageError
from swallow_metrics.gate import rules
from swallow_metrics.judge.ask import SAMPLING
from swallow_metrics.plugin.collection import Collected, Collection, benchmark_of, eval_items, sample_of
from swallow_metrics.plugin.engines import sampling_report
from swallow_metrics.plugin.items import record_from
from swallow_metrics.plugin.judges import asks, prompts_of
from swallow_metrics.plugin.progress import make_progress
from swallow_metrics.plugin.rundir import REPORT, RunDir
from swallow_metrics.report import document
from swallow_metrics.report.judging import judging
from swallow_metrics.report.summary import summarize
from swallow_metrics.report.table import results_table

GATE_FAILED = 8
FACTS = pytest.StashKey[dict[str, Any]]()  # what the process that ran the model tells of it


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
        self.fatal: str | None = None
        self.progress = make_progress(session.config, len(self.questions))
        self._document: dict[str, Any] = {}
        self._saved: str = ""

    # -- before and while items run

    def pytest_report_collectionfinish(self) -> list[str]:
        """The header: who is asked what, and where it is written."""
        settings = self.collection.settings
        who = settings.model or str(settings.replay or "bundled answers")
        data = settings.data_dir or ("bundled questions" if settings.mode == "demo" else "hub datasets")
        loud = "DEMO, no model is evaluated: " if settings.mode == "demo" else ""
        lines = [f"swallow: {loud}{who} | {data} | {len(self.questions)} questions | {self.run_dir.path}"]
        if self.collection.left_out:
            lines.append(f"swallow: no recorded answers, left out: {', '.join(self.collection.left_out)}")
        return lines

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, Any] | None:
        """A measured question passes, whatever it scored; its letter tells."""
        marked = getattr(report, "swallow_letter", None)
        if marked is None or report.outcome != "passed":
            return None
        return "passed", "" if self.progress.live else marked[0], marked[1]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep each item's record as it arrives, also from a worker."""
        if (fatal := getattr(report, "swallow_fatal", None)) is not None:
            self.fatal = self.fatal or fatal
            distributor = self.config.pluginmanager.getplugin("dsession")
            if distributor is not None:
                distributor.shouldstop = fatal
        if report.when == "teardown":
            data = getattr(report, "_json_report_extra", {}).get("metadata")
            if data is not None:
                self.records[report.nodeid] = record_from(data)
                self.progress.update(self.records[report.nodeid])
                if (warning := data.get("details", {}).get("warning")) is not None:
                    self.collection.warn(f"{data['benchmark']} sample {data['sample']!r}: {warning}")
        elif report.outcome == "failed" and report.when not in ("setup", "call"):
            self._lost(report)  # xdist reports the item at which a worker died this way

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker is done: take over what it tells of its model."""
        facts = getattr(node, "workeroutput", {}).get("swallow")
        if facts:
            self.config.stash.setdefault(FACTS, facts)

    def _lost(self, report: pytest.TestReport) -> None:
        item = next((item for item in self.questions if item.nodeid == report.nodeid), None)
        if item is not None:
            self.records[report.nodeid] = _error_record(item, "the worker process died while it scored this item")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """The live line lives as long as items run; workers' journals become one."""
        try:
            self.run_dir.create()
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        self.progress.start()
        try:
            return (yield)
        finally:
            self.progress.stop()

    # -- at the end

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Decide the exit status before reports are built: 1 unmeasured, 8 gate failed, 4 nothing could be asked."""
        self._document = self._build(session)
        failed_gates = any(not gate["passed"] for gate in self._document["gates"])
        if self.fatal is not None:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        elif session.exitstatus == pytest.ExitCode.OK and failed_gates:
            session.exitstatus = GATE_FAILED
        result = yield
        self.run_dir.merge()  # now that xdist has ended its workers
        return result

    @pytest.hookimpl(trylast=True, optionalhook=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        """Extend pytest-json-report's document and save it."""
        last = len(self.order)
        json_report.get("tests", []).sort(key=lambda test: self.order.get(test["nodeid"], last))
        json_report["swallow"] = self._document
        path = self.run_dir.path / REPORT
        try:
            write_atomically(path, json_report)
            self._saved = f"report: {_shown(path)}"
        except OSError as error:
            kept = f"; the answers are in {self.run_dir.path}" if self.run_dir.journals() else ""
            self._saved = f"REPORT NOT WRITTEN: {path}: {error.strerror}{kept}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The table of results."""
        if terminalreporter.config.option.verbose < -1:
            return
        title = "swallow results"
        if self.collection.settings.mode == "demo":
            title += " (DEMO: bundled questions and answers, no model was evaluated)"
        terminalreporter.write_sep("=", title)
        for line, markup in results_table(self._document, self.collection.warnings):
            terminalreporter.write_line(line, **markup)
        failed = "NOT WRITTEN" in self._saved
        terminalreporter.write_line(self._saved, red=failed, bold=True)

    def _build(self, session: pytest.Session) -> dict[str, Any]:
        collected = self.collection.benchmarks
        records: dict[str, list[Record]] = {name: [] for name in collected}
        selected: dict[str, int] = dict.fromkeys(collected, 0)
        for item in self.questions:
            benchmark = benchmark_of(item)
            assert benchmark is not None
            selected[benchmark.id] += 1
            if (record := self.records.get(item.nodeid)) is not None:
                records[benchmark.id].append(record)
        summaries = {
            name: summarize(found.benchmark, records[name], selected[name])
            for name, found in collected.items()
            if selected[name]
        }
        parts = [self._part(collected[name], summary, records[name]) for name, summary in summaries.items()]
        missing = len(self.questions) - sum(len(found) for found in records.values())
        incomplete = None
        if missing or session.exitstatus == pytest.ExitCode.INTERRUPTED:
            failed = self.config.stash.get(FACTS, {}).get("failed")
            reason = self.fatal or failed or str(session.shouldfail or session.shouldstop or "interrupted")
            incomplete = {"missing": missing, "selected": len(self.questions), "reason": reason}
        settings = self.collection.settings
        facts = self.config.stash.get(FACTS, {})
        built = document.build(
            mode=settings.mode,
            model=facts.get("model", {"name": settings.model or settings.mode}),
            parts=parts,
            arguments=["pytest", *self.config.invocation_params.args],
            warnings=self.collection.warnings,
            incomplete=incomplete,
            more=facts.get("parts", {}),
        )
        standing = [gate for gate in settings.standing_gates if gate.benchmark in summaries]
        built["gates"] = rules.check([*standing, *settings.gates], built["benchmarks"])
        return built

    def _part(self, found: Collected, summary: Summary, records: list[Record]) -> document.Part:
        benchmark = found.benchmark
        for text in found.dataset.get("warnings", ()):
            self.collection.warn(text)
        settings = self.collection.settings
        sampling = sampling_report(benchmark, settings)
        extra = {}
        if benchmark.judge is not None:
            extra["judge"] = judging(records, settings.prices)
            if asks(self.config, self.collection, benchmark.id):
                prompts = prompts_of(found, settings)
                extra["judge"] |= {
                    "prompts": {"path": str(settings.judge.prompts or "built-in"), "sha256": prompts.sha256},
                    "sampling": {**SAMPLING.to_json(), "retries": settings.judge.retries},
                }
        return document.Part(benchmark, summary, found.dataset, found.prompt_sha256, sampling, extra)


def _error_record(item: pytest.Item, error: str) -> Record:
    benchmark, sample = benchmark_of(item), sample_of(item)
    assert benchmark is not None
    return Record(benchmark.id, sample.id, sample.group, error=error)


def write_atomically(path: Path, data: Any) -> None:
    """Write JSON to a temporary name, then rename it: a reader never sees half a file. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        content = orjson.dumps(data, default=str)
    except TypeError:  # a lone surrogate in a model's output, which JSON can escape and UTF-8 cannot hold
        content = json.dumps(data, default=str).encode("ascii")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
