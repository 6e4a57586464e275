"""What a CI job shows of a run: a summary in Markdown, and an annotation for each failed gate.

GitHub renders the file that `GITHUB_STEP_SUMMARY` names on the page of the job, and takes lines of the form
`::error …::` as annotations (its documentation: "Workflow commands"). Elsewhere nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from swallow_metrics.io import markdown
from swallow_metrics.report.table import average_lines, cells, gate_line

WARNINGS = 10  # shown before a number says how many more there are


def tell(document: Mapping[str, Any], environ: Mapping[str, str], write_line: Callable[[str], Any]) -> None:
    """Append the summary of a report's `swallow` part, and print its annotations, where a CI service asks for them."""
    if path := environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write("\n".join(summary(document)) + "\n")
        except OSError as error:
            write_line(f"warning: no job summary, cannot write {path}: {error.strerror}")
    if path or environ.get("GITHUB_ACTIONS") == "true":
        for line in gate_errors(document):
            write_line(line)


def gate_errors(document: Mapping[str, Any]) -> Iterator[str]:
    """An error for each failed gate, a warning for each that this run was too small to decide."""
    for command, gates in (("error title=Gate failed", _failed), ("warning title=Gate undecided", _undecided)):
        for gate in gates(document):
            text = gate_line(gate)[0].replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
            yield f"::{command}::{text}"


def summary(document: Mapping[str, Any]) -> Iterator[str]:
    """Lines of Markdown: results, differences from the baseline with their first flips, failed gates, warnings."""
    demo = " (demo: no model was evaluated)" if document["mode"] == "demo" else ""
    yield f"## {markdown(str(document['model'].get('name') or document['mode']))}{demo}"
    yield ""
    if (incomplete := document["incomplete"]) is not None:
        missing = f"{incomplete['missing']} of {incomplete['selected']} questions were not measured"
        yield f"**Incomplete: {missing}** ({markdown(str(incomplete.get('reason') or 'no reason known'))})"
        yield ""
    yield from _table("benchmark", "n:", "metric", "score:", "95 % interval", "issues")
    for name, part in document["benchmarks"].items():
        yield _row(*cells(name, part))
    yield ""
    yield from (f"* {text}" for text, _ in average_lines(document))
    yield from _differences(document.get("baseline") or {})
    yield from _list("Failed gates", [gate_line(gate)[0].removeprefix("gate FAILED: ") for gate in _failed(document)])
    yield from _list("Gates without a decision", [gate_line(gate)[0] for gate in _undecided(document)])
    warnings = document["warnings"]
    more = [f"and {len(warnings) - WARNINGS} more"] if len(warnings) > WARNINGS else []
    yield from _list("Warnings", [*warnings[:WARNINGS], *more])


def _differences(baseline: Mapping[str, Any]) -> Iterator[str]:
    comparisons = baseline.get("comparisons", ())
    reasons = [*baseline.get("notes", ()), *filter(None, [baseline.get("refused")])]
    if not comparisons:
        yield from _list("Not compared with the baseline", reasons)
        return
    yield ""
    yield "### Against the baseline"
    yield ""
    yield from _table("benchmark", "metric", "baseline:", "this run:", "difference:", "95 % interval", "p:", "verdict")
    for each in comparisons:
        low, high = each["ci95"]
        numbers = f"{each['a']:.4f}", f"{each['b']:.4f}", f"{each['difference']:+.4f}", f"{low:+.4f} … {high:+.4f}"
        yield _row(each["benchmark"], each["metric"], *numbers, f"{each['p_holm']:.3g}", each["verdict"])
    yield ""
    for each in comparisons:
        for kind in ("lost", "gained"):
            if first := each.get(f"first_{kind}"):
                more = f" and {each[kind] - len(first):,} more" if each[kind] > len(first) else ""
                names = markdown(", ".join(first))
                yield f"* {markdown(each['benchmark'])}: {each[kind]:,} {kind}, in order: {names}{more}"
    yield from (f"* not compared: {markdown(reason)}" for reason in reasons)


def _failed(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [gate for gate in document["gates"] if not gate["passed"]]


def _undecided(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [gate for gate in document["gates"] if gate["passed"] and gate.get("verdict") == "underpowered"]


def _list(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"### {title}", "", *(f"* {markdown(line)}" for line in lines))


def _table(*titles: str) -> Iterator[str]:
    """The two first lines of a table; a title that ends in a colon is a column of numbers."""
    yield f"| {' | '.join(title.rstrip(':') for title in titles)} |"
    yield f"| {' | '.join('--:' if title.endswith(':') else '---' for title in titles)} |"


def _row(*texts: str) -> str:
    return f"| {' | '.join(map(markdown, texts))} |"
