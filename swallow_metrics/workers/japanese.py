"""Count Japanese characters in a worker process: Markdown can take any time, and its limit needs a main thread."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from functools import cache
from typing import Any

from swallow_metrics.metrics.japanese_ratio import SECONDS, Counts, count_japanese, japanese_characters
from swallow_metrics.workers.child import Answer, limit_cpu, serve
from swallow_metrics.workers.process import WorkerGone
from swallow_metrics.workers.worker import Worker

_MARGIN_SECONDS = 2.0  # between giving up by ourselves and the kernel's limit


def japanese_counts(texts: Sequence[str]) -> Counts:
    """`count_japanese` of these texts. Where the process dies over them, all are counted as they stand.

    Raises MeasurementError only when the process cannot start.
    """
    try:
        reply = _worker().ask({"texts": list(texts)}, SECONDS + _MARGIN_SECONDS)
    except WorkerGone:
        counts = [japanese_characters(text) for text in texts]
        return Counts(sum(japanese for japanese, _ in counts), sum(all_ for _, all_ in counts), len(counts))
    return Counts(*reply["counts"])


@cache
def _worker() -> Worker:
    worker = Worker("swallow_metrics.workers.japanese", memory_mb=1024)
    atexit.register(worker.close)
    return worker


def main(settings: dict[str, Any]) -> None:
    """In the process: run until the harness ends."""
    serve(_prepare, settings)


def _prepare() -> Answer:
    count_japanese(["**a**"])  # imports

    def answer(message: dict[str, Any]) -> dict[str, Any]:
        limit_cpu(SECONDS + _MARGIN_SECONDS)
        counts = count_japanese(message["texts"])
        return {"counts": counts, "worn": counts.plain > 0}  # a parser was perhaps interrupted

    return answer
