"""The small clean process that programs are forked from.

It never holds a program, a test or an expected value: those pass between harness, judge and program directly. Orders
come from the harness and are answered one by one (`orders`); the end of input ends this process and everything it
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

from . import candidate, judge, linux, orders, scratch
from .channel import Channel
from .world import World

GRACE = 0.15  # seconds the judge has to let go of a program that was killed
_TICK = 0.1  # seconds between looks at what can only be watched: threads and disk
_THREADS = 256
_EXIT = 0.05  # seconds that a process whose connection ended has to end itself
_INT = Struct("=i")
_FIRST, _LAST = 3, 1 << 16  # descriptors below are /dev/null


class HungUp(Exception):  # noqa: N818  # an event
    """The harness is gone."""


class Zygote:
    """Forks one program after another, holds the clock and kills."""

    def __init__(self, world: World, harness: socket.socket) -> None:
        self.world = world
        self.harness = harness
        self.judge = 0
        self.control: socket.socket | None = None
        self.poll = select.poll()
        self.poll.register(harness, select.POLLIN)
        candidate.rehearse()
        gc.collect()
        gc.freeze()  # children then do not copy these pages when they collect

    def serve(self) -> None:
        """Obey until the harness hangs up, then leave nothing behind."""
        try:
            while True:
                data, descriptors, _, _ = socket.recv_fds(self.harness, orders.ORDER.size, 1)
                if not data:
                    raise HungUp
                what, load_s, step_s = orders.ORDER.unpack(data)
                answer = self._start_judge(descriptors[0]) if what == orders.JUDGE else self._run(load_s, step_s)
                self.harness.sendall(answer)
        except (HungUp, OSError):
            pass
        self._stop_judge()
        with suppress(OSError):  # the harness, whose folder it is, removes it as well
            self._clear_scratch()
            if not self.world.scratch_is_bounded:
                here = posix.getcwd()
                posix.chdir("/")
                posix.rmdir(here)

    def _start_judge(self, descriptor: int) -> bytes:
        self._stop_judge()
        ours, theirs = socket.socketpair()
        pid = posix.fork()
        if pid == 0:
            self._become_judge(descriptor, theirs)
        os.close(descriptor)
        theirs.close()
        self.judge, self.control = pid, ours
        self.poll.register(ours, select.POLLIN)
        return orders.ENDED.pack(0, 0, 0.0, 0, True)

    def _become_judge(self, descriptor: int, control: socket.socket) -> NoReturn:
        try:
            self.world.confine()
            connection = socket.socket(fileno=descriptor)
            self._isolate(*sorted((connection.fileno(), control.fileno())))
            self.world.filter_calls()
            judge.serve(Channel(connection), control, vars(self.world.module))
        except BaseException:  # noqa: BLE001  # a child must never return into the zygote's code
            sys.excepthook(*sys.exc_info())
        os._exit(1)

    def _stop_judge(self) -> None:
        if self.control is not None:
            self.poll.unregister(self.control)
            self.control.close()
            self.control = None
            posix.kill(self.judge, signal.SIGKILL)
            os.waitpid(self.judge, 0)

    def _isolate(self, *keep: int) -> None:
        """In a child: close every descriptor but these and the library's."""
        if not self.world.filter:
            os.setsid()  # a signal to its own group then reaches nobody else
        low = _FIRST
        for kept in sorted([*keep, *self.world.kept]) if self.world.kept else keep:
            os.closerange(low, kept)
            low = kept + 1
        os.closerange(low, _LAST)

    def _become_program(self, channel: Channel, descriptor: int) -> NoReturn:
        try:
            self.world.confine()
            self._isolate(descriptor)
            self.world.filter_calls()
            channel.send(b"R")
        except BaseException:  # noqa: BLE001  # without `R` the judge knows that the sandbox failed, not the program
            os._exit(1)
        candidate.serve(channel, self.world.module)

    def _run(self, load_s: float, step_s: float) -> bytes:
        """Run one program; how it ended: "done", "time", "threads", "disk" or "judge" (it died)."""
        assert self.control is not None, "a judge comes before programs"
        start = time.monotonic()
        ours, theirs = socket.socketpair()
        channel, descriptor = Channel(theirs), theirs.fileno()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, _INT.pack(ours.fileno()))]
        pid = self.world.fork_program()
        if pid == 0:
            self._become_program(channel, descriptor)
        self.control.sendmsg([b"c"], rights)
        theirs.close()
        ours.close()
        ended, steps, gone = self._watch(pid, start + load_s, step_s)
        seconds = time.monotonic() - start
        code = self._kill(pid, gone)
        if ended == "judge" or (ended != "done" and not self._judge_lets_go()):
            self._stop_judge()
        self._clear_scratch()
        return orders.ENDED.pack(orders.HOW.index(ended), steps, seconds, code, self.control is not None)

    def _watch(self, pid: int, deadline: float, step_s: float) -> tuple[str, int, bool]:
        """Wait for the judge, at most until the deadline, which every step sets anew."""
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
                    raise HungUp  # no command comes while one is being carried out
                for event in self.control.recv(64) or b"-":
                    if event == ord("S"):
                        steps += 1
                        deadline = time.monotonic() + step_s
                    else:
                        return "judge" if event == ord("-") else "done", steps, event == ord("G")
        return "time", steps, False

    def _overuse(self, pid: int) -> str:
        """What no kernel limit holds at this level: disk without a small file system, threads without a namespace."""
        world = self.world
        if not world.scratch_is_bounded and scratch.holds_more_than(world.settings["scratch_bytes"], "."):
            return "disk"
        if world.processes is None and _threads(pid) > _THREADS:
            return "threads"
        return ""

    def _clear_scratch(self) -> None:
        """Empty the working folder where this process is: at "weak" its name may be another's by now, or nobody's."""
        try:
            scratch.clear(".")
        except FileNotFoundError:
            posix.mkdir(self.world.scratch, 0o700)
            posix.chdir(self.world.scratch)

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
        if self.world.processes is None and self.world.filter is None:
            self._kill_orphans()
        return code

    def _kill_orphans(self) -> None:
        """Where programs can start processes: these are now children of this process."""
        until = time.monotonic() + 2
        while (orphans := _children() - {self.judge}) and time.monotonic() < until:
            for pid in orphans:
                posix.kill(pid, signal.SIGKILL)
            for pid in orphans:
                os.waitpid(pid, 0)

    def _judge_lets_go(self) -> bool:
        """After a kill: whether the judge noticed and is ready for the next program."""
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
