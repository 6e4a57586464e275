"""The few system calls that Python has no name for, by ctypes. Failures are OSErrors that name the call."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from errno import errorcode
from functools import cache
from typing import Any

LINUX = sys.platform == "linux"

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4

LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446  # the same on every machine

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

_CAPABILITY_VERSION_3 = 0x20080522
_M_ARENA_MAX = -8


Prepared = Callable[[], object]


@cache
def libc() -> ctypes.CDLL:
    """The C library this interpreter runs on."""
    return ctypes.CDLL(None, use_errno=True)


def checked_call(call: str, function: Callable[..., int], *arguments: Any) -> int:
    """Call a C function. Raises OSError with the call's name where it returns -1."""
    result = function(*arguments)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{call}: {os.strerror(error)}")
    return result


def prepared(call: str, function: Callable[..., int], *arguments: Any) -> Prepared:
    """A call whose arguments are made in advance: a child that has just been forked pays for all it touches."""
    return lambda: checked_call(call, function, *arguments)


def reason(error: BaseException) -> str:
    """One line for the report: the kernel's errno where there is one."""
    if isinstance(error, OSError) and error.errno is not None:
        return f"{error.strerror} ({errorcode.get(error.errno, error.errno)})"
    return f"{type(error).__name__}: {error}"


def prctl(option: int, value: int = 0, address: int = 0) -> None:
    """Set one attribute of this process."""
    unsigned = ctypes.c_ulong
    checked_call(f"prctl({option})", libc().prctl, option, unsigned(value), unsigned(address), unsigned(0), unsigned(0))


def syscall(name: str, number: int, *arguments: Any) -> int:
    """A system call the C library has no function for; integers are passed as 64 bit."""
    packed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return checked_call(name, libc().syscall, ctypes.c_long(number), *packed)


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    checked_call("unshare", libc().unshare, flags)


def setns(descriptor: int, kind: int) -> None:
    """Enter a namespace; for the process namespace this counts for children only."""
    checked_call("setns", libc().setns, descriptor, kind)


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount a file system."""

    def text(value: str | None) -> bytes | None:
        return None if value is None else os.fsencode(value)

    checked_call(
        f"mount {target}", libc().mount, text(source), text(target), text(kind), ctypes.c_ulong(flags), text(data)
    )


def detach(target: str) -> None:
    """Take a mount out of the tree; it ends with its last user."""
    checked_call("umount2", libc().umount2, os.fsencode(target), 2)


def pivot_root_here() -> None:
    """Make the working directory the root, with the old root mounted on top of it."""
    numbers = {"x86_64": 155, "aarch64": 41}
    syscall("pivot_root", numbers[os.uname().machine], ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))


def drop_capabilities() -> Prepared:
    """Gives up every capability."""
    return prepared("capset", libc().capset, (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)())


def die_with_parent() -> Prepared:
    """Has the kernel kill the process when its parent ends."""
    arguments = map(ctypes.c_ulong, (signal.SIGKILL, 0, 0, 0))
    return prepared("prctl", libc().prctl, ctypes.c_int(PR_SET_PDEATHSIG), *arguments)


def few_arenas() -> None:
    """Let threads share two heaps: each further one reserves 64 MB of the address space that is limited."""
    if hasattr(libc(), "mallopt"):  # glibc
        libc().mallopt(_M_ARENA_MAX, 2)
