"""Rows that were loaded once, by commit: later runs read one file, need no network and never import `datasets`.

They are kept where huggingface_hub lets libraries keep what they make of its files (HF_ASSETS_CACHE), or where that
cannot be written, as in a shared HF_HOME, in this user's own cache. Both are read.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from swallow_metrics.datasets.hub.client import own_cache
from swallow_metrics.datasets.hub.loaders import Found, Wanted
from swallow_metrics.io import dumps, loads, without_nulls, write_atomically

_LOGGER = logging.getLogger(__name__)
_FORM = 1  # of the files; raise it when they change, and older ones are passed over


def read(wanted: Wanted, sha: str) -> tuple[Found, str] | None:
    """What was found at this commit and in which way, or None when that was never kept."""
    for path in _paths(wanted, sha):
        try:
            return decode(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            _LOGGER.warning("%s is passed over: %s", path, error)
    return None


def keep(wanted: Wanted, sha: str, content: bytes, *, newest: bool) -> None:
    """Keep what `encode` made. Folders that cannot be written are not a reason to stop."""
    _write(_paths(wanted, sha), content)
    if newest:
        note_newest(wanted, sha)


def note_newest(wanted: Wanted, sha: str) -> None:
    """Remember which commit an offline run without a lock takes."""
    if newest(wanted) != sha:
        _write(_paths(wanted, "newest"), sha.encode())


def newest(wanted: Wanted) -> str | None:
    """The commit that was the newest one in the last run online."""
    noted: list[tuple[float, str]] = []
    for path in _paths(wanted, "newest"):
        with suppress(OSError):
            noted.append((path.stat().st_mtime, path.read_text()))
    return max(noted)[1] if noted else None


def encode(found: Found, way: str) -> bytes:
    """What was found as JSON lines. Null entries inside of values are dropped: only tables need them."""
    head = {"form": _FORM, "way": way, "commit": found.commit, "missing": found.missing}
    tables = [[subset, len(table)] for subset, table in found.tables.items()]
    rows = [
        dumps({name: without_nulls(value) for name, value in row.items()}, sort_keys=True)
        for table in found.tables.values()
        for row in table
    ]
    return b"".join([dumps(head | {"tables": tables}, sort_keys=True), *rows])


def decode(content: bytes) -> tuple[Found, str]:
    """What `encode` was given. Raises ValueError, KeyError or TypeError for anything else."""
    first, *lines = content.split(b"\n")
    head = loads(first)
    if head["form"] != _FORM or len(lines) != sum(rows for _, rows in head["tables"]) + 1:
        raise ValueError("expected another form or number of rows")
    rows = map(loads, lines)
    tables = {subset: [next(rows) for _ in range(count)] for subset, count in head["tables"]}
    return Found(tables, head["commit"], head["missing"]), head["way"]


def _write(paths: Sequence[Path], content: bytes) -> None:
    """Write the first file that can be written."""
    for path in paths:
        try:
            write_atomically(path, content)
        except OSError as error:
            _LOGGER.info("%s is not kept: %s", path, error)
        else:
            return


def _paths(wanted: Wanted, sha: str) -> list[Path]:
    """The file in both caches, in the order they are written."""
    from huggingface_hub import constants

    what = [wanted.split, wanted.columns, list(wanted.configs.items()), wanted.files]
    name = sha256(dumps(what, sort_keys=True)).hexdigest()[:16]
    folders = (Path(constants.HF_ASSETS_CACHE) / "pytest-swallow", own_cache() / "assets")
    return [folder / wanted.path.replace("/", "--") / sha / f"{name}.jsonl" for folder in folders]
