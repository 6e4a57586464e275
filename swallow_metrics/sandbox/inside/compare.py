"""Whether a program printed what was expected (CO-29)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from math import isclose


def same_output(output: str, expected: str) -> bool:
    """Line by line, each trimmed: equal text, or words that are all numbers and equal as exact decimals."""
    ours, theirs = _lines(output), _lines(expected)
    return len(ours) == len(theirs) and all(a == b or _same_numbers(a, b) for a, b in zip(ours, theirs, strict=True))


def differs_by_rounding(output: str, expected: str) -> bool:
    """Whether an output that is not the same has the same words; numbers count as equal to 6 digits."""
    ours, theirs = output.split(), expected.split()
    return len(ours) == len(theirs) and all(a == b or _are_close(a, b) for a, b in zip(ours, theirs, strict=True))


def _are_close(one: str, other: str) -> bool:
    try:
        return "." in one + other and isclose(float(one), float(other), rel_tol=1e-6, abs_tol=1e-9)
    except ValueError:
        return False


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]


def _same_numbers(one: str, other: str) -> bool:
    try:
        return [Decimal(word) for word in one.split()] == [Decimal(word) for word in other.split()]
    except InvalidOperation:
        return False
