"""Evaluate Japanese and English instruction-tuned LLMs with pytest.

The names below are public. Each is imported when it is first used, so `import swallow_metrics` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swallow_metrics.datasets.row import Row
    from swallow_metrics.datatypes import (
        Benchmark,
        Conversation,
        Dataset,
        JudgeSpec,
        Metric,
        Record,
        Request,
        Response,
        Sample,
        Sampling,
    )
    from swallow_metrics.engines.base import Engine
    from swallow_metrics.engines.fake import FakeEngine
    from swallow_metrics.errors import (
        DataError,
        EngineDown,
        EngineError,
        JudgeError,
        MeasurementError,
        SandboxError,
        SwallowError,
        UsageError,
    )
    from swallow_metrics.extraction.choice import choice_letter
    from swallow_metrics.prompts.template import render
    from swallow_metrics.scoring import Scorer

_MODULES = {
    "datasets.row": ("Row",),
    "datatypes": ("Benchmark Conversation Dataset JudgeSpec Metric Record Request Response Sample Sampling".split()),
    "engines.base": ("Engine",),
    "engines.fake": ("FakeEngine",),
    "errors": (
        "DataError EngineDown EngineError JudgeError MeasurementError SandboxError SwallowError UsageError".split()
    ),
    "extraction.choice": ("choice_letter",),
    "prompts.template": ("render",),
    "scoring": ("Scorer",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Benchmark",
    "Conversation",
    "DataError",
    "Dataset",
    "Engine",
    "EngineDown",
    "EngineError",
    "FakeEngine",
    "JudgeError",
    "JudgeSpec",
    "MeasurementError",
    "Metric",
    "Record",
    "Request",
    "Response",
    "Row",
    "Sample",
    "Sampling",
    "SandboxError",
    "Scorer",
    "SwallowError",
    "UsageError",
    "choice_letter",
    "render",
]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
