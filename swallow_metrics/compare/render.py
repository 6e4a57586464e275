"""Comparisons as JSON, Markdown and a table of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from swallow_metrics.compare.compare import Comparison
from swallow_metrics.io import markdown, printable
from swallow_metrics.report.table import aligned
from swallow_metrics.runs.run import Run

NAMED = 5  # questions that a line names before it says how many more there are


@dataclass(frozen=True, slots=True)
class Pair:
    """One run against the first: what `compare_runs` found."""

    first: Run
    second: Run
    comparisons: Sequence[Comparison]
    notes: Sequence[str]


def to_json(pairs: Sequence[Pair]) -> dict[str, Any]:
    """All comparisons in one list; with several runs each says which ones it compares."""
    return {
        "comparisons": [
            each.to_json() | {"run_a": str(pair.first.path), "run_b": str(pair.second.path)}
            for pair in pairs
            for each in pair.comparisons
        ],
        "notes": [note for pair in pairs for note in pair.notes],
    }


def to_table(pairs: Sequence[Pair]) -> Iterator[str]:
    """Lines for a terminal."""
    for pair in pairs:
        yield f"A: {printable(_who(pair.first))}"
        yield f"B: {printable(_who(pair.second))}"
        head = ("A", "B", "B - A", "95 % interval", "verdict")
        yield from aligned(
            [(*_NAMES[: _names(pair)], *head), *(_cells(each, _names(pair)) for each in pair.comparisons)]
        )
        yield ""
        yield from (printable(line) for line in details(pair))


def to_markdown(pairs: Sequence[Pair]) -> Iterator[str]:
    """Lines of Markdown for issues, pull requests and job summaries."""
    for pair in pairs:
        yield f"**{markdown(_who(pair.second))}** against **{markdown(_who(pair.first))}**"
        yield ""
        yield f"| {' | '.join(_NAMES[: _names(pair)])} | A | B | B − A | 95 % interval | p (Holm) | verdict |"
        yield f"|{' --- |' * _names(pair)} --: | --: | --: | --- | --: | --- |"
        for each in pair.comparisons:
            *cells, verdict = map(markdown, _cells(each, _names(pair)))
            yield f"| {' | '.join(cells)} | {each.p_holm:.3g} | {verdict} |"
        yield ""
        yield from (f"* {markdown(line)}" for line in details(pair))
        yield ""


def details(pair: Pair) -> Iterator[str]:
    """A sentence for each comparison, and each thing that was not compared."""
    for each in pair.comparisons:
        questions = "question" if each.n == 1 else "questions"
        text = (
            f"{each.benchmark} {each.metric}: {each.n:,} {questions}, {each.gained:,} gained, {each.lost:,} lost; "
            f"{each.method}, p {each.p:.2g}, {each.p_holm:.2g} after Holm"
        )
        if each.verdict == "underpowered":
            text += f"; differences below {_number(each.shown, each.scale)} could not be seen"
        if each.chosen_by is not None:
            text += (
                f"; its questions were chosen by their results ({each.chosen_by}), which alone can make a difference"
            )
        if each.early:
            text += "; a run stopped asking once its gates were decided, so that its score leans away from them"
        yield text
        for run, only in (("A", each.only_a), ("B", each.only_b)):
            if only:
                more = f" and {len(only) - NAMED:,} more" if len(only) > NAMED else ""
                questions = "question" if len(only) == 1 else "questions"
                yield f"{each.benchmark}: {len(only):,} {questions} in {run} only: {', '.join(only[:NAMED])}{more}"
    yield from (f"not compared: {note}" for note in pair.notes)


_NAMES = ("benchmark", "metric")


def _names(pair: Pair) -> int:
    """How many of `_NAMES` tell the lines apart: the benchmark alone where each has one metric."""
    return 1 if len({each.benchmark for each in pair.comparisons}) == len(pair.comparisons) else 2


def _cells(each: Comparison, names: int) -> tuple[str, ...]:
    low, high = (_number(bound, each.scale, sign="+") for bound in each.ci95)
    numbers = _number(each.a, each.scale), _number(each.b, each.scale), _number(each.difference, each.scale, sign="+")
    return *(each.benchmark, each.metric)[:names], *numbers, f"{low} … {high}", each.verdict


def _number(value: float, scale: float, sign: str = "") -> str:
    return f"{value:{sign}.{3 if scale <= 1 else 2}f}"


def _who(run: Run) -> str:
    return f"{run.model} ({run.path})"
