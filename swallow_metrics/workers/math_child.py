"""What the worker process for mathematics does with a message."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from swallow_metrics.workers.child import Answer, limit_cpu, serve

_MARGIN_SECONDS = 2.0  # between giving up by ourselves and the kernel's limit


def main(settings: dict[str, Any]) -> None:
    """Run until the harness ends."""
    serve(_prepare, parent=settings["parent"], memory_mb=settings["memory_mb"])


def _prepare() -> Answer:
    from swallow_metrics.metrics.math.compare import Judge, MathVerdict

    judge = Judge()
    # Imports the libraries, with what they import only for their parser and when they simplify.
    judge.verdict(r"$\boxed{\frac{\sin x}{2}+\frac{1}{2}}$", "latex", r"$x = \frac{\sin x+1}{2}$ or 1/2", 60)

    def answer(message: dict[str, Any]) -> dict[str, Any]:
        seconds = message["seconds"]
        limit_cpu(seconds)
        try:
            verdict = judge.verdict(message["gold"], message["kind"], message["prediction"], seconds - _MARGIN_SECONDS)
        except MemoryError:
            return asdict(MathVerdict(equal=False, outcome="memory")) | {"worn": True}
        return asdict(verdict) | {"worn": judge.worn}

    return answer
