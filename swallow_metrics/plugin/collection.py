"""`@pytest.mark.llm_eval(BENCHMARK)`: load the rows, make the samples, parametrize `sample`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from swallow_metrics.datatypes import Benchmark, Sample
from swallow_metrics.errors import UsageError
from swallow_metrics.pipeline.reader import JournalReader
from swallow_metrics.plugin.markers import can_be_selected, mark_with_id, only_looks
from swallow_metrics.plugin.settings import Settings
from swallow_metrics.plugin.xdist import worker_input


@dataclass
class Collected:
    """What one benchmark brought: its declaration, where its module is, and facts for the report."""

    benchmark: Benchmark
    folder: Path
    dataset: dict[str, Any] = field(default_factory=dict)
    prompt_sha256: str | None = None


class Collection:
    """The benchmarks of this session, by id, and what went wrong while loading them."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self.benchmarks: dict[str, Collected] = {}
        self.problems: list[str] = []
        self.settings = settings
        self.warnings: list[str] = []
        self.left_out: list[str] = []
        self.seen: dict[str, Benchmark] = {}  # also those that nothing is asked of
        self._config = config
        self._samples: dict[str, Sequence[Sample]] = {}
        self._reader: JournalReader | None = None

    def warn(self, message: str) -> None:
        """Keep a warning for table and report, once."""
        if message not in self.warnings:
            self.warnings.append(message)

    def recorded(self) -> JournalReader:
        """The answers of --replay, or the demo's for the benchmarks collected. Raises UsageError."""
        if self._reader is None:
            if self.settings.replay is not None:
                paths = [self.settings.replay]
            else:
                paths = [c.folder / "demo" / f"{name}.responses.jsonl" for name, c in self.benchmarks.items()]
            self._reader = JournalReader(paths, self.warn)
        return self._reader

    def generate(self, metafunc: pytest.Metafunc) -> None:
        """Parametrize one test function. Problems are kept: they are reported together, before anything runs."""
        marker = metafunc.definition.get_closest_marker("llm_eval")
        if marker is None:
            return
        benchmark = _benchmark_of(marker, metafunc)
        self.seen[benchmark.id] = benchmark
        mark_with_id(self._config, metafunc.function, benchmark.id)
        samples: Sequence[Sample] = ()
        if self._is_wanted(metafunc, benchmark):
            samples = self._load(benchmark, Path(metafunc.module.__file__ or "").parent)
        metafunc.parametrize("sample", samples, ids=[sample.id for sample in samples])

    def _is_wanted(self, metafunc: pytest.Metafunc, benchmark: Benchmark) -> bool:
        definition = metafunc.definition
        if not _named_on_command_line(self._config, definition):
            return False
        if not can_be_selected(self._config, definition, benchmark.id, benchmark.dataset.subsets):
            return False
        return self.settings.replay is None or self._is_recorded(benchmark.id)

    def _is_recorded(self, benchmark_id: str) -> bool:
        """A journal of some benchmarks selects these: the others were not asked, so they are no errors either."""
        try:
            recorded = benchmark_id in self.recorded().benchmarks
        except UsageError as error:
            if str(error) not in self.problems:
                self.problems.append(str(error))
            return False
        if not recorded:
            self.left_out.append(benchmark_id)
        return recorded

    def _load(self, benchmark: Benchmark, folder: Path) -> Sequence[Sample]:
        from swallow_metrics.prompts import load_prompt

        if benchmark.id in self._samples:
            return self._samples[benchmark.id]
        collected = Collected(benchmark, folder)
        samples: Sequence[Sample] = ()
        try:
            text = ""
            if benchmark.fields:
                prompt = load_prompt(benchmark.id, benchmark.fields, folder / "prompts", self.settings.prompts)
                text, collected.prompt_sha256 = prompt.text, prompt.sha256
            loaded = self._rows(benchmark, folder)
            collected.dataset = loaded.info
            samples = [benchmark.sample(row, text) for row in loaded.rows]
            _check_groups(benchmark, samples)
            if self.settings.replay is not None:
                self._warn_of_strangers(benchmark.id, samples)
            if self.settings.limit is not None:
                samples = limited(samples, self.settings.limit, self.settings.limit_seed)
        except UsageError as error:
            self.problems.append(str(error))
        self.benchmarks[benchmark.id] = collected
        self._samples[benchmark.id] = samples
        return samples

    def _warn_of_strangers(self, benchmark_id: str, samples: Iterable[Sample]) -> None:
        """Recorded answers to none of the questions: a sign of another dataset, or of ids written another way."""
        strangers = sorted(self.recorded().samples(benchmark_id) - {sample.id for sample in samples})
        if strangers:
            number = f"{len(strangers):,} samples of {benchmark_id}"
            self.warn(
                f"{self.settings.replay} has answers for {number} that its data does not have, such as {strangers[0]!r}"
            )

    def _rows(self, benchmark: Benchmark, folder: Path) -> Any:
        settings = self.settings
        if settings.data_dir is not None:
            from swallow_metrics.datasets.local import load_local

            loaded = load_local(benchmark.id, benchmark.dataset, settings.data_dir)
            if settings.mode == "demo" and not only_looks(self._config):
                _check_demo(benchmark, folder, loaded.info)
            return loaded
        if settings.mode == "demo":
            from swallow_metrics.datasets.local import load_demo

            return load_demo(benchmark.id, benchmark.dataset, folder / "demo")
        from swallow_metrics.datasets.hub import load_hub

        update = settings.data_lock_update and worker_input(self._config) is None
        lock = settings.data_lock if update or not settings.data_lock_update else None
        return load_hub(benchmark.id, benchmark.dataset, lock, update)


def _benchmark_of(marker: pytest.Mark, metafunc: pytest.Metafunc) -> Benchmark:
    if len(marker.args) != 1 or not isinstance(marker.args[0], Benchmark):
        where = metafunc.definition.nodeid
        raise pytest.UsageError(f"{where}: expected @pytest.mark.llm_eval(BENCHMARK), but got {marker.args!r:.100}")
    return marker.args[0]


def _check_demo(benchmark: Benchmark, folder: Path, found: Mapping[str, Any]) -> None:
    """The demo's answers are to its own questions: on others they would make scores of nothing. Raises UsageError."""
    from swallow_metrics.datasets.local import load_demo

    try:
        own = load_demo(benchmark.id, benchmark.dataset, folder / "demo").info["sha256"]
    except UsageError:
        own = None
    if own != found["sha256"]:
        raise UsageError(
            f"{benchmark.id}: the demo has no answers to the questions of {found['path']}; give --model or --replay "
            f"beside --data-dir, or leave it out"
        )


def _check_groups(benchmark: Benchmark, samples: Sequence[Sample]) -> None:
    """A number or list from a row as it is would be no name of a group in the report. Raises UsageError."""
    for sample in samples:
        if sample.group is not None and not isinstance(sample.group, str):
            where = f"{benchmark.id} sample {sample.id!r}"
            raise UsageError(f"{where}: expected its group to be text or None, but got {sample.group!r:.60}")


def _named_on_command_line(config: pytest.Config, definition: pytest.Item) -> bool:
    """False only when node ids on the command line name other functions of this file, and never the file itself."""
    own = str(definition.path)
    inside = definition.nodeid.split("::")[1:]
    named = []
    for argument in config.args:
        path, *names = argument.split("[", 1)[0].split("::")
        where = (config.invocation_params.dir / path).resolve()
        if str(where) == own and names:
            named.append(names == inside[: len(names)])  # a class names all of its functions
        elif str(where) == own or Path(own).is_relative_to(where):
            return True
    return not named or any(named)


def limited(samples: Sequence[Sample], limit: int, seed: int) -> list[Sample]:
    """At most `limit` samples in their order, balanced over groups.

    Samples are drawn in rounds, one a group, in an order made from hashes of seed and id: deterministic, independent
    of the dataset's order, and a subset of what any larger limit draws.
    """

    def rank(text: str) -> bytes:
        return blake2b(f"{seed}/{text}".encode(), digest_size=16).digest()

    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.group or sample.id.rpartition("/")[0], []).append(sample)
    rounds: list[tuple[int, bytes, str]] = []
    for group, members in groups.items():
        ranked = sorted(members, key=lambda sample: rank(sample.id))
        rounds += [(number, rank(group), sample.id) for number, sample in enumerate(ranked)]
    chosen = {sample_id for _, _, sample_id in sorted(rounds)[:limit]}
    return [sample for sample in samples if sample.id in chosen]


BENCHMARK = pytest.StashKey[Benchmark | None]()


def benchmark_of(item: pytest.Item) -> Benchmark | None:
    """The benchmark an item belongs to, or None for an ordinary test. Asked a dozen times an item, so kept."""
    if BENCHMARK not in item.stash:
        marker = item.get_closest_marker("llm_eval")
        asks = marker is not None and "sample" in getattr(item, "fixturenames", ())
        item.stash[BENCHMARK] = marker.args[0] if marker is not None and asks else None
    return item.stash[BENCHMARK]


def sample_of(item: pytest.Item) -> Sample:
    """The question an item asks."""
    sample: Sample = item.callspec.params["sample"]  # type: ignore[attr-defined]  # a parametrized Function
    return sample


def eval_items(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The items that ask a question."""
    return [item for item in items if benchmark_of(item) is not None]


def drop_placeholders(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the one item that pytest makes for a test function without any question."""
    empty = {
        item
        for item in eval_items(items)
        if not isinstance(item.callspec.params.get("sample"), Sample)  # type: ignore[attr-defined]  # a Function
    }
    if empty:
        items[:] = [item for item in items if item not in empty]
        config.hook.pytest_deselected(items=list(empty))
