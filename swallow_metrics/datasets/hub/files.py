"""Pick a repository's raw files by name and read them: JSON lines, JSON, Parquet, CSV; also inside of a zip archive."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from swallow_metrics.datasets.formats import SUFFIXES, Table, parse, suffix_of
from swallow_metrics.datasets.hub.client import Commit, Unusable
from swallow_metrics.errors import DataError

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
    for suffix in SUFFIXES:  # the same rows in several formats: the first one counts
        found = sorted(name for name in named if suffix_of(name) == suffix)
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
    return suffix_of(name) != "" and not hidden and path.name not in _NO_DATA


def _is_of(name: str, config: str, split: str) -> bool:
    path = PurePosixPath(name.removesuffix(".gz"))
    part = re.escape(split)
    without_split = re.sub(rf"^{part}[-_.]|[-_.]{part}([-_.]\d.*)?$", "", path.stem, flags=re.IGNORECASE)
    return same_name(config) in {same_name(text) for text in (*path.parent.parts, path.stem, without_split)}


def _parse(name: str, content: bytes, columns: Sequence[str]) -> Table:
    try:
        return parse(name, content, columns, lambda number: f"{name}, line {number + 1}")
    except DataError as error:
        raise Unusable(str(error)) from error
