"""Landlock: a process gives up the file system except for the paths named, for good and for its children.

Source: Linux `Documentation/userspace-api/landlock.rst`. Not covered by it: chmod, chown, utime, stat, UDP.
"""

from __future__ import annotations

import ctypes
import os
from stat import S_ISDIR
from struct import pack

from . import linux

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _READ_FILE | _READ_DIR
_MAKE_CHAR, _MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 10, 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_NETWORK = 1 | 2  # TCP bind and connect
_SCOPES = 1 | 2  # abstract unix sockets, signals
_VERSION_FLAG = 1
_PATH_BENEATH = 1


def version() -> int:
    """The ABI the kernel speaks. Raises OSError where it has none (ENOSYS) or it is switched off (EOPNOTSUPP)."""
    return linux.syscall("landlock", linux.LANDLOCK_CREATE_RULESET, None, 0, _VERSION_FLAG)


def _handled(abi: int) -> int:
    """Every file system right this ABI knows."""
    rights = (1 << 13) - 1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEVICE)):
        rights |= right if abi >= since else 0
    return rights


class Ruleset:
    """Rules to be applied with `restrict`, by any number of children. No right is left but those allowed."""

    def __init__(self) -> None:
        self.abi = version()
        self.rights = _handled(self.abi)
        attributes = pack("=QQQ", self.rights, _NETWORK if self.abi >= 4 else 0, _SCOPES if self.abi >= 6 else 0)
        size = 24 if self.abi >= 6 else 16 if self.abi >= 4 else 8
        self.descriptor = linux.syscall(
            "landlock_create_ruleset", linux.LANDLOCK_CREATE_RULESET, ctypes.c_char_p(attributes), size, 0
        )

    def allow_reading(self, descriptor: int) -> None:
        """Let an opened file or folder be read, with everything below it."""
        self._allow(descriptor, _READ)

    def allow_device(self, descriptor: int) -> None:
        """Let an opened device be read and written."""
        self._allow(descriptor, _READ_FILE | _WRITE_FILE)

    def allow_writing(self, descriptor: int) -> None:
        """Let files, folders and symbolic links be made, changed and removed in an opened folder."""
        self._allow(descriptor, self.rights & ~(_EXECUTE | _MAKE_CHAR | _MAKE_SOCK | _MAKE_FIFO | _MAKE_BLOCK))

    def restrict(self) -> linux.Prepared:
        """Applies the rules to a process, which must have given up new privileges before."""
        number, descriptor, flags = map(ctypes.c_long, (linux.LANDLOCK_RESTRICT_SELF, self.descriptor, 0))
        return linux.prepared("landlock_restrict_self", linux.libc().syscall, number, descriptor, flags)

    def _allow(self, descriptor: int, rights: int) -> None:
        if not S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        rule = pack("=Qi", rights & self.rights, descriptor)
        linux.syscall(
            "landlock_add_rule",
            linux.LANDLOCK_ADD_RULE,
            self.descriptor,
            _PATH_BENEATH,
            ctypes.c_char_p(rule),
            0,
        )
