"""What arguments of instructions must be. The reference draws a missing one at random; here it is an error (IF-3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

Kind = Callable[[object], object]  # the value as checks take it; raises ValueError saying what was expected


def number(value: object) -> int:
    """A whole number from 0 on; data frames turn it into a float where other rows have none."""
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not isinstance(value, int | float) or not whole or value < 0:
        raise ValueError("a whole number from 0 on")
    return int(value)


def ordinal(value: object) -> int:
    """A whole number from 1 on."""
    if number(value) < 1:
        raise ValueError("a whole number from 1 on")
    return number(value)


def quantity(value: object) -> float:
    """A finite number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise ValueError("a number from 0 on")
    return value


def text(value: object) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError("text")
    return value


def trimmed(value: object) -> str:
    """Text without whitespace at its ends, not empty."""
    if not text(value).strip():
        raise ValueError("text that is not blank")
    return text(value).strip()


def texts(value: object) -> Sequence[str]:
    """A list with at least one text."""
    if not isinstance(value, list | tuple) or not value or not all(isinstance(item, str) and item for item in value):
        raise ValueError("a list of texts")
    return tuple(value)
