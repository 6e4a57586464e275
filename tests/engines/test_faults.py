"""Whatever an endpoint does wrong: what may pass is asked again, nothing but a finished answer is one."""

import json
import random
import time
from collections import Counter

import pytest

from asking import ask, number_in, texts
from endpoint import HALF, RESET, Endpoint, completion
from swallow_metrics.errors import EngineDown, EngineError, EngineRefused
from timing import quickest


def ok(**change):
    return (200, {}, json.dumps(completion("m", "A") | change))


def choice(**change):
    return ok(choices=[completion("m", "half an answer")["choices"][0] | change])


FAULTS = {
    "reset": RESET,
    "half an answer": HALF,
    "408": (408, {}, "{}"),
    "409": (409, {}, "{}"),
    "429": (429, {}, '{"error": {"message": "Rate limit reached"}}'),
    "429 with a pause": (429, {"Retry-After": "0.01"}, "{}"),
    "500": (500, {}, "Internal Server Error"),
    "502 with a page": (502, {}, "<html>Bad gateway</html>"),
    "503 with a pause": (503, {"Retry-After": "0.01"}, '{"error": "busy"}'),
    "529": (529, {}, '{"error": {"type": "overloaded_error", "message": "Overloaded"}}'),
    "error in a 200": ok(choices=None, error={"message": "Provider returned error", "code": 502}),
    "rate limit in a 200": ok(choices=None, error={"message": "Provider returned error", "code": 429}),
    "error text in a 200": ok(error="upstream connect error"),
    "no choices": ok(choices=[]),
    "null choices": ok(choices=None),
    "choice with an error": choice(error={"message": "Stream ended", "code": 502}, finish_reason="stop"),
    "finish reason error": choice(finish_reason="error"),
    "finish reason abort": choice(finish_reason="abort"),
    "finish reason number": choice(finish_reason=0),
    "finish reason object": choice(finish_reason={"type": "stop"}),
    "no content": (204, {}, ""),
    "accepted": (202, {}, '{"status": "queued"}'),
    "no message": choice(message=None),
    "no text, no reason": choice(message={"role": "assistant"}, finish_reason=None),
    "content is a number": choice(message={"role": "assistant", "content": 7}),
    "malformed JSON": (200, {}, '{"choices": [{"message": {"content": "A"'),
    "not an object": (200, {}, "[1]"),
    "nothing": (200, {}, ""),
    "login page": (200, {}, "<!DOCTYPE html><title>Sign in</title>"),
    "event stream": (200, {}, 'data: {"choices": [{"delta": {"content": "A"}}]}\n\ndata: [DONE]\n\n'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_passes_costs_no_question(fault):
    """Each question fails once, then it is answered: all are, and each answer is the whole one."""
    seen = set()

    def answer(body):
        number = number_in(body)
        if number in seen or number is None:
            return f"answer {number}"
        seen.add(number)
        return FAULTS[fault]

    with Endpoint(answer) as server:
        answers = ask(server.url, 12)
    assert texts(answers) == [f"answer {n}" for n in range(12)]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("in_flight", [1, 8])
def test_a_poisoned_question_costs_itself_only(fault, in_flight):
    """Three questions that always fail are three item errors, and all others are answered; also one at a time."""
    poisoned = {0, 1, 5}

    def answer(body):
        return FAULTS[fault] if number_in(body) in poisoned else "A"

    with Endpoint(answer) as server:
        answers = ask(server.url, 20, in_flight=in_flight, max_retries=2, first_pause_s=0.0003)
    assert {n for n, text in enumerate(texts(answers)) if text is None} == poisoned
    for number in poisoned:
        assert type(answers[number]) is EngineError
        assert server.url in str(answers[number])
        assert "half an answer" not in texts(answers)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if "429" not in fault and "rate" not in fault])
def test_an_endpoint_that_only_fails_ends_the_run(fault):
    """With few requests, and one message that shows what was sent."""
    with Endpoint(lambda body: FAULTS[fault]) as server:
        answers = ask(server.url, 200, in_flight=16, first_pause_s=0.002)
    assert {type(answer) for answer in answers} == {EngineDown}
    assert len({str(answer) for answer in answers}) == 1
    assert len(server.bodies) < 60


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_faults_of_every_kind_at_once(share):
    """A third of all answers, then half of them, are faults of some kind: all questions are answered in the end."""
    rng = random.Random(7)
    with Endpoint(lambda body: rng.choice(list(FAULTS.values())) if rng.random() < share else "A") as server:
        answers = ask(server.url, 100, in_flight=32, max_retries=30, first_pause_s=0.0003)
    assert Counter(texts(answers)) == {"A": 100}


def test_nothing_listens():
    """600 questions to a dead endpoint are over in a moment, without a chain of exceptions behind each."""
    answers = []
    assert quickest(lambda: answers.extend(ask("http://127.0.0.1:9/v1", 600, in_flight=64)), 2) < 2
    assert {type(answer) for answer in answers} == {EngineDown}
    assert all(answer.__cause__ is None and answer.__context__ is None for answer in answers)
    assert "cannot be reached" in str(answers[0])


def test_an_endpoint_that_comes_back_is_used_again():
    """Down for a while in the middle, it costs no question."""
    down = []

    def answer(body):
        if len(server.bodies) == 20:
            down.append(time.monotonic())
        return (503, {}, "starting") if down and time.monotonic() - down[0] < 0.2 else "A"

    with Endpoint(answer) as server:
        answers = ask(server.url, 60, max_retries=8)
    assert texts(answers) == ["A"] * 60


@pytest.mark.parametrize(
    ("status", "said", "kind", "words"),
    [
        (401, '{"error": {"message": "Incorrect API key"}}', EngineRefused, ["$MY_KEY", "Incorrect API key"]),
        (403, "no", EngineRefused, ["$MY_KEY"]),
        (404, '{"detail": "Not Found"}', EngineRefused, ["'m'", "--model", "--base-url"]),
        (402, '{"error": {"message": "Payment required"}}', EngineDown, ["credit"]),
        (429, '{"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}', EngineDown,
         ["credit", "quota"]),
        (400, '{"error": {"message": "Your credit balance is too low to access the API"}}', EngineDown, ["credit"]),
        (403, '{"error": "reached its monthly spending limit"}', EngineDown, ["credit", "monthly"]),
        (403, '{"code": "Arrearage", "message": "account not in good standing"}', EngineDown, ["credit"]),
        (429, '{"error": {"message": "You have exceeded your monthly included credits"}}', EngineDown, ["credit"]),
        (302, "", EngineRefused, ["sends requests on to", "--base-url"]),
    ],
)  # fmt: skip
def test_what_no_request_will_get_past(status, said, kind, words):
    """Said once, after the first answers: nobody waits for retries."""
    with Endpoint(lambda body: (status, {"Location": "https://login.example/"}, said)) as server:
        answers = ask(server.url, 100, in_flight=4, key_env="MY_KEY", first_pause_s=30)
    assert {type(answer) for answer in answers} == {kind}
    assert len(server.bodies) <= 4
    assert all(word in str(answers[0]) for word in words), answers[0]


def test_where_a_relative_redirect_leads():
    """Its whole address is told: that is what --base-url wants."""
    with Endpoint(lambda body: (307, {"Location": "/other/v1/chat/completions"}, "")) as server:
        (answer,) = ask(server.url, 1)
    assert f"{server.url.removesuffix('/v1')}/other/v1/chat/completions" in str(answer)


@pytest.mark.parametrize("status", [401, 403, 404, 402])
def test_one_question_that_is_refused_like_a_wrong_key(status):
    """A gateway that answers others refuses the question (moderation), not the key."""
    with Endpoint(lambda body: (status, {}, '{"error": "flagged"}') if number_in(body) == 9 else "A") as server:
        answers = ask(server.url, 20)
    assert texts(answers).count("A") == 19
    assert type(answers[9]) is EngineError
    assert "flagged" in str(answers[9]) and "answers others" in str(answers[9])


def test_credit_that_runs_out():
    """What was answered until then is kept; the rest ends with one message."""

    def answer(body):
        return "A" if len(server.bodies) <= 30 else (429, {}, '{"error": {"code": "insufficient_quota"}}')

    with Endpoint(answer) as server:
        answers = ask(server.url, 200)
    assert texts(answers).count("A") == 30
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} == {EngineDown}
    assert len(server.bodies) < 50


@pytest.mark.parametrize("retry_after", [None, "0.05"])
def test_a_rate_limit_loses_no_question(retry_after):
    """At most four requests at once: the client slows down by itself, and all are answered."""

    def answer(body):
        return (429, {"Retry-After": retry_after} if retry_after else {}, "{}") if server.open > 4 else "A"

    with Endpoint(answer, latency_s=0.005) as server:
        answers = ask(server.url, 120, in_flight=32, max_retries=0 if retry_after else 2)
    assert texts(answers) == ["A"] * 120


def test_a_question_that_is_limited_for_itself_costs_no_other():
    """One is limited however often it is asked; the next is limited once, and answered."""
    limited = set()

    def answer(body):
        number = number_in(body)
        if number == 0 or (number == 1 and number not in limited):
            limited.add(number)
            return FAULTS["429"]
        return "A"

    with Endpoint(answer) as server:
        assert texts(ask(server.url, 3, in_flight=1, first_pause_s=0.0005)) == [None, "A", "A"]


@pytest.mark.parametrize(("given", "times"), [({}, 6), ({"max_retries": 0}, 1), ({"max_retries": 2}, 3)])
def test_how_often_a_question_is_asked(given, times):
    """Once, and then as often as retries are allowed: five where nothing is set."""
    with Endpoint(lambda body: FAULTS["500"] if number_in(body) == 0 else "A") as server:
        answers = ask(server.url, 5, first_pause_s=0.0003, **given)
    assert sum(number_in(body) == 0 for body in server.bodies) == times
    assert f"tried {times} times" in str(answers[0])


def test_a_rate_limit_that_never_ends():
    """After pauses that grow, without one answer between them, the run ends."""
    with Endpoint(lambda body: (429, {}, '{"error": {"message": "limit of the day"}}')) as server:
        answers = ask(server.url, 100, first_pause_s=0.0005)
    assert {type(answer) for answer in answers} == {EngineDown}
    assert "limit of the day" in str(answers[0])
    assert len(server.bodies) < 60


def test_an_answer_without_end():
    """It is cut off, named, and costs its own question only."""
    long = json.dumps(completion("m", "x" * (40 * 2**20)))
    with Endpoint(lambda body: (200, {}, long) if number_in(body) == 1 else "A") as server:
        answers = ask(server.url, 3)
    assert texts(answers) == ["A", None, "A"]
    assert "more than 32 MiB" in str(answers[1])


def test_secrets_are_not_shown():
    """Key, header values and a password in the URL are not in any message, also where an answer is cut short."""
    said = f"{'x' * 270} no such key: secret-key and secret-header and secret-word \x1b[2J"
    for status in (200, 400, 401, 404, 500):
        with Endpoint(lambda body, status=status: (status, {}, said)) as server:
            url = server.url.replace("//", "//me:secret-word@")
            answers = ask(url, 2, api_key="secret-key", headers={"X-Team": "secret-header"}, max_retries=0)
        for answer in answers:
            assert not any(part in str(answer) for part in ("secret-k", "secret-h", "secret-w", "\x1b"))
