"""Multiple-choice benchmarks: their metric, and how their answers are scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from swallow_metrics.datatypes import Metric, Response
from swallow_metrics.extraction.choice import Language, choice_letter
from swallow_metrics.extraction.doubts import choice_doubt

EXTRACTIVE_MATCH = Metric("extractive_match", family="exact_match", voted=True)
"""1 where the extracted answer equals the gold, else 0 (MC-17, MA-17)."""


def score_letters(
    responses: Sequence[Response], gold: str | Callable[[Response], str], letters: str, language: Language, score: Any
) -> None:
    """Score every generation's letter; `score` is the fixture of that name.

    `gold` is the letter that is right, or gives it for a response, where each was shown its own order of options.
    """
    for response in responses:
        letter = choice_letter(response.text, letters=letters, language=language)
        right = gold if isinstance(gold, str) else gold(response)
        score("extractive_match", letter == right, extracted=letter, answer=voted(letter, letters, response, responses))
        score.issue(choice_doubt(response.text, letters, language))


def voted(letter: str | None, letters: str, response: Response, responses: Sequence[Response]) -> str | None:
    """What makes two generations the same answer: the letter, or its option where they saw different orders (MJ-1)."""
    if letter is None or response.choices is None or len({other.choices for other in responses}) == 1:
        return letter
    return response.choices[letters.index(letter)]
