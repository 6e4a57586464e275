"""Four options shown in a drawn order, and the gold that follows from the order shown (BE-16; GPQA, JGPQA, JamC-QA)."""

from __future__ import annotations

from collections.abc import Sequence

from swallow_metrics.datasets.options import shuffled
from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Response, Sample
from swallow_metrics.errors import MeasurementError
from swallow_metrics.prompts import render

LETTERS = "ABCD"
FIELDS = ("Question", *LETTERS)
SEED = 1234  # of the drawn order; in every report


def drawn_sample(
    row: Row, prompt: str, question: str, correct: str, wrong: Sequence[str], group: str | None = None
) -> Sample:
    """A question with its options in the drawn order; the target is the correct option's text."""
    choices = shuffled(correct, wrong, row.id, SEED)
    text = render(prompt, Question=question, **dict(zip(LETTERS, choices, strict=True)))
    return Sample(row.id, (text,), correct, group=group, choices=choices, fields={"wrong": list(wrong)})


def gold_letter(sample: Sample, response: Response) -> str:
    """The correct option's letter in the order that this response was asked in. Raises MeasurementError.

    A journal line without that order cannot be scored: a guess would be silently wrong three times in four. Where a
    wrong option has the correct one's text, the order of the wrong ones tells them apart (BE-16).
    """
    choices = response.choices
    if choices is None:
        raise MeasurementError(
            f"the answer to sample {sample.id!r} does not say in which order its `choices` were shown"
        )
    places = [place for place, choice in enumerate(choices) if choice == sample.target]
    if not places or len(choices) != len(LETTERS):
        raise MeasurementError(f"the `choices` of the answer to sample {sample.id!r} are not those of its question")
    wrong = sample.fields["wrong"]
    return LETTERS[min(places, key=lambda place: [*choices[:place], *choices[place + 1 :]] != wrong)]
