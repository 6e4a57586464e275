"""Any OpenAI-compatible endpoint, or several that serve the same model.

What may pass is asked again after growing pauses: 408, 409, 425, 5xx, lost connections, and whatever is not a finished
answer. A rate limit slows everything down and costs no question. What is left ends here: an item's error is
`EngineError`, a key, model or address that is refused `EngineRefused`, endpoints that answer nothing `EngineDown`.

Spoken through aiohttp alone: OpenAI's own client costs four times as much CPU for a request, and it knows neither
several endpoints nor a common pace.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from json import dumps
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from swallow_metrics.datatypes import Message, Request, Response
from swallow_metrics.engines.answer import FINAL, Failure, parse_answer
from swallow_metrics.engines.dialect import (
    ADAPTED,
    CUTS,
    answer_room,
    body_of,
    cut_left,
    is_reasoning_model,
    merged,
    too_long,
)
from swallow_metrics.engines.endpoint import CONNECT_S, Endpoint, encode
from swallow_metrics.engines.fleet import Fleet, Member, growing
from swallow_metrics.engines.models import check_models
from swallow_metrics.engines.words import Words

if TYPE_CHECKING:
    import aiohttp

    from swallow_metrics.engines.pace import Pace

FIRST_PAUSE_S = 0.5
PROBE_S = 60.0  # longest wait for the answer to the small question
PROBE_TOKENS = 16
ENDING_LOOKS = 200  # in 20 s: a server of this run that fails is about to end, and ends its own processes first
LIMITS = 30  # rate limits that a question may meet while others are answered
SMALL_QUESTION = ({"role": "user", "content": "Reply with OK."},)


class OpenAIEngine:
    """Chat completions of one model at one endpoint or several.

    `key_env` names the environment variable that holds the key and `options` what chose model and endpoint, for
    messages; `api_key` is the key (empty: none is sent) and appears nowhere else; neither do the values of `headers`.
    `timeout_s` bounds one attempt, `max_retries` the attempts after the first, `first_pause_s` starts the growing
    pauses between them. `extra_body` is added to every request, and is part of `identity`, as everything is that
    changes answers. `identity` and `facts` stand for the model in keys and reports where more is known of it than its
    name at the endpoint. `on_long_prompt` "truncate-left" cuts a prompt that does not fit into the
    context; otherwise that is `PromptTooLong`. With `marks_reasoning` a reasoning text that is
    scored in place of a null content is marked (GE-1).
    """

    def __init__(
        self,
        model: str,
        base_url: str | Sequence[str],
        api_key: str = "",
        *,
        identity: str | None = None,
        facts: dict[str, Any] | None = None,
        key_env: str = "OPENAI_API_KEY",
        options: str = "--model and --base-url",
        timeout_s: float = 1800.0,
        max_retries: int = 5,
        max_connections: int = 64,
        extra_body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        on_long_prompt: str = "error",
        judge: bool = False,
        marks_reasoning: bool = False,
        ending: Path | None = None,
        first_pause_s: float | None = None,
    ) -> None:
        self._extra_body = dict(extra_body or {})
        added = f" {dumps(self._extra_body, sort_keys=True)}" if self._extra_body else ""
        self.identity = identity or f"{model}{added}"
        self._facts = facts
        self._model = model
        urls = [base_url] if isinstance(base_url, str) else list(base_url)
        self._parse = partial(parse_answer, marks_reasoning=marks_reasoning, judge=judge)
        self._headers = dict(headers or {})
        secrets = [api_key, *self._headers.values()]
        self._endpoints = [Endpoint(url, secrets, judge=judge) for url in urls]
        self._api_key = api_key
        self._words = Words(model, key_env, options, max_retries + 1, judge=judge)
        self._timeout_s = timeout_s
        self._max_retries = max_retries
        self._max_connections = max_connections
        self._rates = (requests_per_minute, tokens_per_minute)
        self._on_long_prompt = on_long_prompt
        self._ending = ending
        self._first_pause_s = FIRST_PAUSE_S if first_pause_s is None else first_pause_s
        self._session: aiohttp.ClientSession | None = None
        self._fleet: Fleet | None = None
        self._pace: Pace | None = None
        self._parameters: dict[str, Any] = {}  # of the last request, for the small question
        self._answered = False
        self._reported_model: str | None = None

    async def open(self) -> None:
        """Make the client. Several endpoints are asked which models they serve. Raises UsageError."""
        import aiohttp

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._max_connections + len(self._endpoints)),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Content-Type": "application/json", **self._authorization(), **self._headers},
            skip_auto_headers=["User-Agent"],
            timeout=aiohttp.ClientTimeout(total=self._timeout_s, sock_connect=CONNECT_S),
        )
        if any(self._rates):
            from swallow_metrics.engines.pace import Pace

            self._pace = Pace(*self._rates)
        if len(self._endpoints) > 1:
            await check_models(self._session, self._endpoints, self._model)
        self._fleet = Fleet(
            self._endpoints, self._probe, attempts=self._max_retries + 1, first_pause_s=self._first_pause_s
        )

    def _authorization(self) -> dict[str, str]:
        user = next((e.address.user for e in self._endpoints if e.address.user), None)
        if self._api_key:
            return {"Authorization": f"Bearer {self._api_key}"}
        if user is not None:
            return {"Authorization": f"Basic {b64encode(':'.join(user).encode()).decode()}"}
        return {}

    async def generate(self, request: Request) -> Response:
        """The answer, asked for as often as it takes and is allowed. Raises EngineError, EngineDown."""
        if self._fleet is None:
            await self.open()
        messages, response = request.messages, None
        for _ in range(CUTS):
            outcome = await self._ask(request, messages)
            if isinstance(outcome, Response):
                response = outcome
                break
            failure, member = outcome
            shorter = self._shorter(failure, request, messages)
            if shorter is None:
                break
            messages = shorter
        if response is None:
            body = merged(body_of(self._model, messages, request.sampling), self._extra_body)
            raise self._words.error(failure, member.endpoint, messages, body, answered=self._answered)
        if messages is not request.messages:
            response = replace(response, trouble=(*response.trouble, "prompt_cut"))
        return response

    async def _ask(self, request: Request, messages: Sequence[Message]) -> Response | tuple[Failure, Member]:
        """A response, or the failure that is the question's own, with the endpoint it happened at."""
        assert self._fleet is not None
        fleet, start = self._fleet, monotonic()
        body = merged(body_of(self._model, messages, request.sampling), self._extra_body)
        self._parameters = body
        content = encode(body)
        failed = limited = 0
        cleared: dict[Member, int] = {}  # as it was when each endpoint first limited this question
        member: Member | None = None
        while True:
            if self._pace is not None:
                await self._pace.admit(request)
            member = await fleet.take(member, first=limited > 0)
            outcome = await self._send(member, content, request, start)
            if isinstance(outcome, Response):
                return outcome
            if outcome.kind == "question":
                return outcome, member
            if outcome.kind == "limited":
                limited += 1
                # An endpoint that answers the small question in the meantime limits this question, not the rate.
                if limited >= LIMITS or member.cleared > cleared.setdefault(member, member.cleared):
                    return outcome, member
            elif outcome.kind in FINAL:
                if await fleet.decision(member):
                    return outcome, member
            else:
                failed += 1
                if failed > self._max_retries:
                    if await fleet.decision(member):
                        return outcome, member
                    failed = 0  # the endpoint is gone, and others are there
                elif not fleet.others_open(member):
                    await asyncio.sleep(growing(self._first_pause_s, failed - 1))

    async def _send(self, member: Member, content: bytes, request: Request, start: float) -> Response | Failure:
        assert self._fleet is not None and self._session is not None
        sent = monotonic()
        try:
            got = await member.endpoint.post(self._session, content)
        except BaseException:
            self._fleet.drop(member, sent)
            raise
        outcome = got if isinstance(got, Failure) else self._parse(got, request, monotonic() - start)
        if isinstance(outcome, Failure):
            if isinstance(got, bytes):
                outcome = self._parse(member.endpoint.redacted(got), request, 0.0)
            assert isinstance(outcome, Failure)
            outcome = self._ended() or self._words.explained(outcome)
            self._fleet.give_back(member, outcome, sent)
            return outcome
        self._fleet.give_back(member, None, sent)
        self._answered = True
        self._reported_model = self._reported_model or outcome.model
        if self._pace is not None:
            self._pace.count(outcome)
        return outcome

    def _ended(self) -> Failure | None:
        """Why a server of this run, which ends once, gives no more answers."""
        if self._ending is None or not self._ending.is_file():
            return None
        return Failure("gone", self._ending.read_text("utf-8"))

    def _shorter(self, failure: Failure, request: Request, messages: Sequence[Message]) -> tuple[Message, ...] | None:
        """The messages cut to fit, where that is wanted and the failure tells how much."""
        if self._on_long_prompt != "truncate-left" or (lengths := too_long(failure)) is None or not lengths.limit:
            return None
        shorter = cut_left(messages, lengths, answer_room(request.sampling, lengths.limit))
        return None if shorter is None else tuple(shorter)

    async def _probe(self, member: Member) -> Failure | None:
        """A small question with the settings of the others: None when it is answered."""
        assert self._session is not None
        body = {**self._parameters, "model": self._model, "messages": SMALL_QUESTION}
        limit = next((name for name in ("max_completion_tokens", "max_tokens") if name in body), None)
        if limit is None:
            limit = "max_completion_tokens" if is_reasoning_model(self._model) else "max_tokens"
        body[limit] = PROBE_TOKENS
        try:
            async with asyncio.timeout(PROBE_S):
                got = await member.endpoint.post(self._session, encode(body))
        except TimeoutError:
            return Failure("passing", f"gave no answer within {PROBE_S:g} s")
        if isinstance(got, bytes):
            got = member.endpoint.redacted(got)
        outcome = got if isinstance(got, Failure) else self._parse(got, Request("", "", SMALL_QUESTION), 0.0)
        if not isinstance(outcome, Failure):
            return None
        for _ in range(ENDING_LOOKS if self._ending is not None else 0):
            if (ended := self._ended()) is not None:
                return ended
            await asyncio.sleep(0.1)
        return self._words.explained(outcome)

    def describe(self) -> dict[str, Any]:
        """Model, endpoints, what is sent beside the questions, and the model name that the endpoint reports."""
        if self._facts is not None:
            return self._facts
        where = [endpoint.where for endpoint in self._endpoints]
        facts: dict[str, Any] = {
            "engine": "openai",
            "name": self._model,
            "base_url": where[0] if len(where) == 1 else where,
            "reported_model": self._reported_model,
        }
        if self._extra_body:
            facts["extra_body"] = self._extra_body
        if self._headers:
            facts["headers"] = sorted(self._headers)  # their values may be secrets
        if is_reasoning_model(self._model):
            facts["adapted_to"] = ADAPTED
        return facts

    async def close(self) -> None:
        """Close the connections."""
        if self._fleet is not None:
            await self._fleet.close()
        if self._session is not None:
            await self._session.close()
        self._session = self._fleet = None
