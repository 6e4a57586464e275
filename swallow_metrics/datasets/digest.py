"""A content hash of rows that is the same whether they came from the hub or from local files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import orjson

from swallow_metrics.datasets.row import Row


def rows_sha256(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """SHA-256, in hexadecimal, over the rows in order: each one's id and its values of `columns`.

    `columns` are what the benchmark declares to read; others do not count, since copies of a dataset differ in them.
    Null values count as absent, inside of values too: table formats fill up what JSON lines leave out. Each row is
    one line `[id, {column: value}]` of JSON, keys sorted.
    """
    digest = sha256()
    for row in rows:
        values = row.values
        kept = {name: _without_nulls(values[name]) for name in columns if values.get(name) is not None}
        digest.update(_dumps([row.id, kept]))
    return digest.hexdigest()


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # lone surrogates and integers beyond 64 bits
        return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode() + b"\n"
