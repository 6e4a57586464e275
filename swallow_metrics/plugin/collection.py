"""`@pytest.mark.llm_eval(BENCHMARK)`: parametrize `sample` with the benchmark's questions."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from swallow_metrics.datatypes import Benchmark
from swallow_metrics.errors import MissingLibraryError, UsageError, explained
from swallow_metrics.gate.rules import Gate
from swallow_metrics.journal.folder import REPORT
from swallow_metrics.journal.reader import JournalReader
from swallow_metrics.journal.writer import JOURNAL
from swallow_metrics.plugin.items import MEASURED
from swallow_metrics.plugin.selection import can_be_selected, mark_with_id, named_on_command_line, only_looks
from swallow_metrics.plugin.spelling import wrong_metric
from swallow_metrics.plugin.xdist import is_worker
from swallow_metrics.reference import REFERENCES
from swallow_metrics.runs import Run, read_run
from swallow_metrics.runs.select import selected
from swallow_metrics.settings import Settings
from swallow_metrics.wiring.before import Before, Check, check_replayed, check_selected
from swallow_metrics.wiring.questions import Collected, lacks_demo, limited, load_questions
from swallow_metrics.wiring.versions import followed, for_generations


class Collection:
    """The benchmarks of this session, by id, and what went wrong while loading them."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self.benchmarks: dict[str, Collected] = {}
        self.problems: list[str] = []
        self.settings = settings
        self.warnings: list[str] = []
        self.left_out: list[str] = []
        self._lacks_library: dict[str, str] = {}  # benchmark → why the demo leaves it out
        self.seen: dict[str, Benchmark] = {}  # also those that nothing is asked of
        config.stash[MEASURED] = self.seen
        self._config = config
        self._replayed: JournalReader | None = None

    def warn(self, message: str) -> None:
        """Keep a warning for table and report, once."""
        if message not in self.warnings:
            self.warnings.append(message)

    def replayed(self) -> JournalReader | None:
        """The answers of --replay, or the demo's for the benchmarks collected; None with a model. Raises UsageError."""
        if self._replayed is None and self.settings.mode != "model":
            if self.settings.replay is not None:
                paths = [self.settings.replay]
            else:
                paths = [c.folder / "demo" / f"{name}.responses.jsonl" for name, c in self.benchmarks.items()]
            self._replayed = JournalReader(paths, self.warn, compare=True)
        return self._replayed

    @cached_property
    def baseline(self) -> Run | None:
        """The run that --baseline names. Raises UsageError."""
        return None if self.settings.baseline is None else read_run(self.settings.baseline, self.warn)

    @cached_property
    def _chosen(self) -> Mapping[str, set[str]]:
        """Benchmark → the samples that --select names. Raises UsageError."""
        assert self.settings.select is not None and self.settings.select_from is not None
        run = read_run(self.settings.select_from, self.warn)
        return selected(self.settings.select, run, self.baseline)

    def standing_gates(self, benchmarks: Container[str]) -> list[Gate]:
        """Those of the ini file that hold for these benchmarks; on differences only where a baseline has them.

        A gate that is also given on the command line, or by a run file of an earlier run, is not checked twice.
        """
        known = self.baseline.benchmarks if self.baseline is not None else {}
        hold = [gate for gate in self.settings.standing_gates if gate.benchmark in benchmarks]
        hold = [gate for gate in hold if not gate.relative or gate.benchmark in known]
        return [gate for gate in hold if gate not in self.settings.gates]

    def judged(self, names: Iterable[str] | None = None) -> dict[str, tuple[Benchmark, Path]]:
        """The benchmarks that need judges, with their modules' folders: all of them, or those with these names."""
        found = self.benchmarks if names is None else {n: self.benchmarks[n] for n in names if n in self.benchmarks}
        return {name: (c.benchmark, c.folder) for name, c in found.items() if c.benchmark.judge is not None}

    def generate(self, metafunc: pytest.Metafunc) -> None:
        """Parametrize one test function. Problems are kept: they are reported together, before anything runs."""
        benchmark = self.seen.get((given := _benchmark_in(metafunc)).id) or self._measured(given)
        self.seen[benchmark.id] = benchmark
        mark_with_id(self._config, metafunc.function, benchmark.id)
        folder = Path(metafunc.module.__file__ or "").parent
        if (problem := wrong_metric(metafunc.function, benchmark)) is not None and problem not in self.problems:
            self.problems.append(problem)
        if (reason := lacks_demo(benchmark, folder, self.settings)) is not None:
            metafunc.parametrize("sample", [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="demo")])
            return
        collected = None
        if self._is_wanted(metafunc, benchmark):
            collected = self._collected(benchmark, folder)
            if (reason := self._lacks_library.get(benchmark.id)) is not None:
                metafunc.parametrize("sample", [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="demo")])
                return
        samples = collected.samples if collected else ()
        metafunc.parametrize("sample", samples, ids=[sample.id for sample in samples])

    def _is_wanted(self, metafunc: pytest.Metafunc, benchmark: Benchmark) -> bool:
        definition = metafunc.definition
        if self.settings.benchmarks and benchmark.id not in self.settings.benchmarks:
            return False
        if not named_on_command_line(self._config, definition):
            return False
        if not can_be_selected(self._config, definition, benchmark.id, benchmark.dataset.subsets):
            return False
        return self.settings.replay is None or self._is_replayed(benchmark.id)

    def _measured(self, benchmark: Benchmark) -> Benchmark:
        """The benchmark as this run's version has it, with its generations: recorded ones, the user's, else its own."""
        settings = self.settings
        benchmark = followed(benchmark, REFERENCES[settings.reference], settings.livecodebench_release, settings.mode)
        recorded = 0
        if self.settings.replay is not None and self._is_replayed(benchmark.id, note=False):
            reader = self.replayed()
            recorded = reader.generations(benchmark.id) if reader else 0
        return for_generations(benchmark, recorded or settings.of(benchmark.id).repeats or benchmark.repeats)

    def _is_replayed(self, benchmark_id: str, *, note: bool = True) -> bool:
        """A journal of some benchmarks selects these: the others were not asked, so they are not errors either."""
        try:
            reader = self.replayed()
            replayed = reader is not None and benchmark_id in reader.benchmarks
        except (UsageError, OSError) as error:
            if explained(error) not in self.problems:
                self.problems.append(explained(error))
            return False
        if not replayed and note:
            self.left_out.append(benchmark_id)
        return replayed

    def _collected(self, benchmark: Benchmark, folder: Path) -> Collected:
        if benchmark.id in self.benchmarks:
            return self.benchmarks[benchmark.id]
        collected = self.benchmarks[benchmark.id] = Collected(benchmark, folder)
        settings, looks = self.settings, only_looks(self._config)
        update_lock = settings.data_lock_update and not is_worker(self._config)
        try:
            load_questions(collected, settings, only_looks=looks, update_lock=update_lock)
            if settings.replay is not None:
                self._warn_of_strangers(collected)
            if settings.select is not None:
                wanted = self._chosen.get(benchmark.id, ())
                collected.samples = [sample for sample in collected.samples if sample.id in wanted]
            if (limit := settings.of(benchmark.id).limit) is not None:
                collected.samples = limited(collected.samples, limit, settings.limit_seed)
            self._compare_with_earlier(collected)
            if settings.replay is not None:
                self._warn_of_uneven(collected)
        except MissingLibraryError as error:
            if settings.mode == "demo":  # which asks everything that this installation can
                self._lacks_library[benchmark.id] = str(error)
                del self.benchmarks[benchmark.id]
                return collected
            self.problems.append(str(error))
        except (UsageError, OSError) as error:
            if explained(error) not in self.problems:  # --select's are those of every benchmark
                self.problems.append(explained(error))
        return collected

    def _warn_of_strangers(self, collected: Collected) -> None:
        """Recorded answers to none of the questions: a sign of another dataset, or of ids written another way."""
        reader, name = self.replayed(), collected.benchmark.id
        strangers = sorted(reader.samples(name) - {sample.id for sample in collected.samples}) if reader else []
        if strangers:
            self.warn(
                f"{self.settings.replay} has answers for {len(strangers):,} samples of {name} that its data does not "
                f"have, such as {strangers[0]!r}"
            )

    @cached_property
    def _earlier(self) -> list[tuple[Before, Check, Path]]:
        """Earlier runs that ids are taken from, where their folder tells its questions; how each is compared."""
        settings = self.settings
        named = ((settings.replay, JOURNAL, check_replayed), (settings.select_from, REPORT, check_selected))
        return [
            (Before(path if path.is_dir() else path.parent), check, path)
            for path, file, check in named
            if path is not None and (path.is_dir() or path.name == file)  # else another program's answers
        ]

    def _compare_with_earlier(self, collected: Collected) -> None:
        """Ids alone say little: where an earlier run tells its questions, they are compared, and warned of once."""
        for before, check, path in self._earlier:
            try:
                if (warning := check(collected, before, path)) is not None:
                    self.warn(warning)
            except UsageError as error:  # the answers can be scored without it
                self.warn(f"whether {path} has the same questions is not known: {error}")

    def _warn_of_uneven(self, collected: Collected) -> None:
        """Recorded answers of which some questions have fewer than others."""
        if (reader := self.replayed()) is None:
            return
        name, most = collected.benchmark.id, reader.generations(collected.benchmark.id)
        numbers = [number for sample in collected.samples if (number := len(reader.repeats(name, sample.id)))]
        if fewer := sum(number < most for number in numbers):
            self.warn(
                f"{self.settings.replay}: {fewer:,} of {len(numbers):,} questions of {name} have fewer answers than "
                f"the {most:,} that others have"
            )


def _benchmark_in(metafunc: pytest.Metafunc) -> Benchmark:
    marker = metafunc.definition.get_closest_marker("llm_eval")
    arguments: Any = () if marker is None else marker.args
    if len(arguments) != 1 or not isinstance(arguments[0], Benchmark):
        where = metafunc.definition.nodeid
        raise pytest.UsageError(f"{where}: expected @pytest.mark.llm_eval(BENCHMARK), but got {arguments!r:.100}")
    return arguments[0]
