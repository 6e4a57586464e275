"""Rows that were loaded once, by commit: later runs read one file, need no network and never import `datasets`.

They are kept where huggingface_hub lets libraries keep what they make of its files (HF_ASSETS_CACHE).
"""

from __future__ import annotations

import logging
from hashlib import sha256
from pathlib import Path

from swallow_metrics.datasets.atomic import write_atomically
from swallow_metrics.datasets.hub.ways import Found, Wanted
from swallow_metrics.datasets.lenient import dumps, loads, without_nulls

_LOGGER = logging.getLogger(__name__)
_FORM = 1  # of the files; raise it when they change, and older ones are passed over


def read(wanted: Wanted, sha: str) -> tuple[Found, str] | None:
    """What was found at this commit and in which way, or None when that was never kept."""
    path = _path(wanted, sha)
    if path is None or not path.is_file():
        return None
    try:
        return decode(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError) as error:
        _LOGGER.warning("%s is passed over: %s", path, error)
        return None


def keep(wanted: Wanted, sha: str, content: bytes, *, newest: bool) -> None:
    """Keep what `encode` made. A folder that cannot be written is no reason to stop."""
    path = _path(wanted, sha)
    if path is None:
        return
    try:
        write_atomically(path, content)
        if newest:
            note_newest(wanted, sha)
    except OSError as error:
        _LOGGER.warning("%s is not kept: %s", path, error)


def note_newest(wanted: Wanted, sha: str) -> None:
    """Remember which commit an offline run without a lock takes. Raises OSError."""
    path = _path(wanted, "newest")
    if path is not None and newest(wanted) != sha:
        write_atomically(path, sha.encode())


def newest(wanted: Wanted) -> str | None:
    """The commit that was the newest one in the last run online."""
    path = _path(wanted, "newest")
    return path.read_text() if path is not None and path.is_file() else None


def encode(found: Found, way: str) -> bytes:
    """What was found as JSON lines. Null entries inside of values are dropped: only tables need them."""
    head = {"form": _FORM, "way": way, "commit": found.commit, "missing": found.missing}
    tables = [[subset, len(table)] for subset, table in found.tables.items()]
    rows = [
        dumps({name: without_nulls(value) for name, value in row.items()})
        for table in found.tables.values()
        for row in table
    ]
    return b"".join([dumps(head | {"tables": tables}), *rows])


def decode(content: bytes) -> tuple[Found, str]:
    """What `encode` was given. Raises ValueError, KeyError or TypeError for anything else."""
    first, *lines = content.split(b"\n")
    head = loads(first)
    if head["form"] != _FORM or len(lines) != sum(rows for _, rows in head["tables"]) + 1:
        raise ValueError("expected another form or number of rows")
    rows = map(loads, lines)
    tables = {subset: [next(rows) for _ in range(count)] for subset, count in head["tables"]}
    return Found(tables, head["commit"], head["missing"]), head["way"]


def _path(wanted: Wanted, sha: str) -> Path | None:
    from huggingface_hub import cached_assets_path

    what = [wanted.split, wanted.columns, list(wanted.configs.items()), wanted.files]
    name = sha256(dumps(what)).hexdigest()[:16]
    try:
        folder: Path = cached_assets_path("pytest-swallow", wanted.path, sha)
    except OSError as error:
        _LOGGER.warning("no cache of rows: %s", error)
        return None
    return folder / f"{name}.jsonl"
