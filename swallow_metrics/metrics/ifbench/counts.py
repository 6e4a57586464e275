"""Checks that count: words, names, numbers, shares (`count:*` and `ratio:*`)."""

from __future__ import annotations

import re
from functools import lru_cache

from swallow_metrics.metrics.ifbench.text import MARKS, Text, bare
from swallow_metrics.metrics.ifbench.vocabulary import NAMES, PRONOUNS, STOP_WORDS

_RUNS = re.compile(r"\w+")
_NUMBERS = re.compile(r"\d+")
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_CONJUNCTIONS = frozenset("and but for nor or so yet".split())
_OCCURRENCES = (1, 2, 3, 5, 7)
_TOLERANCE = 2  # percentage points


def word_count_range(text: Text, *, min_words: int, max_words: int) -> bool:
    """So many runs of word characters: `don't` is two, `snake_case` one."""
    return min_words <= len(_RUNS.findall(text.value)) <= max_words


def unique_word_count(text: Text, *, N: int) -> bool:  # noqa: N803  # the data's name
    """At least so many different words without marks around them; one of marks only is the empty word."""
    return len({word.strip(MARKS) for word in text.value.lower().split()}) >= N


def conjunctions(text: Text, *, small_n: int) -> bool:
    """At least so many spellings of conjunctions: `and`, `And` and `and,` are three."""
    return len({word for word in text.words if word.strip(MARKS).lower() in _CONJUNCTIONS}) >= small_n


def person_names(text: Text, *, N: int) -> bool:  # noqa: N803
    """At least so many of the names occur, also inside of words."""
    return sum(name in text.value for name in NAMES) >= N


def numbers(text: Text, *, N: int) -> bool:  # noqa: N803
    """Exactly so many runs of digits once marks are gone: `1,000.5` is one."""
    return len(_NUMBERS.findall(bare(text.value))) == N


def punctuation(text: Text) -> bool:
    """An interrobang, and each of six marks beside it; the first `?!` or else `!?` counts for no mark (IB-21)."""
    bangs = [bang for bang in ("?!", "!?") if bang in text.value]
    if not bangs and "‽" not in text.value:
        return False
    rest = text.value.replace(bangs[0], "", 1) if bangs else text.value
    return all(mark in rest for mark in ".,!?;:")


def words_japanese(text: Text, *, N: int) -> bool:  # noqa: N803
    """Every N-th word has kana or kanji, or is nothing but digits or marks."""
    for word in text.words[N - 1 :: N]:
        inner = word.strip(MARKS)
        if inner and not inner.isdigit() and not _JAPANESE.search(inner):
            return False
    return True


def pronouns(text: Text, *, N: int) -> bool:  # noqa: N803
    """At least so many pronouns, each time they occur; `it's` is `its`, `I'll` is none."""
    return sum(word in PRONOUNS for word in bare(text.value.replace("/", " ").lower()).split()) >= N


def keywords_multiple(text: Text, *, keyword1: str, keyword2: str, keyword3: str, keyword4: str, keyword5: str) -> bool:
    """The keywords occur 1, 2, 3, 5 and 7 times, in any case and also inside of words."""
    lowered = text.value.lower()
    keywords = (keyword1, keyword2, keyword3, keyword4, keyword5)
    return all(lowered.count(word.lower()) == times for word, times in zip(keywords, _OCCURRENCES, strict=True))


def stop_words(text: Text, *, percentage: float) -> bool:
    """At most this share of the runs of word characters are stop words."""
    runs = _RUNS.findall(text.value)
    return bool(runs) and percent(sum(run.lower() in STOP_WORDS for run in runs), len(runs)) <= percentage


def percent(part: int, whole: int) -> float:
    """The share in percent, exact where it is a whole number."""
    return 100 * part / whole


def _ending(text: Text, mark: str) -> int:
    return sum(sentence.endswith(mark) for sentence in text.sentences)


def sentence_type(text: Text) -> bool:
    """Twice as many sentences end in a full stop as in a question mark; none of both will do."""
    return _ending(text, ".") == 2 * _ending(text, "?")


def sentence_balance(text: Text) -> bool:
    """As many sentences end in a full stop as in either other mark; none at all will do."""
    return _ending(text, ".") == _ending(text, "?") == _ending(text, "!")


def sentence_words(text: Text) -> bool:
    """Three sentences of the same number of characters."""
    return len(text.sentences) == 3 and len(set(map(len, text.sentences))) == 1


def overlap(text: Text, *, reference_text: str, percentage: float) -> bool:
    """About this share of the text's character trigrams are in the reference text."""
    found = trigrams(text.value)
    if not found:
        return False
    share = percent(len(found & trigrams(reference_text)), len(found))
    return percentage - _TOLERANCE <= share <= percentage + _TOLERANCE


@lru_cache(maxsize=16)  # a reference text is compared with every reading of a response
def trigrams(text: str) -> frozenset[str]:
    """The different runs of three characters."""
    return frozenset(text[start : start + 3] for start in range(len(text) - 2))
