"""Read the rating in a judge's text (rules JU-13 to JU-15).

Both patterns are tried over the whole text, the strict one first. Any text takes linear time.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import NamedTuple

_NUMBER = r"(\d++(?:\.\d*+)?)"
_DOUBLE = re.compile(rf"\[\[{_NUMBER}\]\]")
_SINGLE = re.compile(rf"\[{_NUMBER}\]")

RATINGS_SEVERAL = "ratings_several"
LOWEST, HIGHEST = 1, 10
"""The scale that a judge is asked to use. A rating beyond it is read all the same (JU-14)."""


class Rating(NamedTuple):
    """What a verdict's text says.

    `value` is the number, None when there is none. `malformed`: there is one in the right place that is not a number to
    Python, such as 08, full-width digits or thousands of digits: the reference stops there (JU-15), we read none.
    """

    value: float | None
    malformed: bool = False


def read_rating(text: str) -> Rating:
    """The first `[[number]]`, else the first `[number]`, of a judge's text. Never raises.

    Whole numbers stay `int` ("8" → 8), others are `float` ("7.5", "8."). Neither spaces nor signs may stand inside of
    the brackets, and no range is enforced (JU-14).
    """
    match = _DOUBLE.search(text) or _SINGLE.search(text)
    if match is None:
        return Rating(None)
    value = _number(match.group(1))
    return Rating(value, malformed=value is None)


def rating_doubt(text: str) -> str | None:
    """`ratings_several` where the brackets that `read_rating` looks at have different numbers, else None.

    Such as "[[8]] for the first, [[3]] for the second". A doubt changes no score (see `extraction.doubts`).
    """
    numbers = set(_DOUBLE.findall(text) or _SINGLE.findall(text))
    return RATINGS_SEVERAL if len(numbers) > 1 else None


def _number(text: str) -> float | None:
    """The value of a Python number literal. Whole numbers have no leading zero, except zero itself."""
    if not text.isascii():
        return None
    if "." in text:
        value = float(text)
        return value if isfinite(value) else None
    if (text.startswith("0") and text.strip("0")) or len(text) > 300:
        return None
    return int(text)
