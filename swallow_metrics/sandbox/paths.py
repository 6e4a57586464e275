"""What of the machine's file system a program may read: Python, its packages, the system's libraries."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable

DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")
_PACKAGES = ("site-packages", "dist-packages")


def library() -> list[str]:
    """The import path inside: standard library and installed packages, never the working directory."""
    standard = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    extensions = [os.path.join(path, "lib-dynload") for path in standard]
    packages = [path for path in sys.path if os.path.basename(path) in _PACKAGES]
    return _existing([*standard, *extensions, *packages])


def readable() -> list[str]:
    """Folders and files a program may read, without those inside another."""
    loader = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    prefixes = [os.path.join(prefix, "lib") for prefix in {sys.base_prefix, sys.base_exec_prefix}]
    found = sorted(_existing([*_SYSTEM, *library(), *prefixes, *filter(None, loader)]))
    return [path for path in found if not any(path.startswith(other + "/") for other in found)]


def scratch_parent() -> str | None:
    """Where programs' folders are made: in memory where that is possible, as they live for milliseconds."""
    memory = "/dev/shm"  # noqa: S108  # mkdtemp makes a folder of one's own in it
    return memory if os.path.ismount(memory) and os.access(memory, os.W_OK | os.X_OK) else None


def links() -> list[tuple[str, str]]:
    """Symbolic links among the system's paths, with their targets: a new root needs them too."""
    return [(path, os.readlink(path)) for path in _SYSTEM if os.path.islink(path)]


def devices() -> list[str]:
    """Devices a program may use."""
    return _existing(DEVICES)


def _existing(paths: Iterable[str]) -> list[str]:
    """Real paths of those that exist, each once, in order."""
    return list(dict.fromkeys(os.path.realpath(path) for path in paths if os.path.exists(path)))
