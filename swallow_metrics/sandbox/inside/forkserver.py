"""The small clean process that programs are forked from.

It never holds a program, a test or an expected value: those pass between harness, grader and program directly. Commands
come from the harness and are answered one by one (`protocol`); the end of input ends this process and everything it
started.
"""

from __future__ import annotations

import gc
import os
import posix
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from struct import Struct
from typing import NoReturn

from . import grader, linux, program, protocol, scratch
from .confinement import Confinement
from .frames import Frames

GRACE = 0.15  # seconds the grader has to let go of a program that was killed
_TICK = 0.1  # seconds between looks at what can only be watched: threads and disk
_THREADS = 256
_EXIT = 0.05  # seconds that a process whose connection ended has to end itself
_INT = Struct("=i")
_FIRST, _LAST = 3, 1 << 16  # descriptors below are /dev/null


class HungUp(Exception):  # noqa: N818  # an event
    """The harness is gone."""


class Forkserver:
    """Forks one program after another, holds the clock and kills."""

    def __init__(self, confinement: Confinement, harness: socket.socket) -> None:
        self.confinement = confinement
        self.harness = harness
        self.grader = 0
        self.control: socket.socket | None = None
        self.poll = select.poll()
        self.poll.register(harness, select.POLLIN)
        program.rehearse()
        gc.collect()
        gc.freeze()  # children then do not copy these pages when they collect

    def serve(self) -> None:
        """Carry out commands until the harness hangs up, then leave nothing behind."""
        try:
            while True:
                data, descriptors, _, _ = socket.recv_fds(self.harness, protocol.COMMAND.size, 1)
                if not data:
                    raise HungUp
                what, load_s, step_s = protocol.COMMAND.unpack(data)
                answer = self._start_grader(descriptors[0]) if what == protocol.GRADER else self._run(load_s, step_s)
                self.harness.sendall(answer)
        except (HungUp, OSError):
            pass
        self._stop_grader()
        with suppress(OSError):  # the harness, whose folder it is, removes it as well
            self._clear_scratch()
            if not self.confinement.scratch_is_bounded:
                here = posix.getcwd()
                posix.chdir("/")
                posix.rmdir(here)

    def _start_grader(self, descriptor: int) -> bytes:
        self._stop_grader()
        ours, theirs = socket.socketpair()
        pid = posix.fork()
        if pid == 0:
            self._become_grader(descriptor, theirs)
        os.close(descriptor)
        theirs.close()
        self.grader, self.control = pid, ours
        self.poll.register(ours, select.POLLIN)
        return protocol.RESULT.pack(0, 0, 0.0, 0, True)

    def _become_grader(self, descriptor: int, control: socket.socket) -> NoReturn:
        try:
            self.confinement.confine()
            connection = socket.socket(fileno=descriptor)
            self._isolate(*sorted((connection.fileno(), control.fileno())))
            self.confinement.filter_calls()
            grader.serve(Frames(connection), control, vars(self.confinement.module))
        except BaseException:  # noqa: BLE001  # a child must never return into the forkserver's code
            sys.excepthook(*sys.exc_info())
        os._exit(1)

    def _stop_grader(self) -> None:
        if self.control is not None:
            self.poll.unregister(self.control)
            self.control.close()
            self.control = None
            posix.kill(self.grader, signal.SIGKILL)
            os.waitpid(self.grader, 0)

    def _isolate(self, *keep: int) -> None:
        """In a child: close every descriptor but these and the library's."""
        if not self.confinement.filter:
            os.setsid()  # a signal to its own group then reaches nobody else
        low = _FIRST
        for kept in sorted([*keep, *self.confinement.kept]) if self.confinement.kept else keep:
            os.closerange(low, kept)
            low = kept + 1
        os.closerange(low, _LAST)

    def _become_program(self, frames: Frames, descriptor: int) -> NoReturn:
        try:
            self.confinement.confine()
            self._isolate(descriptor)
            self.confinement.filter_calls()
            frames.send(b"R")
        except BaseException:  # noqa: BLE001  # without `R` the grader knows that the sandbox failed, not the program
            os._exit(1)
        program.serve(frames, self.confinement.module)

    def _run(self, load_s: float, step_s: float) -> bytes:
        """Run one program; how it ended: "done", "time", "threads", "disk" or "grader" (it died)."""
        assert self.control is not None, "a grader comes before programs"
        start = time.monotonic()
        ours, theirs = socket.socketpair()
        frames, descriptor = Frames(theirs), theirs.fileno()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, _INT.pack(ours.fileno()))]
        pid = self.confinement.fork_program()
        if pid == 0:
            self._become_program(frames, descriptor)
        self.control.sendmsg([b"c"], rights)
        theirs.close()
        ours.close()
        ended, steps, gone = self._watch(pid, start + load_s, step_s)
        seconds = time.monotonic() - start
        code = self._kill(pid, gone)
        if ended == "grader" or (ended != "done" and not self._grader_lets_go()):
            self._stop_grader()
        self._clear_scratch()
        return protocol.RESULT.pack(protocol.ENDINGS.index(ended), steps, seconds, code, self.control is not None)

    def _watch(self, pid: int, deadline: float, step_s: float) -> tuple[str, int, bool]:
        """Wait for the grader, at most until the deadline, which every step sets anew."""
        assert self.control is not None
        steps = 0
        look = time.monotonic() + _TICK
        while (now := time.monotonic()) < deadline:
            if now >= look:
                if why := self._overuse(pid):
                    return why, steps, False
                look = now + _TICK
            for descriptor, _ in self.poll.poll(1000 * (min(deadline, look) - now)):
                if descriptor == self.harness.fileno():
                    self._kill(pid, gone=False)
                    raise HungUp  # the harness sends no command while one runs
                for event in self.control.recv(64) or b"-":
                    if event == ord("S"):
                        steps += 1
                        deadline = time.monotonic() + step_s
                    else:
                        return "grader" if event == ord("-") else "done", steps, event == ord("G")
        return "time", steps, False

    def _overuse(self, pid: int) -> str:
        """What no kernel limit holds at this level: disk without a small file system, threads without a namespace."""
        confinement = self.confinement
        if not confinement.scratch_is_bounded and scratch.holds_more_than(confinement.settings["scratch_bytes"], "."):
            return "disk"
        if confinement.processes is None and _threads(pid) > _THREADS:
            return "threads"
        return ""

    def _clear_scratch(self) -> None:
        """Empty the working folder where this process is: at "weak" its name may be another's by now, or nobody's."""
        try:
            scratch.clear(".")
        except FileNotFoundError:
            posix.mkdir(self.confinement.scratch, 0o700)
            posix.chdir(self.confinement.scratch)

    def _kill(self, pid: int, gone: bool) -> int:
        """End the program with everything it started. Its exit code, as subprocess has it; 0 where it was killed."""
        until = time.monotonic() + _EXIT if gone else 0.0
        code = 0
        while time.monotonic() < until:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                break
            time.sleep(0.001)
        else:
            posix.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if self.confinement.processes is None and self.confinement.filter is None:
            self._kill_orphans()
        return code

    def _kill_orphans(self) -> None:
        """Where programs can start processes: these are now children of this process."""
        until = time.monotonic() + 2
        while (orphans := _children() - {self.grader}) and time.monotonic() < until:
            for pid in orphans:
                posix.kill(pid, signal.SIGKILL)
            for pid in orphans:
                os.waitpid(pid, 0)

    def _grader_lets_go(self) -> bool:
        """After a kill: whether the grader noticed and is ready for the next program."""
        assert self.control is not None
        self.control.settimeout(GRACE)
        try:
            while events := self.control.recv(64):
                if b"G" in events or b"D" in events:
                    return True
        except TimeoutError:
            pass
        finally:
            self.control.settimeout(None)
        return False


def _threads(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[17])
    except (OSError, ValueError, IndexError):
        return 0


def _children() -> set[int]:
    if not linux.LINUX:
        return set()
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return set(map(int, file.read().split()))
    except OSError:
        return set()
