r"""Numbers and arithmetic expressions of plain text (MA-6, MA-7, MA-13 to MA-15).

Anywhere in a text they are found in linear time. Behind a cue the rule allows to give characters back (`12 = x` reads
as 1, since 12 is followed by `=`), so that search stays an expression, tried only where a number is within reach.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from swallow_metrics.metrics.math.span import PlainSpan

_CURRENCY = "[$€£¥₹₽₪₩₫฿₡₢₣₤₥₦₧₨₭₮₯₰₱₲₳₴₵₶₷₸₺₻₼₾₿]?"
_OPERATORS = "+*×/^()÷-"
_CHARACTERS = rf"[\d.\s{_OPERATORS}]"

_ANCHOR = r"(?:^|[\s=])(?:\*\*)?"  # on the left, with emphasis
_BODY = r"-?\(?-?\d"
_AFTER = r"(?:\*\*)?(?:[.,:\s)$]|$)"  # on the right of an expression
_DIGITS = (
    r"(?:(?P<grouped>-?\d{1,3}(?:[ ,]\d{3})+)(?P<rest>\.\d+)?"
    r"|(?P<whole>-?\d+)(?P<fraction>[.,]\d+)"
    r"|(?P<bare>\.\d+)"
    r"|(?P<integer>-?\d+))"
)
# White space before a percent word is taken as a whole: a number can stand before megabytes of it.
_NUMBER = rf"{_ANCHOR}{_CURRENCY}{_DIGITS}(?P<percent>\s*+(?:%|[Pp]ercent|[Pp]ercentage|[Pp]ct))?"
# Its first operator stands for any: what counts is that a character follows one.
_EXPRESSION = rf"{_ANCHOR}(?P<expression>{_BODY}[\d.\s]*+[{_OPERATORS}]{_CHARACTERS}+\)?){_AFTER}"
_EITHER = f"(?:{_EXPRESSION}|{_NUMBER})"

_ANYWHERE = re.compile(_NUMBER)
_HEAD = re.compile(f"{_ANCHOR}(?P<body>{_BODY})")
_RUN = re.compile(f"{_CHARACTERS}*+")
_TAIL = re.compile(rf"(\)?){_AFTER}")

_REACH = re.compile(rf"[\s=](?=(?:\*\*)?(?:{_CURRENCY}(?:-?\d|\.\d)|{_BODY}))")
_FINAL = re.compile("(?i:final answer)")
_ANSWER = re.compile("(?i:answer)")
_BEHIND = {
    0: re.compile(rf"(?i:final answer is):?\s*{_EITHER}\.?\s?I hope"),
    # The gap ends where white space begins: from its middle the same "is" is reached.
    50: re.compile(rf"(?i:final answer).{{0,100}}?(?<!\s)\s++is:?{_EITHER}"),
    100: re.compile(rf"(?i:answer):(?:.{{0,100}}=\s*|.{{0,50}}?){_EITHER}(?!\s*+=)"),
    200: re.compile(rf"(?i:answer)(?:.{{0,100}}=\s*|.{{0,50}}?){_EITHER}(?!\s*+=)"),
}


class Expressions:
    """The numbers and expressions of one text, by the priority of the place where they stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._reach: list[int] | None = None

    def at(self, priority: int) -> Iterator[PlainSpan]:
        """The spans of a priority, none overlapping another of the same pattern."""
        if priority == 300:
            yield from _expressions(self._text)
            yield from _numbers(self._text)
        elif priority in {100, 200}:
            yield from self._after_answer(_BEHIND[priority])
        elif priority in _BEHIND and _FINAL.search(self._text):
            yield from map(_number_or_expression, _BEHIND[priority].finditer(self._text))

    def _after_answer(self, pattern: re.Pattern[str]) -> Iterator[PlainSpan]:
        position = 0
        while cue := _ANSWER.search(self._text, position):
            position = cue.end()
            if self._in_reach(position) and (match := pattern.match(self._text, cue.start())):
                yield _number_or_expression(match)
                position = match.end()

    def _in_reach(self, position: int) -> bool:
        """Whether a number can follow: within 100 characters, a sign of equality, and any white space."""
        if self._reach is None:
            self._reach = [match.start() for match in _REACH.finditer(self._text)]
        index = bisect_left(self._reach, position)
        if index == len(self._reach):
            return False
        gap = self._text[position + 102 : self._reach[index]]
        return not gap or gap.isspace()


def _number_or_expression(match: re.Match[str]) -> PlainSpan:
    return (
        PlainSpan(match.start(), match.end(), expression=match["expression"]) if match["expression"] else _number(match)
    )


def _number(match: re.Match[str]) -> PlainSpan:
    integer = match["grouped"] or match["whole"] or match["integer"] or ""
    decimal = match["rest"] or match["fraction"] or match["bare"] or ""
    return PlainSpan(match.start(), match.end(), integer, decimal, percent=match["percent"] is not None)


def _numbers(text: str) -> Iterator[PlainSpan]:
    """All anchored numbers, left to right."""
    return map(_number, _ANYWHERE.finditer(text))


def _expressions(text: str) -> Iterator[PlainSpan]:
    """All anchored expressions, left to right.

    An expression reaches as far into its run of digits, operators and white space as a valid right end allows, and it
    needs an operator before its last character. The last valid end of a run, and the last operator before that, are the
    same for every start in the run, so they are looked up once a run.
    """
    position = run_end = 0
    end = after = operator = -1
    closing = ""
    while head := _HEAD.search(text, position):
        digit = head.end() - 1
        if digit >= run_end:
            run = _RUN.match(text, digit)
            run_end = run.end() if run else digit
            end, closing, after = _last_end(text, digit + 3, run_end)
            operator = _last_operator(text, digit, end - 2)
        if operator > digit:
            yield PlainSpan(head.start(), after, expression=text[head.start("body") : end] + closing)
            position = after
        else:
            position = head.start() + 1


def _last_end(text: str, low: int, high: int) -> tuple[int, str, int]:
    """The last position from `high` down to `low` where an expression may end, else -1.

    With it the closing parenthesis that it takes along, and the end of what must follow.
    """
    for end in range(high, low - 1, -1):
        if tail := _TAIL.match(text, end):
            return end, tail[1], tail.end()
    return -1, "", -1


def _last_operator(text: str, low: int, high: int) -> int:
    """The last operator from `high` down to `low`, itself excluded; -1 where there is none."""
    return next((index for index in range(high, low, -1) if text[index] in _OPERATORS), -1)
