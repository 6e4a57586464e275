r"""Where an answer may stand, best place first (MA-4 to MA-9): pools of spans by priority.

The spans, their ends and their order are those of math-verify's regular expressions. These are not used, because
they rescan a text from every cue, bracket or blank: they need 9 s for 50 KB of answers that were joined to one text and
82 s for 100 KB. Here almost everything is found in one pass, and a property test compares both searches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from swallow_metrics.metrics.math.environments import Environments, bare_box, environments
from swallow_metrics.metrics.math.expressions import Expressions
from swallow_metrics.metrics.math.span import LatexSpan, Span

Target = Literal["gold_latex", "gold_expression", "prediction"]

_PRIORITIES = (0, 50, 55, 100, 200, 300)
_BOXED_PRIORITY = {"gold_latex": 55, "prediction": 0}

_ANSWER = re.compile("(?i:answer)")
_ANSWER_COLON = re.compile("(?i:answer):")
_FINAL = re.compile("(?i:final answer)")
_FINAL_IS = re.compile(r"(?i:final answer is):?(\s*+)")
_SPACES = re.compile(r"\s++")
_IS = re.compile(r"\s++is:?(\s*+)")
_HOPE = re.compile(r"\.?\s?I hope")


def pools(text: str, target: Target) -> Iterator[list[Span]]:
    """The spans of each priority, in the order in which they are to be tried; empty pools are left out.

    Lazy: what a later priority costs is only spent when an earlier one gave no value.
    """
    latex = _LatexAnswers(text) if target != "gold_expression" else None
    plain = Expressions(text) if target != "gold_latex" else None
    for priority in _PRIORITIES:
        pool: list[Span] = []
        if latex:
            pool.extend(latex.at(priority))
            if priority == _BOXED_PRIORITY[target]:
                pool.extend(latex.boxes())
        if plain:
            pool.extend(plain.at(priority))
        if pool:
            yield sorted(pool, key=lambda span: (-span.end, span.start))


class _LatexAnswers:
    """The LaTeX spans of one text, by the priority of the place where they stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: Environments | None = None

    @property
    def _environments(self) -> Environments:
        if self._found is None:
            self._found = environments(self._text)
        return self._found

    def at(self, priority: int) -> Iterator[LatexSpan]:
        """The spans of a priority that need no box."""
        match priority:
            case 0:
                return self._behind(_FINAL_IS, self._hoped)
            case 50:
                return self._behind(_FINAL, self._after_is)
            case 100:
                return self._behind(_ANSWER_COLON, self._near)
            case 200:
                return self._behind(_ANSWER, self._near)
            case 300:
                return self._environments.chains()
        return iter(())

    def boxes(self) -> Iterator[LatexSpan]:
        """Environments with a box, and the bare box."""
        if "\\boxed{" in self._text:
            yield from self._environments.boxed().chains()
            if box := bare_box(self._text):
                yield box

    def _behind(self, cue: re.Pattern[str], follow: Callable[[re.Match[str]], LatexSpan | None]) -> Iterator[LatexSpan]:
        """What follows a cue, none overlapping another."""
        position = 0
        while match := cue.search(self._text, position):
            span = follow(match)
            if span:
                yield span._replace(start=match.start())
            position = span.end if span else match.end()

    def _near(self, cue: re.Match[str]) -> LatexSpan | None:
        """The first environment within 50 characters."""
        first = self._environments.first(cue.end(), cue.end() + 50)
        return self._environments.chain(first) if first else None

    def _after_is(self, cue: re.Match[str]) -> LatexSpan | None:
        """The environment right behind the first "is" within 100 characters that has one.

        Only where white space begins: from its middle the same "is" is reached.
        """
        for space in _SPACES.finditer(self._text, cue.end()):
            if space.start() > cue.end() + 100:
                return None
            if verb := _IS.match(self._text, space.start()):
                first = self._environments.after_space(verb.start(1), verb.end())
                if first:
                    return self._environments.chain(first)
        return None

    def _hoped(self, cue: re.Match[str]) -> LatexSpan | None:
        """The environment right behind the cue, if the closing phrase follows."""
        first = self._environments.after_space(cue.start(1), cue.end())
        if not first:
            return None
        span = self._environments.chain(first, whole_words=True)
        hope = _HOPE.match(self._text, span.end)
        return span._replace(end=hope.end()) if hope else None
