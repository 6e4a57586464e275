"""What programs and graders are confined by: set up once in the forkserver, applied in each child.

`layers` says of each layer whether it is on and, if not, why: it is not part of the level, or what the kernel said.
"""

from __future__ import annotations

import fcntl
import os
import posix
import signal
import sys
from typing import Any

from . import landlock, library, linux, namespaces, prelude, reliability_guard, resources, seccomp, trial
from .namespaces import Source

Settings = dict[str, Any]

_HANDLES = 10  # descriptors of opened folders start here, above the connections of a child
_THREADS = 256  # RLIMIT_NPROC of the user namespace: grader, forkserver and program together


class Confinement:
    """The layers that are on. `settings` are written by `worker.settings`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.layers: dict[str, dict[str, Any]] = {}
        self.renamed: dict[str, str] = {}
        os.umask(0o022)
        self.scratch: str = settings["scratch"]
        self.scratch_is_bounded = False
        self.processes: namespaces.ProcessNamespaces | None = None
        self.ruleset: landlock.Ruleset | None = None
        self.filter: seccomp.Filter | None = None
        self._steps: list[linux.Prepared] = []
        self.module = prelude.make_module(settings["preload"])
        sources, devices = _opened(settings["read"]), _opened(settings["devices"])
        sources += [Source(path, -1, target) for path, target in settings["links"]]
        if settings["uid"] is not None:
            os.chown(self.scratch, settings["uid"], settings["uid"])
        self._set("limits")
        self._descend(sources, devices)
        if linux.LINUX:
            linux.prctl(linux.PR_SET_DUMPABLE, 0)  # no process of the same user may look into this one
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        if not os.access(self.scratch, os.R_OK | os.W_OK | os.X_OK):
            raise OSError(f"user {os.geteuid()} cannot reach {self.scratch!r}: set TMPDIR to a folder open to all")
        os.chdir(self.scratch)
        self._add_landlock(sources, devices)
        self._add_seccomp()
        self.kept = [
            s.descriptor for s in sources if any(f"/{s.descriptor}/" in f"{n}/" for n in self.renamed.values())
        ]
        for source in [*sources, *devices]:
            if source.descriptor >= 0 and source.descriptor not in self.kept:
                os.close(source.descriptor)
        self._confine_children()
        reliability_guard.apply(self.scratch)

    def facts(self) -> dict[str, Any]:
        """What a reader of the report needs to know of the kernel and the interpreter."""
        system = os.uname()
        return {
            "python": sys.version.partition(" ")[0],
            "kernel": f"{system.sysname} {system.release} {system.machine}",
            "landlock_abi": self.ruleset.abi if self.ruleset else None,
            "uid": os.geteuid(),
        }

    def fork_program(self) -> int:
        """Fork a child for a program: in a process namespace of its own where there are namespaces."""
        return self.processes.fork() if self.processes else posix.fork()

    def confine(self) -> None:
        """Apply to this child what it does not inherit, except for the filter."""
        for step in self._steps:
            step()

    def filter_calls(self) -> None:
        """Apply the last layer: from here on this process makes no call the filter denies."""
        if self.filter:
            pid = os.getpid()
            (self._as_process_1 if pid == 1 else self.filter.install(pid))()

    def _confine_children(self) -> None:
        """Set what children inherit, and prepare what each must do itself."""
        threads = _THREADS if self.processes else None  # without a user namespace it counts all the user's programs
        resources.limit(self.settings["memory"], self.settings["file_bytes"], threads)
        if linux.LINUX:
            linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
            linux.prctl(linux.PR_CAP_AMBIENT, linux.PR_CAP_AMBIENT_CLEAR_ALL)
            if self.processes:
                self._steps.append(linux.drop_capabilities())  # this process needs them; all in it end with it
            else:
                linux.drop_capabilities()()
                self._steps.append(linux.die_with_parent())
        if self.ruleset:
            self._steps.append(self.ruleset.restrict())
        if self.filter:
            self._as_process_1 = self.filter.install(1)

    def _set(self, layer: str, reason: str = "") -> None:
        self.layers[layer] = {"on": not reason, "reason": reason}

    def _asked(self, layer: str) -> bool:
        if layer not in self.settings["layers"]:
            self._set(layer, "not part of this level")
        elif not linux.LINUX:
            self._set(layer, f"{sys.platform} has none")
        else:
            return True
        return False

    def _descend(self, sources: list[Source], devices: list[Source]) -> None:
        """Become an unprivileged user, in namespaces if they are asked for and the kernel grants them."""
        if not self._asked("namespaces"):
            self._set("view", "needs namespaces")
            self._leave_root(sources)
            return
        refused = ""
        if self.settings["trial"]:
            refused = trial.in_child(lambda: self._try_namespaces(sources, devices, view=True))
            if refused and (why := trial.in_child(lambda: self._try_namespaces(sources, devices, view=False))):
                self._set("namespaces", why)
                self._set("view", "needs namespaces")
                self._leave_root(sources)
                return
        self._enter_namespaces(sources, devices, view=not refused)
        self._set("namespaces")
        self._set("view", refused)

    def _enter_namespaces(self, sources: list[Source], devices: list[Source], view: bool) -> None:
        """Enter namespaces; goes on in a child, process 1 of the new ones, while the parent waits for it."""
        root = ""
        if view and self.settings["uid"] is not None:  # root's home is closed to the user this process becomes
            namespaces.leave_mounts()
            root = namespaces.build_view(sources, devices)
        self._leave_root(sources)
        namespaces.enter()
        if pid := posix.fork():
            _wait_for(pid)
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        self.processes = namespaces.ProcessNamespaces()
        if view:
            self.scratch, self.scratch_is_bounded = namespaces.scratch_folder(sources), True
            root = root or namespaces.build_view(sources, devices)
            namespaces.enter_view(root, self.scratch, self.settings["scratch_bytes"])
            library.rename({new: old for old, new in self.renamed.items()})
            self.renamed = {}

    def _try_namespaces(self, sources: list[Source], devices: list[Source], view: bool) -> None:
        self._enter_namespaces(sources, devices, view)
        if self.processes and (pid := self.processes.fork()):
            if os.waitpid(pid, 0)[1]:
                raise OSError("the child is not process 1 of its namespace")
        else:
            os._exit(0 if os.getpid() == 1 else 1)

    def _leave_root(self, sources: list[Source]) -> None:
        """Become an unprivileged user where this one is root. Raises OSError where that is impossible."""
        uid = self.settings["uid"]
        if uid is not None:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            if os.getresuid() != (uid, uid, uid) or uid == 0:
                raise OSError(f"expected to become user {uid}, am {os.getresuid()}")
        self.renamed = library.reach_by_handles(sources)
        self._set("unprivileged user")

    def _add_landlock(self, sources: list[Source], devices: list[Source]) -> None:
        if not self._asked("landlock"):
            return
        try:
            rules = landlock.Ruleset()
            for source in sources:
                if source.descriptor >= 0:
                    rules.allow_reading(source.descriptor)
            for device in devices:
                rules.allow_device(device.descriptor)
            folder = os.open(self.scratch, os.O_PATH)
            rules.allow_writing(folder)
            os.close(folder)
        except OSError as error:
            self._set("landlock", linux.reason(error))
            return
        why = trial.in_child(lambda: trial.landlock_holds(rules))
        self._set("landlock", why)
        self.ruleset = None if why else rules

    def _add_seccomp(self) -> None:
        if not self._asked("seccomp"):
            return
        if self.settings["filter"] is None:
            self._set("seccomp", f"no filter for {os.uname().machine}")
            return
        calls = seccomp.Filter(bytes.fromhex(self.settings["filter"]), self.settings["filter_mark"])
        why = trial.in_child(lambda: trial.seccomp_holds(calls))
        self._set("seccomp", why)
        self.filter = None if why else calls


def _opened(paths: list[str]) -> list[Source]:
    sources = []
    for path in paths:
        descriptor = os.open(path, os.O_PATH if linux.LINUX else os.O_RDONLY)
        sources.append(Source(path, fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HANDLES)))
        os.close(descriptor)
    return sources


def _wait_for(pid: int) -> None:
    """What is left of the process outside the namespaces: it ends with the forkserver inside."""
    os.closerange(3, 1 << 16)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
