"""Pytest's items as questions: which benchmark, which sample, and what was measured of it so far."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from swallow_metrics.datatypes import Benchmark, Sample
from swallow_metrics.errors import UsageError
from swallow_metrics.scoring import Measurement

MEASURED = pytest.StashKey[dict[str, Benchmark]]()  # by id: the benchmarks as this run measures them
STATE = pytest.StashKey[Measurement]()
BENCHMARK = pytest.StashKey[Benchmark | None]()


def benchmark_of(item: pytest.Item) -> Benchmark | None:
    """The benchmark an item belongs to, or None for an ordinary test. Asked a dozen times per item, so kept."""
    if BENCHMARK not in item.stash:
        marker = item.get_closest_marker("llm_eval")
        asks = marker is not None and isinstance(_sample_in(item), Sample)
        item.stash[BENCHMARK] = item.config.stash[MEASURED][marker.args[0].id] if marker is not None and asks else None
    return item.stash[BENCHMARK]


def _sample_in(item: pytest.Item) -> object:
    """The parameter `sample`: a question, None where a benchmark has no demo, or pytest's mark for no questions."""
    return getattr(item, "callspec").params.get("sample") if hasattr(item, "callspec") else None  # noqa: B009


def sample_of(item: pytest.Item) -> Sample:
    """The question an item asks."""
    sample: Sample = item.callspec.params["sample"]  # type: ignore[attr-defined]  # a parametrized Function
    return sample


def eval_items(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The items that ask a question."""
    return [item for item in items if benchmark_of(item) is not None]


def asked_of(items: Iterable[pytest.Item]) -> dict[str, tuple[Benchmark, list[Sample]]]:
    """By benchmark: its questions that can be asked."""
    asked: dict[str, tuple[Benchmark, list[Sample]]] = {}
    for item in items:
        if (benchmark := benchmark_of(item)) is not None and (sample := sample_of(item)).error is None:
            asked.setdefault(benchmark.id, (benchmark, []))[1].append(sample)
    return asked


def drop_placeholders(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the one item that pytest makes for a test function without any question."""
    empty = {
        item
        for item in items
        if item.get_closest_marker("llm_eval") is not None and not isinstance(_sample_in(item), Sample | None)
    }
    if empty:
        items[:] = [item for item in items if item not in empty]
        config.hook.pytest_deselected(items=list(empty))


def check_asked_once(items: Iterable[pytest.Item]) -> None:
    """Refuse a question that two items ask: its records would count twice. Raises UsageError."""
    asked: dict[tuple[str, str], pytest.Item] = {}
    for item in items:
        if (benchmark := benchmark_of(item)) is None:
            continue
        first = asked.setdefault((benchmark.id, sample_of(item).id), item)
        if first is not item:
            both = f"{first.nodeid} and {item.nodeid}" if first.nodeid != item.nodeid else f"{item.nodeid}, twice,"
            raise UsageError(
                f"{both} ask the same question, sample {sample_of(item).id!r} of {benchmark.id}, which would count "
                f"twice; give the copied benchmark or sample an id of its own, or select one of the two"
            )


def state_of(item: pytest.Item) -> Measurement | None:
    """The item's measurement, made at first use; None for an ordinary test."""
    state = item.stash.get(STATE, None)
    if state is None and (benchmark := benchmark_of(item)) is not None:
        state = item.stash[STATE] = Measurement(benchmark, sample_of(item))
    return state
