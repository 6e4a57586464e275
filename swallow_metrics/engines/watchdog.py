"""Child processes that must not outlive this one, however it ends.

Nothing runs in a process that is killed outright, so another one has to act: a small child that waits for the end
of its input, which the kernel closes when we are gone, and then ends what it was told to watch and removes its
temporary folder. Run as a file, this module is that child. It sits in its own session, out of Ctrl-C's reach.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

GRACE_S = 10.0


class Watchdog:
    """Watches child processes. Make it before the first of them, `release` it after the last has ended.

    `folder` is removed once they are ended.
    """

    def __init__(self, folder: Path) -> None:
        self._child = subprocess.Popen(  # noqa: S603  # our own interpreter and file
            [sys.executable, "-I", "-S", __file__, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._watched: set[int] = set()

    def watch(self, pid: int, *, group: bool = False) -> None:
        """End this process when we are gone; with `group`, every process of the group it leads."""
        if pid in self._watched:
            return
        self._watched.add(pid)
        assert self._child.stdin is not None
        with suppress(OSError):  # somebody ended the watchdog: then there is none
            self._child.stdin.write(f"{-pid if group else pid}\n".encode())
            self._child.stdin.flush()

    def release(self) -> None:
        """Watch no longer."""
        self._child.kill()
        self._child.wait()
        if self._child.stdin is not None:
            with suppress(OSError):
                self._child.stdin.close()


def end(targets: list[int], grace_s: float = GRACE_S) -> None:
    """Terminate processes (negative numbers: groups), and kill what is left after `grace_s` seconds."""
    for number, deadline in ((signal.SIGTERM, time.monotonic() + grace_s), (signal.SIGKILL, time.monotonic() + 1)):
        alive = [target for target in targets if _send(target, number)]
        while alive and time.monotonic() < deadline:
            time.sleep(0.05)
            alive = [target for target in alive if _send(target, 0)]
        if not alive:
            return


def _send(target: int, number: int) -> bool:
    try:
        os.kill(target, number)  # a negative number addresses a group, as kill(2) does
    except OSError:
        return False
    return True


if __name__ == "__main__":
    end([int(line) for line in sys.stdin if line.strip().lstrip("-").isdigit()])
    shutil.rmtree(sys.argv[1], ignore_errors=True)
