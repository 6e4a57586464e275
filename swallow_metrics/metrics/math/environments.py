r"""LaTeX environments of a text, and the chains that they form (MA-9), in linear time.

An environment ends at the first place that its content cannot contain. So whether one starts at a position depends on
a single "stop", and walking the stops along with the starts visits each character a bounded number of times, where an
expression such as `\\\[(.+?)\\\]` rescans the rest of the text from every unclosed opening.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple

from swallow_metrics.metrics.math.span import Formula, LatexSpan

_BOX = "\\boxed{"
_START = re.compile(r"\$|\\[\[(]|\s(?=\[)|-(?=\\frac\{)|\\(?=frac\{)")
_FRACTION = re.compile(r"-?\\frac\{-?\d+(?:[.,]\d+)?\}\{-?\d+(?:[.,]\d+)?\}")
_INLINE_STOP = re.compile(r"\n|(?<!\\)\$")
_PAREN_STOP = re.compile(r"\n|\\\)")
_BRACKET_STOP = re.compile(r"[\n\[\]]")

_SPACE = re.compile(r"\s*+")
_PERCENT = re.compile(r"\\?%|[Pp]ercent|[Pp]ct")
# Where the rest of a pattern must match as well, "percentage" is one word.
_PERCENT_WORD = re.compile(r"\\?%|[Pp]ercentage|[Pp]ercent|[Pp]ct")
_JOIN = re.compile(r"\s*+(?:and|or|,)(\s*+)")
_LINKS = 5  # environments that can follow the first


class Environment(NamedTuple):
    """One environment at `start`…`end`, its content at `inner`…`stop`: thousands can share the end of a long one."""

    start: int
    end: int
    inner: int
    stop: int


class Environments:
    """The environments of one text by position, all of them or (`boxed`) those that contain a box.

    They can overlap: a `$` that closes one may open the next, and a search takes whichever comes first for it.
    """

    def __init__(self, text: str, found: Iterator[Environment]) -> None:
        self._text = text
        self._at = {environment.start: environment for environment in found}
        self._starts = list(self._at)

    def boxed(self) -> Environments:
        """The environments with a box: an opening, a character at least, and a closing brace after it."""
        boxes = [match.start() for match in re.finditer(re.escape(_BOX), self._text)]
        braces = [match.start() for match in re.finditer("}", self._text)]
        return Environments(self._text, (each for each in self._at.values() if _holds_box(each, boxes, braces)))

    def first(self, low: int, high: int | None = None) -> Environment | None:
        """The first environment that starts at `low` or later, at `high` at the latest."""
        index = bisect_left(self._starts, low)
        if index == len(self._starts) or (high is not None and self._starts[index] > high):
            return None
        return self._at[self._starts[index]]

    def after_space(self, low: int, position: int) -> Environment | None:
        """The environment behind white space that ends at `position` and began at `low`.

        The last space may belong to the environment: ` [x] ` brings its own.
        """
        if found := self._at.get(position):
            return found
        return self._at.get(position - 1) if position > low else None

    def chain(self, first: Environment, *, whole_words: bool = False) -> LatexSpan:
        """The span that starts with this environment, with all that is joined to it and the white space after."""
        percent = _PERCENT_WORD if whole_words else _PERCENT
        formulas: list[Formula] = []
        link: Environment | None = first
        end = first.end
        while link:
            end = _skip(link.end, self._text)
            sign = percent.match(self._text, end)
            end = sign.end() if sign else end
            formulas.append(Formula(self._text[link.inner : link.stop], percent=sign is not None))
            join = _JOIN.match(self._text, end) if len(formulas) <= _LINKS else None
            link = self.after_space(join.start(1), join.end()) if join else None
        return LatexSpan(first.start, end, tuple(formulas))

    def chains(self) -> Iterator[LatexSpan]:
        """All spans, left to right, none overlapping another."""
        position = 0
        while found := self.first(position):
            span = self.chain(found)
            yield span
            position = span.end


def environments(text: str) -> Environments:
    r"""All environments of a text: `$$…$$`, `\[…\]`, `$…$`, `\(…\)`, ` […] ` and a bare `\frac{1}{2}`."""
    return Environments(text, _scan(text))


def bare_box(text: str) -> LatexSpan | None:
    r"""From the first `\boxed{` to the last `}` of the text; a later opening cannot succeed where the first fails."""
    start, end = text.find(_BOX), text.rfind("}")
    if start < 0 or end < start + len(_BOX) + 1:
        return None
    return LatexSpan(start, end + 1, (Formula(text[start : end + 1]),), boxed=True)


def _scan(text: str) -> Iterator[Environment]:
    display = _Stops(lambda position: text.find("$$", position))
    bracket = _Stops(lambda position: text.find("\\]", position))
    inline = _Stops(lambda position: _search(_INLINE_STOP, text, position))
    paren = _Stops(lambda position: _search(_PAREN_STOP, text, position))
    square = _Stops(lambda position: _search(_BRACKET_STOP, text, position))
    for match in _START.finditer(text):
        start, opening = match.start(), match[0]
        before = text[start - 1 : start] if start else ""
        if opening == "$" and text.startswith("$$", start):
            stops, size, closing = display, 2, "$$"
        elif opening == "$":
            stops, size, closing = inline, 1, "$"
        elif opening == "\\[":
            stops, size, closing = bracket, 2, "\\]"
        elif opening == "\\(":
            stops, size, closing = paren, 2, "\\)"
        elif opening.isspace():
            stop = square.first(start + 2)
            closed = stop > start + 2 and text[stop] == "]" and text[stop + 1 : stop + 2].isspace()
            if closed:
                yield Environment(start, stop + 2, start + 2, stop)
            continue
        else:
            if fraction := _FRACTION.match(text, start):
                yield Environment(start, fraction.end(), start, fraction.end())
            continue
        if before == "\\" or (closing == "$" and before.isdecimal()):
            continue
        stop = stops.first(start + size)
        if stop > start + size and text[stop - 1] != "\\" and text.startswith(closing, stop):
            yield Environment(start, stop + len(closing), start + size, stop)


def _holds_box(environment: Environment, boxes: list[int], braces: list[int]) -> bool:
    """Whether its last brace is far enough behind its first box; both are positions of all of the text."""
    first = bisect_left(boxes, environment.inner)
    last = bisect_left(braces, environment.stop) - 1
    return first < len(boxes) and last >= 0 and boxes[first] + len(_BOX) < braces[last]


class _Stops:
    """The first stop at or after a position, for positions that do not decrease; -1 when there is none left."""

    def __init__(self, find: Callable[[int], int]) -> None:
        self._find = find
        self._known = 0

    def first(self, position: int) -> int:
        if 0 <= self._known < position:
            self._known = self._find(position)
        return self._known


def _search(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.search(text, position)
    return match.start() if match else -1


def _skip(position: int, text: str) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
