"""What a reader of a mathematical score should know (see `extraction.doubts`). Needs no sympy."""

from __future__ import annotations

import re

from swallow_metrics.metrics.math.search import pools
from swallow_metrics.metrics.math.span import PlainSpan

NUMBER_IN_PART = "number_in_part"

# Units and counters may follow a number directly (5cm, 5個); a digit, an exponent or a variable belongs to it.
_CONTINUES = re.compile(r"[.,:/^]\d|[.,:/^]?\\|\*\*\d|[eE][+-]?\d|[xyznkπ√](?![A-Za-z])|/[A-Za-z]")


def number_doubt(text: str) -> str | None:
    """`number_in_part` where the number that is tried first is part of a larger one, as the 12 of `12:30`.

    None for LaTeX, for whole expressions, and where no number is read. Never raises for any `text`.
    """
    first = next(pools(text, "prediction"), None)
    if not first or not isinstance(first[0], PlainSpan) or first[0].expression or first[0].percent:
        return None
    return NUMBER_IN_PART if _CONTINUES.match(text, first[0].end) else None
