"""Set a run up, once its questions are chosen: check everything cheap, write nothing, load nothing heavy."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from pathlib import Path

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.gate.rules import check_names
from swallow_metrics.plugin.collection import Collection, benchmark_of, eval_items
from swallow_metrics.plugin.judges import problems as judge_problems
from swallow_metrics.plugin.markers import BENCHMARKS, only_looks
from swallow_metrics.plugin.reporting import Reporting
from swallow_metrics.plugin.run import RUN, EvalRun
from swallow_metrics.plugin.rundir import RunDir, default_path
from swallow_metrics.plugin.xdist import Controller, Share, is_controller, number_of, worker_input

CONTROLLER = pytest.StashKey[Controller]()


def start_run(session: pytest.Session, collection: Collection, items: list[pytest.Item]) -> None:
    """Register what this process contributes to the run. Raises UsageError with every problem found."""
    config = session.config
    told = worker_input(config)
    if told is None:
        _check(config, collection, items)
    if only_looks(config) or (told is None and not eval_items(items)):
        return
    run_dir = _run_dir(config, collection)
    if told is None and CONTROLLER not in config.stash:  # with workers it was checked before they started
        run_dir.check()
    run = None if is_controller(config) else EvalRun(config, collection, run_dir, _share(config))
    if told is None:
        config.pluginmanager.register(Reporting(session, collection, run_dir, items), "swallow-reporting")
    _report_as_json(config, worker=told is not None, session=session)
    if run is not None:
        config.stash[RUN] = run
        config.pluginmanager.register(run, "swallow-run")


def _share(config: pytest.Config) -> Share:
    told = worker_input(config)
    if told is None:
        return Share()
    worker: str = config.workerinput["workerid"]  # type: ignore[attr-defined]  # set by xdist
    return Share(number_of(worker), told.get("workers", 1), worker)


def make_controller(config: pytest.Config, collection: Collection) -> None:
    """Register the controller's hooks before xdist starts its workers, which may write before this process does.

    Raises UsageError.
    """
    settings = collection.settings
    run_dir = _run_dir(config, collection)
    run_dir.check()
    server = None
    if settings.mode == "model" and settings.base_url is None:
        from swallow_metrics.plugin.engines import model_server

        server = model_server(settings)
    controller = Controller(run_dir.path, server)
    config.stash[CONTROLLER] = controller
    config.pluginmanager.register(controller, "swallow-controller")


def _check(config: pytest.Config, collection: Collection, items: list[pytest.Item]) -> None:
    selected = Counter(benchmark.id for item in eval_items(items) if (benchmark := benchmark_of(item)) is not None)
    problems = list(collection.problems)
    if collection.settings.replay is not None and not problems and collection.seen:
        problems += _journal_problems(collection)
    if not problems and not only_looks(config):
        problems += judge_problems(config, collection, selected)
    if not problems:
        known = {
            name: [*(metric.name for metric in benchmark.metrics), *benchmark.facts.get("trouble", ())]
            for name, benchmark in collection.seen.items()
        }
        check_names(collection.settings.gates, known, selected)
        standing = [gate for gate in collection.settings.standing_gates if gate.benchmark in selected]
        check_names(standing, known, selected)
    if problems:
        raise UsageError("\nERROR: ".join(problems))


def _journal_problems(collection: Collection) -> list[str]:
    """A journal with a misspelt benchmark, or with none of those selected."""
    recorded = collection.recorded().benchmarks
    known = {*BENCHMARKS, *collection.seen}
    problems = [
        f"{collection.settings.replay} has answers for {name!r}, which is no known benchmark"
        f"{f'; did you mean {near[0]}?' if (near := get_close_matches(name, known, n=1)) else ''}"
        for name in sorted(recorded - known)
    ]
    if not problems and collection.left_out and not collection.benchmarks:
        there = ", ".join(sorted(recorded)) or "nothing"
        problems.append(
            f"{collection.settings.replay} has no answer for {', '.join(collection.left_out)}; it has {there}"
        )
    return problems


def _run_dir(config: pytest.Config, collection: Collection) -> RunDir:
    settings = collection.settings
    told = worker_input(config)
    if told is not None:
        worker: str = config.workerinput["workerid"]  # type: ignore[attr-defined]  # set by xdist
        return RunDir(Path(told["run_dir"]), resume=settings.resume, worker=worker)
    controller = config.stash.get(CONTROLLER, None)
    if controller is not None:
        path = controller.run_dir
    else:
        path = settings.run_dir or default_path(config.rootpath, settings.model or settings.mode)
    return RunDir(path, resume=settings.resume)


def _report_as_json(config: pytest.Config, *, worker: bool, session: pytest.Session) -> None:
    """Switch pytest-json-report on, writing nothing itself: `Reporting` saves the report, atomically."""
    if hasattr(config, "_json_report"):
        return  # asked for with --json-report: that file is written as well
    from pytest_jsonreport.plugin import JSONReport, JSONReportWorker

    options = config.option
    options.json_report_omit = ["collectors", "keywords", "log", "streams", "warnings"]
    options.json_report_file = None
    options.json_report_summary = False
    options.json_report_indent = None
    options.json_report_verbosity = -3  # its own "saved to" line would name no file
    plugin = JSONReportWorker(config) if worker else JSONReport(config)
    setattr(config, "_json_report", plugin)  # noqa: B010  # where pytest-json-report itself keeps it
    config.pluginmanager.register(plugin)
    if not worker:
        plugin.pytest_sessionstart(session)
