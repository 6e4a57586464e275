"""Try a layer where failure costs nothing: in a child that ends right after."""

from __future__ import annotations

import os
import posix
import socket
from collections.abc import Callable

from . import landlock, linux, seccomp


def in_child(attempt: Callable[[], None]) -> str:
    """Why the attempt failed in a child of this process, or "" where it succeeded."""
    reader, writer = os.pipe()
    pid = posix.fork()
    if pid == 0:
        try:
            attempt()
        except Exception as error:  # noqa: BLE001  # reported, whatever it is
            os.write(writer, linux.reason(error).encode("utf-8", "replace")[:500])
            os._exit(1)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        why = pipe.read().decode("utf-8", "replace")
    _, status = os.waitpid(pid, 0)
    return why or ("" if status == 0 else f"the trial ended with status {status}")


def landlock_holds(ruleset: landlock.Ruleset) -> None:
    """Apply the rules and look: the root must be closed. Raises OSError."""
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    ruleset.restrict()()
    try:
        os.listdir("/")
    except PermissionError:
        return
    raise OSError("the rules were taken and are not applied")


def seccomp_holds(calls: seccomp.Filter) -> None:
    """Install the filter and look: no socket, no process. Raises OSError."""
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    calls.install(os.getpid())()
    try:
        socket.socket().close()
    except PermissionError:
        try:
            posix.fork()
        except PermissionError:
            return
    raise OSError("the filter was taken and is not applied")
