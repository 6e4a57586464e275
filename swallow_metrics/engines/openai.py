"""Any OpenAI-compatible endpoint, through the `openai` client on its aiohttp transport.

The client retries 408, 409, 429, 5xx and connection errors with growing pauses and honours `Retry-After`. What is
left ends here: an answer that can never come (key, model, URL) is `EngineDown`, any other failure `EngineError`.
"""

from __future__ import annotations

import json
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson

from swallow_metrics.datatypes import Request, Response, Sampling
from swallow_metrics.errors import EngineDown, EngineError, SwallowError

if TYPE_CHECKING:
    import openai

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
            answer = orjson.loads(raw.content)
        except openai.APIStatusError as error:
            raise self._refusal(error) from error
        except openai.APIConnectionError as error:
            raise self._unreachable(error, start) from error
        except (openai.OpenAIError, ValueError) as error:
            msg = f"the endpoint {self._base_url} sent no usable answer ({type(error).__name__}: {_line(error)})"
            raise EngineError(msg) from error
        self._last_success = monotonic()
        self._reported_model = self._reported_model or answer.get("model")
        return parse_answer(answer, monotonic() - start, request, self._base_url)

    def _body(self, request: Request) -> bytes:
        body = {"model": self._model, "messages": request.messages, **body_of(request.sampling), **self._extra_body}
        try:
            return orjson.dumps(body)
        except TypeError:  # lone surrogates: JSON can escape what UTF-8 cannot hold
            return json.dumps(body).encode("ascii")

    def _refusal(self, error: openai.APIStatusError) -> SwallowError:
        status, said = error.status_code, _line(error)
        if status in (401, 403):
            return EngineDown(
                f"the endpoint {self._base_url} refuses the key in ${self._key_env} ({status}: {said}); "
                f"set ${self._key_env} to a valid key"
            )
        if status == 404:
            return EngineDown(
                f"the endpoint {self._base_url} does not know {self._model!r} or has no chat "
                f"completions (404: {said}); check {self._options}"
            )
        return EngineError(f"the endpoint {self._base_url} refused the request ({status}: {said})")

    def _unreachable(self, error: openai.APIConnectionError, start: float) -> SwallowError:
        cause = error.__cause__ or error
        msg = f"the endpoint {self._base_url} cannot be reached ({type(cause).__name__}: {_line(cause)})"
        if self._last_success < start:
            # Nothing at all came through while this request used up its retries: asking for the rest of a long run
            # would take hours to say the same.
            self._down = f"{msg}; not asked, since the endpoint was down"
        return EngineError(f"{msg}; tried {self._max_retries + 1} times")

    def describe(self) -> dict[str, Any]:
        """Model, endpoint and the model name that the endpoint reports."""
        if self._facts is not None:
            return self._facts
        return {
            "engine": "openai",
            "name": self._model,
            "base_url": self._base_url,
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


def parse_answer(answer: Any, latency_s: float, request: Request, base_url: str) -> Response:
    """The response in a chat completion's JSON. Raises EngineError when it has none.

    A null `content` is replaced by the reasoning text, an empty one stays empty (BE-30). An empty reasoning field is
    none: servers without a reasoning parser send one as well, and then the trace is still in the content.
    """
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        content = message.get("content")
        reasoning = message.get("reasoning_content") or message.get("reasoning") or None
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        msg = f"expected a chat completion from {base_url}, but got {str(answer)!r:.200}"
        raise EngineError(msg) from error
    text = content if content is not None else (reasoning or "")
    if not isinstance(text, str):
        raise EngineError(f"expected text content from {base_url}, but got {text!r:.200}")
    finish_reason = choice.get("finish_reason")
    return Response(
        text=text,
        reasoning=reasoning if isinstance(reasoning, str) else None,
        finish_reason=finish_reason if isinstance(finish_reason, str) else None,
        prompt_tokens=_tokens(answer, "prompt_tokens"),
        completion_tokens=_tokens(answer, "completion_tokens"),
        latency_s=round(latency_s, 6),
        choices=request.choices,
    )


def _tokens(answer: dict[str, Any], kind: str) -> int | None:
    """A number of tokens; None where an endpoint tells none, or something else in its place."""
    usage = answer.get("usage")
    number = usage.get(kind) if isinstance(usage, dict) else None
    return number if isinstance(number, int) else None


def _line(error: BaseException, limit: int = 300) -> str:
    return " ".join(str(error).split())[:limit]
