"""What arguments of instructions must be. The reference draws a missing one at random; here it is an error (IF-3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from swallow_metrics.metrics.ifeval.language import LANGUAGES
from swallow_metrics.metrics.ifeval.words import AT_LEAST, LESS

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


def relation(value: object) -> str:
    """One of the two relation words (IF-10)."""
    if not isinstance(value, str) or value not in (LESS, AT_LEAST):
        raise ValueError(f"{LESS} or {AT_LEAST}")
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


def letter(value: object) -> str:
    """One hiragana from ぁ to ん."""
    if len(trimmed(value)) != 1 or not "ぁ" <= trimmed(value) <= "ん":
        raise ValueError("one hiragana")
    return trimmed(value)


def language(value: object) -> str:
    """A code of a language that can be told apart (IF-20)."""
    if not isinstance(value, str) or value not in LANGUAGES:
        raise ValueError(f"one of {' '.join(sorted(LANGUAGES))}")
    return value
