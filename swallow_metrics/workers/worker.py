"""One worker process, replaced when it is worn or dies, so that no text can stall or kill the run."""

from __future__ import annotations

import os
from threading import Lock
from typing import Any

from swallow_metrics.workers.process import WorkerGone, WorkerProcess

_BUSY = 5.0  # wall time over processor time that a crowded machine may take


class Worker:
    """A process that is started when it is first needed; usable from any thread, also under xdist.

    `module` has the `main` that the process runs, `memory_mb` limits it, in MiB. One process is enough: what it has
    read once it remembers, and several that each read the same golds are slower.
    """

    def __init__(self, module: str, memory_mb: int) -> None:
        self._module = module
        self._memory_mb = memory_mb
        self._process: WorkerProcess | None = None
        self._lock = Lock()
        self._owner = os.getpid()

    def start(self) -> None:
        """Start the process without waiting for it, so that it is there when the first question is."""
        self._check_fork()
        with self._lock:
            self._running()

    def ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The reply to a message that may take `seconds` of processor time.

        A process whose reply says `worn` is replaced, and so is one that dies. Where one dies for no limit on time, its
        successor is asked once more: perhaps it was killed from outside. Raises WorkerGone when that fails too, or for
        the limit on time; MeasurementError when the process cannot start.
        """
        self._check_fork()
        with self._lock:
            try:
                return self._attempt(message, seconds)
            except WorkerGone as gone:
                if gone.timeout:
                    raise
                return self._attempt(message, seconds)

    def close(self) -> None:
        """End the process. A later question starts another."""
        self._check_fork()
        with self._lock:
            if self._process:
                self._process.stop()
                self._process = None

    def _attempt(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        process = self._running()
        try:
            reply = process.ask(message, seconds * _BUSY)
        except WorkerGone:
            self._running()  # the next process warms up while the run goes on
            raise
        if reply["worn"]:
            process.stop()
            self._running()
        return reply

    def _running(self) -> WorkerProcess:
        if self._process is None or not self._process.alive:
            if self._process:
                self._process.stop()
            self._process = WorkerProcess(self._module, {"memory_mb": self._memory_mb})
        return self._process

    def _check_fork(self) -> None:
        """A forked copy of this process must not talk to the original's worker."""
        if os.getpid() != self._owner:
            self._process, self._lock, self._owner = None, Lock(), os.getpid()
