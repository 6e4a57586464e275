"""A child process that answers one JSON message at a time, from the side of the harness.

The child is a fresh interpreter, never a fork of this one: engines bring threads, device memory and locks along.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from time import monotonic
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


class WorkerGone(Exception):  # noqa: N818  # it is no error of ours
    """The child died, or was killed because it did not answer in time. `signal` is what ended it, if any."""

    def __init__(self, *, late: bool, signal_number: int | None) -> None:
        super().__init__("late" if late else "died")
        self.late = late
        self.signal = signal_number


class WorkerProcess:
    """One child running `main(settings)` of a module. Not thread-safe: one message at a time.

    Ends when `stop` is called, and by itself when this process ends.
    """

    def __init__(self, module: str, settings: dict[str, Any]) -> None:
        self._module = module
        self._ready = False
        self._received = b""
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the child
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        arguments = [json.dumps(sys.path), module, json.dumps(settings | {"parent": os.getpid()})]
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-P", "-c", _BOOT, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment | {"PYTHONHASHSEED": "0"},
            start_new_session=True,  # Ctrl-C is for the harness, which then stops this child
        )
        for pipe in (self._process.stdin, self._process.stdout):
            os.set_blocking(_fileno(pipe), False)

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
            reply: dict[str, Any] = self._exchange(json.dumps(message).encode() + b"\n", seconds)
        except BaseException:
            self.stop()
            raise
        return reply

    def stop(self) -> None:
        """Kill the child and wait for it. Harmless when it is dead already."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            if pipe:
                with suppress(BrokenPipeError):  # something was left unsent
                    pipe.close()

    def _await_ready(self) -> None:
        if self._ready:
            return
        try:
            self._ready = bool(self._exchange(b"", START_SECONDS)["ready"])
        except WorkerGone as gone:
            self._errors.seek(0)
            said = self._errors.read().decode("utf-8", "replace").strip().splitlines() or ["(nothing)"]
            how = f"was not ready after {START_SECONDS:.0f} s" if gone.late else "ended while it started"
            raise MeasurementError(
                f"{self._module} {how}; expected a running process, but it said {said[-1]!r}; "
                "check that the packages of this project are installed for " + sys.executable
            ) from gone

    def _exchange(self, data: bytes, seconds: float) -> Any:
        """Send `data` while reading one line."""
        end = monotonic() + seconds
        stdin, stdout = _fileno(self._process.stdin), _fileno(self._process.stdout)
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            if data:
                selector.register(stdin, selectors.EVENT_WRITE)
            while b"\n" not in self._received:
                for key, _ in selector.select(max(0.0, end - monotonic())):
                    if key.fd == stdin:
                        data = data[self._write(stdin, data) :]
                        if not data:
                            selector.unregister(stdin)
                    else:
                        self._receive(stdout)
                if monotonic() >= end and b"\n" not in self._received:
                    raise self._gone(late=True)
        line, _, self._received = self._received.partition(b"\n")
        return json.loads(line)

    def _write(self, descriptor: int, data: bytes) -> int:
        try:
            return os.write(descriptor, data[:65536])
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            raise self._gone(late=False) from None

    def _receive(self, descriptor: int) -> None:
        try:
            received = os.read(descriptor, 65536)
        except BlockingIOError:
            return
        if not received:
            raise self._gone(late=False)
        self._received += received

    def _gone(self, *, late: bool) -> WorkerGone:
        """Make sure that the child is gone, and say how it ended."""
        if late:
            self._process.kill()
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:  # it closed its output and went on
            self._process.kill()
            code = self._process.wait()
        return WorkerGone(late=late, signal_number=signal.Signals(-code) if code < 0 else None)


def _fileno(pipe: IO[bytes] | None) -> int:
    assert pipe is not None  # both were asked for
    return pipe.fileno()
