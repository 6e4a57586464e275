"""One forkserver and its grader, from the harness's side: runs one program at a time."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from swallow_metrics.sandbox import paths, seccomp_filter
from swallow_metrics.sandbox.inside import protocol
from swallow_metrics.sandbox.inside.frames import Closed, Frames
from swallow_metrics.sandbox.scratch_folder import ScratchFolder
from swallow_metrics.sandbox.submission import (
    CATEGORIES,
    NOT_LOADED,
    TIMED_OUT,
    CheckTests,
    Limits,
    Outcome,
    Submission,
    Tests,
)

_HERE = Path(__file__).resolve().parent
UNPRIVILEGED = 65534  # nobody, whom root becomes
_START_S = 60.0  # until a forkserver says hello, or a grader has taken its tests
_SPARE_S = 10.0  # after the forkserver's own deadline


class WorkerError(Exception):
    """The worker failed, not the program in it. It cannot be used again."""


def filter_bytes() -> bytes | None:
    """The seccomp filter of this machine, None where we know no system call numbers."""
    try:
        return seccomp_filter.build(os.uname().machine)
    except KeyError:
        return None


class Worker:
    """Starts a forkserver with these layers. `trial` lets it do without those the kernel refuses, and say why."""

    def __init__(self, layers: frozenset[str], limits: Limits, preload: tuple[str, ...] = (), *, trial: bool) -> None:
        self.scratch = ScratchFolder()
        self.grader: Frames | None = None
        self.tests: Tests | None = None
        program = filter_bytes()
        settings = {
            "paths": paths.library(),
            "package": str(_HERE),
            "preload": list(preload),
            "layers": sorted(layers),
            "trial": trial,
            "filter": program.hex() if program else None,
            "filter_mark": seccomp_filter.PID_MARK,
            "uid": UNPRIVILEGED if os.geteuid() == 0 else None,
            "read": paths.readable(),
            "links": paths.links(),
            "devices": paths.devices(),
            "scratch": self.scratch.path,
            "scratch_bytes": limits.scratch,
            "file_bytes": limits.file,
            "memory": limits.memory,
        }
        ours, theirs = socket.socketpair()
        loader = os.environ.get("LD_LIBRARY_PATH")  # without it some interpreters do not start
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and file
                [sys.executable, "-I", "-S", "-B", str(_HERE / "inside" / "start.py"), json.dumps(settings)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"LD_LIBRARY_PATH": loader} if loader else {},
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the harness, which then closes its workers
            )
        self.control = ours
        try:
            hello = self._hello()
        except WorkerError:
            self.close()
            raise
        self.layers: dict[str, dict[str, Any]] = hello["layers"]
        self.facts: dict[str, Any] = hello["facts"]
        if self.layers["view"]["on"]:  # programs have a folder in there
            self.scratch.remove()

    def run(self, submission: Submission) -> Outcome:
        """Run one program. Raises WorkerError."""
        try:
            grader = self._grader_with(submission.tests)
            grader.send(b"R", submission.program.encode("utf-8", "surrogatepass"))
            steps = 1 if isinstance(submission.tests, CheckTests) else len(submission.tests.cases)
            ended = self._command(protocol.RUN, submission.time_s, steps)
            grade = None
            if ended.grader:
                grader.connection.settimeout(_SPARE_S)
                grade = json.loads(grader.receive()[1])
            else:
                self._drop_grader()
        except (Closed, OSError, ValueError) as error:
            raise WorkerError(f"{type(error).__name__}: {error}") from error
        return _outcome(submission.tests, ended, grade)

    def close(self) -> None:
        """End the forkserver, everything it started, and its folder. Safe to call from another thread, and again."""
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        self._drop_grader()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.control.close()
        self.scratch.remove()

    def _grader_with(self, tests: Tests) -> Frames:
        """The grader with these tests, started if need be."""
        if self.grader is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._command(protocol.GRADER, connection=theirs)
            self.grader, self.tests = Frames(ours), None
        self.grader.connection.settimeout(_START_S)
        if self.tests is not tests:
            self.tests = None
            self.grader.send(b"S", json.dumps(tests.head()).encode("ascii"))
            for text in tests.texts():
                self.grader.send(b"T", text.encode("utf-8", "surrogatepass"))
            kind, body = self.grader.receive()
            if kind != b"K":
                raise WorkerError(body.decode("utf-8", "replace"))
            self.tests = tests
        return self.grader

    def _drop_grader(self) -> None:
        if self.grader is not None:
            self.grader.close()
            self.grader = self.tests = None

    def _command(
        self, what: bytes, time_s: float = 0.0, steps: int = 0, connection: socket.socket | None = None
    ) -> _Result:
        descriptors = [connection.fileno()] if connection else []
        socket.send_fds(self.control, [protocol.COMMAND.pack(what, time_s, time_s)], descriptors)
        self.control.settimeout(time_s * (steps + 1) + _SPARE_S)
        answer = b""
        while len(answer) < protocol.RESULT.size:
            data = self.control.recv(protocol.RESULT.size - len(answer))
            if not data:
                raise WorkerError("the sandbox's process ended")
            answer += data
        how, begun, seconds, code, grader = protocol.RESULT.unpack(answer)
        return _Result(protocol.ENDINGS[how], begun, seconds, code, grader)

    def _hello(self) -> dict[str, Any]:
        """The forkserver's first line. Raises WorkerError."""
        self.control.settimeout(_START_S)
        line = b""
        try:
            while not line.endswith(b"\n"):
                data = self.control.recv(1 << 16)
                if not data:
                    raise WorkerError("the sandbox's process ended before it was set up")
                line += data
        except OSError as error:
            raise WorkerError(f"no answer from the sandbox's process: {error}") from None
        hello: dict[str, Any] = json.loads(line)
        if "error" in hello:
            raise WorkerError(hello["error"])
        return hello


class _Result(NamedTuple):
    """How a program ended, as the forkserver saw it (`protocol`)."""

    how: str
    steps: int
    seconds: float
    code: int
    grader: bool


def _outcome(tests: Tests, ended: _Result, grade: dict[str, Any] | None) -> Outcome:
    """Put together what the clock says and what the grader says; only both together can say "passed"."""
    how, seconds = ended.how, ended.seconds
    if how == "time":
        done = max(ended.steps - 1, 0) if not isinstance(tests, CheckTests) else 0
        results = (True,) * done + (TIMED_OUT,) if ended.steps else (NOT_LOADED,)
        where = "in a test" if ended.steps else "while it was loaded"
        return Outcome("timeout", results, f"killed after its time {where}", seconds)
    if how == "threads":
        return Outcome("crash", tests.lost(), "killed: too many threads", seconds)
    if how == "disk":
        return Outcome("output", tests.lost(), "killed: wrote more than its folder holds", seconds)
    if grade is None or grade["category"] not in CATEGORIES:
        raise WorkerError(grade["detail"] if grade else "the grader ended")
    detail = grade["detail"]
    if ended.code < 0:
        detail += f" by {signal.Signals(-ended.code).name}"
    elif ended.code > 0:
        detail += f" with status {ended.code}"
    return Outcome(grade["category"], tuple(grade["results"]), detail, seconds)
