"""Pick a repository's raw files by name and read them: JSON lines, JSON, Parquet, CSV; also inside of a zip archive."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from swallow_metrics.datasets.hub.access import Commit, Unusable
from swallow_metrics.datasets.local import json_lines

Table = list[dict[str, Any]]
_FORMATS = (".jsonl", ".parquet", ".json", ".csv", ".tsv")  # the same rows in several formats: the first one counts
_NO_DATA = {"dataset_infos.json", "dataset_dict.json", "dataset_info.json", "state.json"}


def read_raw(
    commit: Commit, files: Sequence[str], config: str | None, split: str, columns: Sequence[str]
) -> Table | None:
    """The rows in `files`, or else in the files named after a configuration and split; None when there are none.

    Raises Unusable when several files could be meant, or a file cannot be read.
    """
    if files:
        missing = [name for name in files if name not in commit.files]
        if missing:
            raise Unusable(f"it has no {', '.join(missing)}")
        return [row for name in files for row in _parse(name, commit.download(name).read_bytes(), columns)]
    chosen = choose(commit.files, config, split)
    if chosen:
        return [row for name in chosen for row in _parse(name, commit.download(name).read_bytes(), columns)]
    for name in commit.files:
        if name.endswith(".zip"):
            with zipfile.ZipFile(commit.download(name)) as archive:
                chosen = choose(archive.namelist(), config, split)
                if chosen:
                    return [row for member in chosen for row in _parse(member, archive.read(member), columns)]
    return None


def choose(files: Iterable[str], config: str | None, split: str) -> list[str]:
    """The files with the rows of a configuration (None: of the dataset) and split, by their names.

    A file is of a configuration when a folder it is in, or its own name without suffix and split, is that name; case
    and punctuation do not count. Raises Unusable when several files could be meant.
    """
    named = [name for name in files if _is_data(name) and (config is None or _is_of(name, config, split))]
    for suffix in _FORMATS:
        found = sorted(name for name in named if name.endswith(suffix))
        of_split = [name for name in found if split.casefold() in re.split(r"[\W_]+", name.casefold())]
        if of_split or len(found) == 1:
            return of_split or found
        if found:
            shown = ", ".join(found[:4]) + (", …" if len(found) > 4 else "")
            raise Unusable(f"it does not say which of {shown} has the split {split!r}")
    return []


def same_name(name: str) -> str:
    """What two spellings of a subset's name have in common: letters and digits, in lower case."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _is_data(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = path.name.startswith((".", "_")) or path.parts[0] == "__MACOSX"
    return path.suffix in _FORMATS and not hidden and path.name not in _NO_DATA


def _is_of(name: str, config: str, split: str) -> bool:
    path = PurePosixPath(name)
    part = re.escape(split)
    without_split = re.sub(rf"^{part}[-_.]|[-_.]{part}([-_.]\d.*)?$", "", path.stem, flags=re.IGNORECASE)
    return same_name(config) in {same_name(text) for text in (*path.parent.parts, path.stem, without_split)}


def _parse(name: str, content: bytes, columns: Sequence[str]) -> Table:
    def at(number: int) -> str:
        return f"{name}, line {number + 1}"

    readers: dict[str, Callable[[], Table]] = {
        ".jsonl": lambda: list(json_lines(content, at)),
        ".parquet": lambda: _parquet(content),
        ".json": lambda: _json(content, at),
        ".csv": lambda: _csv(content, ",", columns, at),
        ".tsv": lambda: _csv(content, "\t", columns, at),
    }
    return readers[PurePosixPath(name).suffix]()


def _parquet(content: bytes) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: Table = pq.read_table(pa.BufferReader(content)).to_pylist()
    return rows


def _json(content: bytes, at: Callable[[int], str]) -> Table:
    """A list of objects; else JSON lines, as many a .json file is."""
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except ValueError:
        return list(json_lines(content, at))
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return value
    return list(json_lines(content, at))


def _csv(content: bytes, delimiter: str, columns: Sequence[str], at: Callable[[int], str]) -> Table:
    """Every value as text. A file without a header line, with as many cells as `columns`, has these in their order."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
        lines = [cells for cells in csv.reader(text, delimiter=delimiter) if cells]
    except (csv.Error, UnicodeDecodeError) as error:
        raise Unusable(f"{at(0)}: {error}") from error
    finally:
        csv.field_size_limit(limit)
    if not lines:
        return []
    names = [name.strip() for name in lines[0]]
    known = len(set(names) & set(columns))
    if len(names) == len(columns) and known <= len(columns) / 2:  # some: an answer "A" is the name of a column too
        names = list(columns)
    else:
        lines = lines[1:]
    for number, cells in enumerate(lines):
        if len(cells) != len(names):
            raise Unusable(f"{at(number)}: expected {len(names)} cells, but got {len(cells)}")
    return [dict(zip(names, cells, strict=True)) for cells in lines]
