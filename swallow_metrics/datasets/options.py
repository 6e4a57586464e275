"""The options of multiple-choice rows: their letters, lines and gold."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from swallow_metrics.datasets.row import Row

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters_for(options: Sequence[str]) -> str:
    """One letter an option: "ABC" for three."""
    return LETTERS[: len(options)]


def listed(options: Sequence[str]) -> str:
    """The letters as prompts name them: "A, B, C"."""
    return ", ".join(letters_for(options))


def lines(options: Sequence[str]) -> str:
    """One line an option, `A) text`, texts as they are (BE-21)."""
    return "\n".join(f"{letter}) {option}" for letter, option in zip(LETTERS, options, strict=False))


def gold_letter(row: Row, options: Sequence[str], index: int) -> str:
    """The letter of the option at `index`. Raises RowError when there is none."""
    if not 2 <= len(options) <= len(LETTERS):
        raise row.unanswerable(f"expected 2 to {len(LETTERS)} options, but got {len(options)}")
    if not 0 <= index < len(options):
        raise row.unanswerable(f"expected the index of one of its {len(options)} options, but got {index}")
    return LETTERS[index]


def shuffled(correct: str, wrong: Sequence[str], sample_id: str, seed: int) -> tuple[str, ...]:
    """The correct option inserted among the wrong ones, which keep their order, at a drawn position (BE-16).

    The position is uniform and depends on seed and sample id alone, so it does not change with what else runs.
    """
    position = Random(f"{seed}/{sample_id}").randrange(len(wrong) + 1)  # noqa: S311  # no secret
    return (*wrong[:position], correct, *wrong[position:])
