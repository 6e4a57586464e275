"""What is sent, how fast and to whom, chosen on the command line and in the ini file; what ends a run."""

import json
import re

import pytest

from endpoint import Endpoint, completion
from projects import usage_line


def letter(body):
    """Right for every question of the mini benchmark; "A" for anything else."""
    found = re.search(r"Question (\d+)", body["messages"][-1]["content"])
    return "ABCD"[int(found[1]) % 4] if found else "A"


def options(server, *more):
    return ("--model", "m", "--base-url", server.url, "--data-dir", "data", *more)


def refused(body, *names):
    """The answer of an OpenAI reasoning model to what it does not take."""
    for name in names:
        if name in body:
            error = {"message": f"Unsupported parameter: '{name}' is not supported with this model.", "param": name}
            return 400, {}, json.dumps({"error": error})
    return letter(body)


def test_any_field_of_the_body(mini):
    """JSON or text, nested by dots; over the ini file's; all of it in key, journal and report."""
    (mini.path / "pytest.ini").write_text("[pytest]\nswallow_generation =\n  top_k=5\n  min_p=0.1\n")
    arguments = ("--generation", "top_k=7", "--generation", "chat_template_kwargs.enable_thinking=false",
                 "--generation", 'stop=["###"]', "--generation", "repetition_penalty=1.1", "--generation", "user=me",
                 "--generation", "max_tokens=9", "--temperature", "none")  # fmt: skip
    with Endpoint(letter) as server:
        assert mini.run(*options(server, *arguments)).ret == 0
        body = {name: value for name, value in server.bodies[0].items() if name not in ("model", "messages")}
        assert body == {
            "top_k": 7, "min_p": 0.1, "chat_template_kwargs": {"enable_thinking": False}, "stop": ["###"],
            "repetition_penalty": 1.1, "user": "me", "max_tokens": 9,
        }  # fmt: skip
        sampling = mini.report()["swallow"]["benchmarks"]["mini"]["sampling"]
        assert body.items() <= sampling.items()
        assert sampling["temperature"] is None
        assert sampling["source"]["top_k"] == sampling["source"]["temperature"] == "user"
        assert mini.run(*options(server, *arguments, "--resume")).ret == 0
        assert len(server.bodies) == 6
        assert mini.run(*options(server, *arguments, "--resume", "--generation", "seed=1")).ret == 0
        assert len(server.bodies) == 12, "other settings are other answers"


def test_headers_come_from_the_environment(mini, monkeypatch):
    """Their values reach the server, and nothing that is written."""
    monkeypatch.setenv("TEAM", "secret-of-the-team")
    with Endpoint(letter) as server:
        result = mini.run(*options(server, "--header", "X-Team=TEAM"))
    assert server.headers[0]["X-Team"] == "secret-of-the-team"
    assert mini.report()["swallow"]["model"]["headers"] == ["X-Team"]
    written = result.stdout.str() + "".join(file.read_text() for file in (mini.path / "run").iterdir())
    assert "secret-of-the-team" not in written


def test_openai_reasoning_models_need_no_options(mini):
    """No temperature, max_completion_tokens, the developer's role; the report says what was changed."""
    with Endpoint(lambda body: refused(body, "temperature", "top_p", "max_tokens")) as server:
        arguments = ("--max-tokens", "50", "--system-prompt", "Be brief.")
        result = mini.run("--model", "gpt-5", "--base-url", server.url, "--data-dir", "data", *arguments)
    assert result.ret == 0
    assert server.bodies[0]["max_completion_tokens"] == 50
    assert server.bodies[0]["messages"][0]["role"] == "developer"
    report = mini.report()["swallow"]
    assert "max_completion_tokens" in report["model"]["adapted_to"]
    sampling = report["benchmarks"]["mini"]["sampling"]
    assert (sampling["temperature"], sampling["source"]["temperature"]) == (None, "model")


@pytest.mark.parametrize(
    ("given", "refuses", "cure"),
    [
        ((), "temperature", ("--temperature", "none")),
        (("--generation", "top_k=5"), "top_k", ()),
        (("--top-p", "0.5"), "top_p", ("--generation", "top_p=")),
        (("--seed", "5"), "seed", ("--generation", "seed=")),
        (("--generation", 'stop=["x"]'), "stop", ("--generation", "stop=")),
        (
            ("--max-tokens", "5"),
            "max_tokens",
            ("--generation", "max_tokens=", "--generation", "max_completion_tokens=5"),
        ),
        (("--max-tokens", "5", "--reasoning-effort", "low"), "reasoning_effort", ("--generation", "reasoning_effort=")),
        (
            ("--max-tokens", "5", "--reasoning-effort", "low"),
            "max_completion_tokens",
            ("--generation", "max_completion_tokens=", "--max-tokens", "5", "--reasoning-effort", "low"),
        ),
    ],
)
def test_a_refused_parameter_is_said_once_and_can_be_cured(mini, given, refuses, cure):
    """One line with the option, exit status 4; with it the run goes through."""
    with Endpoint(lambda body: refused(body, refuses)) as server:
        result = mini.run(*options(server, *given))
        assert result.ret == 4
        reason = mini.report()["swallow"]["incomplete"]["reason"]
        said = [text for text in cure if text.split("=")[0] not in ("--max-tokens", "--reasoning-effort", "5", "low")]
        assert " ".join(said).replace("=5", "=N") in reason and repr(refuses) in reason
        assert mini.run(*options(server, *cure, "--run-dir", "cured")).ret == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("--generation", "top_k"), ["KEY=VALUE", "'top_k'"]),
        (("--generation", "=5"), ["KEY=VALUE"]),
        (("--generation", "a..b=5"), ["KEY=VALUE"]),
        (("--generation", "model=x"), ["model", "--model"]),
        (("--generation", "n=3"), ["--repeats"]),
        (("--generation", "stream=true"), ["stream", "false"]),
        (("--generation", "temperature=hot"), ["temperature", "number", "'hot'"]),
        (("--generation", "top_p=0"), ["top_p", "'0'"]),
        (("--generation", "top_k=NaN"), ["NaN"]),
        (("--generation", "top_k=1", "--generation", "top_k=2"), ["'top_k' twice"]),
        (("--generation", "a=1", "--generation", "a.b=2"), ["'a'", "object"]),
        (("--generation", "temperature=1", "--temperature", "0.5"), ["temperature", "twice"]),
        (("--generation", "temperature=1", "--temperature", "none"), ["temperature", "twice"]),
        (("--generation", "top_k="), ["top_k", "not sent anyway"]),
        (("--generation", ""), ["--generation", "empty"]),
        (("--judge-generation", "x"), ["--judge-generation KEY=VALUE"]),
        (("--header", "X-Team"), ["NAME=VARIABLE"]),
        (("--header", "X Team=TEAM"), ["NAME=VARIABLE"]),
        (("--header", "X-Team=Bearer abc"), ["environment variable"]),
        (("--header", "X-Team=NOT_SET_ANYWHERE"), ["$NOT_SET_ANYWHERE", "not set"]),
        (("--max-errors", "many"), ["--max-errors", "'many'"]),
        (("--max-errors", "150%"), ["--max-errors", "'150%'"]),
        (("--max-retries", "-1"), ["--max-retries", "-1"]),
        (("--requests-per-minute", "0"), ["--requests-per-minute", "more than 0"]),
        (("--tokens-per-minute", "-5"), ["--tokens-per-minute", "more than 0"]),
        (("--judge-requests-per-minute", "0"), ["--judge-requests-per-minute", "more than 0"]),
        (("--judge-tokens-per-minute", "inf"), ["--judge-tokens-per-minute", "more than 0"]),
        (("--base-url", "http://127.0.0.1:9/v1"), ["--base-url", "twice"]),
        (("--base-url", "127.0.0.1:9"), ["--base-url", "'127.0.0.1:9'"]),
    ],
)
def test_wrong_settings_are_one_line(mini, wrong, words):
    """Nothing is asked, nothing is written."""
    line = usage_line(mini.run("--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--data-dir", "data", *wrong))
    assert all(word in line for word in words), line
    assert not (mini.path / "run").exists()


@pytest.mark.parametrize("option", ["--header=X-A=PATH", "--requests-per-minute=5"])
def test_what_only_endpoints_have(mini, option):
    """An option that would do nothing is refused."""
    assert "--base-url" in usage_line(mini.run("--model", "m", "--data-dir", "data", option))


def test_several_endpoints(mini):
    """They share the questions; the report names both, without what is secret."""
    with (
        Endpoint(letter, models={"m": "x"}, latency_s=0.02) as one,
        Endpoint(letter, models={"m": "x"}, latency_s=0.02) as two,
    ):
        assert mini.run(*options(one, "--base-url", two.url)).ret == 0
    assert len(one.bodies) + len(two.bodies) == 6
    assert one.bodies and two.bodies
    assert mini.report()["swallow"]["model"]["base_url"] == [one.url, two.url]


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_endpoints_with_different_models_are_a_usage_error(mini, workers):
    """Said before any question, once, also with workers."""
    with Endpoint(letter, models={"m": "x"}) as one, Endpoint(letter, models={"other": "x"}) as two:
        line = usage_line(mini.run(*options(one, "--base-url", two.url), *workers, subprocess=bool(workers)))
    assert two.url in line and "'other'" in line
    assert not one.bodies


def test_refusals_and_filtered_answers_are_counted(mini):
    """They are answers, scored as any other, in this run and in a replay of it."""

    def answer(body):
        if "Question 1" in str(body):
            return {"role": "assistant", "content": None, "refusal": "I cannot help."}
        if "Question 2" in str(body):
            filtered = completion("m", "")
            filtered["choices"][0]["finish_reason"] = "content_filter"
            return 200, {}, json.dumps(filtered)
        return letter(body)

    with Endpoint(answer) as server:
        result = mini.run(*options(server, "--gate", "mini.refused<=0", "--gate", "mini.tool_calls<=0"))
    assert result.ret == 8
    assert [gate["passed"] for gate in mini.report()["swallow"]["gates"]] == [False, True]
    assert "1 refused, 1 filtered" in result.stdout.str()
    assert mini.run("--replay", "run", "--data-dir", "data", "--run-dir", "again").ret == 0
    assert next(line for line in mini.journal() if line["sample"] == "1")["text"] == "I cannot help."
    for folder in ("run", "again"):
        figures = mini.report(folder)["swallow"]["benchmarks"]["mini"]
        assert (figures["scored"], figures["counts"]["refused"], figures["counts"]["filtered"]) == (6, 1, 1)


@pytest.mark.parametrize(("bound", "reported"), [("1", 2), ("0", 1), ("5", 6), ("40%", 6)])
def test_too_many_errors_end_the_run(mini, bound, reported):
    """More than N of them; a share says nothing before there are twenty questions."""
    with Endpoint(lambda body: (400, {}, '{"error": "no"}')) as server:
        result = mini.run(*options(server, "--max-errors", bound))
    assert result.ret == 1
    report = mini.report()
    assert len(report["tests"]) == reported
    assert ("--max-errors" in str(report["swallow"]["incomplete"])) is (reported < 6)


def bounded(body):
    """A model with a context of four hundred characters."""
    length = len(body["messages"][-1]["content"])
    said = f"This model's maximum context length is 400 tokens. However, your request has {length} input tokens."
    return letter(body) if length <= 400 else (400, {}, json.dumps({"error": {"message": said}}))


@pytest.mark.parametrize(
    ("what", "status", "figures"),
    [("error", 1, {"scored": 5, "errors": 1}), ("truncate-left", 0, {"scored": 6, "errors": 0}),
     ("skip", 0, {"scored": 5, "errors": 0})],
)  # fmt: skip
def test_prompts_that_do_not_fit(mini, what, status, figures):
    """An error with both lengths, the end of the prompt, or a skipped question."""
    rows = (mini.path / "data" / "mini.jsonl").read_text().splitlines()
    long = json.loads(rows[3])
    long["question"] = "x" * 900 + " " + long["question"]
    (mini.path / "data" / "mini.jsonl").write_text("\n".join([*rows[:3], json.dumps(long), *rows[4:]]))
    with Endpoint(bounded) as server:
        result = mini.run(*options(server, "--on-long-prompt", what, "--max-tokens", "10"))
    assert result.ret == status
    found = mini.report()["swallow"]["benchmarks"]["mini"]
    assert figures.items() <= found.items()
    if what == "error":
        error = mini.report()["tests"][3]["metadata"]["error"]
        assert "934 tokens" in error and "400" in error and "--on-long-prompt" in error
    if what == "truncate-left":
        assert found["counts"]["prompt_cut"] == 1


def test_a_rate_is_kept(mini):
    """Six questions at ten a second take half of one; the machine may be late to see the first of them."""
    import time

    with Endpoint(letter) as server:
        times = []
        server.answer = lambda body: times.append(time.monotonic()) or letter(body)
        assert mini.run(*options(server, "--requests-per-minute", "600")).ret == 0
    assert times[-1] - times[0] > 0.25
