"""A text to be checked, with the views of it that checks share: each is computed once, when first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from swallow_metrics.metrics.janome_lattice import Window
from swallow_metrics.metrics.segment import janome_windows, part_of_speech


class Text:
    """`value` is the text as it is; `memo` holds pieces already segmented, shared with texts that are similar."""

    def __init__(self, value: str, memo: dict[str, Window] | None = None) -> None:
        self.value = value
        self._memo: dict[str, Window] = {} if memo is None else memo

    @cached_property
    def stripped(self) -> str:
        """Without whitespace at both ends."""
        return self.value.strip()

    @cached_property
    def unquoted(self) -> str:
        """Without 「…」 and then without 『…』, shortest ones, each on one line (IF-29, IF-31)."""
        return without_quotes(without_quotes(self.value, "「", "」"), "『", "』")

    def tokens(self) -> Iterator[str]:
        """Surface forms of Janome's words (IF-11), lazily: a reader who has seen enough stops the work."""
        for window in janome_windows(self.value, self._memo):
            yield from window.surfaces

    def words_before(self, marks: str) -> Iterator[str]:
        """Parts of speech of the words right before a word that is a part of `marks`, in the unquoted text."""
        before: int | str | None = None
        for window in janome_windows(self.unquoted, self._memo):
            if before is not None and window.surfaces[0] in marks:
                yield part_of_speech(before)
            for (_, kind), (surface, _) in pairwise(zip(window.surfaces, window.kinds, strict=True)):
                if surface in marks:
                    yield part_of_speech(kind)
            before = window.kinds[-1]


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
