"""Tables as people keep them: JSON lines, JSON, CSV, TSV, Parquet, each also gzipped, and what `datasets` saved.

pyarrow and `datasets` are imported only where a file needs them.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from swallow_metrics.errors import DataError
from swallow_metrics.io import loads, without_nulls

Table = list[dict[str, Any]]
At = Callable[[int], str]  # the name of a line, counted from 0, for errors
SUFFIXES = (".jsonl", ".parquet", ".json", ".csv", ".tsv")
SAVED = ("dataset_dict.json", "state.json")  # one of them is in every folder that `datasets` saved
_BOM = b"\xef\xbb\xbf"


def suffix_of(name: str) -> str:
    """The format of a file by its name, one of `SUFFIXES`; "" for any other file."""
    return next((suffix for suffix in SUFFIXES if name.removesuffix(".gz").endswith(suffix)), "")


def parse(name: str, content: bytes, columns: Sequence[str], at: At, *, strict: bool = False) -> Table:
    """The rows in a file's content, in the format of its name. Raises DataError.

    `columns` name the cells of a CSV file without a header line; `strict` refuses quotes in it that do not pair up.
    """
    if name.endswith(".gz"):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(
                f"{name}: expected a whole gzip file, but {str(error)[:1].lower()}{str(error)[1:]}"
            ) from error
    readers: dict[str, Callable[[], Table]] = {
        ".jsonl": lambda: list(json_lines(content, at)),
        ".parquet": lambda: _parquet(name, content),
        ".json": lambda: _json(content, at),
        ".csv": lambda: _csv(content, ",", columns, at, strict=strict),
        ".tsv": lambda: _csv(content, "\t", columns, at, strict=strict),
    }
    return readers[suffix_of(name)]()


def json_lines(content: bytes, at: At) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file's content, one per line. Raises DataError.

    Lines end with a line feed, and only with that: texts can hold other line separators such as U+2028. A byte order
    mark, carriage returns before line feeds and blank lines at the end are tolerated.
    """
    content = content.removeprefix(_BOM).rstrip(b" \t\r\n")
    if not content:
        return
    for number, line in enumerate(content.split(b"\n")):
        try:
            value = loads(line)
        except UnicodeDecodeError as error:
            raise _not_utf8(at(number), line, error.start) from error
        except ValueError as error:
            raise DataError(f"{at(number)}: expected a JSON object, but got {_shown(line)} ({error})") from error
        if not isinstance(value, dict):
            raise DataError(f"{at(number)}: expected a JSON object, but got {_shown(line)}")
        yield value


def is_saved(folder: Path) -> bool:
    """Whether `datasets` saved a dataset in this folder."""
    return any((folder / name).is_file() for name in SAVED)


def read_saved(folder: Path, split: str) -> Table:
    """The rows of a split in a folder that `datasets` saved; of all rows where it has no splits. Raises DataError."""
    import datasets

    try:
        found = datasets.load_from_disk(str(folder))
    except Exception as error:  # `datasets` and pyarrow raise errors of many kinds
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DataError(f"cannot read the dataset saved in {folder} ({reason:.200}); save it again") from error
    if isinstance(found, datasets.DatasetDict):
        if split not in found:
            raise DataError(f"{folder}: expected the split {split!r}, but it has {', '.join(map(repr, found))}")
        found = found[split]
    return _plain(found.to_list())


def _plain(table: Table) -> Table:
    """Without the null entries inside of values, which only tables need."""
    return [{name: without_nulls(value) for name, value in row.items()} for row in table]


def _parquet(name: str, content: bytes) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows: Table = pq.read_table(pa.BufferReader(content)).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name}: expected a Parquet file ({str(error).splitlines()[0]:.200})") from error
    return _plain(rows)


def _json(content: bytes, at: At) -> Table:
    """A list of objects; else JSON lines, as many a .json file is."""
    if not content.removeprefix(_BOM).lstrip().startswith(b"["):
        return list(json_lines(content, at))
    try:
        rows: Table = json.loads(_text(content, at))
    except json.JSONDecodeError as error:
        place = f"{at(error.lineno - 1)}, character {error.colno}"
        raise DataError(f"{place}: expected a list of JSON objects ({error.msg})") from error
    except RecursionError as error:
        raise DataError(f"{at(0)}: expected a list of JSON objects (it is nested too deeply)") from error
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise DataError(f"{at(0)}: expected a list of JSON objects, but entry {number} is {row!r:.60}")
    return rows


def _csv(content: bytes, delimiter: str, columns: Sequence[str], at: At, *, strict: bool) -> Table:
    """Every value as text. A file without a header line, with as many cells as `columns`, has these in their order."""
    limit = csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(_text(content, at), newline=""), delimiter=delimiter, strict=strict)
    try:
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise DataError(f"{at(max(reader.line_num, 1) - 1)}: expected CSV, but {error}") from error
    finally:
        csv.field_size_limit(limit)
    if not lines:
        return []
    names = [name.strip() for name in lines[0][1]]
    known = len(set(names) & set(columns))
    if len(names) == len(columns) and known <= len(columns) / 2:  # some: an answer "A" is the name of a column too
        names = list(columns)
    else:
        lines = lines[1:]
    for end, cells in lines:
        if len(cells) != len(names):
            raise DataError(f"{at(end - 1)}: expected {len(names)} cells, but got {len(cells)}")
    return [dict(zip(names, cells, strict=True)) for _, cells in lines]


def _text(content: bytes, at: At) -> str:
    content = content.removeprefix(_BOM)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.rfind(b"\n", 0, error.start) + 1
        raise _not_utf8(at(content.count(b"\n", 0, line)), content[line:], error.start - line) from error


def _not_utf8(place: str, line: bytes, byte: int) -> DataError:
    found = line[byte : byte + 1]
    return DataError(
        f"{place}: expected UTF-8, but byte {byte + 1} is {found!r}; convert the file (iconv -f CP932 -t UTF-8, if it "
        "is Japanese text of Windows)"
    )


def _shown(line: bytes) -> str:
    text = line.decode(errors="replace").strip()
    return f"{text[:60]!r}{'…' * (len(text) > 60)}" if text else "an empty line"
