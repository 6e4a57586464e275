"""Load a benchmark's rows from the hub: which revision, with which loader, and whether that is what was pinned."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from swallow_metrics.datasets.content_hash import rows_sha256
from swallow_metrics.datasets.hub import cache, client
from swallow_metrics.datasets.hub.loaders import LOADERS, Found, Wanted, from_datasets_cache
from swallow_metrics.datasets.lock import Pin, check_pin, read_pin, update_lock
from swallow_metrics.datasets.row import Loaded, Origin, Row
from swallow_metrics.datatypes import Dataset
from swallow_metrics.errors import DataError

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one repository brought: its newest or pinned commit, the loader that worked and what it found."""

    wanted: Wanted
    revision: str
    source: str
    found: Found


def load_hub(benchmark_id: str, dataset: Dataset, lock: Path | None = None, update: bool = False) -> Loaded:
    """The rows of a benchmark from the hub. Raises DataError.

    Takes the newest revision, or with a `lock` the one pinned there, and then enforces its other fields too; with
    `update` the newest one is pinned. What was loaded once is read from the cache, also when the hub is unreachable
    and its revision is known (pinned, or HF_HUB_OFFLINE is set).
    """
    repositories = wanted_from(dataset)
    pin = None
    if lock is not None and not update:
        pin = read_pin(lock, benchmark_id)
        check_pin(lock, benchmark_id, pin, path=_joined([wanted.path for wanted in repositories]))
    try:
        parts = [_part(wanted, _pin_of(pin, number)) for number, wanted in enumerate(repositories)]
    except DataError as error:
        raise DataError(f"{benchmark_id}: {error}") from error
    loaded = _loaded(benchmark_id, dataset, parts)
    if lock is not None:
        info = loaded.info
        found = {name: info[name] for name in ("path", "revision", "rows", "sha256")}
        if pin is not None:
            check_pin(lock, benchmark_id, pin, **found)
        else:
            update_lock(
                lock, benchmark_id, Pin(**found, source=info["source"], data_revision=info.get("data_revision", ""))
            )
    return loaded


def wanted_from(dataset: Dataset) -> list[Wanted]:
    """What to take from each repository or split of a dataset: nearly always one."""
    if dataset.splits:
        return [
            Wanted(dataset.path, split, dataset.columns, dataset.rows, {subset: dataset.config}, gated=dataset.gated)
            for subset, split in dataset.splits.items()
        ]
    configs: dict[str, dict[str | None, str | None]] = {}
    for subset in dataset.subsets:
        own = dataset.paths.get(subset)  # a repository for this subset alone has no configuration of its name
        configs.setdefault(own or dataset.path, {})[subset] = dataset.config if own else subset
    if not dataset.subsets:
        configs[dataset.path] = {None: dataset.config}
    return [
        Wanted(path, dataset.split, dataset.columns, dataset.rows, names, dataset.files, dataset.gated)
        for path, names in configs.items()
    ]


def _part(wanted: Wanted, pin: Pin | None) -> Fetched:
    """One repository's rows, from the cache where this commit was loaded before."""
    offline = client.is_offline()
    commit = None
    if pin is not None:
        sha: str | None = pin.revision
    elif offline:
        sha = cache.newest(wanted)
    else:
        commit = _resolve(wanted, None)
        sha = commit.sha
    kept = cache.read(wanted, sha) if sha is not None else None
    if sha is not None and kept is not None:
        if pin is None and not offline:
            cache.note_newest(wanted, sha)
        return Fetched(wanted, sha, kept[1], kept[0])
    if offline:
        kept = _from_datasets(wanted)
        if kept is not None and sha in (None, kept[0].commit):
            return Fetched(wanted, kept[0].commit, kept[1], kept[0])
        what = f" at revision {sha}" if sha else ""
        raise DataError(
            f"{wanted.path}{what} is not in the cache and HF_HUB_OFFLINE is set; run once online with the same "
            "HF_HOME, or use --data-dir DIR"
        )
    commit = commit or _resolve(wanted, sha)
    found, source = _first_that_works(wanted, commit, pin)
    content = cache.encode(found, source)
    cache.keep(wanted, commit.sha, content, newest=pin is None)
    found, source = cache.decode(content)  # plain JSON values, as they are in every later run
    return Fetched(wanted, commit.sha, source, found)


def _from_datasets(wanted: Wanted) -> tuple[Found, str] | None:
    try:
        found = from_datasets_cache(wanted)
    except Exception as error:  # noqa: BLE001  # `datasets` raises errors of many kinds; all mean: not there
        _LOGGER.info("%s is not in the cache of datasets: %s", wanted.path, client.reason_of(error))
        return None
    return cache.decode(cache.encode(found, "data"))


def _resolve(wanted: Wanted, revision: str | None) -> client.Commit:
    try:
        return client.resolve(wanted.path, revision)
    except Exception as error:  # every kind of huggingface_hub and its HTTP library: the seam is here
        reason = client.explain(error, wanted.path, gated=wanted.gated)
        if reason is None:
            at = f" has no revision {revision!r}" if revision else " cannot be looked up"
            reason = DataError(f"{wanted.path}{at} ({client.reason_of(error)}); use --data-dir DIR")
        known = cache.newest(wanted)
        if known is not None:
            reason = DataError(f"{reason}; the cache has revision {known[:12]}: HF_HUB_OFFLINE=1 takes it")
        raise reason from error


def _first_that_works(wanted: Wanted, commit: client.Commit, pin: Pin | None) -> tuple[Found, str]:
    """The first loader that finds every subset, else the one that finds most. Raises DataError with what was tried."""
    loaders = [pin.source] if pin is not None and pin.source in LOADERS else list(LOADERS)
    tried: list[str] = []
    best: tuple[Found, str] | None = None
    for loader in loaders:
        try:
            found = LOADERS[loader](wanted, commit, (pin.data_revision or None) if pin is not None else None)
        except DataError:
            raise
        except Exception as error:  # `datasets` raises errors of many kinds, its own bugs among them
            final = client.explain(error, wanted.path, gated=wanted.gated)
            if final is not None:
                raise final from error
            _LOGGER.info("%s as %s: %s", wanted.path, loader, client.reason_of(error))
            tried.append(f"{loader} ({client.reason_of(error)})")
            continue
        _LOGGER.info("%s as %s: found %s subsets", wanted.path, loader, len(found.tables))
        if best is None or len(found.tables) > len(best[0].tables):
            best = found, loader
        if not found.missing:
            break
    if best is None and commit.gated:
        raise client.gated_error(wanted.path)
    if best is None:
        raise DataError(
            f"cannot read {wanted.path} at {commit.sha[:12]} from the hub; tried {'; '.join(tried)}. "
            "Convert it elsewhere to JSON lines, DIR/<benchmark>.jsonl, and use --data-dir DIR"
        )
    return best


def _loaded(benchmark_id: str, dataset: Dataset, parts: Sequence[Fetched]) -> Loaded:
    warnings: list[str] = []
    by_subset: dict[str | None, list[Row]] = {}
    for part in parts:
        for subset, table in part.found.tables.items():
            place = f"{part.wanted.path}@{part.found.commit[:12]}" + (f" {subset}" if subset is not None else "")
            origin = Origin(benchmark_id, place, unit="row")
            by_subset[subset] = [Row(values, number, origin, subset) for number, values in enumerate(table)]
        if part.found.missing:
            first, others = part.found.missing[:5], len(part.found.missing[5:])
            names = ", ".join(first) + (f" and {others} others" if others else "")
            warnings.append(f"{benchmark_id}: {part.wanted.path} has no subset {names}")
    rows = [row for subset in dataset.subsets or (None,) for row in by_subset.get(subset, [])]
    path = _joined([part.wanted.path for part in parts])
    if dataset.rows is not None and len(rows) != dataset.rows:
        warnings.append(f"{benchmark_id}: {path} has {len(rows):,} rows, expected {dataset.rows:,}")
    info = {
        "path": path,
        "revision": _joined([part.revision for part in parts]),
        "sha256": rows_sha256(rows, dataset.columns),
        "rows": len(rows),
        "source": "+".join(dict.fromkeys(part.source for part in parts)),
        "warnings": warnings,
    }
    if any(part.found.commit != part.revision for part in parts):
        info["data_revision"] = _joined([part.found.commit for part in parts])
    return Loaded(rows, info)


def _pin_of(pin: Pin | None, number: int) -> Pin | None:
    """The pin of one of several repositories. A number of revisions other than that of paths fits none of them."""
    if pin is None:
        return None
    revisions, commits = pin.revision.split("+"), pin.data_revision.split("+")
    if len(revisions) != pin.path.count("+") + 1:
        raise DataError(f"expected a revision for each of {pin.path}, but got {pin.revision!r}; see --data-lock-update")
    return Pin(pin.path, _nth(revisions, number), pin.rows, pin.sha256, pin.source, _nth(commits, number))


def _nth(texts: Sequence[str], number: int) -> str:
    """One stands for all: the splits of one repository."""
    return texts[number] if number < len(texts) else texts[0] if len(texts) == 1 else ""


def _joined(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else "+".join(texts)
