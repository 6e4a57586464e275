"""Checks of which characters are used. Ranges are those of the rules, not of Unicode's scripts."""

from __future__ import annotations

import re

from swallow_metrics.metrics.ifeval.lengths import KANJI
from swallow_metrics.metrics.ifeval.text import Text

_DIGIT = re.compile(r"\d")
_KATAKANA = re.compile("[\u30a1-\u30fa\uff66-\uff9f]")
_HIRAGANA = re.compile("[\u3041-\u3096]")
_NOT_KATAKANA = re.compile("[^\u30a1-\u30f3ー・\uff66-\uff9f]")
_NOT_HIRAGANA = re.compile("[^\u3041-\u3093ー]")
_KANJI_RUN = re.compile(f"[{KANJI}]+")
# Anchored at the last kanji of a run: from the first one, each run without a reading would be read again and again.
_FURIGANA = re.compile(f"[{KANJI}]（[\u3041-\u3093]+）")


def furigana(text: Text) -> bool:
    """As many kanji runs as kanji runs with a hiragana reading in full-width parentheses (IF-32)."""
    return len(_KANJI_RUN.findall(text.value)) == len(_FURIGANA.findall(text.value))


def kansuuji(text: Text) -> bool:
    """No digit of any script; numbers are written in kanji."""
    return not _DIGIT.search(text.value)


def no_katakana(text: Text) -> bool:
    """No katakana; the marks ー, ・ and ヽ are allowed."""
    return not _KATAKANA.search(text.value)


def no_hiragana(text: Text) -> bool:
    """No hiragana."""
    return not _HIRAGANA.search(text.value)


def katakana_only(text: Text) -> bool:
    """Letters are katakana from ァ to ン or half-width ones; ヴ, ヵ, ヶ and ヽ are not."""
    return not any(character.isalpha() for character in set(_NOT_KATAKANA.findall(text.value)))


def hiragana_only(text: Text) -> bool:
    """Letters are hiragana from ぁ to ん, or ー; ゔ, ゝ and 々 are not."""
    return not any(character.isalpha() for character in set(_NOT_HIRAGANA.findall(text.value)))


def no_comma(text: Text) -> bool:
    """No `、`; ASCII and full-width commas are allowed."""
    return "、" not in text.value


def no_period(text: Text) -> bool:
    """No `。`; other full stops are allowed."""
    return "。" not in text.value
