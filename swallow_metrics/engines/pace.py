"""What the user allows an endpoint in a minute: requests and tokens, spread evenly, so no burst is refused."""

from __future__ import annotations

from aiolimiter import AsyncLimiter

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.engines.tokens import estimated_tokens

SPREAD_S = 0.1  # requests that may come together: those of a tenth of a second, at least one
TOKENS_SPREAD_S = 15.0  # a request of many tokens is sent at once, so its bucket must hold it


class Pace:
    """Holds requests back so that no minute has more than `requests` of them and `tokens` tokens."""

    def __init__(self, requests: float | None, tokens: float | None) -> None:
        self._requests = _bucket(requests, SPREAD_S) if requests else None
        self._tokens = _bucket(tokens, TOKENS_SPREAD_S) if tokens else None
        self._answers = 0
        self._used = 0

    async def admit(self, request: Request) -> None:
        """Wait until the request may be sent. Tokens are guessed from the answers so far."""
        if self._requests is not None:
            await self._requests.acquire()
        if self._tokens is not None:
            guess = self._used / self._answers if self._answers else estimated_tokens(request.messages)
            await self._tokens.acquire(min(guess, self._tokens.max_rate))

    def count(self, response: Response) -> None:
        """Learn how many tokens a request takes."""
        used = (response.prompt_tokens or 0) + (response.completion_tokens or 0)
        if used:
            self._answers += 1
            self._used += used


def _bucket(a_minute: float, spread_s: float) -> AsyncLimiter:
    rate = a_minute / 60.0
    size = max(1.0, rate * spread_s)
    return AsyncLimiter(size, size / rate)
