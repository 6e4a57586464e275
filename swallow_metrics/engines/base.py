"""The seam to models: one protocol, no foreign exception beyond it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from swallow_metrics.datatypes import Request, Response

FINISHED = {
    **dict.fromkeys(("stop", "eos", "eos_token", "end_turn", "stop_sequence", "complete", "completed"), "stop"),
    **dict.fromkeys(("length", "max_tokens", "model_length", "max_output_tokens"), "length"),
    **dict.fromkeys(("content_filter", "safety", "recitation", "blocklist", "prohibited_content"), "content_filter"),
    **dict.fromkeys(("tool_calls", "tool_use", "function_call"), "tool_calls"),
    "refusal": "refusal",
    "repetition": "repetition",  # vLLM ended an answer that repeats itself
}
"""Finish reasons of finished answers, in OpenAI's words and in other servers'. With another there is no answer."""


def finished(reason: object) -> str | None:
    """A finish reason in OpenAI's words; None for one that no finished answer has."""
    return FINISHED.get(str(reason).lower())


class Engine(Protocol):
    """Answers requests. All methods run in the pipeline's event loop; `generate` is called concurrently.

    Raises (from `generate`): `EngineError` when this request got no answer, `EngineDown` when none ever will.
    `identity` names the model for request keys: the same identity gives the same distribution of answers.
    """

    identity: str

    async def open(self) -> None:
        """Load the model or make the client. Called once, before the first request."""
        ...

    async def generate(self, request: Request) -> Response:
        """The answer to one request, reasoning already separated where the engine does that itself."""
        ...

    def describe(self) -> dict[str, Any]:
        """Plain JSON for the report: engine, version, model, revision, settings. No secrets."""
        ...

    async def close(self) -> None:
        """Release model, connections and child processes. Called once, also after failures."""
        ...


@dataclass(frozen=True, slots=True)
class Served:
    """Where another process of this run serves the model.

    `extra_body` is what clients must add to their requests, `describe` what the model's engine tells of itself.
    `ending` is a file that says why the server ended, once it has.
    """

    base_url: str
    api_key: str = field(repr=False)
    identity: str
    extra_body: dict[str, Any]
    describe: dict[str, Any]
    ending: str
