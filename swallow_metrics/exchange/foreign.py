"""Answers as other programs keep them.

* lm-eval: `samples_*.jsonl` of lm-evaluation-harness. `resps` has the raw answers; there is a line for each filter, of
  which the first counts.
* lighteval: `details_*.parquet`, with the column `predictions` or, since version 0.10, `__model_response__`.
* plain: JSON lines `{"id", "response"}`, also with `repeat`, `turn` and `choices` (the options in the order shown),
  and `response` a list of generations.
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swallow_metrics.datasets.formats import parse, suffix_of
from swallow_metrics.errors import DataError, UsageError

FORMS = {"lm-eval": "samples_*.jsonl*", "lighteval": "details_*.parquet", "plain": "*.jsonl*"}
"""Form → the files of a folder that have it. The first form with a file is the folder's."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one place of a file says about one question: its answers, `turns[turn][generation]`.

    `id` is the question's id (plain) or None. `row` has the texts of the question, `columns` its row where there is
    one, `prompt` what was sent: empty where they are not told. `turn` is that of the first of `turns`, `repeat` that of
    the first generation: None where the order tells. `choices` are the options in the order shown, where a plain line
    has them.
    """

    file: Path
    number: int
    turns: Sequence[Sequence[str]]
    id: str | None = None
    row: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)
    prompt: str = ""
    turn: int = 0
    repeat: int | None = None
    choices: tuple[str, ...] | None = None

    @property
    def place(self) -> str:
        """Where it is, for messages: rows of Parquet count from 0, lines from 1."""
        where = f"row {self.number}" if self.file.suffix == ".parquet" else f"line {self.number + 1}"
        return f"{self.file.name} {where}" + (f" (id {self.id!r})" if self.id is not None else "")


def read(path: Path, form: str | None) -> tuple[str, list[Answers]]:
    """The form, given or found out, and every answer. Raises UsageError, in one line."""
    if not path.exists():
        raise UsageError(f"{path} does not exist; expected a file of answers or a folder of them")
    if path.is_dir():
        patterns = {name: pattern for name, pattern in FORMS.items() if form in (None, name)}
        found = {name: files for name, pattern in patterns.items() if (files := sorted(path.rglob(pattern)))}
        if not found:
            raise UsageError(f"{path} holds no answers; expected files named {' or '.join(patterns.values())}")
        form, files = next(iter(found.items()))
    else:
        files = [path]
    answers: list[Answers] = []
    for file in files:
        rows = _rows(file)
        form = form or _guess(file, rows)
        answers += list(_READERS[form](file, rows))
    assert form is not None
    return form, answers


def _rows(file: Path) -> list[dict[str, Any]]:
    if not suffix_of(file.name):
        raise UsageError(f"expected {file} to end in .jsonl or .parquet")
    try:
        rows = parse(str(file), file.read_bytes(), (), lambda number: f"{file}, line {number + 1}")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror or error}") from error
    if not rows:
        raise DataError(f"{file} is empty; expected answers")
    return rows


def _guess(file: Path, rows: Sequence[Mapping[str, Any]]) -> str:
    """The form of a file by the names in its first row. Raises UsageError where they are those of none."""
    names = rows[0].keys()
    for form, needed in _NEEDED.items():
        if any(all(name in names for name in some) for some in needed):
            return form
    expected = ", or ".join(f"{' or '.join(' and '.join(some) for some in needed)}" for needed in _NEEDED.values())
    raise UsageError(f"cannot tell the format of {file}: it has {', '.join(names):.200}; expected {expected}")


_NEEDED = {
    "lm-eval": (("doc_id", "resps"),),
    "lighteval": (("predictions",), ("__model_response__",)),
    "plain": (("id", "response"),),
}


def _lm_eval(file: Path, rows: Sequence[Mapping[str, Any]]) -> Iterator[Answers]:
    first: dict[Any, Any] = {}  # the first filter of each document
    for number, row in enumerate(rows):
        name = row.get("filter")
        if "doc_id" in row and first.setdefault(row["doc_id"], name) != name:
            continue
        turns = row.get("resps")
        if not isinstance(turns, list) or not all(isinstance(turn, list) for turn in turns):
            raise UsageError(
                f"{file}, line {number + 1}: expected 'resps' to hold lists of texts, but got {turns!r:.60}"
            )
        if not all(isinstance(text, str) for turn in turns for text in turn):
            raise UsageError(
                f"{file}, line {number + 1}: 'resps' holds log-likelihoods, not answers; only tasks that generate text "
                f"can be scored here"
            )
        doc = row["doc"] if isinstance(row.get("doc"), dict) else {}
        yield Answers(file, number, turns, row=_texts(doc), columns=doc, prompt=_texts(row.get("arguments")))


def _lighteval(file: Path, rows: Sequence[Mapping[str, Any]]) -> Iterator[Answers]:
    lists = all(_listed(row.get("predictions")) is not None for row in rows)
    for number, row in enumerate(rows):
        doc, response = row.get("__doc__"), row.get("__model_response__")
        found = response.get("text") if isinstance(response, dict) else row.get("predictions")
        if isinstance(found, str):  # older versions wrote a list as text
            found = _listed(found) if lists else [found]
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise UsageError(f"{file}, row {number}: expected its predictions to be texts, but got {found!r:.60}")
        prompt = row.get("full_prompt") or row.get("example") or (doc or {}).get("query") or ""
        yield Answers(file, number, [found], row=_texts(prompt) or _texts(doc), prompt=_texts(prompt))


def _plain(file: Path, rows: Sequence[Mapping[str, Any]]) -> Iterator[Answers]:
    for number, row in enumerate(rows):
        where, name, response = f"{file}, line {number + 1}", row.get("id"), row.get("response")
        if isinstance(name, bool) or not isinstance(name, str | int):
            raise UsageError(f"{where}: expected 'id' to be the id of a question, but got {name!r:.60}")
        texts = [response] if isinstance(response, str) else response
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise UsageError(f"{where}: expected 'response' to be a text or a list of texts, but got {response!r:.60}")
        turn, repeat = row.get("turn", 0), row.get("repeat")
        for key, value in (("turn", turn), ("repeat", repeat)):
            if value is not None and (type(value) is not int or value < 0):
                raise UsageError(f"{where}: expected {key!r} to be 0, 1, 2 or so on, but got {value!r:.60}")
        choices = row.get("choices")
        if choices is not None and not (isinstance(choices, list) and all(isinstance(each, str) for each in choices)):
            raise UsageError(f"{where}: expected 'choices' to be a list of texts, but got {choices!r:.60}")
        order = None if choices is None else tuple(choices)
        yield Answers(file, number, [texts], id=str(name), turn=turn or 0, repeat=repeat, choices=order)


_READERS = {"lm-eval": _lm_eval, "lighteval": _lighteval, "plain": _plain}


def _listed(value: Any) -> list[str] | None:
    """The texts of a list that was written as text; None for any other value."""
    if not isinstance(value, str) or not (value.startswith("[") and value.endswith("]")):
        return None
    try:
        found = literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, list) and all(isinstance(text, str) for text in found) else None


def _texts(value: Any) -> str:
    """Every text in a value, at any depth, one after another."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(filter(None, map(_texts, value.values())))
    return "\n".join(filter(None, map(_texts, value))) if isinstance(value, list) else ""
