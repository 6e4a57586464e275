"""Which question an answer is to.

Numbers of rows do not help: other programs shuffle, filter and renumber. A question is found by what stands in its
row and in its prompt: all these texts must stand in the other program's row or prompt as well, white space aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Sample
from swallow_metrics.exchange.foreign import Answers

NO_QUESTION = "matched no question"
AMBIGUOUS = "are to a question that occurs with several gold answers or groups"
_STARTS = (24, 12, 6, 3, 1)  # lengths of the start of a question that it is looked up by: few, since each costs a pass
_LETTERS = "ABCD"


class Matcher:
    """Finds the sample that answers are to."""

    def __init__(self, questions: Sequence[tuple[Row, Sample]]) -> None:
        self._by_id = {sample.id: sample for _, sample in questions}
        self._rows = {row.id: row.values for row, _ in questions}
        self._place = {row.id: place for place, (row, _) in enumerate(questions)}
        self._texts: dict[str, tuple[str, ...]] = {}
        self._by_start: dict[str, list[str]] = {}
        self._used: set[tuple[str, str]] = set()  # file and sample, for questions that occur twice
        for row, sample in questions:
            shown = _squeezed("\n".join(sample.turns))
            texts = {text for value in _texts_in(row.values) if (text := _squeezed(value)) and text in shown}
            if texts:
                longest, *others = sorted(texts, key=len, reverse=True)
                # A single letter may be the gold, which others do not show.
                self._texts[sample.id] = (longest, *(text for text in others if len(text) > 1))
                length = next(length for length in _STARTS if length <= len(longest))
                self._by_start.setdefault(longest[:length], []).append(sample.id)
        self._lengths = {len(start) for start in self._by_start}

    def match(self, answers: Answers) -> Sample | str:
        """The one question that the answers are to, or why there is none."""
        if answers.id is not None:
            return self._by_id.get(answers.id, NO_QUESTION)
        text = _squeezed(answers.row)
        # A question that is part of another one loses to it; columns tell questions of the same texts apart.
        likeness = {
            sample: (sum(map(len, self._texts[sample])), self._equal_columns(sample, answers))
            for sample in self._candidates(text)
        }
        most = max(likeness.values(), default=None)
        best = [
            self._by_id[sample] for sample in sorted(likeness, key=self._place.__getitem__) if likeness[sample] == most
        ]
        if any(f":{_subset(sample)}|" in answers.file.name for sample in best):
            best = [sample for sample in best if f":{_subset(sample)}|" in answers.file.name]
        if any(_gold(sample) != _gold(best[0]) for sample in best):
            return AMBIGUOUS
        file = str(answers.file)
        chosen = next((sample for sample in best if (file, sample.id) not in self._used), None)
        if chosen is None:  # or the file answers it more often than it occurs
            return NO_QUESTION
        self._used.add((file, chosen.id))
        return chosen

    def _equal_columns(self, sample: str, answers: Answers) -> int:
        row = self._rows[sample]
        return sum(name in row and row[name] == value for name, value in answers.columns.items())

    def _candidates(self, text: str) -> Iterator[str]:
        seen: set[str] = set()
        for length in self._lengths:
            windows = {text[start : start + length] for start in range(len(text) - length + 1)}
            for window in windows & self._by_start.keys():
                for sample in self._by_start[window]:
                    if sample not in seen:
                        seen.add(sample)
                        if all(each in text for each in self._texts[sample]):
                            yield sample


def shown_order(sample: Sample, prompt: str) -> tuple[str, ...] | None:
    """The order in which a prompt shows a question's drawn options, labelled A to D; None where it does not tell."""
    assert sample.choices is not None
    text = _squeezed(prompt)
    orders = set()
    for order in permutations(sample.choices):
        labelled = zip(_LETTERS, map(_squeezed, order), strict=False)
        if re.search(r"\W{0,6}".join(rf"{letter}\W{{1,4}}{re.escape(option)}" for letter, option in labelled), text):
            orders.add(order)
    return orders.pop() if len(orders) == 1 else None


def _subset(sample: Sample) -> str:
    return sample.id.rpartition("/")[0]


def _gold(sample: Sample) -> Any:
    """What decides the score of an answer, and where it counts: of questions equal in this, any may be meant."""
    return sample.target, sample.fields, sample.group, sorted(sample.choices or ())


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)
