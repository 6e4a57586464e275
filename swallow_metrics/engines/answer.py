"""What an endpoint sent back: a finished answer, or a `Failure` that says whose fault it is.

Only a finished answer is an answer. These are not: an error in an HTTP 200, a choice with an error or an unknown finish
reason, no choices, no JSON. Such a thing must never reach a scorer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.engines.base import finished
from swallow_metrics.extraction.reasoning import marked
from swallow_metrics.io import count_or_none, loads, text_or_none

# Whose fault: "passing" may work when asked again, "limited" asks for less at once, "question" is this request's own
# fault, "refused" means that the endpoint takes no request as things are set (key, model, address), "spent" that the
# account has no credit, "gone" that the server has ended; then `said` is a whole sentence.
Kind = Literal["passing", "limited", "question", "refused", "spent", "gone"]
FINAL = ("refused", "spent", "gone")
SHOWN = 300  # characters of what an endpoint says

NO_CREDIT = re.compile(
    r"insufficient_quota|billing|exceeded your current quota|account_deactivated|arrear|credit balance"
    r"|spend(ing)? limit|payment.?required"
    r"|(insufficient|out of|not enough|no more|used all|exceeded).{0,30}(credit|balance|funds)",
    re.IGNORECASE,
)
LIMITED = re.compile(r"rate.?limit|too many requests|resource.?exhausted|throttl", re.IGNORECASE)
INVALID = re.compile(r"invalid|unsupported|bad.?request|context.?length", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer.

    `said` completes the sentence "the endpoint URL …". `pause_s` is the pause that the endpoint asks for. `detail` is
    the error object as it was sent, `status` its HTTP status, where there was one.
    """

    kind: Kind
    said: str
    status: int | None = None
    detail: Any = None
    pause_s: float | None = None


def twin(option: str, *, judge: bool) -> str:
    """An option of the model under evaluation, or the judge's of the same meaning."""
    return f"--judge-{option}" if judge else f"--{option}"


def parse_answer(
    content: bytes, request: Request, latency_s: float, *, marks_reasoning: bool = False, judge: bool = False
) -> Response | Failure:
    """The response in the body of an HTTP 200. `content` is OpenAI's JSON of a chat completion, read leniently.

    `judge` says whose options a failure names.
    """
    try:
        answer = loads(content)
    except ValueError:
        return Failure(
            "passing", f"sent no JSON but {content[:SHOWN].decode('utf-8', 'replace')!r}; {_no_json(content, judge)}"
        )
    if not isinstance(answer, dict):
        return Failure("passing", f"sent no chat completion but {answer!r:.200}")
    if answer.get("error"):
        return failure_in(answer["error"])
    choices = answer.get("choices")
    if not (isinstance(choices, list) and choices and isinstance(choice := choices[0], dict)):
        return Failure("passing", f"sent a chat completion without choices: {answer!r:.200}")
    if choice.get("error"):
        return failure_in(choice["error"])
    reason = choice.get("finish_reason")
    if reason is not None and finished(reason) is None:
        return Failure("passing", f"did not finish the answer (finish_reason {reason!r:.80})")
    message = choice.get("message")
    if not isinstance(message, dict):
        return Failure("passing", f"sent a chat completion without a message: {answer!r:.200}")
    return _response(
        message, None if reason is None else finished(reason), answer, request, latency_s, mark=marks_reasoning
    )


def _response(
    message: Mapping[str, Any],
    reason: str | None,
    answer: Mapping[str, Any],
    request: Request,
    latency_s: float,
    *,
    mark: bool,
) -> Response | Failure:
    """The response in a message of an answer.

    A null `content` is replaced by a refusal, else by the reasoning text, marked where `mark` says so (GE-1); an empty
    one stays empty (BE-30). An empty reasoning field is none: servers without a reasoning parser send one as well, and
    then the trace is still in the content.
    """
    content, refusal = message.get("content"), text_or_none(message.get("refusal"))
    reasoning = text_or_none(message.get("reasoning_content") or message.get("reasoning")) or None
    if isinstance(content, list):
        content, parts_reasoning, parts_refusal = _parts(content)
        reasoning, refusal = reasoning or parts_reasoning, refusal or parts_refusal
    if content is not None and not isinstance(content, str):
        return Failure("passing", f"sent a content that is not text: {content!r:.200}")
    instead = marked(reasoning or "") if mark else reasoning or ""
    text = content or refusal or (content if content is not None else instead)
    trouble = ["refused"] if refusal or reason == "refusal" else []
    if reason == "content_filter":
        trouble.append("filtered")
    if not text and (reason == "tool_calls" or message.get("tool_calls") or message.get("function_call")):
        trouble.append("tool_calls")
    if not text and reason is None and not trouble:
        return Failure("passing", f"sent a message without text and without finish reason: {dict(message)!r:.200}")
    usage = answer.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("completion_tokens_details")
    details = details if isinstance(details, dict) else {}
    return Response(
        text=text,
        reasoning=reasoning,
        finish_reason=reason,
        prompt_tokens=count_or_none(usage.get("prompt_tokens")),
        completion_tokens=count_or_none(usage.get("completion_tokens")),
        reasoning_tokens=count_or_none(details.get("reasoning_tokens", usage.get("reasoning_tokens"))),
        latency_s=round(latency_s, 6),
        choices=request.choices,
        trouble=tuple(trouble),
        model=text_or_none(answer.get("model")),
    )


def _parts(parts: list[Any]) -> tuple[str | None, str | None, str | None]:
    """(text, reasoning, refusal) of a content that is a list of parts; None for what it does not hold."""
    found: dict[str, list[str]] = {"text": [], "thinking": [], "refusal": []}
    for part in parts:
        if isinstance(part, str):
            found["text"].append(part)
        elif isinstance(part, dict):
            kind = str(part.get("type", "text"))
            kind = {"output_text": "text", "reasoning": "thinking"}.get(kind, kind)
            value = part.get(kind, part.get("text"))
            if isinstance(value, list):  # Mistral's reasoning models nest the parts of a trace
                value = _parts(value)[0]
            if kind in found and isinstance(value, str):
                found[kind].append(value)
    text, reasoning, refusal = ("".join(texts) if texts else None for texts in found.values())
    return text, reasoning, refusal


def _no_json(content: bytes, judge: bool) -> str:
    base_url = twin("base-url", judge=judge)
    start = content.lstrip()[:200].lower()
    if start.startswith((b"data:", b"event:", b": ")):
        option = twin("generation", judge=judge)
        return f"that is an event stream: switch streaming off at the server, or set {option} stream=false"
    if start.startswith(b"<"):
        return f"that is a web page: check {base_url}, the key, and the proxy between"
    return f"check {base_url}"


def failure_in(error: Any) -> Failure:
    """An error object that stands where an answer should: `{"message", "code", "type"}`, or a text."""
    code = error.get("code") if isinstance(error, dict) else None
    text = f"{error.get('type')} {code} {message_of(error)}" if isinstance(error, dict) else str(error)
    status = int(code) if isinstance(code, int | str) and re.fullmatch(r"[45]\d\d", str(code)) else None
    if status is None:
        status = 429 if LIMITED.search(text) else 400 if INVALID.search(text) else 502
    return failure_of(status, error, None, where="in an HTTP 200")


def message_of(error: Any) -> str:
    """The words in an error object, whatever dialect it speaks."""
    if isinstance(error, dict):
        for name in ("message", "error", "detail", "msg", "title"):
            if error.get(name):
                said = message_of(error[name])
                raw = error.get("metadata", {}).get("raw") if isinstance(error.get("metadata"), dict) else None
                return f"{said} ({raw})" if isinstance(raw, str) else said
    return error if isinstance(error, str) else str(error)


def failure_of(status: int, error: Any, pause: str | None, *, where: str = "") -> Failure:
    """What an HTTP status other than 200 means; `pause` is the value of Retry-After."""
    said = f"{status}{' ' + where if where else ''}: {message_of(error)[:SHOWN]}"
    code = f"{error.get('code')} {error.get('type')}" if isinstance(error, dict) else ""
    pause_s = seconds_of(pause)
    if status == 402 or (status in (400, 401, 403, 429) and NO_CREDIT.search(f"{code} {message_of(error)}")):
        return Failure("spent", f"gives no more answers on this account ({said}); add credit", status, error)
    if status == 429:
        return Failure("limited", f"limits the rate of requests ({said})", status, error, pause_s)
    if status in (408, 409, 425) or status >= 500:
        return Failure("passing", f"failed ({said})", status, error, pause_s)
    if status in (401, 403, 404, 405) or status < 400:
        return Failure("refused", f"refuses this question ({said})", status, error)
    return Failure("question", f"refused the request ({said})", status, error)


def seconds_of(pause: str | None) -> float | None:
    """Retry-After in seconds: a number, or a date. None where it says nothing sensible."""
    if not pause:
        return None
    try:
        return max(0.0, float(pause)) if float(pause) < 86_400 else None
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(pause) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
