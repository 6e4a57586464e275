"""A confinement of one's own: user, mount, process, network, IPC and host name namespaces, without being root.

The mount namespace holds a new, read-only root with the paths a Python program reads and a small writable `/tmp`:
nothing else of the machine has a name there.
"""

from __future__ import annotations

import os
import posix
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from stat import S_ISDIR

from . import linux

NAMES = ("user", "mount", "process", "network", "IPC", "host name")
_FLAGS = (
    linux.CLONE_NEWUSER,
    linux.CLONE_NEWNS,
    linux.CLONE_NEWPID,
    linux.CLONE_NEWNET,
    linux.CLONE_NEWIPC,
    linux.CLONE_NEWUTS,
)
_RDONLY, _NOSUID, _NODEV = 1, 2, 4
_REMOUNT, _BIND, _REC, _PRIVATE = 32, 4096, 16384, 1 << 18
_KEPT = 1 | 2 | 4 | 8 | 1024 | 2048  # statvfs flags that a remount must repeat; their values are those of mount(2)
_RELATIME_STAT, _RELATIME = 4096, 1 << 21
_SCRATCHES = ("/tmp", "/scratch", "/swallow-scratch")  # noqa: S108  # a file system of its own, over nothing that is read
_MOUNT_POINTS = ("/mnt", "/tmp", "/var/tmp", "/dev/shm", "/media", "/srv")  # noqa: S108  # covered, not used
_ENTRY_BYTES = 4096  # a file counts at least this much; an empty one takes kernel memory too


@dataclass(frozen=True)
class Source:
    """A path that programs may read, opened (O_PATH) while this process still could; `link` for symbolic links."""

    path: str
    descriptor: int
    link: str | None = None

    @property
    def folder(self) -> bool:
        """Whether it is a folder."""
        return S_ISDIR(os.fstat(self.descriptor).st_mode)


def enter() -> None:
    """Enter new namespaces as the same user. Children of this process are in the new process namespace.

    Raises OSError naming what the kernel refuses: unprivileged user namespaces may be switched off, limited
    (`user.max_net_namespaces`) or stripped of their privileges.
    """
    uid, gid = os.geteuid(), os.getegid()
    for name, flag in zip(NAMES, _FLAGS, strict=True):
        try:
            linux.unshare(flag)
        except OSError as error:
            raise OSError(error.errno, f"{name} namespace: {error.strerror}") from None
        if flag == linux.CLONE_NEWUSER:
            linux.prctl(linux.PR_SET_DUMPABLE, 1)  # or /proc/self belongs to root
            _write("/proc/self/setgroups", "deny")
            _write("/proc/self/uid_map", f"{uid} {uid} 1")
            _write("/proc/self/gid_map", f"{gid} {gid} 1")
    linux.mount(None, "/", None, _REC | _PRIVATE)


def leave_mounts() -> None:
    """Enter a mount namespace as root: what is mounted from here on is seen by this process alone."""
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount(None, "/", None, _REC | _PRIVATE)


def build_view(sources: Sequence[Source], devices: Iterable[Source]) -> str:
    """Make a tree of nothing but these paths, read-only; returns where it is. Needs a mount namespace."""
    root = _free(filter(os.path.isdir, _MOUNT_POINTS), sources)
    linux.mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=0755")
    for source in sources:
        target = root + source.path
        if source.link is not None:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(source.link, target)
            continue
        _bind(source, target)
        kept = os.statvfs(target).f_flag
        flags = kept & _KEPT | (_RELATIME if kept & _RELATIME_STAT else 0)
        linux.mount(None, target, None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV | flags)
    for device in devices:
        _bind(device, root + device.path)
    os.makedirs(root + scratch_folder(sources), exist_ok=True)
    return root


def scratch_folder(sources: Iterable[Source]) -> str:
    """Where the view has its writable folder: not above Python or a package, which may be installed in `/tmp`."""
    return _free(_SCRATCHES, sources)


def enter_view(root: str, scratch: str, scratch_bytes: int) -> None:
    """Make the tree the root, with the empty writable folder `scratch`. Needs user and mount namespaces."""
    linux.mount(root, root, None, _BIND | _REC)  # the root itself must be a mount of this namespace
    limits = f"size={scratch_bytes},nr_inodes={scratch_bytes // _ENTRY_BYTES},mode=0700"
    linux.mount("tmpfs", root + scratch, "tmpfs", _NOSUID | _NODEV, limits)
    posix.chdir(root)
    linux.pivot_root_here()
    linux.detach(".")
    posix.chdir("/")
    linux.mount(None, "/", None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)


def _free(folders: Iterable[str], sources: Iterable[Source]) -> str:
    """The first folder that has none of the sources in it: what is mounted there hides what was in it."""
    paths = [f"{source.path}/" for source in sources]
    for folder in folders:
        if not any(path.startswith(f"{folder}/") for path in paths):
            return folder
    raise OSError("no folder is free to mount on: Python or its packages lie in each")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _bind(source: Source, target: str) -> None:
    os.makedirs(target if source.folder else os.path.dirname(target), exist_ok=True)
    if not source.folder:
        _write(target, "")
    linux.mount(source.path, target, None, _BIND | _REC)


class ProcessNamespaces:
    """Forks each child into a process namespace of its own, from a process that is itself in a new one."""

    def __init__(self) -> None:
        self.own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self) -> int:
        """As os.fork; the child is process 1, and everything it starts ends with it."""
        linux.unshare(linux.CLONE_NEWPID)
        pid = -1
        try:
            pid = posix.fork()
        finally:
            if pid:  # a second unshare is refused until children are back in this process's own namespace
                linux.setns(self.own, linux.CLONE_NEWPID)
        return pid
