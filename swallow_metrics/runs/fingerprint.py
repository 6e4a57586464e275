"""What must be the same for two scores of a benchmark to be comparable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.journal.folder import REPORT
from swallow_metrics.reference import BEFORE_VERSIONS
from swallow_metrics.runs.report import read_swallow

_ENGINE = ("system_prompt", "chat_template", "chat_template_kwargs", "reasoning_parser", "reasoning_tags", "generation")
_TAGS = "reasoning_tags"  # of --reasoning-tags; unlike other facts, none are said by no field at all
ASKED = ("prompt_sha256", "sampling", "engine")
_NO_SAMPLING = ("source", "seed")  # who decided, and which of equally good draws


def fingerprint(part: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    """Dataset, prompt, sampling, metrics, judge and engine facts that change scores: field → value, one level deep.

    `part` is a benchmark's part of a report, `model` the report's. The model itself is not in it. A report's own
    `fingerprint` is taken as it is; older reports tell the same in other places.
    """
    own = part.get("fingerprint")
    return dict(_flat(own if isinstance(own, Mapping) else nested(part, model)))


def nested(
    part: Mapping[str, Any], model: Mapping[str, Any], reference: str | None = BEFORE_VERSIONS
) -> dict[str, Any]:
    """The fingerprint as reports have it. `reference` is the version of a part that names none."""
    dataset, sampling, judge = part.get("dataset", {}), part.get("sampling", {}), part.get("judge", {})
    return {
        "dataset": {name: dataset.get(name) for name in ("revision", "sha256")},
        "prompt_sha256": part.get("prompt_sha256"),
        "sampling": {name: value for name, value in sampling.items() if name not in _NO_SAMPLING},
        "metrics": {name: figure.get("signature") for name, figure in part["metrics"].items()},
        "judge": {
            "models": sorted(judge.get("judges", ())),
            "prompts": judge.get("prompts", {}).get("sha256"),
            "sampling": judge.get("sampling"),
        },
        "engine": {name: model[name] for name in _ENGINE if name in model},
        "reference": part.get("reference", reference),
        "release": part.get("release"),
    }


def with_recorded(own: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """A fingerprint with what a replay takes over. Traces in tags of either run are gone from the answers."""
    merged = {**own, **recorded}
    engines = [each.get("engine", {}) for each in (own, recorded)]
    if tags := {tag for engine in engines for tag in engine.get(_TAGS, ())}:
        merged["engine"] = {**merged["engine"], _TAGS: sorted(tags)}
    return merged


def recorded_fingerprints(replayed: Path | None) -> dict[str, dict[str, Any]]:
    """Benchmark → what a replay takes over from the report of the folder it replays: how its answers came to be."""
    report = None if replayed is None else replayed / REPORT
    if report is None or not report.is_file():
        return {}
    try:
        swallow = read_swallow(report)
    except UsageError:
        return {}  # the answers can be scored without it
    known = {
        name: part.get("fingerprint") or nested(part, swallow["model"]) for name, part in swallow["benchmarks"].items()
    }
    return {name: {field: own[field] for field in ASKED if field in own} for name, own in known.items()}


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field → both values, where two fingerprints differ.

    Revisions with equal data do not, nor metrics of one run, what is not known of one engine (a replay has none), and
    versions of the reference where one report says that they do not matter. Tags of reasoning traces always do: without
    a field for them, none were looked for.
    """
    found = {
        name: (first.get(name), second.get(name))
        for name in [*first, *(name for name in second if name not in first)]
        if first.get(name) != second.get(name)
        and not (
            name.startswith(("metrics.", "engine."))
            and name != f"engine.{_TAGS}"
            and (name not in first or name not in second)
        )
        and not (name == "reference" and None in (first.get(name), second.get(name)))
    }
    if first.get("dataset.sha256") and "dataset.sha256" not in found:
        found.pop("dataset.revision", None)
    return found


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
