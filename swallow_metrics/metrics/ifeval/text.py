"""A text to be checked, with the views of it that checks share: each is computed once, when first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from swallow_metrics.metrics.following.followed import View
from swallow_metrics.metrics.ja_words import janome_tokens, janome_words


class Text(View):
    """What this benchmark's checks look at, each computed once."""

    @cached_property
    def unquoted(self) -> str:
        """Without 「…」 and then without 『…』, shortest ones, each on one line (IF-29, IF-31)."""
        return without_quotes(without_quotes(self.value, "「", "」"), "『", "』")

    @cached_property
    def words(self) -> list[str]:
        """Surface forms of Janome's words (IF-11)."""
        return janome_words(self.value)

    def words_before(self, marks: str) -> Iterator[str]:
        """Parts of speech of the words right before a word that is a part of `marks`, in the unquoted text."""
        for (_, part_of_speech), (mark, _) in pairwise(janome_tokens(self.unquoted)):
            if mark in marks:
                yield part_of_speech


def without_quotes(text: str, opening: str, closing: str) -> str:
    r"""`text` without the matches of `opening.*?closing`, in linear time whatever stays open."""
    kept: list[str] = []
    done = 0
    for start, end in spans(text, opening, closing):
        kept.append(text[done:start])
        done = end
    kept.append(text[done:])
    return "".join(kept)


def spans(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    r"""(start, end) of the matches of `opening.*?closing`, in linear time: what a line never closes is passed over."""
    start = text.find(opening)
    while start >= 0:
        line_end = text.find("\n", start)
        if line_end < 0:
            line_end = len(text)
        end = text.find(closing, start + 1, line_end)
        if end < 0:
            start = text.find(opening, line_end)
        else:
            yield start, end + 1
            start = text.find(opening, end + 1)
