"""An engine made from a function: the test-suite's model, and yours for trying out a benchmark."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from swallow_metrics.datatypes import Request, Response


class FakeEngine:
    """Answers every request with `function(request)`: a text, a `Response`, or a raised exception.

    `latency_s` seconds pass before each answer. `requests` lists what was asked, in order.
    """

    def __init__(self, function: Callable[[Request], str | Response], *, latency_s: float = 0.0) -> None:
        self.identity = "fake"
        self.requests: list[Request] = []
        self.closed = False
        self._function = function
        self._latency_s = latency_s

    async def open(self) -> None:
        """Nothing to open."""

    async def generate(self, request: Request) -> Response:
        """The function's answer, as a finished response."""
        self.requests.append(request)
        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        answer = self._function(request)
        return answer if isinstance(answer, Response) else Response(answer, finish_reason="stop")

    def describe(self) -> dict[str, Any]:
        """Names the engine only: there is nothing else to tell."""
        return {"engine": "fake", "name": "fake"}

    async def close(self) -> None:
        """Remembers that it was closed, for tests."""
        self.closed = True
