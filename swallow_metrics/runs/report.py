"""`report.json` read back: the `swallow` part and the records, in little memory, checked before anyone relies on it."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from swallow_metrics.datatypes import Record
from swallow_metrics.errors import UsageError

SCHEMA = 1


class _Figures(msgspec.Struct):
    mean: float
    ci95: tuple[float | None, float | None]
    n: int


class _Benchmark(msgspec.Struct):
    """What every reader relies on. Everything else of a report may be missing."""

    primary: str
    samples: int
    scored: int
    errors: int
    metrics: dict[str, _Figures]
    groups: dict[str, dict[str, _Figures]]


class _Swallow(msgspec.Struct):
    schema: int
    mode: str
    model: dict[str, Any]
    benchmarks: dict[str, _Benchmark]


class _Test(msgspec.Struct):
    metadata: msgspec.Raw = msgspec.Raw()


class _Head(msgspec.Struct):
    swallow: msgspec.Raw = msgspec.Raw()


class _Document(msgspec.Struct):
    """A pytest-json-report document. Fields that are not named here are skipped and take no memory."""

    swallow: msgspec.Raw = msgspec.Raw()
    tests: list[_Test] = []


_DOCUMENT = msgspec.json.Decoder(_Document)
_NOTHING: Mapping[str, Any] = {}
_RECORD = msgspec.json.Decoder(Record)


def read_report(path: Path) -> tuple[dict[str, Any], list[Record]]:
    """The `swallow` part of a report and the records of its questions, in run order. Raises UsageError."""
    try:
        with path.open("rb") as stream:
            return _parse(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ), path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # an empty file, or no JSON
        raise UsageError(f"{path} is truncated or was edited: {error}; {AGAIN}") from error


AGAIN = "write it again with --replay FOLDER --run-dir NEW, or take another run"


def read_swallow(path: Path) -> dict[str, Any]:
    """The `swallow` part alone; no record is parsed. Raises UsageError."""
    try:
        head = msgspec.json.decode(path.read_bytes(), type=_Head)
        return _checked(msgspec.json.decode(head.swallow) if head.swallow else None, path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is truncated or was edited: {error}; {AGAIN}") from error


def _parse(content: bytes | mmap.mmap, path: Path) -> tuple[dict[str, Any], list[Record]]:
    try:
        document = _DOCUMENT.decode(content)
        swallow = msgspec.json.decode(document.swallow) if document.swallow else None
        shared: dict[Any, Any] = {}
        records = (_record(test.metadata) for test in document.tests)
        return _checked(swallow, path), [_small(record, shared) for record in records if record is not None]
    except msgspec.ValidationError:
        raise
    except ValueError:  # msgspec refuses lone surrogates, which Python's parser reads
        plain = json.loads(bytes(content))
        swallow = _checked(plain.get("swallow"), path)
        data = [test.get("metadata") for test in plain["tests"]]
        return swallow, [msgspec.convert(each, Record) for each in data if _is_ours(each)]


def _checked(swallow: Any, path: Path) -> dict[str, Any]:
    """Raises UsageError for a report of another program or version, ValidationError for an edited one."""
    if not isinstance(swallow, dict):
        raise UsageError(f"{path} has no `swallow` part: expected a report that pytest-swallow has written")
    if swallow.get("schema") != SCHEMA:
        raise UsageError(
            f"{path} has schema {swallow.get('schema')!r:.40}, but this version reads schema {SCHEMA}; "
            "read it with the version of pytest-swallow that wrote it"
        )
    msgspec.convert(swallow, _Swallow)
    return swallow


def _record(raw: msgspec.Raw) -> Record | None:
    """The record in an item's metadata; None for a test of another kind."""
    if not raw:
        return None
    try:
        return _RECORD.decode(raw)
    except msgspec.ValidationError:
        if _is_ours(msgspec.json.decode(raw)):
            raise
        return None


def _small(record: Record, shared: dict[Any, Any]) -> Record:
    """The record with what most records have in common kept once: a third of their memory."""
    reasons = tuple(record.finish_reasons)
    return replace(
        record,
        benchmark=shared.setdefault(record.benchmark, record.benchmark),
        group=shared.setdefault(record.group, record.group),
        finish_reasons=shared.setdefault(reasons, reasons),
        counts=record.counts or _NOTHING,
        details=record.details or _NOTHING,
    )


def _is_ours(metadata: Any) -> bool:
    return isinstance(metadata, dict) and {"benchmark", "sample", "scores"} <= metadata.keys()


def by_benchmark(records: Sequence[Record], swallow: dict[str, Any]) -> dict[str, dict[str, Record]]:
    """Benchmark → sample → record, for every benchmark of the report. The last record of a sample counts."""
    found: dict[str, dict[str, Record]] = {name: {} for name in swallow["benchmarks"]}
    for record in records:
        if record.benchmark in found:
            found[record.benchmark][record.sample] = record
    return found
