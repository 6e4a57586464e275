"""Everything a run's folder tells of one question, as every export needs it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from swallow_metrics.datatypes import Record, Response
from swallow_metrics.io import dumps
from swallow_metrics.runs import Question, Run


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, its record and its answers: `generations[repeat][turn]`. Older folders tell less."""

    record: Record
    question: Question | None
    generations: Sequence[Sequence[Response]]

    @property
    def messages(self) -> list[dict[str, str]]:
        """What was sent before the first answer; of a conversation the user's first message. Empty: not known."""
        if self.question is None:
            return []
        turns = self.question.turns or ()
        first = self.question.messages or [{"role": "user", "content": text} for text in turns[:1]]
        return [{"role": str(message.get("role")), "content": as_text(message.get("content"))} for message in first]

    @property
    def later_turns(self) -> list[str]:
        """The user's further messages in a conversation."""
        turns = self.question.turns if self.question is not None else None
        return [clean(turn) for turn in (turns or ())[1:]]

    @property
    def prompt(self) -> str:
        """Everything the model was told, as one text."""
        return "\n\n".join([*(message["content"] for message in self.messages), *self.later_turns])

    @property
    def target(self) -> str:
        """The gold answer as text; empty where it is not known."""
        return as_text(self.question.target if self.question is not None else None)

    @property
    def choices(self) -> list[str]:
        """The options in the order shown; empty where there are none, or none are known."""
        return [clean(choice) for choice in (self.question.choices if self.question is not None else None) or ()]

    @property
    def answers(self) -> Iterator[Response]:
        """All answers, by generation and turn."""
        for generation in self.generations:
            yield from generation


def asked(run: Run, benchmark: str, records: Iterable[Record] | None = None) -> Iterator[Asked]:
    """The questions of a benchmark in run order, or those of `records`. Raises UsageError for an unreadable folder."""
    for record in run.records[benchmark].values() if records is None else records:
        generations: dict[int, list[Response]] = {}
        for place, answer in run.answers(benchmark, record.sample).items():
            generations.setdefault(place[2], []).append(answer)
        yield Asked(record, run.question(benchmark, record.sample), list(generations.values()))


def numbers(scores: Mapping[str, Any]) -> dict[str, float]:
    """The scores that are one number."""
    return {name: float(value) for name, value in scores.items() if isinstance(value, int | float)}


def clean(value: Any) -> str:
    """A text that UTF-8 can hold: lone surrogates become escapes."""
    return str(value).encode("utf-8", "backslashreplace").decode()


def as_text(value: Any) -> str:
    """A value of any kind as text: JSON unless it is a text already, empty for none."""
    if value is None:
        return ""
    return clean(value) if isinstance(value, str) else dumps(value).decode().rstrip("\n")


def moment(run: Run) -> datetime:
    """When the run's report was written."""
    path = run.path if run.folder is None else run.folder / "report.json"
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def file_name(text: str, keep: str = "") -> str:
    """A name that is one part of a path, whatever a model is called; `keep` are further characters that may stay."""
    return re.sub(rf"[^\w.+@{keep}-]+", "_", text).strip("._") or "model"
