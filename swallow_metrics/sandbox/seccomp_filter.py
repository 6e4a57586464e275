"""The seccomp filter, built for a machine without any compiler.

The program has one open place: the process's own id, which `kill` and `tgkill` may name and nothing else. It is
`PID_MARK` here and is filled in by the child that installs the filter (`inside/seccomp.py`).
"""

from __future__ import annotations

from errno import ENOSYS, EPERM

from swallow_metrics.sandbox import bpf
from swallow_metrics.sandbox.syscalls import ARCHITECTURES, CHECKED, DENIED, LAST_KNOWN, MISSING, number

PID_MARK = 0x7E57_1D00

_RUN = 12
_CLONE_THREAD = 0x00010000
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE = 1, 1, 0xF  # a datagram socket of a pair could be sent elsewhere
_PRCTL = (2, 3, 15, 16, 21, 23, 39, 0x53564D41)  # what only reads, PR_SET_NAME, PR_SET_VMA
_IOCTL = (0x5412, 0x541C, 0x540E, 0x8901, 0x8902)  # TIOCSTI, TIOCLINUX, TIOCSCTTY; FIOSETOWN, SIOCSPGRP: signals
_FCNTL = (8, 10, 15, 1024, 1026)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: signals to others; F_SETLEASE, F_NOTIFY
_O_ACCMODE, _O_TRUNC = 0o3, 0o1000  # opening to read and truncate: Landlock below ABI 3 lets it through


def _targets(machine: str) -> dict[int, str]:
    """The label that decides about each call that is not simply allowed."""
    decided = {"missing": MISSING, "denied": DENIED} | {name: {name: CHECKED[name]} for name in CHECKED}
    found = {number(call, machine): label for label, calls in decided.items() for call in calls}
    return {at: label for at, label in found.items() if at is not None}


def build(machine: str) -> bytes:
    """The filter for `platform.machine()`. Raises KeyError where we know no system call numbers."""
    program = bpf.Assembler()
    emit, label = program.emit, program.label

    emit(bpf.LOAD, bpf.ARCHITECTURE)
    emit(bpf.JUMP_EQUAL, ARCHITECTURES[machine], "known machine")
    emit(bpf.RETURN, bpf.KILL)
    label("known machine")
    emit(bpf.LOAD, bpf.NUMBER)
    emit(bpf.JUMP_GREATER, LAST_KNOWN, "missing")  # also the x32 calls, whose numbers have bit 30 set
    # The kernel tries every call once whenever a filter is installed: in short runs, most of which are skipped.
    targets = _targets(machine)
    numbers = sorted(targets)
    for first in range(0, len(numbers), _RUN):
        run = numbers[first : first + _RUN]
        emit(bpf.JUMP_GREATER, run[-1], f"after {run[-1]}")
        for at in run:
            emit(bpf.JUMP_EQUAL, at, targets[at])
        emit(bpf.RETURN, bpf.ALLOW)
        label(f"after {run[-1]}")
    emit(bpf.RETURN, bpf.ALLOW)

    label("clone")
    emit(bpf.LOAD, bpf.low(0))
    emit(bpf.JUMP_SET, _CLONE_THREAD, "allowed", "denied")
    label("kill")
    label("tgkill")
    emit(bpf.LOAD, bpf.low(0))
    emit(bpf.JUMP_EQUAL, PID_MARK, "allowed", "denied")
    label("socketpair")
    emit(bpf.LOAD, bpf.low(0))
    emit(bpf.JUMP_EQUAL, _AF_UNIX, None, "denied")
    emit(bpf.LOAD, bpf.low(1))
    emit(bpf.AND, _SOCK_TYPE)
    emit(bpf.JUMP_EQUAL, _SOCK_STREAM, "allowed", "denied")
    label("prctl")
    emit(bpf.LOAD, bpf.low(0))
    for option in _PRCTL:
        emit(bpf.JUMP_EQUAL, option, "allowed")
    emit(bpf.RETURN, bpf.ERRNO | EPERM)
    label("prlimit64")
    for half in (bpf.low(2), bpf.high(2)):
        emit(bpf.LOAD, half)
        emit(bpf.JUMP_EQUAL, 0, None, "denied")
    emit(bpf.RETURN, bpf.ALLOW)
    for name, values in (("ioctl", _IOCTL), ("fcntl", _FCNTL)):
        label(name)
        emit(bpf.LOAD, bpf.low(1))
        for value in values:
            emit(bpf.JUMP_EQUAL, value, "denied")
        emit(bpf.RETURN, bpf.ALLOW)
    for name, argument in (("open", 1), ("openat", 2)):
        label(name)
        emit(bpf.LOAD, bpf.low(argument))
        emit(bpf.AND, _O_ACCMODE | _O_TRUNC)
        emit(bpf.JUMP_EQUAL, _O_TRUNC, "denied", "allowed")
    label("allowed")
    emit(bpf.RETURN, bpf.ALLOW)
    label("missing")
    emit(bpf.RETURN, bpf.ERRNO | ENOSYS)
    label("denied")
    emit(bpf.RETURN, bpf.ERRNO | EPERM)
    return program.assemble()
