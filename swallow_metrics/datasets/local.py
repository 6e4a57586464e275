"""Rows from local files: `--data-dir DIR` and the bundled demo questions.

A benchmark's rows are in `DIR/<benchmark>.jsonl`, or in `DIR/<benchmark>/<subset>.jsonl`, in the hub's schema. A file
may have any other format of `datasets.formats`, or be a folder that the library `datasets` saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from swallow_metrics.datasets.content_hash import rows_sha256
from swallow_metrics.datasets.formats import SUFFIXES, is_saved, parse, read_saved, suffix_of
from swallow_metrics.datasets.row import Loaded, Origin, Row
from swallow_metrics.datatypes import Dataset
from swallow_metrics.errors import DataError


def load_local(benchmark_id: str, dataset: Dataset, data_dir: Path) -> Loaded:
    """The rows of a benchmark under `data_dir`. Raises DataError, which names file and line."""
    loaded = _load(benchmark_id, dataset, data_dir)
    count = len(loaded.rows)
    if dataset.rows is not None and count != dataset.rows:
        loaded.info["warnings"].append(
            f"{benchmark_id}: {loaded.info['path']} has {count:,} rows, the published dataset {dataset.rows:,}"
        )
    return loaded


def rows_there(benchmark_id: str, dataset: Dataset | None, data_dir: Path) -> list[Row]:
    """The rows of a benchmark under `data_dir`, none where there is no file of it. Raises DataError.

    Without its declaration every file in the benchmark's folder is a subset.
    """
    names = (benchmark_id, dataset.same_rows_as if dataset is not None else None)
    path = next((found for name in filter(None, names) if (found := _named(benchmark_id, data_dir, name))), None)
    if path is None:
        return []
    subsets = () if path.is_file() or is_saved(path) else tuple(_subsets(path))
    return _load(benchmark_id, dataset or Dataset(subsets=subsets), data_dir).rows


def load_demo(benchmark_id: str, dataset: Dataset, demo_dir: Path) -> Loaded:
    """The bundled questions of a benchmark. Raises DataError."""
    loaded = _load(benchmark_id, dataset, demo_dir)
    loaded.info["path"] = f"demo/{benchmark_id}.jsonl"
    return loaded


def _load(benchmark_id: str, dataset: Dataset, folder: Path) -> Loaded:
    path = _find(benchmark_id, dataset, folder)
    rows: list[Row] = []
    for subset, part, split in _parts(benchmark_id, dataset, path):
        rows += _rows(benchmark_id, dataset.columns, part, subset, split)
    info: dict[str, Any] = {
        "path": str(path),
        "revision": None,
        "sha256": rows_sha256(rows, dataset.columns),
        "rows": len(rows),
        "warnings": [],
    }
    return Loaded(rows, info)


def _named(benchmark_id: str, folder: Path, name: str) -> Path | None:
    """The file or folder of this name, in whichever format. Raises DataError where there are two."""
    files = [folder / f"{name}{suffix}{packed}" for suffix in SUFFIXES for packed in ("", ".gz")]
    found = [path for path in files if path.is_file()]
    found += [folder / name] if (folder / name).is_dir() else []
    if len(found) > 1:
        # None is the obvious one, and a silent choice would be found out from wrong figures only.
        both = " and ".join(f"the folder {path}" if path.is_dir() else str(path) for path in found)
        raise DataError(f"{benchmark_id}: found both {both}; keep one of them")
    return found[0] if found else None


def _find(benchmark_id: str, dataset: Dataset, folder: Path) -> Path:
    """The file or folder with a benchmark's rows; of a benchmark with the same rows where it has none of its own."""
    for name in filter(None, (benchmark_id, dataset.same_rows_as)):
        if (found := _named(benchmark_id, folder, name)) is not None:
            return found
    expected = f"{benchmark_id}.jsonl" + (f" or {benchmark_id}/<subset>.jsonl" if dataset.subsets else "")
    if not folder.is_dir():
        raise DataError(f"{benchmark_id}: expected {expected} in {folder}, but that is not a folder")
    there = sorted(path.name for path in folder.iterdir() if suffix_of(path.name) or path.is_dir())
    close = get_close_matches(expected, there, n=1)
    columns = ", ".join(dataset.columns)
    hint = f"did you mean {close[0]}?" if close else f"add it with the columns {columns}, also as .csv, .json, .parquet"
    raise DataError(f"{benchmark_id}: expected {expected} in {folder}, but it is not there; {hint}")


def _parts(benchmark_id: str, dataset: Dataset, path: Path) -> list[tuple[str | None, Path, str]]:
    """Subset, file or saved folder, and split of each part, in the benchmark's order.

    A file of no subset is an error, not a guess.
    """
    if path.is_file():
        return [(None, path, dataset.split)]
    if is_saved(path):
        return [(subset, path, split) for subset, split in dataset.splits.items()] or [(None, path, dataset.split)]
    names = _subsets(path)
    if not names:
        raise DataError(f"{benchmark_id}: expected <subset>.jsonl files in {path}, but it has none")
    found = {name: entry for name in names if (entry := _named(benchmark_id, path, name)) is not None}
    for name, entry in found.items():
        if name not in dataset.subsets:
            raise DataError(f"{benchmark_id}: {entry} is not a subset of it{_way_out(name, dataset, path)}")
    return [(name, found[name], dataset.splits.get(name, dataset.split)) for name in dataset.subsets if name in found]


def _subsets(folder: Path) -> list[str]:
    """The names of the files of rows in a folder, and of folders that were saved in it."""
    visible = (entry for entry in folder.iterdir() if not entry.name.startswith("."))
    files = [entry for entry in visible if suffix_of(entry.name) or is_saved(entry)]
    return sorted({entry.name.removesuffix(".gz").removesuffix(suffix_of(entry.name)) for entry in files})


def _way_out(name: str, dataset: Dataset, folder: Path) -> str:
    if not dataset.subsets:
        return f": it has none; put its rows into {folder}.jsonl"
    close = get_close_matches(name, dataset.subsets, n=1, cutoff=0.4)
    return f"; rename or remove it{f' (nearest subset: {close[0]})' if close else ''}"


def _rows(benchmark_id: str, columns: Sequence[str], path: Path, subset: str | None, split: str) -> list[Row]:
    is_lines = path.is_file() and suffix_of(path.name) == ".jsonl"
    origin = Origin(benchmark_id, str(path), unit="line" if is_lines else "row")
    lines = Origin(benchmark_id, str(path))
    try:
        if path.is_dir():
            table = read_saved(path, split)
        else:
            table = parse(str(path), path.read_bytes(), columns, lines.at, strict=True)
    except OSError as error:
        raise DataError(f"{benchmark_id}: cannot read {path} ({error.strerror or error})") from error
    except DataError as error:
        text = str(error)
        raise DataError(text if text.startswith(f"{benchmark_id}: ") else f"{benchmark_id}: {text}") from error
    if not table:
        raise DataError(f"{benchmark_id}: {path} is empty; expected {'one JSON object a line' if is_lines else 'rows'}")
    return [Row(values, number, origin, subset) for number, values in enumerate(table)]
