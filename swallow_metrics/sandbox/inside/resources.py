"""Resource limits of a process, by setrlimit."""

from __future__ import annotations

import resource
import sys

_STACK = 8 << 20  # the usual limit: programs that recurse too deep in C end alike everywhere
_FILES = 256  # open at once


def limit(memory: int, file_bytes: int, processes: int | None) -> None:
    """Set the limits of this process and its children, soft and hard.

    `memory` and `file_bytes` in bytes (address space; one file), `processes` counts threads of this user and is
    None where it would count the user's other programs as well.
    """
    wanted = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_STACK: _STACK,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_NOFILE: _FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: processes,
    }
    for kind, value in wanted.items():
        if value is not None:
            _, hard = resource.getrlimit(kind)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)  # noqa: PLW2901  # see above
            try:
                resource.setrlimit(kind, (value, value))
            except (OSError, ValueError):
                if sys.platform == "linux":
                    raise  # elsewhere not every limit can be set, and nothing but "weak" is promised
