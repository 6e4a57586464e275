"""Where an export goes: whole or not at all, and over nothing that is there unless that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from swallow_metrics.errors import UsageError


@contextmanager
def target(path: Path, *, force: bool) -> Iterator[Path]:
    """A path beside `path` to write a file or folder to; at the end it takes the place of `path`.

    With `force`, files of the same names are replaced and others stay. Raises UsageError, in one line.
    """
    if not force and path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(f"{path} exists already; choose another --out, or write over it with --force")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UsageError(f"{path} is neither a file nor a folder; choose another --out")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
            made = Path(folder) / path.name
            yield made
            _move(made, path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}; choose another --out") from error


def _move(made: Path, path: Path) -> None:
    if not made.is_dir() or not path.exists():
        made.replace(path)
        return
    for file in sorted(made.rglob("*")):
        if file.is_file():
            there = path / file.relative_to(made)
            there.parent.mkdir(parents=True, exist_ok=True)
            file.replace(there)
