"""Compare mathematical answers in a worker process, so that none can stall or kill the run (MA-17, MA-24, MA-25)."""

from __future__ import annotations

import atexit
import signal
from functools import cache
from types import TracebackType
from typing import Self

from swallow_metrics.metrics.math.compare import Comparison, GoldKind, Outcome
from swallow_metrics.workers.process import WorkerGone
from swallow_metrics.workers.worker import Worker


class MathVerifier:
    """Compares answers with golds in one reused process; usable from any thread, also under xdist.

    A comparison may use `timeout_s` seconds of processor time (at least 3; longer texts get a second per 100,000
    characters) and `memory_mb` MiB.
    """

    def __init__(self, timeout_s: float = 10.0, memory_mb: int = 1024) -> None:
        if timeout_s < 3 or memory_mb < 256:
            raise ValueError(
                f"expected timeout_s of at least 3 and memory_mb of at least 256, got {timeout_s!r} and {memory_mb!r}"
            )
        self._timeout_s = timeout_s
        self._worker = Worker("swallow_metrics.workers.math_child", memory_mb)

    def start(self) -> None:
        """Start the process without waiting for it, so that it is there when the first answer is."""
        self._worker.start()

    def close(self) -> None:
        """End the process. A later `verify` starts another."""
        self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def verify(self, gold_text: str, gold_kind: GoldKind, prediction: str) -> Comparison:
        """Whether a prediction holds an answer equal to the gold's.

        `gold_kind` says how the gold is written: "latex" (MATH-500's solutions, boxed answers) or "expression" (AIME).
        Raises MeasurementError only when the process cannot start.
        """
        seconds = max(self._timeout_s, len(prediction) / 100_000)
        message = {"gold": gold_text, "kind": gold_kind, "prediction": prediction, "seconds": seconds}
        try:
            reply = self._worker.ask(message, seconds)
        except WorkerGone as gone:
            return Comparison(equal=False, outcome=_outcome(gone))
        return Comparison(
            equal=reply["equal"],
            extracted=tuple(reply["extracted"]),
            extracted_golds=tuple(reply["extracted_golds"]),
            outcome=reply["outcome"],
            gold_parsed=reply["gold_parsed"],
        )


def _outcome(gone: WorkerGone) -> Outcome:
    if gone.timeout:
        return "timeout"
    return "memory" if gone.signal == signal.SIGKILL else "crash"  # the system kills where memory runs out


@cache
def _shared() -> MathVerifier:
    verifier = MathVerifier()
    atexit.register(verifier.close)
    return verifier


def shared_verifier() -> MathVerifier:
    """The verifier of this process, with a process that starts now and ends with this one."""
    verifier = _shared()
    verifier.start()
    return verifier
