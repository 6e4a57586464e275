"""A content hash of rows that is the same whether they came from the hub or from local files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from swallow_metrics.datasets.row import Row
from swallow_metrics.io import dumps, without_nulls


def rows_sha256(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """SHA-256, in hexadecimal, over the rows in order: each one's id and its values of `columns`.

    `columns` are what the benchmark declares to read; others do not count, since copies of a dataset differ in them.
    Null values count as absent, inside of values too. Each row is one line `[id, {column: value}]` of JSON, keys
    sorted.
    """
    digest = sha256()
    for row in rows:
        values = row.values
        kept = {name: without_nulls(values[name]) for name in columns if values.get(name) is not None}
        digest.update(dumps([row.id, kept], sort_keys=True))
    return digest.hexdigest()
