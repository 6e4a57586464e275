"""Any OpenAI-compatible endpoint, through the `openai` client on its aiohttp transport.

The client retries 408, 409, 429, 5xx and connection errors with growing pauses and honours `Retry-After`. What is
left ends here: an answer that can never come (key, model, URL) is `EngineDown`, any other failure `EngineError`.
"""

from __future__ import annotations

import json
import re
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson

from swallow_metrics.datatypes import Request, Response, Sampling
from swallow_metrics.errors import EngineDown, EngineError, SwallowError
from swallow_metrics.foreign import count_or_none, printable, read_json, text_or_none

if TYPE_CHECKING:
    import openai

LOST_IN_A_ROW = 3  # requests without any answer, after which an endpoint counts as down
_SECRET_LENGTH = 8  # characters; a shorter key, such as "none", is no secret but may be a word
_JSON: Any = {"headers": {"Content-Type": "application/json"}}


class OpenAIEngine:
    """Chat completions of one model at one endpoint.

    `key_env` names the environment variable that holds the key and `options` what chose model and endpoint, for
    messages; `api_key` is the key and appears nowhere else. `timeout_s` bounds one attempt, `max_retries` the attempts
    after the first. `identity` and `facts` stand for the model in keys and reports where more is known of it than its
    name at the endpoint.
    """

    def __init__(
        self,
        model: str,
        base_url: str,
        api_key: str,
        *,
        identity: str | None = None,
        facts: dict[str, Any] | None = None,
        key_env: str = "OPENAI_API_KEY",
        options: str = "--model and --base-url",
        timeout_s: float = 1800.0,
        max_retries: int = 5,
        max_connections: int = 64,
        extra_body: dict[str, Any] | None = None,
    ) -> None:
        self.identity = identity or model
        self._facts = facts
        self._model = model
        self._base_url = base_url
        self._where = _without_secrets(base_url)
        self._api_key = api_key
        self._key_env = key_env
        self._options = options
        self._timeout_s = timeout_s
        self._max_retries = max_retries
        self._max_connections = max_connections
        self._extra_body = extra_body or {}
        self._client: openai.AsyncOpenAI | None = None
        self._reported_model: str | None = None
        self._last_success = float("-inf")
        self._lost = 0  # requests without any answer since then
        self._down: str | None = None

    async def open(self) -> None:
        """Make the client; nothing is sent yet. Needs the running event loop."""
        import httpx2
        from openai import AsyncOpenAI, DefaultAioHttpClient

        http = DefaultAioHttpClient(
            timeout=httpx2.Timeout(self._timeout_s, connect=30.0),
            limits=httpx2.Limits(
                max_connections=self._max_connections, max_keepalive_connections=self._max_connections
            ),
        )
        self._client = AsyncOpenAI(
            api_key=self._api_key, base_url=self._base_url, max_retries=self._max_retries, http_client=http
        )

    async def generate(self, request: Request) -> Response:
        """Ask once, with the client's retries. Raises EngineError, EngineDown."""
        import httpx2
        import openai

        if self._client is None:
            await self.open()
        if self._down is not None:
            raise EngineError(self._down)
        assert self._client is not None
        start = monotonic()
        try:
            # The low-level call: the typed one validates every answer into objects, at 0.3 ms each.
            raw = await self._client.post(
                "/chat/completions", cast_to=httpx2.Response, content=self._body(request), options=_JSON
            )
            answer = read_json(raw.content)
        except openai.APIStatusError as error:
            raise self._refusal(error) from error
        except openai.APIConnectionError as error:
            raise self._unreachable(error, start) from error
        except (openai.OpenAIError, ValueError) as error:
            msg = f"the endpoint {self._where} sent no usable answer ({type(error).__name__}: {self._shown(error)})"
            raise EngineError(msg) from error
        self._last_success, self._lost = monotonic(), 0
        response = parse_answer(answer, monotonic() - start, request)
        if response is None:
            msg = f"expected a chat completion with a text from {self._where}, but got {self._shown(answer, 200)}"
            raise EngineError(msg)
        self._reported_model = self._reported_model or text_or_none(answer.get("model"))
        return response

    def _body(self, request: Request) -> bytes:
        body = {"model": self._model, "messages": request.messages, **body_of(request.sampling), **self._extra_body}
        try:
            return orjson.dumps(body)
        except TypeError:  # lone surrogates: JSON can escape what UTF-8 cannot hold
            return json.dumps(body).encode("ascii")

    def _refusal(self, error: openai.APIStatusError) -> SwallowError:
        status, said = error.status_code, self._shown(error)
        if status in (401, 403):
            return EngineDown(
                f"the endpoint {self._where} refuses the key in ${self._key_env} ({status}: {said}); "
                f"set ${self._key_env} to a valid key"
            )
        if status == 404:
            return EngineDown(
                f"the endpoint {self._where} does not know {self._model!r} or has no chat "
                f"completions (404: {said}); check {self._options}"
            )
        return EngineError(f"the endpoint {self._where} refused the request ({status}: {said})")

    def _unreachable(self, error: openai.APIConnectionError, start: float) -> SwallowError:
        import httpx2

        cause = error.__cause__ or error
        self._lost += 1
        # Who took the connection may have stumbled over this one request; after a few of them it is the endpoint.
        reached = not isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout)
        failure = "took the request but gave no whole answer" if reached else "cannot be reached"
        msg = f"the endpoint {self._where} {failure} ({type(cause).__name__}: {self._shown(cause)})"
        if self._last_success < start and (not reached or self._lost >= LOST_IN_A_ROW):
            # Nothing at all came through while this request used up its retries: asking for the rest of a long run
            # would take hours to say the same.
            self._down = f"{msg}; not asked, since the endpoint was down"
        return EngineError(f"{msg}; tried {self._max_retries + 1} times")

    def _shown(self, said: object, limit: int = 300) -> str:
        """What an endpoint said, in one printable line. Some repeat the key that they refuse."""
        text = " ".join(str(said).split())
        if len(self._api_key) >= _SECRET_LENGTH:
            text = text.replace(self._api_key, "***")
        return printable(text[:limit])

    def describe(self) -> dict[str, Any]:
        """Model, endpoint and the model name that the endpoint reports."""
        if self._facts is not None:
            return self._facts
        return {
            "engine": "openai",
            "name": self._model,
            "base_url": self._where,
            "reported_model": self._reported_model,
        }

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None


def body_of(sampling: Sampling) -> dict[str, Any]:
    """Request fields of a sampling; what it leaves open is left to the server."""
    body = sampling.to_json()
    if "max_tokens" in body and "reasoning_effort" in body:
        body["max_completion_tokens"] = body.pop("max_tokens")  # OpenAI's reasoning models take only this name
    return body


def parse_answer(answer: Any, latency_s: float, request: Request) -> Response | None:
    """The response in a chat completion's JSON; None when it has none.

    A null `content` is replaced by the reasoning text, an empty one stays empty (BE-30). An empty reasoning field is
    none: servers without a reasoning parser send one as well, and then the trace is still in the content.
    """
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        content = message.get("content")
        reasoning = text_or_none(message.get("reasoning_content") or message.get("reasoning")) or None
    except (TypeError, KeyError, IndexError, AttributeError):
        return None
    text = content if content is not None else (reasoning or "")
    if not isinstance(text, str):
        return None
    usage = answer.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return Response(
        text=text,
        reasoning=reasoning,
        finish_reason=text_or_none(choice.get("finish_reason")),
        prompt_tokens=count_or_none(usage.get("prompt_tokens")),
        completion_tokens=count_or_none(usage.get("completion_tokens")),
        latency_s=round(latency_s, 6),
        choices=request.choices,
    )


def _without_secrets(url: str) -> str:
    """A URL without user, password and query, for messages and reports."""
    return re.sub(r"(?<=://)[^/@\s]*@|[?#].*", "", url)
