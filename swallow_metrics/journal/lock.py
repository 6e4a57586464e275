"""A run folder belongs to one run while it is written: two would mix answers and overwrite each other's report."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from swallow_metrics.errors import UsageError

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK, HOLDER = ".lock", ".lock-holder"


class FolderLock:
    """The lock of a run's folder. The system releases it when the process ends, also by a kill.

    `LOCK` is what is locked; `HOLDER` beside it says who holds it, in words. On file systems without locks, a file that
    exists is the lock; it is seen to be stale on the machine that left it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: BaseFileLock | None = None

    def check(self) -> None:
        """Raises UsageError while another run holds the folder."""
        if self._lock is None and (self._folder / LOCK).exists():
            self._acquired().release()

    def acquire(self) -> None:
        """Take the lock, once. Raises UsageError while another run holds it."""
        if self._lock is None:
            self._lock = self._acquired()
            with suppress(OSError):  # it is only what others are told
                (self._folder / HOLDER).write_text(f"process {os.getpid()} on {platform.node()}", "utf-8")

    def release(self) -> None:
        """Give the folder back; nothing to do without the lock."""
        if self._lock is not None:
            with suppress(OSError):
                (self._folder / HOLDER).unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    def _acquired(self) -> BaseFileLock:
        from filelock import FileLock, SoftFileLock, Timeout

        path = self._folder / LOCK
        try:
            lock: BaseFileLock = FileLock(path)
            try:
                lock.acquire(blocking=False)
            except OSError as error:
                if isinstance(error, Timeout):
                    raise
                lock = SoftFileLock(path.with_name(f"{LOCK}-soft"))
                lock.acquire(blocking=False)
        except Timeout:
            raise UsageError(
                f"{self._folder} is being written by another run ({self._holder()}); wait for it, or choose another "
                f"--run-dir"
            ) from None
        except OSError as error:
            raise UsageError(
                f"cannot lock the run's folder {self._folder}: {error.strerror or error}; choose another --run-dir"
            ) from error
        return lock

    def _holder(self) -> str:
        try:
            return (self._folder / HOLDER).read_text("utf-8")[:200]
        except (OSError, ValueError):
            return "it does not say which"
