"""What is sent, and the answer, reasoning and trouble in what comes back (BE-30 to BE-35)."""

import contextlib
import json
import socket
import threading

import pytest

from asking import ask, question, texts
from endpoint import Endpoint, completion
from swallow_metrics.datatypes import Request, Sampling
from swallow_metrics.engines.answer import Failure, parse_answer, seconds_of
from swallow_metrics.engines.dialect import body_of, cut_left, is_reasoning_model, too_long
from swallow_metrics.engines.endpoint import Address
from swallow_metrics.engines.openai import OpenAIEngine
from swallow_metrics.errors import EngineError, EngineRefused, PromptTooLong, UsageError
from swallow_metrics.journal.journaled import final

REQUEST = Request("mini", "0", ({"role": "user", "content": "?"},))


def answer(message, reason="stop", **more):
    content = json.dumps({"choices": [{"message": message, "finish_reason": reason}], **more}).encode()
    got = parse_answer(content, REQUEST, 0.1)
    return got if isinstance(got, Failure) else final(got)


@pytest.mark.parametrize(
    ("message", "text", "reasoning"),
    [
        ({"content": "A"}, "A", None),
        ({"content": "A", "reasoning_content": "B?"}, "A", "B?"),
        ({"content": "A", "reasoning": "B?"}, "A", "B?"),
        ({"content": None, "reasoning_content": "B?"}, "B?", "B?"),
        ({"reasoning": "B?"}, "B?", "B?"),
        ({"content": None}, "", None),
        ({}, "", None),
        ({"content": "", "reasoning_content": "B?"}, "", "B?"),
        ({"content": ""}, "", None),
        # A server's parser separated the trace: later tags are part of the answer.
        ({"content": "A</think>", "reasoning_content": "B?"}, "A</think>", "B?"),
        # Without one, the trace is in the content, whether or not there is an empty field for it.
        ({"content": "<think>B?</think>\n\nA"}, "\n\nA", "B?"),
        ({"content": "<think>B?</think>A", "reasoning_content": None}, "A", "B?"),
        ({"content": "<think>B?</think>A", "reasoning_content": ""}, "A", "B?"),
        ({"content": "<think>B?</think>A", "reasoning": "", "reasoning_content": None}, "A", "B?"),
        ({"content": "<think>B?", "reasoning": ""}, "<think>B?", None),
        # Parts
        ({"content": [{"type": "text", "text": "A"}, {"type": "text", "text": "!"}]}, "A!", None),
        ({"content": ["A", {"type": "output_text", "text": "!"}]}, "A!", None),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "B?"}]}, {"type": "text", "text": "A"}]},
         "A", "B?"),
        ({"content": [{"type": "reasoning", "text": "B?"}]}, "B?", "B?"),
        ({"content": []}, "", None),
    ],
)  # fmt: skip
def test_answer_and_reasoning(message, text, reasoning):
    """`content` is the answer even when empty; null is replaced by the reasoning; a trace in it is removed."""
    response = answer(message)
    assert (response.text, response.reasoning) == (text, reasoning)


@pytest.mark.parametrize(
    ("message", "reason", "text", "trouble"),
    [
        ({"content": None, "refusal": "I cannot."}, "stop", "I cannot.", ("refused",)),
        ({"content": [{"type": "refusal", "refusal": "I cannot."}]}, "stop", "I cannot.", ("refused",)),
        ({"content": "I cannot."}, "refusal", "I cannot.", ("refused",)),
        ({"content": ""}, "content_filter", "", ("filtered",)),
        ({"content": "Half"}, "SAFETY", "Half", ("filtered",)),
        ({"content": None, "tool_calls": [{"id": "1"}]}, "tool_calls", "", ("tool_calls",)),
        ({"content": None, "tool_calls": [{"id": "1"}]}, None, "", ("tool_calls",)),
        ({"content": "A", "tool_calls": [{"id": "1"}]}, "tool_calls", "A", ()),
        ({"content": "A", "refusal": None, "tool_calls": []}, "stop", "A", ()),
    ],
)
def test_answers_with_trouble(message, reason, text, trouble):
    """A refusal, a filtered answer and a call of a tool are answers, with a name for what is wrong."""
    response = answer(message, reason)
    assert (response.text, response.trouble) == (text, trouble)


@pytest.mark.parametrize(
    ("reason", "known"),
    [("stop", "stop"), ("STOP", "stop"), ("eos_token", "stop"), ("end_turn", "stop"), ("length", "length"),
     ("MAX_TOKENS", "length"), ("model_length", "length"), (None, None)],
)  # fmt: skip
def test_finish_reasons_have_one_name(reason, known):
    """Whatever a server calls it, a truncated answer counts as one."""
    assert answer({"content": "A"}, reason).finish_reason == known


def test_tokens_of_the_trace_are_counted_apart():
    """Where a server tells them, as a part of the completion."""
    details = {"completion_tokens_details": {"reasoning_tokens": 5}}
    response = answer({"content": "A"}, usage={"prompt_tokens": 3, "completion_tokens": 8, **details})
    assert (response.prompt_tokens, response.completion_tokens, response.reasoning_tokens) == (3, 8, 5)
    assert answer({"content": "A"}, usage={"completion_tokens_details": [1]}).reasoning_tokens is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", ["<title>Sign in", "web page", "--base-url"]),
        (b'data: {"choices": []}\n\n', ["data: {", "event stream", "--generation stream=false"]),
        (b"not json", ["'not json'", "--base-url"]),
        (b'{"message": "no such deployment"}', ["no such deployment"]),
    ],
)
def test_what_is_no_json_is_shown(content, words):
    """Its first characters, and what to set."""
    failure = parse_answer(content, REQUEST, 0.1)
    assert all(word in failure.said for word in words), failure.said


@pytest.mark.parametrize(
    ("pause", "seconds"),
    [("2", 2.0), ("0.5", 0.5), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("soon", None), ("", None), (None, None),
     ("1e9", None), ("-3", 0.0)],
)  # fmt: skip
def test_retry_after(pause, seconds):
    """A number or a date; what is neither says nothing."""
    assert seconds_of(pause) == seconds


AZURE = "https://me:word@x.azure.com/openai/deployments/m?api-version=2025-01-01-preview&sig=secret"


@pytest.mark.parametrize(
    ("base_url", "first", "where"),
    [
        ("http://h:8000/v1", "http://h:8000/v1/chat/completions", "http://h:8000/v1"),
        ("http://h:8000/v1/", "http://h:8000/v1/chat/completions", "http://h:8000/v1/"),
        ("http://h:8000", "http://h:8000/v1/chat/completions", "http://h:8000"),
        ("http://h/api/v1beta2", "http://h/api/v1beta2/chat/completions", "http://h/api/v1beta2"),
        ("http://h/v1/chat/completions", "http://h/v1/chat/completions", "http://h/v1/chat/completions"),
        ("http://[::1]:8/x", "http://[::1]:8/x/chat/completions", "http://[::1]:8/x"),
        (AZURE, "https://x.azure.com/openai/deployments/m/chat/completions?api-version=2025-01-01-preview&sig=secret",
         "https://x.azure.com/openai/deployments/m?api-version=2025-01-01-preview&sig=***"),
    ],
)  # fmt: skip
def test_addresses(base_url, first, where):
    """With or without /v1, with the full path, with a query; secrets are not shown."""
    address = Address(base_url)
    assert (address.urls[0], address.where) == (first, where)


@pytest.mark.parametrize("written", ["/v1", "", "/", "/v1/chat/completions"])
@pytest.mark.parametrize("path", ["/v1/chat/completions"])
def test_a_base_url_may_be_written_in_any_way(written, path):
    """The path that is missing is found."""
    with Endpoint(lambda body: "A", path=path) as server:
        assert texts(ask(server.url.removesuffix("/v1") + written, 5)) == ["A"] * 5


@pytest.mark.parametrize(
    ("base", "path"), [("/api", "/api/v1/chat/completions"), ("", "/chat/completions"),
                       ("/openai/deployments/m?api-version=2", "/openai/deployments/m/chat/completions?api-version=2")]
)  # fmt: skip
def test_a_path_that_is_not_there_is_looked_for_once(base, path):
    """A 404 shows that the other form is meant; a query stays a query."""
    with Endpoint(lambda body: "A", path=path) as server:
        assert texts(ask(server.url.removesuffix("/v1") + base, 5, in_flight=1)) == ["A"] * 5
    assert len(server.bodies) == 5
    assert len(server.asked) <= 6


@pytest.mark.parametrize(
    ("model", "is_one"),
    [
        ("o1", True), ("o3-mini", True), ("o4-mini-2025-04-16", True), ("gpt-5", True), ("gpt-5-mini", True),
        ("openai/gpt-5.1", True), ("gpt-6", True), ("gpt-10-turbo", True), ("gpt-5-chat-latest", False),
        ("gpt-4o-2024-08-06", False), ("gpt-4.1", False), ("gpt-oss-120b", False), ("openai/gpt-oss-20b", False),
        ("o2x", False), ("llama-3", False), ("qwen/qwen3-o1", False),
    ],
)  # fmt: skip
def test_reasoning_models_are_known_by_name(model, is_one):
    """OpenAI's o-series and gpt-5 and later, not its chat and open models."""
    assert is_reasoning_model(model) is is_one


def test_what_a_reasoning_model_is_sent():
    """No temperature, max_completion_tokens, a developer; what the user names is sent as it is."""
    messages = ({"role": "system", "content": "s"}, {"role": "user", "content": "q"})
    sampling = Sampling(temperature=0.0, top_p=0.9, max_tokens=9, seed=1)
    body = body_of("gpt-5", messages, sampling)
    assert body == {
        "model": "gpt-5", "max_completion_tokens": 9, "seed": 1,
        "messages": [{"role": "developer", "content": "s"}, {"role": "user", "content": "q"}],
    }  # fmt: skip
    body = body_of("gpt-5", messages, Sampling(extra={"temperature": 1, "max_tokens": 5}))
    assert (body["temperature"], body["max_tokens"]) == (1, 5)
    plain = body_of("m", messages, sampling)
    assert plain == {"model": "m", "messages": messages, "temperature": 0.0, "top_p": 0.9, "max_tokens": 9, "seed": 1}


def test_what_is_sent_is_in_key_and_report():
    """Fields of the body, headers without their values; another body is another identity."""
    plain = OpenAIEngine("m", "http://h/v1", "k")
    off, on = (
        OpenAIEngine("m", "http://h/v1", "k", extra_body={"chat_template_kwargs": {"enable_thinking": on}})
        for on in (False, True)
    )
    request = question(1)
    assert plain.identity == "m"
    assert len({request.key(engine.identity) for engine in (plain, off, on)}) == 3
    assert off.describe()["extra_body"] == {"chat_template_kwargs": {"enable_thinking": False}}
    named = question(1, sampling=Sampling(extra={"top_k": 5}))
    assert named.key("m") != request.key("m")
    with_header = OpenAIEngine("m", "http://h/v1", "k", headers={"X-Team": "secret"})
    assert with_header.describe()["headers"] == ["X-Team"]
    assert "secret" not in str(with_header.describe())


def test_headers_and_keys_reach_the_server():
    """The key as a bearer, headers beside it or in its place, user and password where there is no key."""
    for settings, name, value in [
        ({"api_key": "k"}, "Authorization", "Bearer k"),
        ({"api_key": "k", "headers": {"api-key": "z"}}, "api-key", "z"),
        ({"headers": {"Authorization": "Token t"}}, "Authorization", "Token t"),
        ({}, "Authorization", None),
    ]:
        with Endpoint(lambda body: "A") as server:
            ask(server.url, 1, **settings)
        assert server.headers[0].get(name) == value
    with Endpoint(lambda body: "A") as server:
        ask(server.url.replace("//", "//me:word@"), 1)
    assert server.headers[0]["Authorization"] == "Basic bWU6d29yZA=="


def test_nested_fields_are_merged():
    """What the engine adds and what a question brings stand side by side in the body."""
    sampling = Sampling(extra={"chat_template_kwargs": {"a": 1}, "top_k": 5})
    with Endpoint(lambda body: "A") as server:
        ask(server.url, [question(0, sampling=sampling)], extra_body={"chat_template_kwargs": {"b": 2}})
    assert server.bodies[0]["chat_template_kwargs"] == {"a": 1, "b": 2}
    assert server.bodies[0]["top_k"] == 5


def bounded(limit, *, tells=True):
    """A server of a model with `limit` tokens of context, one a character, that `tells` how long a prompt is."""

    def answer(body):
        length = sum(len(message["content"]) for message in body["messages"])
        if length <= limit:
            return "A"
        told = length if tells else f"at least {limit + 1}"
        said = (
            f"This model's maximum context length is {limit} tokens. However, your prompt contains {told} input tokens."
        )
        return (400, {}, json.dumps({"error": {"message": said}}))

    return answer


def test_prompts_that_do_not_fit():
    """An item error that names both lengths; with `truncate-left` the end of the prompt is asked, and marked."""
    long = question(1, "x" * 3000 + " the end", system="Be brief.")
    with Endpoint(bounded(1000)) as server:
        error, fits = ask(server.url, [long, question(2)])
        assert type(error) is PromptTooLong
        assert "3029 tokens" in str(error) and "1000" in str(error)
        assert fits.trouble == ()
        server.bodies.clear()
        cut, fits = ask(server.url, [long, question(2)], on_long_prompt="truncate-left")
    assert (cut.text, cut.trouble, fits.trouble) == ("A", ("prompt_cut",), ())
    sent = next(body["messages"] for body in server.bodies if bounded(1000)(body) == "A" and len(body["messages"]) == 2)
    assert sent[0]["content"] == "Be brief."
    assert sent[1]["content"].endswith(" the end")


def test_cutting_without_a_number():
    """Where a server stops counting, a prompt ten times as long as the context is cut to fit as well."""
    with Endpoint(bounded(1000, tells=False)) as server:
        [cut] = ask(server.url, [question(1, "x" * 10_000)], on_long_prompt="truncate-left")
    assert (cut.text, cut.trouble) == ("A", ("prompt_cut",))


def test_cutting_spares_the_end():
    """Older messages go first, the last one keeps its end; what cannot fit is not cut to nothing."""
    messages = [{"role": "user", "content": "a" * 500}, {"role": "assistant", "content": "b" * 500},
                {"role": "user", "content": "c" * 500}]  # fmt: skip
    said = "This model's maximum context length is 4096 tokens. However, your request has 5000 input tokens."
    lengths = too_long(Failure("question", "", 400, {"message": said}))
    cut = cut_left(messages, lengths, 2048)
    assert sum(len(message["content"]) for message in cut) <= 1500 * 2048 / 5000
    assert cut[2]["content"].endswith("c" * 100)
    assert cut_left(messages, lengths, 4096) is None


def test_requests_a_minute():
    """They are spread evenly: no burst, and no question lost."""
    import time

    start = time.monotonic()
    with Endpoint(lambda body: "A") as server:
        assert texts(ask(server.url, 13, requests_per_minute=1800, in_flight=13)) == ["A"] * 13
    assert time.monotonic() - start > 0.3


def test_tokens_a_minute():
    """What answers used, holds the next ones back."""
    from timing import quickest

    with Endpoint(lambda body: "A") as server:  # 18 tokens an answer

        def ask_forty():
            assert texts(ask(server.url, 40, tokens_per_minute=3600 * 18, in_flight=1)) == ["A"] * 40

        assert quickest(ask_forty, 0.5) < 0.5  # within the first bucket
        ask(server.url, 6, tokens_per_minute=4 * 15 * 18, in_flight=1)


@pytest.mark.parametrize("dead", [True, False])
def test_one_of_several_endpoints_is_lost(dead):
    """Killed in the middle or there never: its requests move over, and no question is lost."""
    import asyncio

    with Endpoint(lambda body: "A", latency_s=0.002) as one, Endpoint(lambda body: "B", latency_s=0.002) as other:
        if dead:
            other.stop()

        async def kill():
            await asyncio.sleep(0.02)
            await asyncio.to_thread(other.stop)

        answers = ask([one.url, other.url], 200, in_flight=16, meanwhile=kill)
    assert None not in texts(answers)
    assert dead or other.bodies


def test_several_endpoints_share_the_work():
    """The one with the fewest requests in flight is next, so a slow one gets fewer."""
    with Endpoint(lambda body: "A", latency_s=0.01) as fast, Endpoint(lambda body: "B", latency_s=0.2) as slow:
        answers = ask([fast.url, slow.url], 200, in_flight=16)
    assert None not in texts(answers)
    assert len(fast.bodies) > 2 * len(slow.bodies) > 0


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [({"m": "x"}, {"n": "x"}, ["serves 'n', not 'm'"]), ({"m": "x"}, {"m": "y"}, ["'x'", "'y'", "same model"])],
)
def test_endpoints_that_serve_different_models(one, other, words):
    """Said before any question is asked."""
    with Endpoint(lambda body: "A", models=one) as first, Endpoint(lambda body: "B", models=other) as second:
        with pytest.raises(UsageError) as error:
            ask([first.url, second.url], 5)
        assert all(word in str(error.value) for word in words)
        assert not first.bodies + second.bodies


def test_one_endpoint_that_refuses_the_key():
    """The others go on without it."""
    with Endpoint(lambda body: "A") as one, Endpoint(lambda body: (401, {}, "no")) as other:
        answers = ask([one.url, other.url], 60)
    assert texts(answers) == ["A"] * 60
    assert 0 < len(other.bodies) < 10


def test_proxies_and_certificates_of_the_environment(monkeypatch, tmp_path):
    """A proxy is used for other machines only; a file that holds no certificates is named."""
    with Endpoint(lambda body: "A", path="/v1/chat/completions") as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1"))
        monkeypatch.delenv("no_proxy", raising=False)
        assert texts(ask("http://elsewhere.invalid/v1", 2)) == ["A", "A"]
        with Endpoint(lambda body: "B") as server:
            assert texts(ask(server.url, 2)) == ["B", "B"]
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(UsageError, match=r"SSL_CERT_FILE.*none.pem"):
        OpenAIEngine("m", "https://h/v1")


PROXY = "http://me:word@127.0.0.1"


@pytest.mark.parametrize(
    ("scheme", "status", "error", "words"),
    [
        ("http", 407, EngineRefused, ["(407)", "user and password"]),
        ("https", 407, EngineRefused, ["(407)", "user and password"]),
        ("https", 403, EngineRefused, ["(403)", "$no_proxy"]),
        ("https", 502, EngineError, ["(502)", "$no_proxy"]),
        ("http", None, EngineError, ["does not answer", "$no_proxy"]),
        ("https", None, EngineError, ["does not answer", "$no_proxy"]),
    ],
)
def test_a_proxy_that_refuses(monkeypatch, scheme, status, error, words):
    """It is named, since it is nothing that was asked for by an option; its user and password are not."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        port = proxy.getsockname()[1]

        def refuse():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = proxy.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())

        if status is None:
            proxy.close()
        else:
            threading.Thread(target=refuse, daemon=True).start()
        monkeypatch.setenv(f"{scheme}_proxy", f"{PROXY}:{port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        [got] = ask(f"{scheme}://elsewhere.invalid/v1", 1, max_retries=1)
    assert type(got) is error, got
    assert all(word in str(got) for word in [*words, f"the proxy http://127.0.0.1:{port} of the environment"]), got
    assert "word" not in str(got).replace("password", "")


def test_lone_surrogates_are_sent_as_escapes():
    """JSON can hold what UTF-8 cannot."""
    with Endpoint(lambda body: completion("m", "A")["choices"][0]["message"]) as server:
        assert texts(ask(server.url, [question(1, "\ud800")])) == ["A"]
    assert server.bodies[0]["messages"][0]["content"].endswith("\ud800")
