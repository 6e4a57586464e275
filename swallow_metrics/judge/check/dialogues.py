"""The bundled dialogues: 20 Japanese and 20 English ones of two turns that do not depend on each other.

Kinds: `good`, `bad` and `borderline` answers; `injected` (an answer that goes on with orders to the judge), `overlong`
(one that goes on and on) and `empty`. The last three are made of a dialogue of the first three, their `base`, so that
what was added is all that a difference in ratings can come from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("dialogues.jsonl")
LOWEST_RATING = 1
KINDS = ("good", "bad", "borderline", "injected", "overlong", "empty")
LANGUAGES = {"ja": "japanese", "en": "english"}
"""Language of a dialogue → its judge prompts."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, an answer, and the rating from 1 to 10 that we give it."""

    question: str
    answer: str
    rating: int


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Two turns. `base` is the id of the dialogue that an injected, overlong or empty one was made of."""

    id: str
    language: str
    kind: str
    turns: tuple[Turn, Turn]
    base: str | None = None


@cache
def read_dialogues() -> tuple[Dialogue, ...]:
    """The bundled set, complete."""
    rows = [json.loads(line) for line in _FILE.read_text("utf-8").splitlines()]
    known: dict[str, Dialogue] = {}
    for row in rows:
        base = known.get(row.get("base", ""))
        turns = _changed(base.turns, row) if base else tuple(Turn(**turn) for turn in row["turns"])
        known[row["id"]] = Dialogue(row["id"], row["language"], row["kind"], turns, row.get("base"))  # type: ignore[arg-type]  # two
    return tuple(known.values())


def _changed(turns: Sequence[Turn], row: Mapping[str, Any]) -> tuple[Turn, ...]:
    """A base's turns with something added to each answer, or with other answers, which are worth nothing."""
    if "answers" in row:
        return tuple(
            Turn(turn.question, answer, LOWEST_RATING) for turn, answer in zip(turns, row["answers"], strict=True)
        )
    added = row["appended"] * row.get("times", 1)
    return tuple(Turn(turn.question, turn.answer + added, turn.rating) for turn in turns)


def set_sha256() -> str:
    """Of the bundled file: checks of different sets cannot be compared."""
    return sha256(_FILE.read_bytes()).hexdigest()
