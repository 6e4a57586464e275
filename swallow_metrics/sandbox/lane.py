"""One zygote and its judge, from the harness's side: runs one program at a time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from swallow_metrics.sandbox import paths, seccomp_filter
from swallow_metrics.sandbox.inside import orders
from swallow_metrics.sandbox.inside.channel import Channel, Closed
from swallow_metrics.sandbox.tasks import (
    CATEGORIES,
    NOT_LOADED,
    TIMED_OUT,
    CheckTests,
    Limits,
    Outcome,
    Task,
    Tests,
)

_HERE = Path(__file__).resolve().parent
UNPRIVILEGED = 65534  # nobody, whom root becomes
_START_S = 60.0  # until a zygote says hello, or a judge has taken its tests
_SPARE_S = 10.0  # after the zygote's own deadline


class LaneError(Exception):
    """The lane failed, not the program in it. It cannot be used again."""


def filter_bytes() -> bytes | None:
    """The seccomp filter of this machine, None where we know no system call numbers."""
    try:
        return seccomp_filter.build(os.uname().machine)
    except KeyError:
        return None


class Lane:
    """Starts a zygote with these layers. `trial` lets it do without those the kernel refuses, and say why."""

    def __init__(self, layers: frozenset[str], limits: Limits, preload: tuple[str, ...] = (), *, trial: bool) -> None:
        self.folder = tempfile.mkdtemp(prefix="swallow-sandbox-", dir=paths.scratch_parent())
        self.judge: Channel | None = None
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
            "scratch": self.folder,
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
                start_new_session=True,  # Ctrl-C is for the harness, which then closes its lanes
            )
        self.control = ours
        try:
            hello = self._hello()
        except LaneError:
            self.close()
            raise
        self.layers: dict[str, dict[str, Any]] = hello["layers"]
        self.facts: dict[str, Any] = hello["facts"]
        if self.layers["view"]["on"]:  # programs have a folder in there
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, task: Task) -> Outcome:
        """Run one program. Raises LaneError."""
        try:
            judge = self._judge_with(task.tests)
            judge.send(b"R", task.program.encode("utf-8", "surrogatepass"))
            steps = 1 if isinstance(task.tests, CheckTests) else len(task.tests.cases)
            ended = self._order(orders.RUN, task.time_s, steps)
            verdict = None
            if ended.judge:
                judge.connection.settimeout(_SPARE_S)
                verdict = json.loads(judge.receive()[1])
            else:
                self._drop_judge()
        except (Closed, OSError, ValueError) as error:
            raise LaneError(f"{type(error).__name__}: {error}") from error
        return _outcome(task.tests, ended, verdict)

    def close(self) -> None:
        """End the zygote, everything it started, and its folder. Safe to call from another thread, and again."""
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        self._drop_judge()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.control.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _judge_with(self, tests: Tests) -> Channel:
        """The judge with these tests, started if need be."""
        if self.judge is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._order(orders.JUDGE, connection=theirs)
            self.judge, self.tests = Channel(ours), None
        self.judge.connection.settimeout(_START_S)
        if self.tests is not tests:
            self.tests = None
            self.judge.send(b"S", json.dumps(tests.head()).encode("ascii"))
            for text in tests.texts():
                self.judge.send(b"T", text.encode("utf-8", "surrogatepass"))
            kind, body = self.judge.receive()
            if kind != b"K":
                raise LaneError(body.decode("utf-8", "replace"))
            self.tests = tests
        return self.judge

    def _drop_judge(self) -> None:
        if self.judge is not None:
            self.judge.close()
            self.judge = self.tests = None

    def _order(
        self, what: bytes, time_s: float = 0.0, steps: int = 0, connection: socket.socket | None = None
    ) -> _Ended:
        descriptors = [connection.fileno()] if connection else []
        socket.send_fds(self.control, [orders.ORDER.pack(what, time_s, time_s)], descriptors)
        self.control.settimeout(time_s * (steps + 1) + _SPARE_S)
        answer = b""
        while len(answer) < orders.ENDED.size:
            data = self.control.recv(orders.ENDED.size - len(answer))
            if not data:
                raise LaneError("the sandbox's process ended")
            answer += data
        how, begun, seconds, code, judge = orders.ENDED.unpack(answer)
        return _Ended(orders.HOW[how], begun, seconds, code, judge)

    def _hello(self) -> dict[str, Any]:
        """The zygote's first line. Raises LaneError."""
        self.control.settimeout(_START_S)
        line = b""
        try:
            while not line.endswith(b"\n"):
                data = self.control.recv(1 << 16)
                if not data:
                    raise LaneError("the sandbox's process ended before it was set up")
                line += data
        except OSError as error:
            raise LaneError(f"no answer from the sandbox's process: {error}") from None
        hello: dict[str, Any] = json.loads(line)
        if "error" in hello:
            raise LaneError(hello["error"])
        return hello


class _Ended(NamedTuple):
    """How a program ended, as the zygote saw it (`orders`)."""

    how: str
    steps: int
    seconds: float
    code: int
    judge: bool


def _outcome(tests: Tests, ended: _Ended, verdict: dict[str, Any] | None) -> Outcome:
    """Put together what the clock says and what the judge says; only both together can say "passed"."""
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
    if verdict is None or verdict["category"] not in CATEGORIES:
        raise LaneError(verdict["detail"] if verdict else "the judge ended")
    detail = verdict["detail"]
    if ended.code < 0:
        detail += f" by {signal.Signals(-ended.code).name}"
    elif ended.code > 0:
        detail += f" with status {ended.code}"
    return Outcome(verdict["category"], tuple(verdict["results"]), detail, seconds)
