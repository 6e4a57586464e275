"""Answers whose score may not mean what it seems to: each with the score that a lenient reading would give.

| kind | meaning | lenient score |
| --- | --- | --- |
| `contains_gold` | wrong, and the gold text is in the answer | 1 |
| `lenient_reading` | wrong, and a reader who looks for any statement of the answer finds the gold | 1 |
| `letter_guessed` | a letter was read that the answer does not state | that of the letter that it states, else 0 |
| `letters_several` | a letter was read that the answer does not state alone | not known |
| `unrecognised_trace` | markers of a reasoning trace are in the text that was scored | that of the text behind them |
| `number_in_part` | the number that was read is part of a larger text | not known |
| `ratings_several` | a judge's text has different ratings | not known |
| `stand_in`, `other_block`, `rounding` | a program failed for want of what the reference does not give it | not known |

What the run itself counted (`DOUBTS`) is listed in any case.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from swallow_metrics.datasets.options import LETTERS
from swallow_metrics.datatypes import DOUBTS, Record, Response
from swallow_metrics.extraction.choice import Language, choice_letter
from swallow_metrics.extraction.doubts import LETTER_GUESSED, after_traces, choice_doubt, stated_letters, trace_doubt
from swallow_metrics.extraction.program_doubts import program_doubt
from swallow_metrics.judge.rating import rating_doubt
from swallow_metrics.metrics.math.doubts import number_doubt
from swallow_metrics.runs import Question

CONTAINS_GOLD, LENIENT_READING = "contains_gold", "lenient_reading"
LONGEST = 200_000  # characters of an answer that are looked at
_STATED = re.compile(
    r"(?:(?i:answer|choice)|回答|解答|正解|答え)[^A-Za-z\n]{0,12}(?:is|:)?[^A-Za-z\n]{0,6}([A-Z])(?![A-Za-z])"
)
_BOXED = re.compile(r"\\boxed\{\$?([^{}]*?)\$?\}")
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt about one question; `official` and `lenient` are scores of the primary metric, None if not known."""

    benchmark: str
    sample: str
    kind: str
    official: float | None
    lenient: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a benchmark's letters were read: found out from its own records.

    `golds_are_letters` says what its targets are: the letters of options, or their texts (which may be letters too).
    """

    letters: str
    language: Language
    golds_are_letters: bool = True


def letter_reading(answers: Sequence[tuple[str, str]], golds: Iterable[Any] = ()) -> Reading | None:
    """The language and letters with which `(text, letter that was read)` pairs were read; None where none fits.

    `golds` are targets of the benchmark.
    """
    if not answers:
        return None
    letters = LETTERS[: max(4, *(LETTERS.index(letter) + 1 for _, letter in answers))]
    fits: dict[Language, int] = {
        language: sum(choice_letter(text, letters, language) == letter for text, letter in answers)
        for language in ("ja", "en")
    }
    best = max(fits, key=lambda language: fits[language])
    return Reading(letters, best, all(map(_is_letter, golds))) if fits[best] > 0.8 * len(answers) else None


def findings(
    record: Record, primary: str, question: Question | None, answers: Sequence[Response], reading: Reading | None
) -> Iterator[Finding]:
    """The doubts about a question's answers, one per kind. `answers` are by repeat; `question` may be unknown."""
    score = record.scores.get(primary)
    official = float(score) if isinstance(score, int | float) else None
    extracted = record.extracted if isinstance(record.extracted, list) else []
    reads = [extracted[number] if number < len(extracted) else None for number in range(len(answers))]
    lenient: dict[str, list[float | None]] = {}
    shown = [answer.choices or (question.choices if question is not None else None) or () for answer in answers]
    # A program has no gold text: its target is the name of a function, which every program contains.
    target = None if question is None or "outcomes" in record.details else question.target
    golds = [_gold(target, each, reading) for each in shown]
    right = [_is_right(official, len(answers), *pair) for pair in zip(reads, golds, strict=True)]
    for number, answer in enumerate(answers):
        found = _doubts(answer, reads[number], right[number], golds[number], shown[number], reading)
        for kind, value in found.items():
            lenient.setdefault(kind, [None if each is None else float(each) for each in right])[number] = value
    for kind, values in lenient.items():
        known = [value for value in values if value is not None]
        mean = sum(known) / len(known) if len(known) == len(values) else None
        yield Finding(record.benchmark, record.sample, kind, official, mean)


def counted_findings(record: Record, primary: str, found: Collection[Finding]) -> Iterator[Finding]:
    """What the run counted and `found` has not: answers that are not there any more, or in a form that is not known."""
    kinds, score = {finding.kind for finding in found}, record.scores.get(primary)
    for kind in DOUBTS:
        if record.counts.get(kind) and kind not in kinds:
            official = float(score) if isinstance(score, int | float) else None
            yield Finding(record.benchmark, record.sample, kind, official, None)


def _gold(target: Any, shown: Sequence[str], reading: Reading | None) -> str | None:
    """The gold as answers state it: a letter where letters are read, what is in the last box of a solution."""
    if not isinstance(target, str):
        return None
    if reading is not None:
        if (reading.golds_are_letters and _is_letter(target)) or target not in shown[: len(LETTERS)]:
            return target
        return LETTERS[shown.index(target)]
    boxes = _BOXED.findall(target)
    return boxes[-1] if boxes else target


def rating_findings(record: Record, primary: str, replies: Sequence[Response]) -> Iterator[Finding]:
    """Whether a judge gave several ratings to one answer."""
    score = record.scores.get(primary)
    if any(rating_doubt(reply.text[:LONGEST]) for reply in replies):
        yield Finding(record.benchmark, record.sample, "ratings_several", score, None)


def _is_right(official: float | None, answers: int, read: Any, gold: str | None) -> bool | None:
    """Whether one answer counts as right; None where records do not tell."""
    if answers == 1 and official in (0.0, 1.0):
        return official == 1.0
    if isinstance(read, str | None) and gold is not None and len(gold) == 1 and gold in LETTERS:
        return read == gold
    return bool(official) if official in (0.0, 1.0) else None


def _doubts(
    answer: Response, read: Any, right: bool | None, gold: str | None, shown: Sequence[str], reading: Reading | None
) -> dict[str, float | None]:
    """Kind → lenient score of one answer."""
    text = answer.text[:LONGEST]
    found: dict[str, float | None] = {}
    if trace_doubt(text, answer.reasoning):
        found["unrecognised_trace"] = None
    if reading is None:
        return found | _free_doubts(text, right, gold)
    stated = stated_letters(text, reading.letters)
    if found and gold is not None:
        letter = choice_letter(after_traces(text), reading.letters, reading.language)
        found["unrecognised_trace"] = float(letter == gold)
    if isinstance(read, str) and (doubt := choice_doubt(text, reading.letters, reading.language)):
        found[doubt] = float(stated == {gold}) if doubt == LETTER_GUESSED else None
    if right is False and gold is not None:
        cued = _STATED.findall(text)
        if stated == {gold} or cued[-1:] == [gold]:
            found[LENIENT_READING] = 1.0
        elif not cued and _contains_option(text, gold, shown):
            found[CONTAINS_GOLD] = 1.0
    return found


def _free_doubts(text: str, right: bool | None, gold: str | None) -> dict[str, float | None]:
    """Of an answer that is no letter."""
    if gold is None or right is True:
        return {}
    found: dict[str, float | None] = {}
    if _is_number(gold):
        if number_doubt(text):
            found["number_in_part"] = None
        numbers = _NUMBER.findall(after_traces(text))
        if right is False and numbers and _plain(numbers[-1]) == _plain(gold):
            found[LENIENT_READING] = 1.0
    elif right is False and len(_plain(gold)) > 1 and _plain(gold) in _plain(text):
        found[CONTAINS_GOLD] = 1.0
    return found


def program_findings(record: Record, primary: str, answers: Sequence[Response]) -> Iterator[Finding]:
    """Whether a program failed for want of what the reference does not give it (`extraction.program_doubts`)."""
    outcomes = record.details.get("outcomes")
    if not isinstance(outcomes, list):
        return
    for number, outcome in enumerate(outcomes):
        if not isinstance(outcome, Mapping) or outcome.get("category") == "passed":
            continue
        program = answers[number].text[:LONGEST] if number < len(answers) else ""
        if (doubt := program_doubt(program, str(outcome.get("detail", "")))) is not None:
            yield Finding(record.benchmark, record.sample, doubt, record.scores.get(primary), None)
            return


def _contains_option(text: str, letter: str, shown: Sequence[str]) -> bool:
    """Whether the right option's text is in the answer, and no other option's."""
    options = [_plain(option) for option in shown]
    if letter not in LETTERS[: len(options)]:
        return False
    plain = _plain(text)
    there = [option for option in options if len(option) > 1 and option in plain]
    return there == [options[LETTERS.index(letter)]]


def _is_letter(target: Any) -> bool:
    return isinstance(target, str) and len(target) == 1 and target in LETTERS


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip().strip("$")) is not None


def _plain(text: str) -> str:
    """Without width, case, white space and what stands around a word."""
    return re.sub(r"[\s,、。.「」『』\"'$*]+", "", normalize("NFKC", text).casefold())
