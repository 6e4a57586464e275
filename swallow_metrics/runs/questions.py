"""`questions.jsonl`: one line per question as it was asked, found by benchmark and sample."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from swallow_metrics.errors import UsageError
from swallow_metrics.io import dumps, loads
from swallow_metrics.journal.folder import QUESTIONS

__all__ = ["QUESTIONS", "Question", "Questions", "to_line"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was asked.

    `messages` is the first turn as sent, `{"role", "content"}` each; `turns` are all user messages of a conversation,
    None where there is one. `choices` are the options in the order shown. `doubts` says why the row cannot measure
    (`audit.rows`); empty for most.
    """

    benchmark: str
    sample: str
    group: str | None = None
    messages: Sequence[Mapping[str, Any]] = ()
    turns: Sequence[str] | None = None
    target: Any = None
    choices: Sequence[str] | None = None
    doubts: Sequence[str] = ()


def to_line(question: Question) -> bytes:
    """The line of a question, ended by a line feed: `messages` or `turns`, whichever there are, and `doubts` if any."""
    line = {name: getattr(question, name) for name in Question.__slots__}
    for name in ("messages", "turns", "doubts"):
        if not line[name]:
            del line[name]
    return dumps(line)


class _Place(msgspec.Struct):
    benchmark: str
    sample: str


_PLACE = msgspec.json.Decoder(_Place)


class Questions:
    """Finds questions. Keeps offsets, not texts: prompts can be gigabytes. A torn last line is left out.

    Raises UsageError for a line that is not a question.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at: dict[tuple[str, str], tuple[int, int]] = {}
        try:
            with path.open("rb") as stream:
                self._data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}") from error
        start, number = 0, 1
        while (end := self._data.find(b"\n", start)) >= 0:
            if self._data[start:end].strip():
                place = self._place(self._data[start:end], number)
                self._at[place.benchmark, place.sample] = (start, end)
            start, number = end + 1, number + 1

    def _place(self, line: bytes, number: int) -> _Place:
        try:
            return _PLACE.decode(line)
        except ValueError:
            try:
                return msgspec.convert(loads(line), _Place)
            except ValueError as error:
                raise UsageError(f"{self._path}, line {number}: expected a question, but {error}") from error

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, place: object) -> bool:
        return place in self._at

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._at)

    def get(self, benchmark: str, sample: str) -> Question | None:
        """The question, or None where the file has none. Raises UsageError."""
        where = self._at.get((benchmark, sample))
        if where is None:
            return None
        try:
            return msgspec.convert(loads(self._data[slice(*where)]), Question)
        except ValueError as error:
            raise UsageError(f"{self._path}, question {benchmark} {sample}: {error}") from error
