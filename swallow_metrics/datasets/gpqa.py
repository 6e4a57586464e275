"""GPQA's rows, the same columns in every translation (BE-16, JG-2)."""

from __future__ import annotations

from swallow_metrics.datasets.drawn import drawn_sample
from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Sample

CORRECT = "Correct Answer"
WRONG = ("Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3")
COLUMNS = ("Question", CORRECT, *WRONG)


def sample(row: Row, prompt: str) -> Sample:
    """A question with its options in the drawn order; the target is the correct option's text."""
    wrong = [row.text(column) for column in WRONG]
    return drawn_sample(row, prompt, row.text("Question"), row.text(CORRECT), wrong)
