"""A text to be checked, with the views of it that checks share: each is computed once, when first asked for."""

from __future__ import annotations

from functools import cached_property
from string import punctuation

from swallow_metrics.metrics.following.followed import View
from swallow_metrics.metrics.ifbench.sentences import split_sentences
from swallow_metrics.metrics.ifbench.tokens import word_tokens

MARKS = punctuation + " "  # what is stripped from the ends of words and lines
_WITHOUT_MARKS = dict.fromkeys(map(ord, punctuation))


def bare(text: str) -> str:
    """Without the 32 ASCII punctuation marks, wherever they stand."""
    return text.translate(_WITHOUT_MARKS)


class Text(View):
    """What this benchmark's checks look at, each computed once."""

    @cached_property
    def lines(self) -> list[str]:
        """What stands between line feeds; other line ends end nothing."""
        return self.value.split("\n")

    @cached_property
    def words(self) -> list[str]:
        """What stands between runs of Unicode whitespace."""
        return self.value.split()

    @cached_property
    def bare_words(self) -> list[str]:
        """Words of the lower-cased text without marks; what is made of marks only is not a word."""
        return bare(self.value.lower()).split()

    @cached_property
    def sentences(self) -> list[str]:
        """By the rules of section 4."""
        return split_sentences(self.value)

    @cached_property
    def tokens(self) -> list[str]:
        """By NLTK (IB-60)."""
        return word_tokens(self.value)
