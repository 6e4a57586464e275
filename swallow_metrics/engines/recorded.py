"""An engine with a memory: what a journal has already is not asked for again, and counts as newly answered."""

from __future__ import annotations

from typing import Any

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.engines.base import Engine
from swallow_metrics.pipeline.reader import JournalReader, place_of


class RecordedEngine:
    """Answers from `journal` where it holds the very same request, else asks `engine`.

    The same request is one with the same key; a line without a key, written by hand, is taken by its place. Unlike
    with `--resume`, recorded answers pass through as if they were new: the run's own journal gets a copy.
    """

    def __init__(self, engine: Engine, journal: JournalReader) -> None:
        self.identity = engine.identity
        self._engine = engine
        self._journal = journal

    async def generate(self, request: Request) -> Response:
        """The recorded answer, or the engine's. Raises EngineError, EngineDown."""
        journal, place, key = self._journal, place_of(request), request.key(self.identity)
        known = journal.at_place(place, key) or journal.with_key(key) or journal.at_place(place, "")
        return known or await self._engine.generate(request)

    def describe(self) -> dict[str, Any]:
        """The engine, as it describes itself."""
        return self._engine.describe()

    async def close(self) -> None:
        """Close the engine."""
        await self._engine.close()
