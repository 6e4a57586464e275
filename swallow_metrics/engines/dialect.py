"""What a request says in the words of an endpoint, and what its refusals mean in the words of our options."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from swallow_metrics.datatypes import Message, Sampling
from swallow_metrics.engines.answer import Failure, message_of, twin

# OpenAI's reasoning models: the o-series, gpt-5 and later, except those whose names say "chat".
REASONING = re.compile(r"(?:.*/)?(?:o[1-9]\d*|gpt-(?:[5-9]|[1-9]\d)(?:\.\d+)?)(?:-(?!chat|oss)[\w.]+)*", re.IGNORECASE)
ADAPTED = "OpenAI reasoning model: max_completion_tokens, no temperature, no top_p, developer role"
CUTS = 12  # attempts at a prompt that fits: lengths are in tokens, we cut characters
LOOKED_AT = 4000  # characters of what an endpoint says; some send whole pages
NEW_LIMIT = "max_completion_tokens"  # OpenAI's newer name of max_tokens
_OPTIONS = ("max_tokens", "top_p", "seed", "reasoning_effort")  # parameters that an option of the same name sets
ANSWER_ROOM = 1024  # tokens kept free for the answer where --max-tokens does not say how many
_NUMBER = r"(\d[\d,]*)"
# How servers name the context's length, then the prompt's: OpenAI, vLLM old and new, SGLang, llama.cpp, TGI, gateways.
_LIMIT = (
    rf"\d \+ [\d,]+ > {_NUMBER}",
    rf"context (?:length|size|window|limit)[^.\d]{{0,40}}? \(?{_NUMBER}",
    rf"{_NUMBER} (?:tokens? )?maximum",
    rf"(?:must be <=?|must have less than|tokens allowed \(|cannot exceed) ?{_NUMBER}",
    rf"input length should be \[\d+, {_NUMBER}",
    rf"(?:maximum|limit)\b[^.\d]{{0,40}}{_NUMBER}",
)
_PROMPT = (
    rf"{_NUMBER} in the (?:messages|prompt)",
    rf"{_NUMBER} (?:tokens from the|of text) input",
    rf"{_NUMBER} `?(?:input|prompt)s?`? tokens",
    rf"{_NUMBER} \+ [\d,]+ > \d",
    rf"(?:token count|number of tokens)(?: of)? \(?{_NUMBER}",
    rf"(?:resulted in|requested|request|passed|given:|received|is too long:)\D{{0,12}}{_NUMBER}",
    rf"(?<!maximum )(?:prompt|input)(?:(?!exceed|maximum|limit|must|should)[^.\d]){{0,30}}{_NUMBER}",
)
_TOO_LONG = re.compile(
    r"context.?(length|size|window)|maximum.{0,20}(input|prompt|length)|maximum number of tokens"
    r"|must have less than|(prompt|input|context).{0,30}too (long|large)|range of input length"
    # what may also be said of the answer's length
    r"|(?=.*\b(input|prompt|message|context|total))"
    r".*(\b(tokens?|length)\b.{0,60}(exceed|longer than|must be <=)|exceed.{0,60}\b(tokens?|length)\b)",
    re.IGNORECASE | re.DOTALL,
)
_UNKNOWN = (
    r"(?:unsupported|unrecogni[sz]ed|unknown|unexpected|forbidden|deprecated|extra inputs?"
    r"|not (?:be )?(?:supported|permitted|allowed|accepted|recogni[sz]ed)"
    r"|n[o']t (?:support|accept|allow|permit|recogni[sz]e))"
)
_FIELD = re.compile(r"parameter|argument|field|property|keyword|extra inputs", re.IGNORECASE)
_TOO_LARGE = re.compile(r"at most|too (large|big|high)|maximum|less than|<=|≤|exceed|greater than|range", re.IGNORECASE)
_NO_SYSTEM = re.compile(
    r"(system|developer) (role|message|prompt|instruction)s?.{0,30}(not|n't|unsupported)|roles must alternate",
    re.IGNORECASE,
)
_ROLES = re.compile(
    r"(?=.*\b(role|message|prompt|instruction)s?\b).*"
    r"(\b(system|developer)\b.{0,40}\b(not|unsupported|unexpected|invalid)\b"
    r"|(n[o']t support|unsupported|unexpected|invalid|should be|only support).{0,60}\b(system|developer)\b)"
    r"|only user and assistant roles",
    re.IGNORECASE | re.DOTALL,
)


def is_reasoning_model(model: str) -> bool:
    """Whether a name is that of an OpenAI model which refuses `temperature`, `max_tokens` and system messages."""
    return REASONING.fullmatch(model) is not None


def adapt(model: str, sampling: Sampling) -> Sampling:
    """A sampling as a model takes it. What the user set by name for the body (`extra`) stays as it is."""
    if not is_reasoning_model(model) or (sampling.temperature, sampling.top_p) == (None, None):
        return sampling
    return replace(sampling, temperature=None, top_p=None)


def drawn(low: Sampling, high: Sampling, left_out: Collection[str] = (), model: str = "") -> Sampling:
    """A recommendation, as the model takes it, with the user's settings over it, without what is not to be sent."""
    own = {name: value for name in Sampling.__slots__ if (value := getattr(high, name)) not in (None, ())}
    extra = merged(low.extra, own.pop("extra"))
    if is_reasoning_model(model):  # what the user sets is sent even to a model of which we think that it refuses it
        extra |= {name: own.pop(name) for name in ("temperature", "top_p") if name in own}
    removed = {name: () if name == "stop" else None for name in left_out if name in Sampling.__slots__}
    kept = {name: value for name, value in extra.items() if name not in left_out}
    result = replace(adapt(model, low), **{**own, **removed}, extra=kept)
    if NEW_LIMIT in left_out and result.max_tokens is not None:  # the limit is sent by its own name
        result = replace(result, max_tokens=None, extra={**kept, "max_tokens": result.max_tokens})
    return result


def body_of(model: str, messages: Sequence[Message], sampling: Sampling) -> dict[str, Any]:
    """The JSON of a request. What a sampling leaves open is left to the server."""
    reasoning = is_reasoning_model(model)
    if reasoning:
        messages = [{**m, "role": "developer"} if m["role"] == "system" else m for m in messages]
        sampling = adapt(model, sampling)
    fields = sampling.to_json()
    named = "max_tokens" not in sampling.extra  # else the user wants this very name
    if named and "max_tokens" in fields and (reasoning or "reasoning_effort" in fields):
        fields[NEW_LIMIT] = fields.pop("max_tokens")  # OpenAI's reasoning models take only this name
    return {"model": model, "messages": messages, **fields}


def merged(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    """Both, with `high` over `low`; objects inside of them are merged too."""
    result = dict(low)
    for name, value in high.items():
        old = result.get(name)
        result[name] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


@dataclass(frozen=True, slots=True)
class TooLong:
    """Lengths in tokens, as far as a refusal names them. vLLM stops counting a prompt there: then `at_least`."""

    prompt: int | None
    limit: int | None
    at_least: bool = False

    def __str__(self) -> str:
        return (
            f"its prompt has {'at least ' * self.at_least}{self.prompt or '?'} tokens, the context {self.limit or '?'}"
        )


def too_long(failure: Failure) -> TooLong | None:
    """The lengths in a refusal of a prompt that does not fit into the context; None for any other refusal."""
    said = _said(failure)
    code = str(failure.detail.get("code")) if isinstance(failure.detail, dict) else ""
    if failure.kind != "question" or not (_TOO_LONG.search(said) or "context_length" in code):
        return None
    detail = failure.detail if isinstance(failure.detail, dict) else {}
    prompt, limit = _first(_PROMPT, said, detail.get("n_prompt_tokens")), _first(_LIMIT, said, detail.get("n_ctx"))
    return TooLong(prompt, limit, at_least="at least" in said)


def _said(failure: Failure) -> str:
    said = message_of(failure.detail) if failure.detail is not None else failure.said
    return said[:LOOKED_AT]


def _first(patterns: Sequence[str], text: str, known: Any) -> int | None:
    if isinstance(known, int):
        return known
    found = next((match for p in patterns if (match := re.search(p, text, re.IGNORECASE))), None)
    return int(found[1].replace(",", "")) if found else None


def answer_room(sampling: Sampling, limit: int) -> int:
    """Tokens kept free for the answer where a prompt is cut to fit into `limit` tokens."""
    return sampling.max_tokens or min(ANSWER_ROOM, limit // 4)


def cut_left(messages: Sequence[Message], lengths: TooLong, room: int) -> list[Message] | None:
    """Messages whose text is cut from the left until about `limit - room` tokens are left of `prompt`.

    System messages stay, and the last message keeps a hundred characters; None where that does not suffice.
    """
    if lengths.prompt is None or lengths.limit is None:
        return None
    total = sum(len(message["content"]) for message in messages)
    # Templates cost tokens too, and text is not dense everywhere: a bit more than the share, and more each time.
    goal = max(0, lengths.limit - room)
    drop = max(1, total - int(total * min(1.0, goal / max(1, lengths.prompt)) * (0.75 if lengths.at_least else 0.97)))
    kept: list[Message] = []
    for number, message in enumerate(messages):
        text, last = message["content"], number == len(messages) - 1
        if message["role"] != "system" and drop > 0:
            cut = min(drop, max(0, len(text) - (100 if last else 1)))
            drop -= cut
            message = {**message, "content": text[cut:]}  # noqa: PLW2901  # the same message, shorter
        kept.append(message)
    return kept if drop <= 0 else None


def parameter_in(failure: Failure, sent: Mapping[str, Any]) -> str | None:
    """The field of the body that a refusal names, if it was sent."""
    if failure.status not in (400, 422):
        return None
    detail = failure.detail if isinstance(failure.detail, dict) else {}
    named = str(detail.get("param") or "")
    said = _said(failure)
    fields = {name for name in sent if name not in ("model", "messages")}
    if named.partition(".")[0] in fields:
        return named
    quoted = (name for name in sorted(fields) if re.search(rf"['\"`]{re.escape(name)}['\"`]", said))
    return next(quoted, None) or next((name for name in sorted(fields) if _is_refused(name, said)), None)


def _is_refused(name: str, said: str) -> bool:
    """Whether a name without quotes stands beside words of refusal; one that is also a common word needs more."""
    if not ("_" in name or name == "temperature" or _FIELD.search(said)):
        return False
    word = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    beside = rf"{_UNKNOWN}[^.;]{{0,60}}{word}|{word}[^.;]{{0,40}}{_UNKNOWN}"
    return re.search(beside, said, re.IGNORECASE) is not None


def cure_for(parameter: str, judge: bool, said: str) -> str:
    """The options that keep a parameter out of the requests, lower it or give it another name.

    `said` is what the endpoint said of it.
    """
    generation, name = twin("generation", judge=judge), parameter.partition(".")[0]
    instead = "" if judge or name not in _OPTIONS else f" in place of --{name.replace('_', '-')}"
    if name in ("max_tokens", NEW_LIMIT) and _TOO_LARGE.search(said) and not re.search(_UNKNOWN, said, re.IGNORECASE):
        return f"give a lower limit, with {generation} max_tokens=N" if judge else "give a lower --max-tokens"
    if name == "max_tokens":
        return f"send the limit as {generation} max_tokens= {generation} {NEW_LIMIT}=N{instead}"
    if not judge and name == "temperature":
        return "leave it out with --temperature none"
    if name in (*Sampling.__slots__, NEW_LIMIT):
        return f"leave it out with {generation} {name}={instead}"
    return f"leave {generation} {parameter} out, or give {generation} {name}= where a file sets it"


def refuses_system(failure: Failure, messages: Sequence[Message]) -> bool:
    """Whether a refusal says that the model takes no system message."""
    sent = any(message["role"] == "system" for message in messages)
    said = _said(failure)
    if not sent or failure.status not in (400, 422, 500):
        return False
    return bool(_NO_SYSTEM.search(said) or (failure.status != 500 and _ROLES.search(said)))
