"""What the worker process for mathematics does with a message."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from typing import Any

from swallow_metrics.workers.child import Answer, limit_cpu, serve

_LIBRARIES = (
    "sympy.parsing",
    "math_verify.grader",
    "latex2sympy2_extended.latex2sympy2",
    "latex2sympy2_extended.math_normalization",
    "latex2sympy2_extended.sets",
)
_MARGIN_SECONDS = 2.0  # between giving up by ourselves and the kernel's limit


def main(settings: dict[str, Any]) -> None:
    """Run until the harness ends."""
    serve(_prepare, settings)


def _prepare() -> Answer:
    from swallow_metrics.metrics.math.compare import Comparator, Comparison

    # Before any time limit: an alarm inside of an import leaves half a module behind, and nothing is equal any more.
    # Without compiled bytecode the imports take longer than the limits of a first answer.
    for name in _LIBRARIES:
        import_module(name)
    comparator = Comparator()
    # These make what is made once; the second imports what the parser and simplification need.
    first = comparator.compare(r"$\boxed{\frac{1}{2}}$", "latex", r"$x = 0.5$ or 1/2", 60)
    comparator.compare(r"$\boxed{\frac{\sin x}{2}+\frac{1}{2}}$", "latex", r"$x = \frac{\sin x+1}{2}$ or 1/2", 60)
    if not first.equal or comparator.worn:
        raise RuntimeError(f"1/2 and 0.5 are equal, but were compared as {first}")

    def answer(message: dict[str, Any]) -> dict[str, Any]:
        seconds = message["seconds"]
        limit_cpu(seconds)
        try:
            found = comparator.compare(
                message["gold"], message["kind"], message["prediction"], seconds - _MARGIN_SECONDS
            )
        except MemoryError:
            return asdict(Comparison(equal=False, outcome="memory")) | {"worn": True}
        return asdict(found) | {"worn": comparator.worn}

    return answer
