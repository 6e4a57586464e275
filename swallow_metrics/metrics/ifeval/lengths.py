"""Checks of how much there is: sentences, paragraphs, characters, kanji."""

from __future__ import annotations

import re

from swallow_metrics.metrics.ifeval.sentences import count_sentences
from swallow_metrics.metrics.ifeval.text import Text
from swallow_metrics.metrics.ifeval.words import holds

KANJI = "\u4e00-\u9faf"  # IF-12: without 々, 〇 and 〆
_KANJI = re.compile(f"[{KANJI}]")
_PARAGRAPH_BREAK = re.compile(r"\s?\*\*\*\s?")


def number_sentences(text: Text, *, num_sentences: int, relation: str) -> bool:
    """So many sentences (IF-40 to IF-44)."""
    return holds(count_sentences(text.value), relation, num_sentences)


def number_paragraphs(text: Text, *, num_paragraphs: int) -> bool:
    """Exactly so many paragraphs between `***`; a blank one is allowed first and last only, uncounted (IF-21)."""
    paragraphs = _PARAGRAPH_BREAK.split(text.value)
    if not all(paragraph.strip() for paragraph in paragraphs[1:-1]):
        return False
    return sum(1 for paragraph in paragraphs if paragraph.strip()) == num_paragraphs


def number_letters(text: Text, *, num_letters: int, relation: str) -> bool:
    """So many code points, whitespace included."""
    return holds(len(text.value), relation, num_letters)


def nth_paragraph_first_word(text: Text, *, num_paragraphs: int, nth_paragraph: int, first_word: str) -> bool:
    """Exactly so many non-blank paragraphs between empty lines, and a word at the start of one of them (IF-22).

    The n-th is counted with the blank ones. The word is lower-cased, the text is not.
    """
    paragraphs = text.value.split("\n\n")
    count = sum(1 for paragraph in paragraphs if paragraph.strip())
    if count != num_paragraphs or nth_paragraph > count:
        return False
    paragraph = paragraphs[nth_paragraph - 1].strip()
    return bool(paragraph) and paragraph.lstrip("「").lstrip("『").startswith(first_word.lower())


def kanji(text: Text, *, kanji_limit: int, relation: str) -> bool:
    """So many kanji."""
    return holds(len(_KANJI.findall(text.value)), relation, kanji_limit)
