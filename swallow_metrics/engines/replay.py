"""Answers from a journal, as an engine: what was recorded takes the same way as a model's answers."""

from __future__ import annotations

from typing import Any

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.errors import EngineError
from swallow_metrics.pipeline.reader import JournalReader, place_of


class ReplayEngine:
    """Answers by benchmark and sample id from a journal; no model.

    A journal's `text` is the final answer: it is scored as it stands, with no reasoning trace removed from it again.
    """

    def __init__(self, journal: JournalReader, name: str = "replay") -> None:
        self.identity = "replay"
        self._journal = journal
        self._name = name

    async def generate(self, request: Request) -> Response:
        """The recorded answer. Raises EngineError naming the place that has none."""
        response = self._journal.at_place(place_of(request))
        if response is None:
            who = f"verdict of judge {request.judge!r}" if request.role == "judge" else "answer"
            raise EngineError(
                f"{self._journal.name} has no {who} for {request.benchmark} sample {request.sample!r}, "
                f"repeat {request.repeat}, turn {request.turn}"
            )
        return response

    def describe(self) -> dict[str, Any]:
        """The journal's path and number of lines."""
        return {"engine": "replay", "name": self._name, "path": self._journal.name, "lines": self._journal.lines}

    async def close(self) -> None:
        """Nothing to release."""
