"""A child process that answers one message at a time, from the side of the harness.

The child is a fresh interpreter, never a fork of this one: engines bring threads, device memory and locks along.
Messages are JSON, never pickles, since the child works on hostile texts.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from multiprocessing.connection import Pipe
from typing import IO, Any

from swallow_metrics.errors import MeasurementError

START_SECONDS = 120.0
"""Wall time a child may take to import what it needs, on a busy machine."""

# `-P` keeps the current folder out of the way; the child then sees the modules that this process sees.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from importlib import import_module; import_module(sys.argv[2]).main(json.loads(sys.argv[3]))"
)
_KEPT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG")


class WorkerGone(Exception):  # noqa: N818  # it is not an error of ours
    """The child died, or was killed because it did not answer in time. `signal` is what ended it, if any."""

    def __init__(self, *, late: bool, signal_number: int | None) -> None:
        super().__init__("late" if late else "died")
        self.late = late
        self.signal = signal_number

    @property
    def timeout(self) -> bool:
        """Whether a limit on time ended it, of the harness or of the kernel."""
        return self.late or self.signal == signal.SIGXCPU


class WorkerProcess:
    """One child running `main(settings)` of a module. Not thread-safe: one message at a time.

    Ends when `stop` is called, and by itself when this process ends.
    """

    def __init__(self, module: str, settings: dict[str, Any]) -> None:
        self._module = module
        self._ready = False
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the child
        self._connection, theirs = Pipe()
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        settings = settings | {"parent": os.getpid(), "connection": theirs.fileno()}
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-P", "-c", _BOOT, json.dumps(sys.path), module, json.dumps(settings)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # what libraries print
            stderr=self._errors,
            pass_fds=(theirs.fileno(),),
            env=environment | {"PYTHONHASHSEED": "0"},
            start_new_session=True,  # Ctrl-C is for the harness, which then stops this child
        )
        theirs.close()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child still runs."""
        return self._process.poll() is None

    def ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The child's reply. Raises WorkerGone after `seconds` of wall time or when the child dies.

        Starting up does not count; a child that cannot start raises MeasurementError with what it said. After any
        exception the child is dead.
        """
        try:
            self._await_ready()
            reply: dict[str, Any] = self._exchange(message, seconds)
        except BaseException:
            self.stop()
            raise
        return reply

    def stop(self) -> None:
        """Kill the child and wait for it. Harmless when it is dead already."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._connection.close()
        self._errors.close()

    def _await_ready(self) -> None:
        if self._ready:
            return
        try:
            self._ready = bool(self._exchange(None, START_SECONDS)["ready"])
        except WorkerGone as gone:
            self._errors.seek(0)
            said = self._errors.read().decode("utf-8", "replace").strip().splitlines() or ["(nothing)"]
            how = f"was not ready after {START_SECONDS:.0f} s" if gone.late else "ended while it started"
            raise MeasurementError(
                f"{self._module} {how}; expected a running process, but it said {said[-1]!r}; "
                "check that the packages of this project are installed for " + sys.executable
            ) from gone

    def _exchange(self, message: dict[str, Any] | None, seconds: float) -> Any:
        try:
            if message is not None:
                self._connection.send_bytes(json.dumps(message).encode())
            if self._connection.poll(seconds):
                return json.loads(self._connection.recv_bytes())
        except (EOFError, ConnectionError):
            raise self._gone(late=False) from None
        raise self._gone(late=True)

    def _gone(self, *, late: bool) -> WorkerGone:
        """Make sure that the child is gone, and say how it ended."""
        if late:
            self._process.kill()
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:  # it closed its connection and went on
            self._process.kill()
            code = self._process.wait()
        return WorkerGone(late=late, signal_number=signal.Signals(-code) if code < 0 else None)
