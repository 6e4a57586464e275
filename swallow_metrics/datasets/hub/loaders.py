"""The three ways to read a dataset repository, in the order they are tried. None of them runs its code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from swallow_metrics.datasets.formats import Table
from swallow_metrics.datasets.hub.client import CONVERTED, Commit, Unusable, resolve, without_bars
from swallow_metrics.datasets.hub.files import read_raw, same_name

Tables = dict[str | None, Table]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to take from one repository.

    `configs` maps our subset names (None for a dataset without subsets) to the hub's configuration names (None for
    the one a repository has). `rows` is the number expected in all. `files` are raw files to read by name.
    """

    path: str
    split: str
    columns: tuple[str, ...]
    rows: int | None
    configs: Mapping[str | None, str | None]
    files: tuple[str, ...] = ()
    gated: bool = False

    @property
    def only(self) -> Only | None:
        """The one configuration, where but one is wanted."""
        return Only(*next(iter(self.configs.items()))) if len(self.configs) == 1 else None


class Only(NamedTuple):
    """A subset and its configuration."""

    subset: str | None
    config: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """Rows by subset, the commit they were read at, and the subsets that were not there."""

    tables: Tables
    commit: str
    missing: list[str] = field(default_factory=list)


def as_data(wanted: Wanted, commit: Commit, _pinned: str | None) -> Found:
    """The repository as it is meant to be read: its configurations and splits, by the library `datasets`."""
    script = f"{wanted.path.rpartition('/')[2]}.py"
    if script in commit.files:  # `datasets` would say the same, after a second of import and some requests
        raise Unusable(f"it is a script, {script}, which is never run")
    import datasets

    def read(name: str | None) -> Table:
        builder = datasets.load_dataset_builder(wanted.path, name, revision=commit.sha)
        if builder.hash != commit.sha:  # `datasets` falls back to whatever its cache has
            raise Unusable(f"only revision {builder.hash} could be read")
        builder.download_and_prepare()
        rows: Table = builder.as_dataset(split=wanted.split).to_list()
        return rows

    with without_bars(datasets):
        names = datasets.get_dataset_config_names(wanted.path, revision=commit.sha)
        tables = _by_name(wanted, names, read)
        if not tables and wanted.only is not None and wanted.only.config is None:
            tables = {wanted.only.subset: read(None)}
        elif not tables and len(names) == 1:
            tables = by_subset_column(read(names[0]), wanted)
    return _found(wanted, tables, commit.sha, names)


def from_datasets_cache(wanted: Wanted) -> Found:
    """What `datasets` itself kept of an earlier load, by whichever program, for a run offline. Raises any error."""
    import datasets

    tables: Tables = {}
    commits = set()
    with without_bars(datasets):
        for subset, config in wanted.configs.items():
            builder = datasets.load_dataset_builder(wanted.path, config)
            tables[subset] = builder.as_dataset(split=wanted.split).to_list()
            commits.add(str(builder.hash))
    if len(commits) != 1:
        raise Unusable(f"its subsets are of several revisions: {_listed(sorted(commits))}")
    return _found(wanted, tables, commits.pop(), ())


def as_converted(wanted: Wanted, commit: Commit, pinned: str | None) -> Found:
    """The hub's own conversion to Parquet. Its configurations can have other names: columns and rows decide then."""
    import pyarrow.parquet as pq

    branch = resolve(commit.path, pinned or CONVERTED)
    files = converted_files(branch.files, wanted.split)
    if not files:
        raise Unusable(f"it has no split {wanted.split!r}")

    def read(name: str) -> Table:
        return [row for file in files[name] for row in pq.read_table(branch.download(file)).to_pylist()]

    tables = _by_name(wanted, files, read)
    if not tables and wanted.only is not None:
        tables = {wanted.only.subset: read(_by_content(wanted, files, branch))}
    elif not tables and len(files) == 1:
        tables = by_subset_column(read(next(iter(files))), wanted)
    return _found(wanted, tables, branch.sha, files)


def as_raw_files(wanted: Wanted, commit: Commit, _pinned: str | None) -> Found:
    """The repository's raw files by name: JSON lines, CSV, Parquet, also inside of a zip archive."""
    tables: Tables = {}
    for subset, config in wanted.configs.items():
        table = read_raw(commit, wanted.files, config, wanted.split, wanted.columns)
        if table is not None:
            tables[subset] = table
    return _found(wanted, tables, commit.sha, commit.files)


LOADERS: Mapping[str, Callable[[Wanted, Commit, str | None], Found]] = {
    "data": as_data,
    CONVERTED: as_converted,
    "raw files": as_raw_files,
}


def converted_files(files: Iterable[str], split: str) -> dict[str, list[str]]:
    """The Parquet files of a split by configuration, from paths such as `config/test/0000.parquet`.

    Older conversions are named `config/name-test-00000-of-00001.parquet`. A `partial-test` is not the whole split.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(files):
        config, _, rest = path.partition("/")
        folder, _, name = rest.rpartition("/")
        older = re.sub(r"(-\d+-of-\d+)?\.parquet$", "", name).rpartition("-")[2]
        if name.endswith(".parquet") and split == (folder or older):
            found.setdefault(config, []).append(path)
    return found


def by_subset_column(table: Table, wanted: Wanted) -> Tables:
    """Split the rows of all subsets by the column that names their subset, where there is one; else nothing."""
    subsets = {same_name(subset): subset for subset in wanted.configs if subset is not None}
    for column in table[0] if table else ():
        values = {row[column] if isinstance(row[column], str) else "" for row in table}
        if all(same_name(value) in subsets for value in values):
            tables: Tables = {}
            for row in table:
                tables.setdefault(subsets[same_name(row[column])], []).append(row)
            return tables
    return {}


def _by_name(wanted: Wanted, names: Iterable[str], read: Callable[[str], Table]) -> Tables:
    """The tables whose configuration has the name wanted, or but one name with the same letters and digits."""
    names = list(names)
    tables: Tables = {}
    for subset, config in wanted.configs.items():
        if config is None:
            continue
        alike = [config] if config in names else [name for name in names if same_name(name) == same_name(config)]
        if len(alike) == 1:
            tables[subset] = read(alike[0])
    return tables


def _by_content(wanted: Wanted, files: Mapping[str, Sequence[str]], branch: Commit) -> str:
    """The configuration with the columns wanted: the one with the right number of rows where several have them."""
    import pyarrow.parquet as pq

    fitting: dict[str, int] = {}
    for config, paths in files.items():
        heads = [pq.read_metadata(branch.download(path)) for path in paths]
        names = heads[0].schema.to_arrow_schema().names
        if set(wanted.columns) <= set(names):
            fitting[config] = sum(head.num_rows for head in heads)
        elif len(files) == 1:
            raise Unusable(_missing_columns(wanted, names))
    best = [config for config, rows in fitting.items() if rows == wanted.rows] or list(fitting)
    if len(best) != 1:
        raise Unusable(f"{len(best) or 'none'} of its configurations {_listed(files)} have the columns wanted")
    return best[0]


def _found(wanted: Wanted, tables: Tables, commit: str, there: Iterable[str]) -> Found:
    names = ["" if subset is None else subset for subset in wanted.configs if subset not in tables]
    if not tables:
        lacking = _listed(str(config) for config in wanted.configs.values() if config is not None)
        raise Unusable(f"it has no {lacking or 'data'}, only {_listed(there) or 'nothing'}")
    for subset, table in tables.items():
        if not table:
            raise Unusable(f"{subset or 'its split'} has no rows")
        if not all(any(name in row for row in table) for name in wanted.columns):
            raise Unusable(_missing_columns(wanted, table[0]))
    return Found(tables, commit, names)


def _missing_columns(wanted: Wanted, there: Iterable[str]) -> str:
    there = list(there)
    missing = [repr(name) for name in wanted.columns if name not in there]
    return f"it has no column {_listed(missing, 20)}, only {_listed(map(repr, there), 20)}"


def _listed(names: Iterable[Any], most: int = 5) -> str:
    names = [str(name) for name in names]
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
