"""`--replay`: answers from a journal, as an engine. They take the same way as a model's answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.engines.base import Engine
from swallow_metrics.errors import EngineError
from swallow_metrics.journal.reader import JournalReader, Place, place_of
from swallow_metrics.journal.writer import JournalWriter


@dataclass(frozen=True, slots=True)
class Copy:
    """Where lines are copied as they are, so that the run's folder stands on its own; not those it has already."""

    journal: JournalWriter
    resumed: JournalReader | None = None

    def take(self, journal: JournalReader, place: Place) -> None:
        """Copy the line of a place. Raises EngineDown when the disk is full."""
        if self.resumed is None or self.resumed.line_at(place) is None:
            self.journal.copy(journal.line_at(place) or b"")


class ReplayEngine:
    """Answers by benchmark and sample id from a journal; no model.

    A journal's `text` is the final answer: it is scored as it stands, with no reasoning trace removed from it again.
    What is used is copied to `copy`.
    """

    def __init__(self, journal: JournalReader, name: str = "replay", copy: Copy | None = None) -> None:
        self.identity = "replay"
        self._journal = journal
        self._name = name
        self._copy = copy

    async def open(self) -> None:
        """Nothing to open."""

    async def generate(self, request: Request) -> Response:
        """The recorded answer. Raises EngineError naming the place that has none."""
        response = self._journal.at_place(place := place_of(request))
        if response is None:
            who = f"verdict of judge {request.judge!r}" if request.role == "judge" else "answer"
            raise EngineError(
                f"{self._journal.name} has no {who} for {request.benchmark} sample {request.sample!r}, "
                f"repeat {request.repeat}, turn {request.turn}{self._journal.failure_at(place)}"
            )
        if self._copy is not None:
            self._copy.take(self._journal, place)
        return response

    def describe(self) -> dict[str, Any]:
        """The journal's path and number of lines."""
        return {"engine": "replay", "name": self._name, "path": self._journal.name, "lines": self._journal.lines}

    async def close(self) -> None:
        """Nothing to release."""


class ReplayFirstEngine:
    """Answers from `journal` where it holds the very same request, else asks `engine`: judges of replayed answers.

    The same request is one with the same key; a line without a key, written by hand, is taken by its place. Unlike
    with `--resume`, replayed answers count as new: the run's own journal gets a copy.
    """

    def __init__(self, engine: Engine, journal: JournalReader) -> None:
        self.identity = engine.identity
        self._engine = engine
        self._journal = journal

    async def open(self) -> None:
        """Open the engine."""
        await self._engine.open()

    async def generate(self, request: Request) -> Response:
        """The replayed answer, or the engine's. Raises EngineError, EngineDown."""
        journal, place, key = self._journal, place_of(request), request.key(self.identity)
        known = journal.at_place(place, key) or journal.with_key(key) or journal.at_place(place, "")
        return known or await self._engine.generate(request)

    def describe(self) -> dict[str, Any]:
        """The engine, as it describes itself."""
        return self._engine.describe()

    async def close(self) -> None:
        """Close the engine."""
        await self._engine.close()
