"""The folder of a worker's programs, and what is left of workers that were killed together with their harness."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from swallow_metrics.sandbox import paths

PREFIX = "swallow-sandbox-held-"


class ScratchFolder:
    """A new folder at `path`, held until `remove`: while this process lives, no other takes it for left over.

    The folder itself is locked: programs may write and delete whatever is in it.
    """

    def __init__(self) -> None:
        parent = paths.scratch_parent() or tempfile.gettempdir()
        _sweep(Path(parent))
        while True:
            self.path = tempfile.mkdtemp(prefix=PREFIX, dir=parent)
            self._held: int | None = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                flock(self._held, LOCK_EX | LOCK_NB)
            except BlockingIOError:  # another run takes it for left over just now
                os.close(self._held)
                continue
            except OSError:  # a file system without locks: there nobody can take it for left over
                return
            if os.path.isdir(self.path):
                return
            os.close(self._held)

    def remove(self) -> None:
        """Remove it. Safe to call again."""
        shutil.rmtree(self.path, ignore_errors=True)
        held, self._held = self._held, None
        if held is not None:
            os.close(held)


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # another user's, in use, or without locks
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                flock(descriptor, LOCK_EX | LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)
