"""Whether a program printed what was expected (CO-29)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def same_output(output: str, expected: str) -> bool:
    """Line by line, each trimmed: equal text, or words that are all numbers and equal as exact decimals."""
    ours, theirs = _lines(output), _lines(expected)
    return len(ours) == len(theirs) and all(a == b or _same_numbers(a, b) for a, b in zip(ours, theirs, strict=True))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]


def _same_numbers(one: str, other: str) -> bool:
    try:
        return [Decimal(word) for word in one.split()] == [Decimal(word) for word in other.split()]
    except InvalidOperation:
        return False
