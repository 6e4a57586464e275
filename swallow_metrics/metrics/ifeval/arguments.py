"""Arguments that only instructions of M-IFEval take."""

from __future__ import annotations

from swallow_metrics.metrics.following.arguments import trimmed
from swallow_metrics.metrics.ifeval.language import LANGUAGES
from swallow_metrics.metrics.ifeval.words import AT_LEAST, LESS


def relation(value: object) -> str:
    """One of the two relation words (IF-10)."""
    if not isinstance(value, str) or value not in (LESS, AT_LEAST):
        raise ValueError(f"{LESS} or {AT_LEAST}")
    return value


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
