"""The seam to huggingface_hub: repositories and files in, our errors out."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swallow_metrics.errors import DataError

CONVERTED = "refs/convert/parquet"  # the branch where the hub keeps a dataset's rows as Parquet
_TIMEOUT_S = 20.0
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


class Unusable(Exception):  # noqa: N818  # not an error yet: another way to load the dataset may work
    """This way to load a dataset does not work, and why."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A state of a repository: its commit and the paths of its files."""

    path: str
    sha: str
    files: tuple[str, ...]

    def download(self, file: str) -> Path:
        """A local copy of a file, from huggingface_hub's cache where it is there."""
        from huggingface_hub import hf_hub_download, utils

        with without_bars(utils):
            return Path(hf_hub_download(self.path, file, repo_type="dataset", revision=self.sha))


def resolve(path: str, revision: str | None = None) -> Commit:
    """The commit that `revision` (None: the newest) stands for now. Raises what huggingface_hub raises."""
    from huggingface_hub import HfApi

    info = HfApi().dataset_info(path, revision=revision, timeout=_TIMEOUT_S)
    if not info.sha:
        raise Unusable(f"the hub names no commit for {path}")
    return Commit(path, info.sha, tuple(sibling.rfilename for sibling in info.siblings or ()))


def is_offline() -> bool:
    """Whether the user told huggingface_hub to stay offline (HF_HUB_OFFLINE)."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


def explain(error: BaseException, path: str) -> DataError | None:
    """What to tell the user when this error ends every attempt to load `path`; None when another way may work."""
    from huggingface_hub import constants, errors

    hub = f"the hub at {constants.ENDPOINT}"
    chain = list(_causes(error))
    if any(isinstance(e, errors.GatedRepoError) for e in chain):
        return DataError(_gated(path, constants.ENDPOINT))
    for e in chain:
        message = None
        status = _status(e)
        if isinstance(e, errors.RepositoryNotFoundError):
            message = (
                f"{path} is not on {hub}, or is private; if you have access, set HF_TOKEN, else use --data-dir DIR"
            )
        elif status is not None and (status == 429 or status >= 500):
            message = f"{hub} answers {status} for {path}; try again later, or use --data-dir DIR"
        elif isinstance(e, OSError) and e.errno in _DISK:
            message = f"cannot keep {path} in the cache ({e.strerror}: {e.filename}); set HF_HOME to another folder"
        elif _is_transport(e):
            reason = _first_line(e) or type(e).__name__
            message = (
                f"cannot reach {hub} for {path} ({reason}); use --data-dir DIR, or HF_HUB_OFFLINE=1 with a filled cache"
            )
        if message is not None:
            return DataError(message)
    return None


def reason_of(error: BaseException) -> str:
    """An error in a few words, for the list of what was tried."""
    if isinstance(error, Unusable):
        return str(error)
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


def _gated(path: str, endpoint: str) -> str:
    from huggingface_hub import get_token

    page = f"{endpoint}/datasets/{path}"
    if get_token() is None:
        return (
            f"{path} is gated: accept its terms at {page} and set HF_TOKEN to a token of that account, "
            "or use --data-dir DIR"
        )
    return f"{path} is gated and the token (HF_TOKEN) has no access: accept its terms at {page}, or use --data-dir DIR"


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
