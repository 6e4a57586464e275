"""A benchmark's questions: rows are loaded, prompts filled in, and at most `--limit` of them kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from swallow_metrics.audit.rows import row_doubts
from swallow_metrics.datasets.contradictions import contradiction_warnings, is_empty
from swallow_metrics.datasets.row import Loaded, Row
from swallow_metrics.datatypes import Benchmark, Sample
from swallow_metrics.errors import RowError, UsageError
from swallow_metrics.prompts import load_prompt
from swallow_metrics.settings import Settings


@dataclass
class Collected:
    """What one benchmark brought: its declaration, where its module is, its questions, and facts for the report."""

    benchmark: Benchmark
    folder: Path
    dataset: dict[str, Any] = field(default_factory=dict)
    prompt_sha256: str | None = None
    samples: Sequence[Sample] = ()
    doubts: Mapping[str, Sequence[str]] = field(default_factory=dict)  # row id → why it cannot measure


def load_questions(collected: Collected, settings: Settings, *, only_looks: bool, update_lock: bool) -> None:
    """Fill in a benchmark's questions, not yet limited, and the facts about them. Raises UsageError.

    `only_looks` says that nothing will be asked, `update_lock` that `--data-lock` is written instead of enforced.
    """
    benchmark = collected.benchmark
    text = ""
    if benchmark.fields:
        prompt = load_prompt(benchmark.id, benchmark.fields, collected.folder / "prompts", settings.prompts)
        text, collected.prompt_sha256 = prompt.text, prompt.sha256
    loaded = _rows(benchmark, collected.folder, settings, only_looks=only_looks, update_lock=update_lock)
    collected.dataset = loaded.info
    if not only_looks:
        collected.doubts = {row.id: doubts for row in loaded.rows if (doubts := row_doubts(row.values))}
    loaded.info["warnings"] += contradiction_warnings(benchmark.id, collected.doubts, len(loaded.rows))
    samples = make_samples(benchmark, loaded.rows, text)
    _check_groups(benchmark, samples)
    collected.samples = samples


def make_samples(benchmark: Benchmark, rows: Sequence[Row], prompt: str) -> list[Sample]:
    """A question per row. A row that no answer can be measured by becomes the error of its item."""
    samples: list[Sample] = []
    for row in rows:
        try:
            sample = benchmark.sample(row, prompt)
            if is_empty(sample.target):  # an empty answer would be right, or none would
                sample = replace(sample, error=str(row.unanswerable(_no_gold(benchmark, row))))
        except RowError as error:
            sample = Sample(row.id, ("",), error=str(error))
        samples.append(sample)
    return samples


def _no_gold(benchmark: Benchmark, row: Row) -> str:
    empty = [repr(column) for column in benchmark.dataset.columns if is_empty(row.get(column))]
    return f"expected a gold answer{' in column ' * bool(empty)}{', '.join(empty)}, but it is empty"


def _rows(benchmark: Benchmark, folder: Path, settings: Settings, *, only_looks: bool, update_lock: bool) -> Loaded:
    if settings.data_dir is not None:
        from swallow_metrics.datasets.local import load_local

        loaded = load_local(benchmark.id, benchmark.dataset, settings.data_dir)
        if settings.mode == "demo" and not only_looks:
            _check_demo(benchmark, folder, loaded.info)
        return loaded
    if settings.mode == "demo":
        from swallow_metrics.datasets.local import load_demo

        return load_demo(benchmark.id, benchmark.dataset, folder / "demo")
    if not benchmark.dataset.path:
        raise UsageError(
            f"{benchmark.id} has no dataset on the hub: give --data-dir DIR with {benchmark.id}.jsonl in it"
        )
    from swallow_metrics.datasets.hub import load_hub

    lock = settings.data_lock if update_lock or not settings.data_lock_update else None
    return load_hub(benchmark.id, benchmark.dataset, lock, update_lock)


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


def lacks_demo(benchmark: Benchmark, folder: Path, settings: Settings) -> str | None:
    """Why the demo cannot ask a benchmark's questions: it has none. None where it can, or where this is not a demo."""
    if (
        settings.mode != "demo"
        or settings.data_dir is not None
        or (folder / "demo" / f"{benchmark.id}.jsonl").is_file()
    ):
        return None
    return f"no demo: give --model or --replay, or add demo/{benchmark.id}.jsonl beside the test"


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
