"""Rows from local files: `--data-dir DIR` and the bundled demo questions. Never imports `datasets`.

A benchmark's rows are in `DIR/<benchmark>.jsonl`, or in `DIR/<benchmark>/<subset>.jsonl`, as UTF-8 JSON lines in the
hub's schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from swallow_metrics.datasets.digest import rows_sha256
from swallow_metrics.datasets.lenient import loads
from swallow_metrics.datasets.row import Loaded, Origin, Row
from swallow_metrics.datatypes import Dataset
from swallow_metrics.errors import DataError


def load_local(benchmark_id: str, dataset: Dataset, data_dir: Path) -> Loaded:
    """The rows of a benchmark under `data_dir`. Raises DataError, which names file and line."""
    loaded = _load(benchmark_id, dataset, data_dir)
    count = len(loaded.rows)
    if count != dataset.rows:
        loaded.info["warnings"].append(
            f"{benchmark_id}: {loaded.info['path']} has {count:,} rows, the published dataset {dataset.rows:,}"
        )
    return loaded


def load_demo(benchmark_id: str, dataset: Dataset, demo_dir: Path) -> Loaded:
    """The bundled questions of a benchmark. Raises DataError."""
    loaded = _load(benchmark_id, dataset, demo_dir)
    loaded.info["path"] = f"demo/{benchmark_id}.jsonl"
    return loaded


def _load(benchmark_id: str, dataset: Dataset, folder: Path) -> Loaded:
    path = _find(benchmark_id, dataset, folder)
    rows: list[Row] = []
    if path.is_dir():
        for subset in _subsets(benchmark_id, dataset, path):
            rows += _rows(benchmark_id, path / f"{subset}.jsonl", subset)
    else:
        rows = _rows(benchmark_id, path, None)
    info: dict[str, Any] = {
        "path": str(path),
        "revision": None,
        "sha256": rows_sha256(rows, dataset.columns),
        "rows": len(rows),
        "warnings": [],
    }
    return Loaded(rows, info)


def _find(benchmark_id: str, dataset: Dataset, folder: Path) -> Path:
    """The file or folder with a benchmark's rows; of a benchmark with the same rows where it has none of its own."""
    for name in filter(None, (benchmark_id, dataset.local)):
        file, subsets = folder / f"{name}.jsonl", folder / name
        if file.is_file() and subsets.is_dir():
            # Neither is the obvious one, and a silent choice would be found out from wrong figures only.
            raise DataError(f"{benchmark_id}: found both {file} and the folder {subsets}; keep one of them")
        if file.is_file():
            return file
        if subsets.is_dir():
            return subsets
    expected = f"{benchmark_id}.jsonl" + (f" or {benchmark_id}/<subset>.jsonl" if dataset.subsets else "")
    if not folder.is_dir():
        raise DataError(f"{benchmark_id}: expected {expected} in {folder}, but that is no folder")
    there = sorted(path.name for path in folder.iterdir() if path.suffix == ".jsonl" or path.is_dir())
    close = get_close_matches(expected, there, n=1)
    hint = f"; did you mean {close[0]}?" if close else f"; add it with the columns {', '.join(dataset.columns)}"
    raise DataError(f"{benchmark_id}: expected {expected} in {folder}, but it is not there{hint}")


def _subsets(benchmark_id: str, dataset: Dataset, folder: Path) -> list[str]:
    """The subsets that have a file, in the benchmark's order. A file of none of them is an error, not a guess."""
    found = {path.name.removesuffix(".jsonl") for path in folder.glob("*.jsonl")}
    if not found:
        raise DataError(f"{benchmark_id}: expected <subset>.jsonl files in {folder}, but it has none")
    for name in sorted(found.difference(dataset.subsets)):
        wrong = f"{benchmark_id}: {folder / name}.jsonl is no subset of it"
        if not dataset.subsets:
            raise DataError(f"{wrong}: it has none; put its rows into {folder}.jsonl")
        close = get_close_matches(name, dataset.subsets, n=1, cutoff=0.4)
        raise DataError(f"{wrong}; rename or remove it{f' (nearest subset: {close[0]})' if close else ''}")
    return [name for name in dataset.subsets if name in found]


def _rows(benchmark_id: str, path: Path, subset: str | None) -> list[Row]:
    origin = Origin(benchmark_id, str(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{benchmark_id}: cannot read {path} ({error.strerror or error})") from error
    rows = [Row(values, number, origin, subset) for number, values in enumerate(json_lines(content, origin.at))]
    if not rows:
        raise DataError(f"{benchmark_id}: {path} is empty; expected one JSON object a line")
    return rows


def json_lines(content: bytes, at: Callable[[int], str]) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file's content, one a line; `at(k)` names the place of line k (from 0) in errors.

    Lines end with a line feed, and only with that: texts can hold other line separators such as U+2028. A byte order
    mark, carriage returns before line feeds and blank lines at the end are tolerated. Raises DataError.
    """
    content = content.removeprefix(b"\xef\xbb\xbf").rstrip(b" \t\r\n")
    if not content:
        return
    for number, line in enumerate(content.split(b"\n")):
        try:
            value = loads(line)
        except UnicodeDecodeError as error:
            found = line[error.start : error.start + 1]
            raise DataError(f"{at(number)}: expected UTF-8, but byte {error.start + 1} is {found!r}") from error
        except ValueError as error:
            raise DataError(f"{at(number)}: expected a JSON object, but got {_shown(line)} ({error})") from error
        if not isinstance(value, dict):
            raise DataError(f"{at(number)}: expected a JSON object, but got {_shown(line)}")
        yield value


def _shown(line: bytes) -> str:
    text = line.decode(errors="replace").strip()
    return f"{text[:60]!r}{'…' * (len(text) > 60)}" if text else "an empty line"
