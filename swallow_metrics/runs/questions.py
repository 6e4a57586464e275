"""`questions.jsonl`: one line per question as it was asked, found by benchmark and sample."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from swallow_metrics.errors import UsageError
from swallow_metrics.io import dumps, loads
from swallow_metrics.journal.folder import QUESTIONS

__all__ = ["QUESTIONS", "Question", "Questions", "prompt_digest", "prompt_digests", "to_line"]


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


class _Message(msgspec.Struct):
    role: str
    content: str


class _Asked(_Place):
    messages: list[_Message] = []
    turns: list[str] | None = None


_PLACE = msgspec.json.Decoder(_Place)
_ASKED = msgspec.json.Decoder(_Asked)
_Line = TypeVar("_Line", bound=_Place)


class Questions:
    """Finds questions. Keeps offsets, not texts: prompts can be gigabytes. A torn last line is left out.

    Raises UsageError for a line that is not a question.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at: dict[tuple[str, str], tuple[int, int]] = {}
        self._data = _mapped(path)
        for place, start, end in _lines(self._data, path, _PLACE):
            self._at[place.benchmark, place.sample] = (start, end)

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


def prompt_digest(turns: Sequence[str]) -> bytes:
    """A short stand-in for what a user says in all turns of a question."""
    return blake2b("\0".join(turns).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def prompt_digests(path: Path) -> dict[str, dict[str, bytes]]:
    """Benchmark → sample → digest of its user messages, in one pass; without rows that were not asked.

    A system prompt is left out: it belongs to the run, not to the question. Raises UsageError.
    """
    found: dict[str, dict[str, bytes]] = {}
    for line, _, _ in _lines(_mapped(path), path, _ASKED):
        if turns := line.turns or [message.content for message in line.messages if message.role == "user"]:
            found.setdefault(line.benchmark, {})[line.sample] = prompt_digest(turns)
    return found


def _mapped(path: Path) -> mmap.mmap | bytes:
    try:
        with path.open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _lines(
    data: mmap.mmap | bytes, path: Path, decoder: msgspec.json.Decoder[_Line]
) -> Iterator[tuple[_Line, int, int]]:
    """Each whole line with its start and end, without its line feed."""
    start, number = 0, 1
    while (end := data.find(b"\n", start)) >= 0:
        if (raw := data[start:end]).strip():
            yield _decoded(raw, decoder, path, number), start, end
        start, number = end + 1, number + 1


def _decoded(raw: bytes, decoder: msgspec.json.Decoder[_Line], path: Path, number: int) -> _Line:
    try:
        return decoder.decode(raw)
    except ValueError:
        try:
            return msgspec.convert(loads(raw), decoder.type)
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: expected a question, but {error}") from error
