"""The temporary folder of a running vLLM: its log, and the files that it is started with; and who removes it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from swallow_metrics.engines.watchdog import Watchdog
from swallow_metrics.io import is_secret

PREFIX = "swallow-vllm-"
LOCK = "lock"


class Scratch:
    """Made for one start of vLLM, gone with `remove`. Its watchdog removes it where this process is killed.

    `place` is where the log is to be kept when vLLM fails; without one it stays in the folder, which then stays.
    """

    def __init__(self, place: Path | None, arguments: Mapping[str, Any]) -> None:
        _sweep()
        self.folder, self._lock = _locked_folder()
        self.log = self.folder / "vllm.log"
        self._watchdog = Watchdog(self.folder)
        self._place = place
        self._secrets = [str(value) for name, value in arguments.items() if value and is_secret(name)]
        self._kept: Path | None = None

    def watch(self, pid: int, *, group: bool = False) -> None:
        """A process of vLLM's, or with `group` every process of the group it leads, is not to outlive this one."""
        self._watchdog.watch(pid, group=group)

    def written(self) -> str:
        """What vLLM wrote so far, without secrets."""
        text = self.log.read_text("utf-8", "replace") if self.log.is_file() else ""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def keep_log(self) -> Path:
        """Where the log can be read once the run is over, without secrets."""
        if self._kept is None:
            self._kept = self.log
            if self._place is not None:
                with suppress(OSError):  # the disk is full, or the run's folder is gone
                    self._place.parent.mkdir(parents=True, exist_ok=True)
                    self._place.write_text(self.written(), "utf-8")
                    self._kept = self._place
        return self._kept

    def where(self) -> str:
        """In brackets: where to read on; nothing where vLLM wrote to the terminal."""
        return f" (vLLM's log: {self.keep_log()})" if self.written() else ""

    def remove(self) -> None:
        """Remove the folder, unless the log is kept there. Call it once vLLM has ended; safe to call more than once."""
        if self._kept != self.log:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            (self.folder / LOCK).unlink(missing_ok=True)  # else the next run would remove it
        self._lock.release()
        self._watchdog.release()  # last: where this process ends before it comes here, the watchdog goes on


def _locked_folder() -> tuple[Path, FileLock]:
    """A new folder and its lock. One that another run sweeps away between its making and its locking is made again."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = FileLock(folder / LOCK, thread_local=False)
        lock.acquire()
        if (folder / LOCK).exists():
            return folder, lock
        lock.release()


def _sweep() -> None:
    """Remove what is left of runs that were killed together with their watchdog: nobody holds the lock."""
    for file in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        lock = FileLock(file)
        with suppress(OSError, Timeout):
            if file.stat().st_uid == os.getuid():
                lock.acquire(blocking=False)
                shutil.rmtree(file.parent, ignore_errors=True)
                lock.release()
