"""Where in an answer its reading stands, so that the page can mark it."""

from __future__ import annotations

from swallow_metrics.extraction.choice import Language, choice_letter

TRIED = 24  # places of a letter that are tried, from the end
LONG = 200_000  # characters; longer answers are not searched


def reading_span(text: str, extracted: object) -> tuple[int, int] | None:
    """First character and the one behind the last of what was read from `text`; None where it stands nowhere.

    A choice letter stands in many places. The one that decided is found by asking the reader itself: it is the place
    where another letter would have been read instead.
    """
    if not isinstance(extracted, str) or not extracted.strip() or len(text) > LONG:
        return None
    if len(extracted) == 1 and "A" <= extracted <= "Z":
        return _letter_span(text, extracted)
    start = text.rfind(extracted)
    return (start, start + len(extracted)) if start >= 0 else None


def _letter_span(text: str, letter: str) -> tuple[int, int] | None:
    letters = "ABCDEFGHIJ" if letter <= "J" else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for offered in (letters[: max(4, ord(letter) - 64)], letters):
        for language in _likely(text):
            if choice_letter(text, offered, language) == letter:
                return _deciding(text, letter, offered, language)
    return None


def _likely(text: str) -> tuple[Language, Language]:
    return ("ja", "en") if "回答" in text else ("en", "ja")


def _deciding(text: str, letter: str, offered: str, language: Language) -> tuple[int, int] | None:
    other = next(each for each in offered if each != letter)
    at = len(text)
    for _ in range(TRIED):
        at = text.rfind(letter, 0, at)
        if at < 0:
            return None
        if choice_letter(f"{text[:at]}{other}{text[at + 1 :]}", offered, language) == other:
            return at, at + 1
    return None
