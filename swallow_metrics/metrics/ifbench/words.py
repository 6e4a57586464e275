"""Checks of single words: letters, lengths, sounds, places (`words:*`)."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby, pairwise
from string import ascii_lowercase

from swallow_metrics.metrics.ifbench.text import MARKS, Text, bare
from swallow_metrics.metrics.ifbench.tokens import first_tag, syllables, word_tokens

_PRIMES = frozenset((2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97))
_TWO_CONSONANTS = re.compile("[bcdfghjklmnpqrstvwxyz]{2}")
_PALINDROMES, _PALINDROME_LENGTH = 10, 5


def alphabet(text: Text) -> bool:
    """Each word starts with the letter after the one before, z is followed by a; the first may be any."""
    words = bare(text.value).split()
    if not words or words[0][0].lower() not in ascii_lowercase:
        return False
    first = ascii_lowercase.index(words[0][0].lower())
    return all(word.lower()[0] == ascii_lowercase[(first + place) % 26] for place, word in enumerate(words[1:], 1))


def vowel(text: Text) -> bool:
    """One line, with at most three different vowels."""
    return "\n" not in text.stripped and len(set(text.value.lower()) & set("aeiou")) <= 3


def consonants(text: Text) -> bool:
    """Every word has two consonants side by side; y is one."""
    return all(_TWO_CONSONANTS.search(word) for word in text.value.lower().split())


def palindrome(text: Text) -> bool:
    """At least ten words that read the same backwards, repeated ones too."""
    long = (word for word in text.bare_words if len(word) >= _PALINDROME_LENGTH)
    return sum(word == word[::-1] for word in long) >= _PALINDROMES


def prime_lengths(text: Text) -> bool:
    """The length of every word is a prime up to 97; no word will do."""
    return all(len(word) in _PRIMES for word in bare(text.value).split())


def start_verb(text: Text) -> bool:
    """The first token is tagged as a verb. Raises MeasurementError without the tagger's data."""
    return "VB" in first_tag(text.tokens)


def repeats(text: Text, *, small_n: int) -> bool:
    """No word occurs more often than this."""
    return max(Counter(text.bare_words).values(), default=0) <= small_n


def odd_even_syllables(text: Text) -> bool:
    """Odd and even numbers of syllables take turns."""
    return all(one != two for one, two in pairwise(syllables(word) % 2 for word in text.bare_words))


def last_first(text: Text) -> bool:
    """Each sentence starts with the last word of the one before; a word of marks is none."""
    return all(map(_follows, text.sentences, text.sentences[1:]))


def _follows(one: str, two: str) -> bool:
    last, first = "".join(one.split()[-1:]).rstrip(MARKS), "".join(two.split()[:1]).lstrip(MARKS)
    return last != "" and last.lower() == first.lower()


def paragraph_last_first(text: Text) -> bool:
    """Each line ends with the word it starts with; blank ones do not count."""
    lines = (line.strip().lower().strip(MARKS).split() for line in text.lines)
    return all(words[0] == words[-1] for words in lines if words)


def no_consecutive(text: Text) -> bool:
    """No two words side by side start alike."""
    return all(one[0] != two[0] for one, two in pairwise(text.bare_words))


def keywords_specific_position(text: Text, *, keyword: str, n: int, m: int) -> bool:
    """The m-th token of the n-th sentence is the keyword."""
    return len(text.sentences) >= n and word_tokens(text.sentences[n - 1])[m - 1 : m] == [keyword]


def words_position(text: Text, *, keyword: str) -> bool:
    """The second token and the last but one are the keyword; a final full stop is a token."""
    return len(text.tokens) >= 2 and text.tokens[1] == text.tokens[-2] == keyword


def alliteration_increment(text: Text) -> bool:
    """In each sentence more words alliterate than in the one before (`sentence:*`; IB-24)."""
    return all(one < two for one, two in pairwise(map(_alliterating, text.sentences)))


def _alliterating(sentence: str) -> int:
    """Words beside one that starts with the same character."""
    firsts = [word[0] for raw in sentence.lower().split() if (word := raw.lstrip(MARKS))]
    runs = (len(list(run)) for _, run in groupby(firsts))
    return sum(length for length in runs if length > 1)


def keyword(text: Text, *, word: str, N: int) -> bool:  # noqa: N803  # the data's name
    """The N-th sentence has the word, in any case and also inside of another."""
    return len(text.sentences) >= N and word.lower() in text.sentences[N - 1].lower()


def increment(text: Text, *, small_n: int) -> bool:
    """Each sentence has so many words more than the one before."""
    return all(len(bare(one).split()) + small_n == len(bare(two).split()) for one, two in pairwise(text.sentences))
