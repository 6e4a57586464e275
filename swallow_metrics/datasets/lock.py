"""The lock file: which revision of each hub dataset was evaluated (`--data-lock`), in TOML."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from swallow_metrics.errors import DataError
from swallow_metrics.io import read_toml, write_atomically

_HEAD = "# Datasets and the revisions they were evaluated at; rewritten by --data-lock-update.\n"
_CONTRACT = ("path", "revision", "rows", "sha256")  # the other fields are left out where they are empty


@dataclass(frozen=True, slots=True)
class Pin:
    """One benchmark's entry. Several repositories (AIME) are joined with "+", their revisions in the same order.

    `source` is how the rows were read, `data_revision` the commit they are in where that is another branch's; both
    may be absent.
    """

    path: str
    revision: str
    rows: int
    sha256: str
    source: str = ""
    data_revision: str = ""


def read_pin(lock: Path, benchmark_id: str) -> Pin:
    """A benchmark's entry. Raises DataError, also when there is none."""
    if not lock.exists():
        raise DataError(f"--data-lock {lock} does not exist; add --data-lock-update to write it")
    pins = read_lock(lock)
    if benchmark_id not in pins:
        raise DataError(f"{lock} has no entry {benchmark_id!r}; add --data-lock-update to write one")
    return pins[benchmark_id]


def read_lock(lock: Path) -> dict[str, Pin]:
    """All entries, by benchmark. Raises DataError that names file, entry and field."""
    entries = read_toml(lock, "--data-lock", DataError)
    return {name: _pin(lock, name, entry) for name, entry in entries.items()}


def update_lock(lock: Path, benchmark_id: str, pin: Pin) -> None:
    """Write one entry and keep the others. Raises DataError; the file is whole at any time."""
    pins = read_lock(lock) if lock.exists() else {}
    if pins.get(benchmark_id) == pin:
        return
    pins[benchmark_id] = pin
    try:
        write_atomically(lock, (_HEAD + "".join(_table(name, pins[name]) for name in sorted(pins))).encode())
    except OSError as error:
        raise DataError(f"cannot write --data-lock {lock} ({error.strerror or error})") from error


def check_pin(lock: Path, benchmark_id: str, pin: Pin, **found: str | int) -> None:
    """Compare what was found with the entry. Raises DataError that names the first field that differs."""
    for name, value in found.items():
        expected = getattr(pin, name)
        if value != expected:
            raise DataError(
                f"{benchmark_id}: {lock} pins {name} = {expected!r}, but it is {value!r}; "
                "use the dataset that was pinned, or accept this one with --data-lock-update"
            )


def _pin(lock: Path, name: str, entry: Any) -> Pin:
    if not isinstance(entry, dict):
        raise DataError(f"--data-lock {lock}: expected a table [{name}], but got {entry!r:.60}")
    for field in fields(Pin):
        kind = int if field.name == "rows" else str
        value = entry.get(field.name, field.default)
        if not isinstance(value, kind) or isinstance(value, bool):
            got = repr(entry[field.name]) if field.name in entry else "nothing"
            raise DataError(f"--data-lock {lock}: [{name}] expected {field.name} as {kind.__name__}, but got {got:.60}")
    return Pin(**{field.name: entry[field.name] for field in fields(Pin) if field.name in entry})


def _table(name: str, pin: Pin) -> str:
    key = name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else _value(name)
    lines = [f"{field} = {_value(value)}" for field, value in asdict(pin).items() if field in _CONTRACT or value]
    return "\n".join(["", f"[{key}]", *lines, ""])


def _value(value: str | int) -> str:
    """A JSON string is a TOML string, except for one control character that JSON leaves as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
