"""Runs against a real HTTP endpoint."""

import importlib
import json
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

from endpoint import KEY, Endpoint, completion
from projects import write_jsonl


def letter(body):
    """Right for every question of the mini benchmark."""
    number = int(re.search(r"Question (\d+)", body["messages"][-1]["content"]).group(1))
    return "ABCD"[number % 4]


def short_pauses(monkeypatch):
    """No pauses worth waiting for. Not by its name: pytester forgets the module that a name would import here."""
    monkeypatch.setattr(importlib.import_module("swallow_metrics.engines.openai"), "FIRST_PAUSE_S", 0.02)


def options(server, *more):
    return ("--model", "m", "--base-url", server.url, "--data-dir", "data", *more)


def test_an_endpoint_answers_a_run(mini, monkeypatch):
    """Every question is asked once, with the sampling that the report shows; the key reaches only the server."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with Endpoint(letter, key=KEY) as server:
        assert mini.run(*options(server, "--temperature", "0.3", "--max-tokens", "20", "--seed", "1")).ret == 0
    assert len(server.bodies) == 6
    assert {key: server.bodies[0][key] for key in ("model", "temperature", "max_tokens", "seed")} == {
        "model": "m", "temperature": 0.3, "max_tokens": 20, "seed": 1,
    }  # fmt: skip
    report = mini.report()
    assert report["swallow"]["benchmarks"]["mini"]["metrics"]["extractive_match"]["mean"] == 1.0
    assert report["swallow"]["model"]["engine"] == "openai"
    for file in (mini.path / "run").iterdir():
        assert KEY not in file.read_text()


def test_window_bounds_open_requests(mini):
    """--max-in-flight is never exceeded, and used."""
    with Endpoint(letter, latency_s=0.05) as server:
        mini.run(*options(server, "--max-in-flight", "3"))
    assert server.peak == 3


def test_reasoning_field_of_the_server(mini):
    """`content` is scored; the server's reasoning field is kept beside it; a null content is replaced by it (GE-1)."""
    with Endpoint(lambda body: {"role": "assistant", "content": "A", "reasoning_content": "B?"}) as server:
        mini.run(*options(server))
    assert {(line["text"], line["reasoning"]) for line in mini.journal()} == {("A", "B?")}
    with Endpoint(lambda body: {"role": "assistant", "content": None, "reasoning": "C"}) as server:
        mini.run(*options(server, "--run-dir", "b"))
        mini.run(*options(server, "--run-dir", "c", "--reference", "202508"))
    assert {(line["text"], line["reasoning"]) for line in mini.journal("b")} == {("<think_dummy>C", "C")}
    assert {(line["text"], line["reasoning"]) for line in mini.journal("c")} == {("C", "C")}


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_transient_failures_are_asked_again(mini, monkeypatch, status):
    """A busy server is asked again after the pause that it asks for, and nothing is lost."""
    short_pauses(monkeypatch)
    failed = set()

    def busy_once(body):
        question = body["messages"][-1]["content"]
        if question in failed:
            return letter(body)
        failed.add(question)
        return status, {"Retry-After": "0.01"}, "{}"

    with Endpoint(busy_once) as server:
        assert mini.run(*options(server)).ret == 0
    assert len(server.bodies) == 12


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, ["key", "$MY_KEY"]), (403, ["key", "$MY_KEY"]), (404, ["'m'", "--model", "--base-url"])],
)
def test_refusals_stop_at_once(mini, status, words):
    """A wrong key or model is said once: exit status 4, one line, few requests."""
    with Endpoint(lambda body: (status, {}, '{"error": {"message": "no"}}')) as server:
        result = mini.run(*options(server, "--max-in-flight", "1", "--api-key-env", "MY_KEY"))
    assert result.ret == 4
    assert len(server.bodies) == 1
    reason = mini.report()["swallow"]["incomplete"]["reason"]
    assert all(word in reason for word in words), reason


def test_a_refused_request_fails_its_item_only(mini):
    """A 400 is not asked again; the rest is scored."""

    def answer(body):
        return (400, {}, '{"error": {"message": "context too long"}}') if "Question 2" in str(body) else letter(body)

    with Endpoint(answer) as server:
        assert mini.run(*options(server)).ret == 1
    assert len(server.bodies) == 6
    assert "context too long" in mini.report()["tests"][2]["metadata"]["error"]


@pytest.mark.parametrize("text", ["not json", "[]", "null", '{"choices": []}', "[" * 100_000])
def test_nonsense_is_never_scored(mini, monkeypatch, text):
    """An endpoint that sends no chat completions ends the run with one message that names it: exit status 1."""
    short_pauses(monkeypatch)
    with Endpoint(lambda body: (200, {}, text)) as server:
        assert mini.run(*options(server, "--max-retries", "0")).ret == 1
    report = mini.report()
    assert report["swallow"]["benchmarks"]["mini"]["scored"] == 0
    assert server.url in report["tests"][0]["metadata"]["error"]
    assert server.url in report["swallow"]["incomplete"]["reason"]
    assert not mini.journal()


@pytest.mark.parametrize(
    "change",
    [
        {"usage": {"prompt_tokens": "12", "completion_tokens": [8]}},
        {"usage": [1]},
        {"usage": {"completion_tokens": -1.5}},
        {"model": {"a": 1}},
        {"choices": [{"message": {"content": "A\ud800", "reasoning_content": ["x"]}, "finish_reason": "stop"}]},
    ],
)
def test_odd_fields_of_an_answer(mini, change):
    """What is beside the text may be anything: it is unknown then, in this run and in a replay of its journal."""
    with Endpoint(lambda body: (200, {}, json.dumps(completion("m", "A") | change))) as server:
        assert mini.run(*options(server)).ret == 0
    assert mini.run("--data-dir", "data", "--replay", "run", "--run-dir", "again").ret == 0
    line = mini.journal()[0]
    assert line["text"][0] == "A"
    assert all(value in (None, "stop", 10, 8) for value in (line["finish_reason"], *line["usage"].values()))
    write_jsonl(mini.path / "odd.jsonl", [line | {"text": "A", "usage": "x", "finish_reason": 3, "reasoning": 4}])
    assert mini.run("--data-dir", "data", "--replay", "odd.jsonl", "-k", "0", "--run-dir", "odd").ret == 0


@pytest.mark.parametrize(("key", "status"), [(f" {KEY}\n", 0), (f"{KEY[:9]}\n{KEY[9:]}", 4), (f"{KEY}é", 4)])
def test_keys_that_no_header_can_carry(mini, monkeypatch, key, status):
    """White space around a key, as files have it, does no harm; what cannot be a key is one line naming the variable."""
    monkeypatch.setenv("MY_KEY", key)
    with Endpoint(letter, key=KEY) as server:
        result = mini.run(*options(server, "--api-key-env", "MY_KEY"))
    assert result.ret == status
    assert ("ERROR: the key in $MY_KEY" in result.stderr.str()) == (status == 4)
    assert KEY[:9] not in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize("status", [400, 401, 200])
def test_an_endpoint_that_repeats_the_key(mini, monkeypatch, status):
    """It is in no report, log or line of output, nor is a password of the URL or a control sequence."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    said = json.dumps({"error": {"message": f"{'x' * 170} no such key: {KEY} \x1b[2J"}})
    with Endpoint(lambda body: (status, {}, said)) as server:
        url = server.url.replace("//", "//me:password@") + "?secret=word"
        result = mini.run(
            "--model", "m", "--base-url", url, "--data-dir", "data", "--junitxml", "run/j.xml", "-vv", "-l"
        )
    assert result.ret in (1, 4)
    written = result.stdout.str() + result.stderr.str()
    written += "".join(file.read_text() for file in (mini.path / "run").iterdir())
    assert KEY[:10] not in written
    assert "password" not in written
    assert "\x1b[2J" not in written


@pytest.mark.parametrize("usage", ["many", ["8"], {"prompt_tokens": "10", "completion_tokens": {"all": 8}}])
def test_nonsense_beside_an_answer_costs_no_answer(mini, usage):
    """Token counts of no sensible kind are unknown ones; the journal can be read again."""
    answer = json.dumps({"choices": [{"message": {"content": "A"}, "finish_reason": "stop"}], "usage": usage})
    with Endpoint(lambda body: (200, {}, answer)) as server:
        assert mini.run(*options(server)).ret == 0
    assert {line["usage"]["completion_tokens"] for line in mini.journal()} == {None}
    assert mini.run("--replay", "run", "--data-dir", "data", "--run-dir", "again").ret == 0


def test_a_dead_endpoint_ends_the_run(mini, monkeypatch):
    """Nothing listens: one message, exit status 1, and no question waits for all retries."""
    short_pauses(monkeypatch)
    result = mini.run("--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--data-dir", "data", "--max-retries", "0")
    assert result.ret == 1
    assert "http://127.0.0.1:9/v1 cannot be reached" in mini.report()["swallow"]["incomplete"]["reason"]


@pytest.mark.parametrize(("hanging", "asked"), [("13", 6), ("012345", 3)])
def test_a_question_that_hangs_is_not_a_dead_endpoint(mini, monkeypatch, hanging, asked):
    """It costs its own item only; after three in a row a small question shows that the rest need not be waited for."""
    short_pauses(monkeypatch)

    def answer(body):
        number = re.search(r"Question (\d)", str(body))
        return None if number is None or number[1] in hanging else letter(body)

    with Endpoint(answer) as server:
        assert (
            mini.run(*options(server, "--max-in-flight", "1", "--request-timeout", "1", "--max-retries", "0")).ret == 1
        )
    assert len([body for body in server.bodies if "Question" in str(body)]) == asked
    errors = [test["metadata"]["error"] for test in mini.report()["tests"]]
    assert [str(n) for n, error in enumerate(errors) if error] == list(hanging)[:asked]
    assert "gave no whole answer within 1 s" in errors[int(hanging[0])]


@pytest.mark.parametrize("how", ["replay", "endpoint"])
def test_xdist_reports_the_same(mini, how):
    """-n 2 asks every question once and gives the same figures in the same order as no -n."""
    with Endpoint(letter) as server:
        arguments = options(server) if how == "endpoint" else ("--data-dir", "data", "--replay", "answers.jsonl")
        mini.run(*arguments, "--run-dir", "one")
        asked = len(server.bodies)
        mini.run(*arguments, "--run-dir", "two", "-n", "2", subprocess=True)
        assert len(server.bodies) == 2 * asked
    one, two = mini.report("one"), mini.report("two")
    for part in ("benchmarks", "averages", "mode", "incomplete"):
        assert one["swallow"][part] == two["swallow"][part]
    assert [(t["nodeid"], t["metadata"]) for t in one["tests"]] == [(t["nodeid"], t["metadata"]) for t in two["tests"]]
    if how == "endpoint":
        assert sorted(line["sample"] for line in mini.journal("two")) == sorted(
            line["sample"] for line in mini.journal("one")
        )
        assert one["swallow"]["model"] == two["swallow"]["model"]


def test_xdist_finds_modules_as_pytest_does(mini):
    """A module that pytest collects by another pattern than test_*.py is an evaluation too."""
    folder = mini.path / "benchmarks"
    text = (folder / "test_mini.py").read_text().replace("@pytest.mark.llm_eval(MINI)", "@ask(MINI)")
    (folder / "mini_test.py").write_text(text.replace("def sample", "ask = pytest.mark.llm_eval\n\ndef sample"))
    (folder / "test_mini.py").unlink()
    assert mini.run("-n", "2", subprocess=True).ret == 0
    assert mini.report()["swallow"]["benchmarks"]["mini"]["scored"] == 6


def test_xdist_workers_may_be_faster_than_their_controller(mini):
    """A folder that the workers have begun to write to is not taken for another run's."""
    (mini.path / "conftest.py").write_text(
        "import time\ndef pytest_generate_tests(metafunc):\n"
        "    time.sleep(0 if hasattr(metafunc.config, 'workerinput') else 3)\n"
    )
    with Endpoint(letter) as server:
        assert mini.run(*options(server, "-n", "2"), subprocess=True).ret == 0
        (mini.path / "conftest.py").unlink()
        result = mini.run(*options(server, "-n", "2"), subprocess=True)
    assert result.ret == 4
    assert "already holds a run" in result.stderr.str()


def test_xdist_says_wrong_options_once(mini):
    """Usage errors and refused keys have the same exit status under -n."""
    for wrong in (("--gate", "mini.nothing>=1"), ("--model", "./nowhere", "--data-dir", "data")):
        result = mini.run("-n", "2", *wrong, subprocess=True)
        assert result.ret == 4
        assert len([line for line in result.stderr.lines if line.startswith("ERROR: ")]) == 1
        assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    with Endpoint(lambda body: (401, {}, "{}")) as server:
        assert mini.run(*options(server, "-n", "2"), subprocess=True).ret == 4


def test_ctrl_c_keeps_what_there_is(mini):
    """Exit status 2, a report marked incomplete, a journal to go on from."""
    stopped = threading.Event()
    with Endpoint(lambda body: letter(body) if len(server.bodies) < 4 or stopped.is_set() else None) as server:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "benchmarks",
            *options(server, "--run-dir", "run", "--max-in-flight", "1"),
        ]
        process = subprocess.Popen(
            command,
            cwd=mini.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A shell's background jobs ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # no other way to undo that
        )
        while len(server.bodies) < 4:  # the fourth is never answered
            time.sleep(0.05)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=180)[0].decode()
        assert process.returncode == 2, output
        assert "INCOMPLETE" in output
        answered = len(mini.journal())
        assert 2 <= answered <= 3
        assert mini.report()["swallow"]["incomplete"]["missing"] >= 3
        stopped.set()
        before = len(server.bodies)
        assert mini.run(*options(server, "--resume")).ret == 0
        assert len(server.bodies) - before == 6 - answered
