"""The one folder a program may write to, emptied after each program whatever it left there."""

from __future__ import annotations

import os
import posix  # the guard takes some functions of os away
from stat import S_ISDIR

_OPEN = 0o700


ENTRY_BYTES = 4096  # what a file or folder counts at least


def holds_more_than(limit: int, folder: str) -> bool:
    """Whether a folder's files take more bytes on disk. Folders too deep or closed to be read count as one entry."""
    total = 0
    folders = [folder]
    while folders and total <= limit:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    total += max(status.st_blocks * 512, ENTRY_BYTES)
                    if S_ISDIR(status.st_mode):
                        folders.append(entry.path)
        except OSError:
            continue  # it changes under our eyes, or is closed to us
    return total > limit


def clear(folder: str) -> None:
    """Remove everything in a folder. Links are removed, never followed.

    Folders nested to any depth are moved up to the top one by one, so that no path grows long and no recursion
    deep. Raises OSError where something cannot be removed.
    """
    number = 0
    while names := os.listdir(folder):
        for name in names:
            path = os.path.join(folder, name)
            if not S_ISDIR(os.lstat(path).st_mode):
                posix.unlink(path)
                continue
            posix.chmod(path, _OPEN)
            for inner in os.listdir(path):
                below = os.path.join(path, inner)
                if S_ISDIR(os.lstat(below).st_mode):
                    posix.chmod(below, _OPEN)  # moving a folder writes to it
                    number += 1
                    posix.rename(below, os.path.join(folder, f".moved-{number}-{os.getpid()}"))
                else:
                    posix.unlink(below)
            posix.rmdir(path)
