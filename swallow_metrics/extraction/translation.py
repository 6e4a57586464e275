"""Translations: the span in a response, and the texts of a dataset row."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Mapping
from typing import Any, Literal

Language = Literal["ja", "en"]  # of a row's texts
_TEXT = re.compile(r"\S")
_LINE_BREAK = re.compile(r"[\n\r]")


def translation(response: str, *cues: str) -> str | None:
    """The text after the last occurrence of a cue that starts a line, up to the end of its line. None: no cue.

    Cues are tried in their order over the whole response; the first one that occurs decides (WM-2). They are
    case-sensitive (TR-1). A cue may be behind any whitespace, and so may the text be, on a later line too (TR-2, TR-3).
    A cue that was taken for the text of an earlier one does not count. The span may be empty; trailing spaces are kept.
    The benchmark scores None as an empty hypothesis (TR-5).
    """
    spans = (_after(response, cue) for cue in cues)
    return next((span for span in spans if span is not None), None)


def _after(response: str, cue: str) -> str | None:
    span = None
    searched = 0  # up to here text belongs to earlier cues
    start = response.find(cue)
    while start >= 0:
        if _starts_line(response, start, searched):
            begin = _TEXT.search(response, start + len(cue))
            if begin is None:
                return ""
            line_break = _LINE_BREAK.search(response, begin.start())
            searched = line_break.start() if line_break else len(response)
            span = response[begin.start() : searched]
        else:
            # What is before this cue on its line disqualifies the rest of the line too.
            searched = start + len(cue)
        start = response.find(cue, searched)
    return span


def _starts_line(response: str, position: int, searched: int) -> bool:
    """Whether only whitespace is between a line feed (or the start of the response) and `position`.

    Looks back to `searched` alone, where a word character or a line feed stands, so a response is read once.
    """
    before = response[searched:position]
    gap = before[len(before.rstrip()) :]
    return "\n" in gap or (searched == 0 and len(gap) == len(before))


def hypothesis(span: str | None, reference: str, longest: int | None) -> str:
    """What is scored of a span: nothing without one (TR-5), at most `longest` times the reference's length (WM-5)."""
    return (span or "")[: None if longest is None else longest * len(reference)]


def record(value: object) -> Mapping[str, Any]:
    """A row's `translation` with texts by language, which some copies of the data keep as a Python literal (TR-7).

    Raises ValueError for anything else.
    """
    decoded = value
    if isinstance(value, str):
        try:
            decoded = literal_eval(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            decoded = None
    if not isinstance(decoded, Mapping):
        raise ValueError(f"expected a record of texts by language, or one as a Python literal, found {value!r:.80}")
    return decoded


def gold(value: object, language: Language) -> str:
    """The text to compare with, of a row's `translation`: trailing whitespace removed (TR-7). Raises as `text`."""
    return text(value, language).rstrip()


def text(value: object, language: Language) -> str:
    """One language's text of a row's `translation` as it is, as prompts show it (BE-21): the first of a list.

    Raises ValueError where it is missing or not text.
    """
    found = record(value).get(language)
    if isinstance(found, list | tuple) and found:
        found = found[0]
    if not isinstance(found, str):
        raise ValueError(f"expected a text for language {language!r}, found {found!r:.80}")
    return found
