"""The terminal's table: one line per benchmark, then averages, gates and what went wrong."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from swallow_metrics.datatypes import DOUBTS, ISSUES
from swallow_metrics.io import printable

Line = tuple[str, dict[str, bool]]  # text, and pytest's markup


def results_table(document: Mapping[str, Any], warnings: Sequence[str] = ()) -> list[Line]:
    """Lines of the table for a report's `swallow` part."""
    rows: list[tuple[str, ...]] = [("benchmark", "n", "metric", "score", "95 % interval", "issues")]
    rows += [cells(name, data) for name, data in document["benchmarks"].items()]
    listed = aligned(rows) if document["benchmarks"] else []  # a run may only ask by `engine.ask`
    lines: list[Line] = [(line, {"bold": index == 0}) for index, line in enumerate(listed)]
    for name, data in document["benchmarks"].items():
        lines += _judged(name, data.get("judge", {}))
    lines += [line for name, data in document["benchmarks"].items() if (line := _repeated(name, data)) is not None]
    lines += _evidence(document["benchmarks"])
    lines += [
        (f"{name} {metric}: {figure['note']}", {"yellow": True})
        for name, data in document["benchmarks"].items()
        for metric, figure in data["metrics"].items()
        if "note" in figure
    ]
    lines += average_lines(document)
    if (sandbox := document.get("sandbox")) is not None:
        lines.append(_sandbox(sandbox))
    lines += [gate_line(gate) for gate in document["gates"]]
    if refused := (document.get("baseline") or {}).get("refused"):
        lines.append((f"NOT COMPARED with the baseline: {refused}", {"red": True, "bold": True}))
    lines += [(f"warning: {text}", {"yellow": True}) for text in warnings]
    if (incomplete := document["incomplete"]) is not None:
        text = f"INCOMPLETE: {incomplete['missing']} of {incomplete['selected']} questions were not measured"
        reason = f" ({incomplete['reason']})" if incomplete.get("reason") else ""
        lines.append((text + reason, {"red": True, "bold": True}))
    # Names of judges and reasons can come from a journal or an endpoint.
    return [(printable(text), markup) for text, markup in lines]


def cells(name: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts of a benchmark's line: name, n, metric, score, interval, issues."""
    primary = data["metrics"].get(data["primary"])
    n = "{n:,} of {of:,}".format(**data["partial"]) if "partial" in data else str(data["scored"])
    if primary is None:
        return name, n, data["primary"], "-", "-", _issues(data)
    low, high = primary["ci95"]
    interval = "-" if low is None else f"{low:.4f} – {high:.4f} ({primary['method']})"
    return name, n, data["primary"], f"{primary['mean']:.4f}", interval, _issues(data)


def _evidence(benchmarks: Mapping[str, Mapping[str, Any]]) -> list[Line]:
    """What guessing scores, the smallest difference that could be shown, what was not needed, and what is doubtful."""
    chance = [f"{name} {data['chance']:.4g}" for name, data in benchmarks.items() if data.get("chance") is not None]
    shown = [f"{name} {data['smallest_difference']:.3g}" for name, data in benchmarks.items()
             if data.get("smallest_difference") is not None]  # fmt: skip
    lines = []
    for title, told in (("chance", chance), ("smallest difference shown (80 % power, 5 %)", shown)):
        if told:
            lines += textwrap.wrap(f"{title}: {', '.join(told)}", 100, subsequent_indent="    ", break_long_words=False)
    for name, data in benchmarks.items():
        if (early := data.get("early")) is not None:
            lines.append(
                f"{name}: decided after {early['decided_after']:,} questions, {early['not_needed']:,} not needed; "
                "the score of what was asked leans away from the gate"
            )
    answers = sum(data.get("counts", {}).get(name, 0) for data in benchmarks.values() for name in DOUBTS)
    rows = sum(data.get("doubtful_rows", 0) for data in benchmarks.values())
    if answers or rows:
        lines.append(
            f"audit: {answers:,} doubtful answers, {rows:,} rows that cannot measure; swallow audit lists them"
        )
    return [(line, {}) for line in lines]


def _repeated(name: str, data: Mapping[str, Any]) -> Line | None:
    """How far the repeats of a benchmark are apart, and the majority's score where answers are voted on."""
    repeats = data["metrics"].get(data["primary"], {}).get("repeats")
    if repeats is None:
        return None
    n = repeats["n"]
    text = f"{name} over {n} repeats: standard deviation between them {repeats['stdev']:.4f}"
    found = [f"{kind}@{n} {_figure(data['metrics'][metric])}" for kind in ("maj", "pass")
             if (metric := f"{data['primary']}_{kind}@{n}:{n}") in data["metrics"]]  # fmt: skip
    return ", ".join([text, *found]), {}


def _figure(figure: Mapping[str, Any]) -> str:
    return f"{figure['mean']:.4f}" + (" ({n:,} of {of:,})".format(**figure["partial"]) if "partial" in figure else "")


FAMILIES = {"exact_match": "exact match", "f1": "F1", "judge": "judge score"}


def average_lines(document: Mapping[str, Any]) -> list[Line]:
    """The families' averages; that of a single benchmark is its own figure and has no line."""
    return [
        _average(name, family, document["benchmarks"])
        for name, family in document.get("families", {}).items()
        if len(family["benchmarks"]) + len(family["missing"]) > 1
    ]


def _average(name: str, family: Mapping[str, Any], benchmarks: Mapping[str, Any]) -> Line:
    """A family's average with the benchmarks it covers, and what it lacks."""
    covers = [each + " in part" * ("partial" in benchmarks[each]) for each in family["benchmarks"]]
    missing = family["missing"]
    of = f"{len(covers)} of {len(covers) + len(missing)}" if missing else str(len(covers))
    mean = "-" if family["mean"] is None else f"{family['mean']:.4f}"
    without = f"; without {', '.join(missing)}" if missing else ""
    text = f"average {FAMILIES[name]} over {of} benchmarks: {mean} ({', '.join(covers) or 'none'}{without})"
    return text, {"yellow": True} if missing else {}


def _judged(name: str, judge: Mapping[str, Any]) -> list[Line]:
    lines: list[Line] = []
    for who, data in judge.get("judges", {}).items():
        score = data["judge_score"]
        told = [
            "no score" if score is None else f"{score['mean']:.4f}",
            f"{data['missing']} of {data['verdicts']} verdicts missing, {data['retried']} asked again",
        ]
        if (alpha := data["self_agreement"]["alpha"]) is not None:
            told.append(f"self-agreement {alpha:.2f}")
        if data["cost_usd"] is not None:
            told.append(f"${data['cost_usd']:.2f}")
        lines.append((f"{name} judged by {who or 'an unnamed judge'}: {', '.join(told)}", {}))
    if (agreement := judge.get("agreement")) and agreement["alpha"] is not None:
        distance = f"{agreement['distance']:.2f} points apart on average"
        lines.append((f"{name} agreement of its judges: alpha {agreement['alpha']:.2f}, {distance}", {}))
    return lines


def _issues(data: Mapping[str, Any]) -> str:
    known = ("errors", "skipped", *ISSUES, *data.get("issues", ()))
    named = {name: data.get(name, data["counts"].get(name)) for name in known}
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in named.items() if number) or "none"


def _sandbox(sandbox: Mapping[str, Any]) -> Line:
    """The level that model-written programs ran at; loud below what is safe on a shared machine."""
    safe = sandbox["level"] in ("full", "no-namespaces")
    text = f"sandbox: {sandbox['level']}" + ("" if safe else " (WEAKER THAN RECOMMENDED: see docs/sandbox.md)")
    return text, {} if safe else {"yellow": True, "bold": True}


def gate_line(gate: Mapping[str, Any]) -> Line:
    """What a gate measured and by how much it passed or failed."""
    covers = "{n:,} of {of:,} questions".format(**gate["partial"]) if "partial" in gate else ""
    if gate["value"] is None:
        only = f": only {covers} have it" if covers else ""
        return f"gate FAILED: {gate['expression']} was not measured{only}", {"red": True, "bold": True}
    margin = f"{abs(gate['value'] - gate['threshold']):.6g} {'to spare' if gate['passed'] else 'off'}"
    told = [f"measured {gate['value']:.6g}, {margin}"]
    relative = "=baseline" in gate["expression"]
    if relative:
        told = [f"measured {gate['value']:.6g}, threshold {gate['threshold']:.6g}"]
    low, high = gate.get("ci95") or (None, None)
    if low is not None:
        bounds = f"of the difference {low:+.4f} … {high:+.4f}" if relative else f"{low:.4f} – {high:.4f}"
        told.append(f"95 % interval {bounds}")
    if covers:
        told.append(f"over {covers}")
    if "n_needed" in gate:
        told.append(f"needs {gate['n_needed']:,} questions, has {gate['n']:,}")
    if "decided_after" in gate:
        told.append(f"decided after {gate['decided_after']:,} questions")
    verdict = {"failed": "FAILED", "underpowered": "UNDERPOWERED"}.get(
        gate.get("verdict", ""), "passed" if gate["passed"] else "FAILED"
    )
    colour = {"red": True, "bold": True} if not gate["passed"] else {"green" if verdict == "passed" else "yellow": True}
    return f"gate {verdict}: {gate['expression']} ({'; '.join(told)})", colour


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table whose columns stand below each other, wide characters counted as two."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows]  # fmt: skip


def fitted(lines: Iterable[Line], width: int) -> Iterator[Line]:
    """The lines for a terminal of this width; longer ones go on, indented by 4, behind a column or else a word."""
    for text, markup in lines:
        line = ""
        for piece in _pieces(text, width):
            if line.strip() and _width(line + piece) > width:
                yield line, markup
                line = "    " + piece.strip()
            else:
                line += piece
        yield line, markup


def _pieces(text: str, width: int) -> Iterator[str]:
    """Where a line may be broken: behind columns, which have two spaces between them, and words of what is too wide."""
    for column in re.split(r"(?<=\S)(?=  )", text):
        yield from [column] if _width(column) <= width - 4 else re.split(r"(?<=\S)(?= )", column)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
