"""The seam to huggingface_hub: repositories and files in, our errors out."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swallow_metrics.errors import DataError

CONVERTED = "refs/convert/parquet"  # the branch where the hub keeps a dataset's rows as Parquet
_TIMEOUT_S = 20.0
_TRUE = {"1", "ON", "YES", "TRUE"}
_unreachable: dict[str, Exception] = {}  # endpoints that this process could not reach: waiting once is enough
_FULL = {errno.ENOSPC, errno.EDQUOT}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR}


class Unusable(Exception):  # noqa: N818  # not an error yet: another way to load the dataset may work
    """This way to load a dataset does not work, and why."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A state of a repository: its commit and the paths of its files."""

    path: str
    sha: str
    files: tuple[str, ...]
    gated: bool = False

    def download(self, file: str) -> Path:
        """A local copy of a file, in huggingface_hub's cache, or in this user's own where that cannot be written.

        Raises DataError where neither can, and what huggingface_hub raises.
        """
        from huggingface_hub import constants, hf_hub_download, utils

        caches = (Path(constants.HF_HUB_CACHE), own_cache() / "hub")
        for cache in caches:
            try:
                with without_bars(utils):
                    return Path(
                        hf_hub_download(self.path, file, repo_type="dataset", revision=self.sha, cache_dir=cache)
                    )
            except OSError as error:
                if error.errno not in _READ_ONLY:
                    raise
        raise DataError(
            f"cannot keep {self.path} in the cache: neither {caches[0]} nor {caches[1]} can be written; set HF_HOME or "
            "XDG_CACHE_HOME to a folder of yours"
        )


def own_cache() -> Path:
    """This user's own cache, for what a read-only or shared HF_HOME does not take."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "pytest-swallow"


def resolve(path: str, revision: str | None = None) -> Commit:
    """The commit that `revision` (None: the newest) stands for now. Raises what huggingface_hub raises."""
    from huggingface_hub import HfApi, constants

    if constants.ENDPOINT in _unreachable:
        raise _unreachable[constants.ENDPOINT]
    try:
        info = HfApi().dataset_info(path, revision=revision, timeout=_TIMEOUT_S)
    except Exception as error:
        if _is_transport(error):
            _unreachable[constants.ENDPOINT] = error
        raise
    if not info.sha:
        raise Unusable(f"the hub names no commit for {path}")
    files = tuple(sibling.rfilename for sibling in info.siblings or ())
    if not files:  # a mirror may leave them out of this answer
        files = tuple(HfApi().list_repo_files(path, repo_type="dataset", revision=info.sha))
    return Commit(path, info.sha, files, gated=bool(info.gated))


def is_offline() -> bool:
    """Whether the user told huggingface_hub (HF_HUB_OFFLINE) or datasets (HF_DATASETS_OFFLINE) to stay offline."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE) or os.environ.get("HF_DATASETS_OFFLINE", "").upper() in _TRUE


def explain(error: BaseException, path: str, *, gated: bool = False) -> DataError | None:
    """What to tell the user when this error ends every attempt to load `path`; None when another way may work.

    `gated` says that the repository is known to be behind terms of use.
    """
    from huggingface_hub import constants, errors

    hub = f"the hub at {constants.ENDPOINT}"
    chain = list(_causes(error))
    if any(_is_gate(e, gated=gated) for e in chain):
        return gated_error(path)
    for e in chain:
        message = None
        status = _status(e)
        if isinstance(e, errors.RepositoryNotFoundError):
            message = (
                f"{path} is not on {hub}, or is private; if you have access, set HF_TOKEN, else use --data-dir DIR"
            )
        elif status is not None and (status == 429 or status >= 500):
            message = f"{hub} answers {status} for {path}; try again later, or use --data-dir DIR"
        elif isinstance(e, OSError) and e.errno in _FULL:
            message = f"cannot keep {path} in the cache ({e.strerror}: {e.filename}); set HF_HOME to another folder"
        elif _is_transport(e):
            reason = _first_line(e) or type(e).__name__
            message = f"cannot reach {hub} for {path} ({reason}); use --data-dir DIR"
        if message is not None:
            return DataError(message)
    return None


def reason_of(error: BaseException) -> str:
    """An error in a few words, for the list of what was tried."""
    from huggingface_hub.errors import RevisionNotFoundError

    if isinstance(error, Unusable):
        return str(error)
    if isinstance(error, RevisionNotFoundError):
        return "there is no such branch or commit"
    text = _first_line(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextmanager
def without_bars(library: Any) -> Iterator[None]:
    """No progress bars of `datasets` or `huggingface_hub.utils` meanwhile: a run draws one of its own."""
    were_on = not library.are_progress_bars_disabled()
    library.disable_progress_bars()
    try:
        yield
    finally:
        if were_on:
            library.enable_progress_bars()


def gated_error(path: str) -> DataError:
    """Which page to accept, and which variable holds the token."""
    from huggingface_hub import constants, get_token

    state = "is gated" if get_token() is None else "is gated and the token at hand has no access"
    return DataError(
        f"{path} {state}: accept its terms at {constants.ENDPOINT}/datasets/{path} and set HF_TOKEN to a token of that "
        "account, or use --data-dir DIR"
    )


def _is_gate(error: BaseException, *, gated: bool) -> bool:
    """`datasets` tells so in the message alone. A gated repository can also look like a missing one."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if type(error).__name__ == "DatasetNotFoundError":
        return "gated" in str(error)
    return isinstance(error, GatedRepoError) or (gated and isinstance(error, RepositoryNotFoundError))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _status(error: BaseException) -> int | None:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _is_transport(error: BaseException) -> bool:
    """Connection refused, unknown host, time-out: whichever HTTP library huggingface_hub uses calls them so."""
    if isinstance(error, (ConnectionError, TimeoutError)):
        return True
    names = {base.__name__ for base in type(error).__mro__}
    return bool(names & {"TransportError", "TimeoutException", "ConnectError"}) and _status(error) is None


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if len(lines[0]) <= 200 else f"{lines[0][:200]}…") if lines else ""
