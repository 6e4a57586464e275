"""Checks of words and letters that must, may or must not occur. Words are Janome's (IF-11)."""

from __future__ import annotations

from collections.abc import Sequence

from swallow_metrics.metrics.ifeval.text import Text

LESS, AT_LEAST = "未満", "以上"  # the two relation words (IF-10)
_KATAKANA_OFFSET = 96
_MARKS = "。！？"


def holds(count: int, relation: str, number: int) -> bool:
    """Whether `count` is less than, or at least, `number` (IF-10)."""
    return count >= number if relation == AT_LEAST else count < number


def existence(text: Text, *, keywords: Sequence[str]) -> bool:
    """Every keyword is one whole word."""
    # A word is a piece of the text, so segmenting decides only where all of them occur.
    return all(keyword in text.value for keyword in keywords) and set(keywords) <= set(text.words)


def frequency(text: Text, *, keyword: str, frequency: int, relation: str) -> bool:
    """The keyword is a whole word so many times."""
    # Words do not overlap, and `count` finds as many occurrences without overlap as there can be.
    if not keyword or text.value.count(keyword) < frequency:
        return holds(0, relation, frequency)
    return holds(text.words.count(keyword), relation, frequency)


def forbidden_words(text: Text, *, forbidden_words: Sequence[str]) -> bool:
    """No word is one of these; they may be parts of longer words."""
    occurring = {word for word in forbidden_words if word in text.value}
    return not occurring or occurring.isdisjoint(text.words)


def letter_frequency(text: Text, *, letter: str, let_frequency: int, let_relation: str) -> bool:
    """The hiragana and its katakana together occur so many times."""
    katakana = chr(ord(letter) + _KATAKANA_OFFSET)
    return holds(text.value.count(letter) + text.value.count(katakana), let_relation, let_frequency)


def nominal_ending(text: Text, *, count: int) -> bool:
    """At least `count` full stops, exclamation or question marks are right behind a noun, outside quotes (IF-29)."""
    if sum(text.unquoted.count(mark) for mark in _MARKS) < count:
        return False
    return sum(part.startswith("名詞") for part in text.words_before(_MARKS)) >= count
