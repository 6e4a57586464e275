"""Set a run up, once its questions are chosen: check everything cheap, write nothing, load nothing heavy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from swallow_metrics.datatypes import Benchmark, Sample
from swallow_metrics.errors import UsageError
from swallow_metrics.gate.rules import Gate, check_names
from swallow_metrics.journal.folder import RunDir, default_path
from swallow_metrics.judge.panel import problems as judge_problems
from swallow_metrics.plugin import json_report, xdist
from swallow_metrics.plugin.asking import PLAIN, asks_itself
from swallow_metrics.plugin.collection import Collection
from swallow_metrics.plugin.early import Early
from swallow_metrics.plugin.error_summary import ErrorSummary
from swallow_metrics.plugin.evidence import check_comparable, check_gates
from swallow_metrics.plugin.items import asked_of, benchmark_of, eval_items, sample_of
from swallow_metrics.plugin.reporting import TOO_LONG, Reporting
from swallow_metrics.plugin.run import RUN, EvalRun, own_engine
from swallow_metrics.plugin.runfile import run_file
from swallow_metrics.plugin.selection import BENCHMARKS, only_looks
from swallow_metrics.plugin.signals import Signals
from swallow_metrics.settings import Settings

if TYPE_CHECKING:
    from swallow_metrics.engines.vllm_server import VLLMServer
    from swallow_metrics.runs import Run

RUN_DIR = pytest.StashKey[RunDir]()


def start_run(session: pytest.Session, collection: Collection, items: list[pytest.Item]) -> None:
    """Register what this process contributes to the run. Raises UsageError with every problem found."""
    config = session.config
    if not xdist.is_worker(config):
        _check(config, collection, items)
    if only_looks(config) or not _asks(collection, items):
        return
    if collection.settings.dry_run:
        from swallow_metrics.plugin.dry_run import DryRun

        config.pluginmanager.register(DryRun(config, collection, items), "swallow-dry-run")
        return
    told = xdist.told(config)
    if told is None and xdist.is_worker(config):
        return  # the items say so (`run_of`): a worker's own error would be an internal one
    run_dir = config.stash[RUN_DIR] = make_run_dir(config, collection, told)
    config.pluginmanager.register(Signals(config, worker=told is not None), "swallow-signals")
    run = None if xdist.is_controller(config) else EvalRun(config, collection, run_dir, told)
    json_report.enable(session, worker=told is not None)  # before the run, which adds to what it keeps of a report
    if run is not None:
        config.stash[RUN] = run
        config.pluginmanager.register(run, "swallow-run")
    if told is None and _runs_here(config, settings := collection.settings):
        from swallow_metrics.outlook.fit import too_long

        config.stash[TOO_LONG] = list(too_long(asked_of(items), settings))
    if told is None:  # after the run, so that its live table is there while the model loads
        config.pluginmanager.register(Reporting(session, collection, run_dir, items), "swallow-reporting")
        config.pluginmanager.register(ErrorSummary(), "swallow-error-summary")
    if (settings := collection.settings).gate_early and run is not None:
        gates = [*settings.gates, *collection.standing_gates(collection.benchmarks)]
        early = Early(config, run.drop, items, gates, settings.limit_seed, collection.baseline)
        config.pluginmanager.register(early, "swallow-early")


def _asks(collection: Collection, items: Sequence[pytest.Item]) -> bool:
    """Whether anything is asked: questions, or a test body asks itself. The demo has answers to questions only."""
    return bool(eval_items(items)) or (collection.settings.mode != "demo" and any(map(asks_itself, items)))


def _runs_here(config: pytest.Config, settings: Settings) -> bool:
    """Whether vLLM runs the model on this machine, for this run."""
    return settings.mode == "model" and not settings.base_urls and own_engine(config, settings.model or "") is None


def prepare_workers(
    config: pytest.Config, collection: Collection, items: Sequence[pytest.Item]
) -> tuple[Path, VLLMServer | None] | None:
    """For xdist's controller: the run's folder and the server of an in-process model; None where nothing is asked.

    Raises UsageError.
    """
    if not _asks(collection, items) or only_looks(config):
        return None
    settings, server = collection.settings, None
    if _runs_here(config, settings):
        from swallow_metrics.wiring.engines import model_server

        server = model_server(settings, config.stash[RUN_DIR].vllm_log)
    if len(settings.base_urls) > 1:
        from swallow_metrics.wiring.engines import check_endpoints

        check_endpoints(settings)
    if settings.resume:
        config.stash[RUN_DIR].merge()
    return config.stash[RUN_DIR].path, server


def make_run_dir(config: pytest.Config, collection: Collection, told: xdist.Told | None) -> RunDir:
    """The run's folder, checked but not yet made. Raises UsageError."""
    settings = collection.settings
    if told is not None:
        return RunDir(told.run_dir, resume=settings.resume or told.left is not None, worker=told.worker)
    path = settings.run_dir or default_path(config.rootpath, settings.model or settings.mode)
    run_dir = RunDir(path, resume=settings.resume)
    run_dir.check()
    return run_dir


def _check(config: pytest.Config, collection: Collection, items: list[pytest.Item]) -> None:
    settings = collection.settings
    selected = Counter(benchmark.id for item in eval_items(items) if (benchmark := benchmark_of(item)) is not None)
    problems = list(collection.problems)
    known_ids = [*BENCHMARKS, *collection.seen]
    for name in settings.benchmarks.keys() - known_ids:
        near = get_close_matches(name, known_ids, n=1)
        problems.append(
            f"{run_file(config).path}: [benchmarks.{name}] is not a known benchmark"
            + (f"; did you mean {near[0]}?" if near else "")
        )
    if not problems and not items and settings.benchmarks and not settings.benchmarks.keys() & collection.seen.keys():
        problems += _unselected(config, collection)
    if settings.replay is not None and not problems and collection.seen:
        problems += _journal_problems(collection)
    if not problems and not only_looks(config) and (judged := collection.judged(selected)):
        # A dry run asks no judge: it says what key the run itself will need.
        own = settings.dry_run or bool(config.hook.pytest_swallow_make_judge.get_hookimpls())
        problems += judge_problems(settings, judged, collection.replayed(), own_engine=own)
    if not problems:
        known = {
            name: [*(metric.name for metric in benchmark.metrics), *benchmark.issues]
            for name, benchmark in collection.seen.items()
        }
        _check_generations(
            [*settings.gates, *settings.standing_gates], collection.seen, recorded=settings.mode != "model"
        )
        compares = settings.baseline is not None
        check_names(settings.gates, known, selected, baseline=compares)
        check_names(collection.standing_gates(selected), known, selected, baseline=compares)
        if settings.gate_early and xdist.is_controller(config):
            raise UsageError("--gate-early follows the questions of one process; leave -n out")
        if settings.select is not None and collection.benchmarks and not selected:
            raise UsageError(
                f"--select {settings.select!r} finds no question of this run in {settings.select_from}; take another "
                f"expression, or leave -k, -m and --limit out"
            )
        if (baseline := collection.baseline) is not None and not only_looks(config):
            _check_baseline(collection, baseline, items)
    if problems:
        raise UsageError("\nERROR: ".join(problems))


def _unselected(config: pytest.Config, collection: Collection) -> list[str]:
    """Test files whose benchmarks a run file does not select: nothing would be asked, and nothing said."""
    if not (here := sorted(collection.seen)):
        return []
    path, there = run_file(config).path, ", ".join(collection.settings.benchmarks)
    cure = f"give the files of benchmarks that it selects, add a table [benchmarks.{here[0]}], or leave it out"
    return [f"{path} selects {there}, but the test files given ask {', '.join(here)}; {cure}"]


def _check_baseline(collection: Collection, baseline: Run, items: Sequence[pytest.Item]) -> None:
    samples: dict[str, list[Sample]] = {}
    for item in eval_items(items):
        if (benchmark := benchmark_of(item)) is not None:
            samples.setdefault(benchmark.id, []).append(sample_of(item))
    if samples:
        check_gates([*collection.settings.gates, *collection.standing_gates(samples)], baseline)
        check_comparable(collection.settings, baseline, collection.benchmarks, samples, collection.replayed())


def _check_generations(gates: Sequence[Gate], benchmarks: Mapping[str, Benchmark], *, recorded: bool) -> None:
    """Refuse a gate on another number of generations than the run has. Raises UsageError."""
    for gate in gates:
        named = re.fullmatch(r".+_(?:pass|maj)@\d+:(\d+)", gate.metric)
        benchmark = benchmarks.get(gate.benchmark)
        if named and benchmark and int(named[1]) != benchmark.repeats and any(m.voted for m in benchmark.metrics):
            has = f"this run has {benchmark.repeats}; set --repeats {named[1]}"
            if recorded:  # which --repeats cannot change
                has = f"the recorded answers have {benchmark.repeats}; end its name in :{benchmark.repeats}"
            raise UsageError(f"the gate {gate.expression} needs {named[1]} generations per question, but {has}")


def _journal_problems(collection: Collection) -> list[str]:
    """A journal with a misspelt benchmark, or with none of those selected."""
    reader = collection.replayed()
    assert reader is not None
    known = {*BENCHMARKS, *collection.seen, PLAIN}
    problems = [
        f"{collection.settings.replay} has answers for {name!r}, which is not a known benchmark"
        f"{f'; did you mean {near[0]}?' if (near := get_close_matches(name, known, n=1)) else ''}"
        for name in sorted(reader.benchmarks - known)
    ]
    if not problems and collection.left_out and not collection.benchmarks:
        there = ", ".join(sorted(reader.benchmarks)) or "nothing"
        problems.append(
            f"{collection.settings.replay} has no answer for {', '.join(collection.left_out)}; it has {there}"
        )
    return problems
