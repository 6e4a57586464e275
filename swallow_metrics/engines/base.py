"""The seam to models: one protocol, three methods, no foreign exception beyond it."""

from __future__ import annotations

from typing import Any, Protocol

from swallow_metrics.datatypes import Request, Response


class Engine(Protocol):
    """Answers requests. All methods run in the pipeline's event loop; `generate` is called concurrently.

    Raises (from `generate`): `EngineError` when this request got no answer, `EngineDown` when none ever will.
    `identity` names the model for request keys: the same identity gives the same distribution of answers.
    """

    identity: str

    async def generate(self, request: Request) -> Response:
        """The answer to one request, reasoning already separated where the engine does that itself."""
        ...

    def describe(self) -> dict[str, Any]:
        """Plain JSON for the report: engine, version, model, revision, settings. No secrets."""
        ...

    async def close(self) -> None:
        """Release model, connections and child processes. Called once, also after failures."""
        ...
