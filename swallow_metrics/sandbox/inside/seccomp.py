"""Install the seccomp filter that `seccomp_filter.build` wrote."""

from __future__ import annotations

import ctypes
from struct import pack

from . import linux

_MODE_FILTER = 2


class _Program(ctypes.Structure):  # struct sock_fprog
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]  # ctypes's interface


class Filter:
    """A filter with an open place for the process id."""

    def __init__(self, program: bytes, mark: int) -> None:
        self.program = program
        self.mark = pack("=I", mark)

    def install(self, pid: int) -> linux.Prepared:
        """Applies the filter to a process, whose id is `pid` as the process itself sees it."""
        program = self.program.replace(self.mark, pack("=I", pid))
        fprog = _Program(len(program) // 8, program)
        arguments = map(ctypes.c_ulong, (_MODE_FILTER, ctypes.addressof(fprog), 0, 0))
        option = ctypes.c_int(linux.PR_SET_SECCOMP)
        call = linux.prepared("prctl(PR_SET_SECCOMP)", linux.libc().prctl, option, *arguments)
        return lambda: (call(), fprog)  # which also keeps what the address points to
