"""Rows whose parts contradict one another, or that nothing can answer: their score says nothing about a model.

| kind | meaning |
| --- | --- |
| `gold_twice` | the right option's text stands at a second letter, which counts as wrong (13 of 7,097 JMMLU rows) |
| `answers_disagree` | `answer` and `answer_index` name different options (1 of 12,020 MMLU-Pro rows) |
| `empty_gold` | there is nothing to find |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from swallow_metrics.datasets.options import LETTERS

GOLD_TWICE, ANSWERS_DISAGREE, EMPTY_GOLD = "gold_twice", "answers_disagree", "empty_gold"
_WARNED = {
    GOLD_TWICE: "show the right option's text at two letters",
    ANSWERS_DISAGREE: "name one option in `answer` and another in `answer_index`",
}
_NAMED = 3  # rows that a warning names


def contradictions(row: Mapping[str, Any]) -> list[str]:
    """The kinds above that a row is of, by its columns: those of the hub's schemas. Never raises for any values."""
    options, gold = _options(row), _gold(row)
    kinds = []
    if gold_is_twice(options, gold):
        kinds.append(GOLD_TWICE)
    letter, index = row.get("answer"), row.get("answer_index")
    is_index = isinstance(index, int) or (isinstance(index, str) and index.isdecimal())  # every value of CSV is text
    if isinstance(letter, str) and letter in LETTERS and len(letter) == 1 and is_index and gold != letter:
        kinds.append(ANSWERS_DISAGREE)
    if any(is_empty(row[name]) for name in ("answer", "Correct Answer", "reference_answer") if name in row):
        kinds.append(EMPTY_GOLD)
    return kinds


def gold_is_twice(options: Sequence[Any] | None, gold: Any) -> bool:
    """Whether the option at the letter `gold` has its text at another one as well; white space around it is ignored."""
    texts = [str(option).strip() for option in options or ()]
    if not isinstance(gold, str) or len(gold) != 1 or gold not in LETTERS[: len(texts)]:
        return False
    return texts.count(texts[LETTERS.index(gold)]) > 1


def is_empty(target: Any) -> bool:
    """Whether a gold answer is a text without anything in it."""
    return isinstance(target, str) and not target.strip()


def _options(row: Mapping[str, Any]) -> list[Any]:
    for name in ("options", "choices", "endings"):
        if isinstance(row.get(name), list):
            return list(row[name])
    if "Correct Answer" in row:
        return [row["Correct Answer"], *(value for name, value in row.items() if name.startswith("Incorrect Answer "))]
    numbered = (row.get(f"{prefix}{n}") for prefix in ("option_", "choice") for n in range(len(LETTERS)))
    return [row[letter] for letter in LETTERS if letter in row] or [option for option in numbered if option is not None]


def _gold(row: Mapping[str, Any]) -> str | None:
    """The letter of the right option: the index counts where there is one, as for the benchmarks."""
    if "Correct Answer" in row:
        return LETTERS[0]
    for name in ("answer_index", "answer", "label"):
        value = row.get(name)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, int) and 0 <= value < len(LETTERS):
            return LETTERS[value]
        if isinstance(value, str) and len(value) == 1 and value in LETTERS:
            return value
    return None


def contradiction_warnings(benchmark_id: str, doubts: Mapping[str, Sequence[str]], rows: int) -> Iterable[str]:
    """One line per kind: how many of `rows`, and the first of them. Empty golds are errors of their questions instead.

    `doubts` is row id → kinds.
    """
    found: dict[str, list[str]] = {}
    for row, kinds in doubts.items():
        for kind in kinds:
            found.setdefault(kind, []).append(row)
    for kind, ids in found.items():
        if kind in _WARNED:
            more = ", …" if len(ids) > _NAMED else ""
            yield (
                f"{benchmark_id}: {len(ids):,} of {rows:,} rows {_WARNED[kind]}; they are scored as they are "
                f"({', '.join(ids[:_NAMED])}{more})"
            )
