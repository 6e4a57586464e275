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
NEW_LIMIT = "max_completion_tokens"  # OpenAI's newer name of max_tokens
_OPTIONS = ("max_tokens", "top_p", "seed", "reasoning_effort")  # parameters that an option of the same name sets
ANSWER_ROOM = 1024  # tokens kept free for the answer where --max-tokens does not say how many
_NUMBER = r"(\d[\d,]*)"
# How servers name the context's length, then the prompt's: OpenAI, vLLM old and new, llama.cpp, TGI, gateways.
_LIMIT = (
    rf"context (?:length|size|window)[^.\d]{{0,40}}? {_NUMBER}",
    rf"context (?:length|size|window) \({_NUMBER} tokens",
    rf"maximum (?:of|is|allowed)[^.\d]{{0,30}}{_NUMBER}",
    rf"(?:must be <=?|must have less than|tokens allowed \() ?{_NUMBER}",
    rf"> {_NUMBER} maximum",
)
_PROMPT = (
    rf"{_NUMBER} in the (?:messages|prompt)",
    rf"{_NUMBER} (?:input|prompt) tokens",
    rf"token count \({_NUMBER}",
    rf"(?:prompt|input) (?:of|has|contains|is)\D{{0,30}}{_NUMBER}",
    rf"(?:resulted in|requested|request|passed|given:|is too long:)\D{{0,12}}{_NUMBER}",
)
_TOO_LONG = re.compile(
    r"context.?(length|size|window)|maximum.{0,20}(input|prompt|length)|maximum number of tokens"
    r"|must have less than|(prompt|input|context).{0,30}too (long|large)",
    re.IGNORECASE,
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
    said = message_of(failure.detail) if failure.detail is not None else failure.said
    code = str(failure.detail.get("code")) if isinstance(failure.detail, dict) else ""
    if failure.kind != "question" or not (_TOO_LONG.search(said) or "context_length" in code):
        return None
    detail = failure.detail if isinstance(failure.detail, dict) else {}
    prompt, limit = _first(_PROMPT, said, detail.get("n_prompt_tokens")), _first(_LIMIT, said, detail.get("n_ctx"))
    return TooLong(prompt, limit, at_least="at least" in said)


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
    said = message_of(failure.detail)
    fields = {name for name in sent if name not in ("model", "messages")}
    if named.partition(".")[0] in fields:
        return named
    return next((name for name in sorted(fields) if re.search(rf"['\"`]{re.escape(name)}['\"`]", said)), None)


def cure_for(parameter: str, judge: bool) -> str:
    """The option that keeps a parameter out of the requests, or gives it another name."""
    generation, name = twin("generation", judge=judge), parameter.partition(".")[0]
    instead = "" if judge or name not in _OPTIONS else f" in place of --{name.replace('_', '-')}"
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
    said = message_of(failure.detail) if failure.detail is not None else ""
    pattern = r"(system|developer) (role|message|prompt|instruction)s?.{0,30}(not|n't|unsupported)|roles must alternate"
    return sent and failure.status in (400, 422, 500) and re.search(pattern, said, re.IGNORECASE) is not None
