"""What an endpoint sent back, without an endpoint: statuses, pauses, parts."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from swallow_metrics.datatypes import Request
from swallow_metrics.engines.answer import Failure, failure_in, failure_of, parse_answer, seconds_of

ASKED = Request("b", "1", ({"role": "user", "content": "q"},), choices=("x",))


def parsed(message=None, **more):
    choice = {"message": message, "finish_reason": "stop"} | more.pop("choice", {})
    return parse_answer(json.dumps({"choices": [choice]} | more).encode(), ASKED, 1.23456789)


STATUSES = {
    "limited": (429,),
    "passing": (408, 409, 425, 500, 502, 503, 504, 529, 599),
    "refused": (100, 204, 301, 399, 401, 403, 404, 405),
    "question": (400, 406, 407, 410, 413, 422, 424, 426, 428, 451, 499),
    "spent": (402,),
}


@pytest.mark.parametrize("kind", STATUSES)
def test_what_a_status_means(kind):
    """Whose fault it is; a pause counts only where asking again may help."""
    for status in STATUSES[kind]:
        failure = failure_of(status, {"message": "because"}, "3")
        assert (failure.kind, failure.status) == (kind, status)
        assert failure.pause_s == (3 if kind in ("limited", "passing") else None)
        assert f"{status}: because" in failure.said
        assert failure_in({"message": "because", "code": str(status)}).kind == kind or status < 400


@pytest.mark.parametrize("status", [400, 401, 403, 429])
@pytest.mark.parametrize(
    "error", [{"code": "insufficient_quota"}, {"message": "Not enough credit left"}, "Payment Required"]
)
def test_an_account_without_credit(status, error):
    """It is told from a rate limit and from a wrong request; a server's own trouble with money is not the account's."""
    assert failure_of(status, error, None).kind == "spent"
    assert failure_of(500, error, None).kind == "passing"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("Rate limit reached", "limited"),
        ({"type": "invalid_request_error", "message": "no"}, "question"),
        ({"message": "upstream closed"}, "passing"),
        ({"message": "no", "code": 4290}, "passing"),  # a number, but no status
        ({"message": "no", "code": 503}, "passing"),
        ({"error": {"detail": "too many requests"}}, "limited"),
    ],
)
def test_an_error_in_the_place_of_an_answer(error, kind):
    """By its status, else by its words; also in a choice, where an answer would stand."""
    assert failure_in(error).kind == kind
    for found in (parsed({"content": "x"}, error=error), parsed({"content": "x"}, choice={"error": error})):
        assert found.kind == kind
        assert "in an HTTP 200" in found.said


def test_a_pause():
    """A number of seconds or a date, never below 0; nothing sensible is none."""
    for text, seconds in (("0", 0.0), ("1.5", 1.5), ("86399", 86399.0), ("-3", 0.0)):
        assert seconds_of(text) == seconds
    for text in (None, "", "86400", "soon", "nan nan", "2026-99-99"):
        assert seconds_of(text) is None
    now = datetime.now(UTC)
    assert 3000 < seconds_of(format_datetime(now + timedelta(hours=1))) <= 3600
    assert seconds_of(format_datetime(now - timedelta(hours=1))) == 0


@pytest.mark.parametrize(
    ("message", "more", "expected"),
    [
        ({"content": "t"}, {}, ("t", None, ())),
        ({"content": "t", "reasoning_content": "r"}, {}, ("t", "r", ())),
        ({"content": "t", "reasoning": "r"}, {}, ("t", "r", ())),
        ({"content": "t", "reasoning": ""}, {}, ("t", None, ())),
        ({"content": None, "reasoning": "r"}, {}, ("r", "r", ())),
        ({"content": "", "reasoning": "r"}, {}, ("", "r", ())),
        ({"content": None, "refusal": "no"}, {}, ("no", None, ("refused",))),
        ({"content": "", "refusal": "no"}, {}, ("no", None, ("refused",))),
        ({"content": "t", "refusal": "no"}, {}, ("t", None, ("refused",))),
        ({"content": ["a", {"type": "text", "text": "b"}, {"type": "output_text", "text": "c"}, {"text": "d"}]}, {}, ("abcd", None, ())),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "r"}]}, {"type": "text", "text": "t"}]}, {}, ("t", "r", ())),
        ({"content": [{"type": "reasoning", "text": "r"}, {"type": "refusal", "refusal": "no"}]}, {}, ("no", "r", ("refused",))),
        ({"content": [{"type": "image", "text": "i"}, {"type": "text", "text": 3}, 4, "t"]}, {}, ("t", None, ())),
        ({"content": "t"}, {"choice": {"finish_reason": "content_filter"}}, ("t", None, ("filtered",))),
        ({"content": None}, {"choice": {"finish_reason": "tool_calls"}}, ("", None, ("tool_calls",))),
        ({"content": "", "tool_calls": [{}]}, {}, ("", None, ("tool_calls",))),
        ({"content": "", "function_call": {}, "tool_calls": [1]}, {"choice": {"finish_reason": None}}, ("", None, ("tool_calls",))),
        ({"content": "t", "tool_calls": [{}]}, {}, ("t", None, ())),
        ({"content": ""}, {}, ("", None, ())),
    ],
)  # fmt: skip
def test_what_a_message_says(message, more, expected):
    """Text, reasoning and trouble, wherever a server puts them."""
    found = parsed(message, **more)
    assert (found.text, found.reasoning, found.trouble) == expected
    assert (found.latency_s, found.choices) == (1.234568, ("x",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"data: {}", "event stream"), (b"\n event: x", "event stream"), (b": ping", "event stream"),
        (b" <!DOCTYPE html>", "web page"), (b"nothing", "no JSON"), (b"[1]", "no chat completion"),
        (b"{}", "without choices"), (b'{"choices": []}', "without choices"), (b'{"choices": [1]}', "without choices"),
        (b'{"choices": {"0": 1}}', "without choices"), (b'{"choices": [{}]}', "without a message"),
        (b'{"choices": [{"message": {"content": 3}}]}', "not text"),
        (b'{"choices": [{"message": {"content": ""}}]}', "without text and without finish reason"),
        (b'{"choices": [{"message": {"content": "t"}, "finish_reason": "error"}]}', "did not finish"),
    ],
)  # fmt: skip
def test_what_is_no_answer(content, said):
    """It may be asked again, and nothing of it is scored."""
    found = parse_answer(content, ASKED, 1.0)
    assert isinstance(found, Failure)
    assert found.kind == "passing"
    assert said in found.said


def test_tokens():
    """As far as they are numbers of tokens; those of reasoning stand in one of two places."""
    found = parsed({"content": "t"}, usage={"prompt_tokens": 3, "completion_tokens": True, "reasoning_tokens": 4})
    assert (found.prompt_tokens, found.completion_tokens, found.reasoning_tokens) == (3, None, 4)
    details = {"completion_tokens_details": {"reasoning_tokens": 5}, "reasoning_tokens": 4}
    assert parsed({"content": "t"}, usage=details, model="served").reasoning_tokens == 5
    for usage in (None, [], {"completion_tokens_details": []}):
        assert parsed({"content": "t"}, usage=usage).reasoning_tokens is None
