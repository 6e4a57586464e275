"""The letter that answers a multiple-choice question (rules MC-2 to MC-14).

Patterns are tried in their order of rank; the last match of the first pattern that matches at all gives the letter.
Every pattern does bounded work at each position of the text, so a response of any shape takes linear time.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

Language = Literal["ja", "en"]


class Choice(NamedTuple):
    """Where an answer letter stands in a response.

    `priority` is that of the pattern that found it: 0 and 50 "final answer", 100 a cue word with a colon, 150 a cue
    word, 200 the start of the text, 250 a letter by itself, 300 any letter (MC-5 to MC-14). `cue` is the end of the cue
    word, None from 200 on.
    """

    letter: str
    position: int
    priority: int
    cue: int | None = None


_Finder = Callable[[str], Choice | None]

_FINAL = re.compile("(?i:final )")


class _Words(NamedTuple):
    """What differs between the languages. `edge` is a sentence space: Japanese has an empty one (MC-7)."""

    cue: str
    colons: str
    stops: str
    edge: str


_WORDS: dict[Language, _Words] = {
    "ja": _Words(cue="回答", colons="：:", stops="。.、,：:", edge=""),
    # `re` matches ſ for s when case is ignored; an explicit set says the same and is searched twice as fast.
    "en": _Words(cue="[aA][nN][sSſ][wW][eE][rR]", colons=":", stops=".,:", edge=" "),
}


def choice_letter(text: str, letters: str, language: Language) -> str | None:
    """The answer letter of a response, or None when it has none.

    `letters` are the upper-case ASCII letters offered, at least one (a letter that was not offered is invisible,
    MC-2). `language` is the benchmark's: it decides the cue word and the boundaries of a letter. Never raises for
    any `text`.
    """
    found = _finder(letters, language)(text)
    return found.letter if found else None


def find_choice(text: str, letters: str, language: Language) -> Choice | None:
    """As `choice_letter`, with the place and the pattern that gave the letter."""
    return _finder(letters, language)(text)


@lru_cache(maxsize=64)
def _finder(letters: str, language: Language) -> _Finder:
    """The search for one set of letters, its patterns compiled."""
    if not letters or not letters.isascii() or not letters.isupper() or not letters.isalpha():
        msg = f"letters must be upper-case ASCII letters such as 'ABCD', got {letters!r}"
        raise ValueError(msg)
    words = _WORDS[language]
    letter = f"([{letters}])"
    bounded = None
    if words.edge:
        after = rf"(?:\*\*)?(?:[{words.stops}{words.edge}]|$)"
        before = rf"(?:^|{words.edge})(?:\*\*)?"
        # Asked only where the text does not start with a bounded letter, so the other edge is always a space.
        bounded = re.compile(rf"{words.edge}(?:\*\*)?{letter}{after}")
        after_cue = re.compile(f".{{0,50}}?{before}{letter}{after}")
    else:
        # Both boundaries hold anywhere, and what they would swallow holds no letter and no cue. So the first letter of
        # the line decides: at most 50 characters away, or 52 when the last two are `**`.
        after = ""
        after_cue = re.compile(rf"[^\n{letters}]{{0,50}}+(?:\*\*|(?<=\*)\*)?{letter}")
    start = re.compile(rf"(?:\*\*)?{letter}{after}")
    cue = re.compile(words.cue)
    colons = tuple(words.colons)
    finals = _final_answers(letter) if language == "en" else ()

    def find(text: str) -> Choice | None:
        cues = [match.end() for match in cue.finditer(text)]
        if cues:
            # "final answer" ends in the cue; most texts have none before any cue and skip both patterns.
            if finals and any(_FINAL.match(text, end - 12) for end in cues if end >= 12):
                for priority, pattern in zip((0, 50), finals, strict=True):
                    if match := _last(pattern, text):
                        return Choice(match[1], match.start(1), priority, match.start() + len("final answer"))
            # The last cue that reaches a letter decides: an earlier one that spans it ends at the same letter,
            # because the gap is the shortest possible. Searching backwards usually stops at the first step.
            for end in reversed(cues):  # priority 100
                if text.startswith(colons, end) and (match := after_cue.match(text, end + 1)):
                    return Choice(match[1], match.start(1), 100, end + 1)
            for end in reversed(cues):  # priority 150
                if match := after_cue.match(text, end):
                    return Choice(match[1], match.start(1), 150, end)
        if match := start.match(text):
            return Choice(match[1], match.start(1), 200)
        if bounded is not None and (match := _last(bounded, text)):
            return Choice(match[1], match.start(1), 250)
        position = max(map(text.rfind, letters))  # also 250 where boundaries always hold
        return Choice(text[position], position, 300) if position >= 0 else None

    return find


def _final_answers(letter: str) -> tuple[re.Pattern[str], ...]:
    r"""Priorities 0 and 50.

    A gap may end only where white space begins (`(?<!\s)`), and white space is never given back: both say nothing new
    about what matches, but megabytes of spaces are then walked once.
    """
    return (
        re.compile(rf"(?i:final answer is):?\s*+{letter}\.?\s?I hope"),
        re.compile(rf"(?i:final answer).{{0,100}}?(?<!\s)\s++is:?\s*+{letter}"),
    )


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last of the left-to-right, non-overlapping matches: it is also the one that ends last."""
    last = deque(pattern.finditer(text), maxlen=1)
    return last[0] if last else None
