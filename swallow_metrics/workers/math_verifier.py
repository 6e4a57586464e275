"""Compare mathematical answers in a worker process, so that none can stall or kill the run (MA-17, MA-24, MA-25)."""

from __future__ import annotations

import atexit
import os
import signal
from threading import Lock
from types import TracebackType
from typing import Any, Self

from swallow_metrics.metrics.math.compare import GoldKind, MathVerdict, Outcome
from swallow_metrics.workers.process import WorkerGone, WorkerProcess

_BUSY = 5.0  # wall time over processor time that a crowded machine may take


class MathVerifier:
    """Compares answers with golds in one reused process; usable from any thread, also under xdist.

    A comparison may use `timeout_s` seconds of processor time (at least 3; longer texts get a second per 100,000
    characters) and `memory_mb` MiB. A process that hit a limit is replaced; where one dies otherwise its question is
    asked once more.
    """

    def __init__(self, timeout_s: float = 10.0, memory_mb: int = 1024) -> None:
        if timeout_s < 3 or memory_mb < 256:
            raise ValueError(
                f"expected timeout_s of at least 3 and memory_mb of at least 256, got {timeout_s!r} and {memory_mb!r}"
            )
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._worker: WorkerProcess | None = None
        self._lock = Lock()
        self._owner = os.getpid()

    def start(self) -> None:
        """Start the process without waiting for it, so that it is there when the first answer is."""
        self._check_fork()
        with self._lock:
            self._running()

    def verify(self, gold_text: str, gold_kind: GoldKind, prediction: str) -> MathVerdict:
        """Whether a prediction holds an answer equal to the gold's.

        `gold_kind` says how the gold is written: "latex" (MATH-500's solutions, boxed answers) or "expression" (AIME).
        Raises MeasurementError only when the process cannot start.
        """
        seconds = max(self._timeout_s, len(prediction) / 100_000)
        message = {"gold": gold_text, "kind": gold_kind, "prediction": prediction, "seconds": seconds}
        self._check_fork()
        with self._lock:
            verdict, died = self._attempt(message)
            if died:  # perhaps killed from outside, which says nothing about the answer
                verdict, _ = self._attempt(message)
        return verdict

    def _attempt(self, message: dict[str, Any]) -> tuple[MathVerdict, bool]:
        """The verdict, and whether the process died for no limit of ours. A process that is worn is replaced."""
        worker = self._running()
        try:
            reply = worker.ask(message, message["seconds"] * _BUSY)
        except WorkerGone as gone:
            outcome = _outcome(gone)
            verdict, worn, died = MathVerdict(equal=False, outcome=outcome), True, outcome != "timeout"
        else:
            verdict, worn, died = _verdict(reply), reply["worn"], False
        if worn:
            worker.stop()  # the next process warms up while the run goes on
            self._running()
        return verdict, died

    def close(self) -> None:
        """End the process. A later `verify` starts another."""
        self._check_fork()
        with self._lock:
            if self._worker:
                self._worker.stop()
                self._worker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> WorkerProcess:
        if self._worker is None or not self._worker.alive:
            if self._worker:
                self._worker.stop()
            self._worker = WorkerProcess("swallow_metrics.workers.math_child", {"memory_mb": self._memory_mb})
        return self._worker

    def _check_fork(self) -> None:
        """A forked copy of this process must not talk to the original's worker."""
        if os.getpid() != self._owner:
            self._worker, self._lock, self._owner = None, Lock(), os.getpid()


def _verdict(reply: dict[str, Any]) -> MathVerdict:
    return MathVerdict(
        equal=reply["equal"],
        extracted=tuple(reply["extracted"]),
        extracted_golds=tuple(reply["extracted_golds"]),
        outcome=reply["outcome"],
        gold_parsed=reply["gold_parsed"],
    )


def _outcome(gone: WorkerGone) -> Outcome:
    if gone.late or gone.signal == signal.SIGXCPU:
        return "timeout"
    return "memory" if gone.signal == signal.SIGKILL else "crash"  # the system kills where memory runs out


_shared: list[MathVerifier] = []
_shared_lock = Lock()


def shared_verifier() -> MathVerifier:
    """The verifier of this process, started on first use and ended with the process."""
    with _shared_lock:
        if not _shared:
            verifier = MathVerifier()
            atexit.register(verifier.close)
            _shared.append(verifier)
    _shared[0].start()
    return _shared[0]
