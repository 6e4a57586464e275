"""The file of a check: every verdict, so that a later check can be compared with it, and the figures made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.io import dumps, loads, write_atomically
from swallow_metrics.judge.check.asking import Verdict
from swallow_metrics.judge.check.compare import compare
from swallow_metrics.judge.check.dialogues import read_dialogues, set_sha256
from swallow_metrics.judge.check.figures import figures
from swallow_metrics.judge.prompts import JudgePrompts

KIND, SCHEMA = "judge-check", 1


def make_document(
    verdicts: Sequence[Verdict], judge: Mapping[str, Any], prompts: Mapping[str, JudgePrompts], repeats: int
) -> dict[str, Any]:
    """Plain JSON. `judge` is what the judge's engine tells of itself."""
    return {
        "kind": KIND,
        "schema": SCHEMA,
        "judge": dict(judge),
        "dialogues_sha256": set_sha256(),
        "prompts_sha256": {language: own.sha256 for language, own in prompts.items()},
        "repeats": repeats,
        "figures": figures(verdicts, read_dialogues()),
        "verdicts": [
            verdict.to_json() for verdict in sorted(verdicts, key=lambda v: (v.dialogue, v.answer, v.place, v.repeat))
        ],
    }


def compare_documents(document: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    """What changed since an earlier check (`compare`), and whether both were asked with the same prompts."""
    found = compare(_verdicts(document), _verdicts(earlier))
    return {**found, "same_prompts": earlier.get("prompts_sha256") == document["prompts_sha256"]}


def _verdicts(document: Mapping[str, Any]) -> list[Verdict]:
    return [Verdict(**row) for row in document["verdicts"]]


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Write a check whole or not at all. Raises UsageError."""
    try:
        write_atomically(path, dumps(document) + b"\n")
    except OSError as error:
        raise UsageError(f"cannot write {path} ({error.strerror or error}); give another --out") from error


def read_document(path: Path) -> dict[str, Any]:
    """An earlier check of the same dialogues. Raises UsageError."""
    try:
        document = loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: expected a file of `swallow judge-check`, but cannot read it ({error})") from error
    if not isinstance(document, dict) or document.get("kind") != KIND or document.get("schema") != SCHEMA:
        raise UsageError(f"{path}: expected a file that `swallow judge-check --out` wrote")
    if document.get("dialogues_sha256") != set_sha256():
        raise UsageError(
            f"{path} is a check with other dialogues than those of this release; check the judge again to compare"
        )
    try:
        figures(_verdicts(document), read_dialogues())
    except (TypeError, KeyError, ValueError, AttributeError, IndexError) as error:
        raise UsageError(f"{path}: expected verdicts as `swallow judge-check` writes them ({error})") from error
    return document
