"""The terminal's table: one line a benchmark, then averages, gates and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from swallow_metrics.foreign import printable

Line = tuple[str, dict[str, bool]]  # text, and pytest's markup


def results_table(document: Mapping[str, Any], warnings: Sequence[str] = ()) -> list[Line]:
    """Lines of the table for a report's `swallow` part."""
    rows: list[tuple[str, ...]] = [("benchmark", "n", "metric", "score", "95 % interval", "trouble")]
    rows += [_row(name, data) for name, data in document["benchmarks"].items()]
    lines: list[Line] = [(line, {"bold": index == 0}) for index, line in enumerate(_aligned(rows))]
    for name, data in document["benchmarks"].items():
        lines += _judged(name, data.get("judge", {}))
    for family, value in document["averages"].items():
        if value is not None:
            lines.append((f"average {family}: {value:.4f}", {}))
    if (sandbox := document.get("sandbox")) is not None:
        lines.append(_sandbox(sandbox))
    lines += [_gate(gate) for gate in document["gates"]]
    lines += [(f"warning: {text}", {"yellow": True}) for text in warnings]
    if (incomplete := document["incomplete"]) is not None:
        text = f"INCOMPLETE: {incomplete['missing']} of {incomplete['selected']} questions were not measured"
        reason = f" ({incomplete['reason']})" if incomplete.get("reason") else ""
        lines.append((text + reason, {"red": True, "bold": True}))
    # Names of judges and reasons can come from a journal or an endpoint.
    return [(printable(text), markup) for text, markup in lines]


def _row(name: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    primary = data["metrics"].get(data["primary"])
    n = str(data["scored"]) if data["scored"] == data["samples"] else f"{data['scored']}/{data['samples']}"
    if primary is None:
        return name, n, data["primary"], "-", "-", _trouble(data)
    low, high = primary["ci95"]
    interval = "-" if low is None else f"{low:.4f} – {high:.4f} ({primary['method']})"
    return name, n, data["primary"], f"{primary['mean']:.4f}", interval, _trouble(data)


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


def _trouble(data: Mapping[str, Any]) -> str:
    named = {"errors": data["errors"], "unextracted": data["unextracted"], "truncated": data["truncated"]}
    named |= {name: data["counts"][name] for name in data.get("trouble", ()) if name in data["counts"]}
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in named.items() if number) or "none"


def _sandbox(sandbox: Mapping[str, Any]) -> Line:
    """The level that model-written programs ran at; loud below what is safe on a shared machine."""
    safe = sandbox["level"] in ("full", "no-namespaces")
    text = f"sandbox: {sandbox['level']}" + ("" if safe else " (WEAKER THAN RECOMMENDED: see docs/sandbox.md)")
    return text, {} if safe else {"yellow": True, "bold": True}


def _gate(gate: Mapping[str, Any]) -> Line:
    if gate["value"] is None:
        return f"gate FAILED: {gate['expression']} was not measured", {"red": True}
    threshold = float(gate["expression"].replace("<=", ">=").rpartition(">=")[2])
    margin = f"measured {gate['value']:.6g}, {abs(gate['value'] - threshold):.6g} "
    if gate["passed"]:
        return f"gate passed: {gate['expression']} ({margin}to spare)", {"green": True}
    return f"gate FAILED: {gate['expression']} ({margin}off)", {"red": True, "bold": True}


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows]  # fmt: skip


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
