"""Share of Japanese characters in what a reader sees of an answer (rules JU-20 to JU-23)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from swallow_metrics.datatypes import Metric, Value
from swallow_metrics.metrics.categories import MT_BENCH
from swallow_metrics.metrics.deadline import Deadline, OutOfTimeError

SECONDS = 10.0
"""Processor time for a question's answers: ordinary ones need milliseconds, 16,000 opening brackets minutes."""

_NOT_JAPANESE = re.compile("[^\u3041-\u309f\u30a1-\u30ff\u4e00-\u9fff\uff01-\uff5e\u3000-\u3036]+")  # JU-21


def _statistics(value: Value) -> tuple[float, ...]:
    japanese, characters = value  # type: ignore[misc]  # [Japanese characters, characters] of a question
    return float(japanese), float(characters)


def _share(total: Sequence[float]) -> float:
    return total[0] / total[1] if total[1] else 0.0  # 0 where nothing was counted (JU-20)


METRICS = tuple(
    Metric(f"japanese_ratio_{name}", statistics=_statistics, total=_share, unmeasured=True, group=group)
    for name, group in [("overall", None), *((category, category) for category in MT_BENCH)]
)
"""Pooled over all characters of all generations: long answers weigh more (JU-20). What a judge says does not matter."""


class Counts(NamedTuple):
    """Japanese characters and characters; `plain` texts were counted with their markup."""

    japanese: int
    characters: int
    plain: int = 0


def japanese_characters(text: str) -> tuple[int, int]:
    """(Japanese characters, characters) of a text, white space included."""
    return len(_NOT_JAPANESE.sub("", text)), len(text)


def count_japanese(texts: Iterable[str], seconds: float = SECONDS) -> Counts:
    """Count over what is visible of Markdown texts, within about `seconds` of processor time for all of them.

    A text that is not converted in time, nests too deeply or makes a parser fail (`<![` that begins no CDATA, a
    character reference of thousands of digits) is counted as it stands. Never raises.
    """
    from bs4.exceptions import ParserRejectedMarkup

    failures = (OutOfTimeError, RecursionError, AssertionError, ValueError, ParserRejectedMarkup)
    deadline = Deadline(seconds)
    numbers: dict[str, tuple[int, int, int]] = {}  # generations at temperature 0 are often the same
    total = [0, 0, 0]
    for text in texts:
        if text not in numbers:
            plain = 0
            try:
                with deadline.limit(seconds):
                    shown = visible_text(text)
            except failures:
                shown, plain = text, 1
            numbers[text] = (*japanese_characters(shown), plain)
        total = [sum(pair) for pair in zip(total, numbers[text], strict=True)]
    return Counts(*total)


def visible_text(text: str) -> str:
    """What Markdown shows of a text, markup removed. Fenced code gets no special treatment (JU-22)."""
    import markdown
    from bs4 import BeautifulSoup

    return str(BeautifulSoup(markdown.markdown(text), "html.parser").get_text())
