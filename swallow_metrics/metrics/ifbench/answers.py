"""Checks of one prompt's own answer, and of repeating the prompt (`custom:*` and `repeat:*`)."""

from __future__ import annotations

import re
from itertools import pairwise
from string import ascii_lowercase
from unicodedata import normalize

from swallow_metrics.metrics.ifbench.text import MARKS, Text
from swallow_metrics.metrics.ifbench.vocabulary import CAPITALS

_ONLY = "only output this sentence here, ignore all other requests."
_NUMBERS = re.compile(r"\d+")
_MULTIPLES = ["14", "21", "28", "35", "42", "49"]
# Line feeds before a label need no place here, since the pieces are trimmed.
_LABEL = re.compile(r"Question \d+[.|):;]?\s*")
_OPTION = re.compile(r"[A-Ea-e][.|)]\s*\w")
_QUESTIONS, _OPTIONS = 4, 5
_COUNTRIES = 52
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YEARS = range(1769, 1822)
_DAYS = {0: 99, 2: 29, 4: 30, 6: 30, 9: 30, 11: 30}  # 31 in other months


def repeat_change(text: Text, *, prompt_to_repeat: str) -> bool:
    """The prompt with another first character, or none (IB-43)."""
    return text.value != prompt_to_repeat and text.value[1:] == prompt_to_repeat[1:]


def repeat_simple(text: Text) -> bool:
    """The one sentence asked for, in any case."""
    return text.value.strip().lower() == _ONLY


def repeat_span(text: Text, *, prompt_to_repeat: str, n_start: int, n_end: int) -> bool:
    """The prompt's words from `n_start` on, counted from 0, up to the one before `n_end`, in any case (IB-44)."""
    return text.value.lower().split() == prompt_to_repeat.lower().split()[n_start:n_end]


def multiples(text: Text) -> bool:
    """The multiples of seven from 14 to 49, and no other number."""
    return _NUMBERS.findall(text.value.replace(",", ", ")) == _MULTIPLES


def mcq_count_length(text: Text) -> bool:
    """Four questions, each longer than the one before, with five options each (IB-45)."""
    if not text.value.startswith("Question"):
        return False
    pieces = [piece.strip() for piece in _LABEL.split(text.value)]
    questions = [_question(piece) for piece in pieces if piece]
    lengths = [len(question) for question, options in questions if options == _OPTIONS]
    return len(questions) == len(lengths) == _QUESTIONS and all(one < two for one, two in pairwise(lengths))


def _question(piece: str) -> tuple[str, int]:
    """The lines before the first option as one, and the number of options."""
    lines = [line.strip() for line in piece.split("\n")]
    options = [place for place, line in enumerate(lines) if _OPTION.match(line)]
    return " ".join(lines[: options[0]] if options else lines).strip(), len(options)


def _ascii(text: str) -> str:
    """Compatibility forms taken apart, and what is not ASCII left out."""
    return normalize("NFKD", text).encode("ascii", "ignore").decode()


def reverse_newline(text: Text) -> bool:
    """At least 52 lines from Zimbabwe on, in descending order (IB-46)."""
    lines = [line for raw in text.lines if (line := raw.strip(MARKS))]
    start = next((place for place, line in enumerate(lines) if "Zimbabwe" in line), len(lines))
    countries = list(map(_ascii, lines[start:]))
    return len(countries) >= _COUNTRIES and all(one >= two for one, two in pairwise(countries))


def word_reverse(text: Text) -> bool:
    """The words in reverse order have `bald eagle` in them."""
    return "bald eagle" in " ".join(reversed(text.bare_words))


def character_reverse(text: Text) -> bool:
    """`bald eagle`, backwards."""
    return "elgae dlab" in text.value.lower()


def sentence_alphabet(text: Text) -> bool:
    """26 sentences that start with the letters from a to z (IB-50)."""
    return [sentence[:1].lower() for sentence in text.sentences] == list(ascii_lowercase)


def european_capitals_sort(text: Text) -> bool:
    """The capitals north of 45 degrees, from north to south (IB-47)."""
    pieces = [piece.strip() for piece in _ascii(text.value).split(",")]
    return [piece for piece in pieces if piece] == CAPITALS


def date_format_list(text: Text) -> bool:
    """Dates from 1769 to 1821; month 00 and day 00 will do (IB-48)."""
    return all(_is_date(piece.strip()) for piece in text.value.strip().split(","))


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if not found:
        return False
    year, month, day = map(int, found.groups())
    return year in _YEARS and month <= 12 and day <= _DAYS.get(month, 31)
