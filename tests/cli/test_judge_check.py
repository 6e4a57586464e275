"""`swallow judge-check` against a judge on the loopback interface."""

import json
import re

import pytest

from endpoint import Endpoint
from swallow_metrics.cli.main import WRONG_USAGE, main


def judged(body, added=0):
    """A rating between 1 and 10 that depends on the last user message alone."""
    text = body["messages"][-1]["content"]
    return f"Seen. Rating: [[{min(10, 1 + len(text) % 9 + added)}]]"


def check(url, *arguments):
    return main(["judge-check", "--judge-model", "the judge", "--judge-base-url", url, *map(str, arguments)])


@pytest.fixture
def judge():
    with Endpoint(judged) as server:
        yield server


def test_a_check_and_the_next_one(judge, tmp_path, capsys):
    """Figures and a file of every verdict; a second check is compared, and a milder judge is called changed."""
    first, second, third = (tmp_path / f"{n}.json" for n in "abc")
    assert check(judge.url, "--repeats", 2, "--out", first, "--price", 2, 8) == 0
    out = capsys.readouterr().out
    told = r"requests +320, .*\ntokens, about +[\d,]+ of prompts, 80,000 of replies\ncost, about +\d\.\d\d US dollars\n"
    assert re.match(told, out)
    assert len(judge.bodies) == 320
    assert "readable verdicts      100.0%" in out
    assert "agreement with itself  100.0% of 160 pairs equal, 0.00 points apart" in out
    assert all(len(line) <= 80 for line in out.splitlines()[:-1])
    assert out.splitlines()[-1] == f"check: {first}"
    document = json.loads(first.read_text())
    assert len(document["verdicts"]) == 320
    assert document["judge"]["name"] == "the judge"

    assert check(judge.url, "--repeats", 2, "--out", second, "--compare", first) == 0
    assert "since the earlier one  no change seen: +0.00 points" in capsys.readouterr().out

    judge.answer = lambda body: judged(body, added=1)
    assert check(judge.url, "--repeats", 2, "--out", third, "--compare", first, "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)["compared_with"]
    assert found["changed"]
    assert found["same_prompts"]
    assert found["shift"] > 0.5


def test_an_estimate_asks_nothing(judge, tmp_path, capsys, monkeypatch):
    """Requests and tokens are told, no file is made."""
    monkeypatch.chdir(tmp_path)
    assert check(judge.url, "--estimate") == 0
    assert re.match(r"requests +480", capsys.readouterr().out)
    assert check(judge.url, "--estimate", "--format", "json", "--repeats", 1, "--price", 0, 4) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) | {"prompt_tokens": 0} == {
        "requests": 160, "prompt_tokens": 0, "completion_tokens": 40_000, "cost_usd": 0.16,
    }  # fmt: skip
    assert re.match(r"requests +160", err)
    assert list(tmp_path.iterdir()) == []
    assert check(judge.url, "--estimate") == 0
    assert re.search(r"cost, about +give --prices FILE or --price", capsys.readouterr().out)
    (tmp_path / "prices.toml").write_text('["the judge"]\nprompt = 0\ncompletion = 4\n')
    assert check(judge.url, "--estimate", "--repeats", 1, "--prices", "prices.toml") == 0
    assert re.search(r"cost, about +0.16 US dollars", capsys.readouterr().out)
    assert judge.bodies == []


@pytest.mark.parametrize(
    ("judge_model", "version", "sent", "not_sent"),
    [
        ("gpt-5.2-2025-12-11", "202604", {"reasoning_effort": "none", "temperature": 0.0}, ()),
        ("gpt-5.2-2025-12-11", "202508", {}, ("reasoning_effort", "temperature")),
        ("gpt-4o-2024-08-06", "202508", {"temperature": 0.0}, ("reasoning_effort",)),
        ("gpt-4o-2024-08-06", "202604", {"temperature": 0.0}, ("reasoning_effort",)),
    ],
)
def test_a_judge_is_asked_as_in_a_run(judge, tmp_path, judge_model, version, sent, not_sent):
    """The reference's own judge with the settings of the version (JU2-1)."""
    arguments = ["--judge-model", judge_model, "--judge-base-url", judge.url, "--reference", version, "--repeats", "1"]
    assert main(["judge-check", *arguments, "--out", str(tmp_path / "a.json")]) == 0
    for body in judge.bodies:
        assert sent.items() <= body.items()
        assert not set(not_sent) & set(body)


def test_each_answer_is_shown_in_both_turns(judge, tmp_path):
    """The first turn has one answer, the second both, in either order; every answer is judged at both places."""
    assert check(judge.url, "--repeats", 1, "--out", tmp_path / "a.json") == 0
    texts = [body["messages"][-1]["content"] for body in judge.bodies]
    one, other = "The stretchy gluten", "36 × 60 = 2,160 minutes."
    shown = [text for text in texts if one in text or other in text]
    assert sorted((one in text) + (other in text) for text in shown) == [1, 1, 2, 2]
    both = [text for text in shown if one in text and other in text]
    assert {text.index(one) < text.index(other) for text in both} == {True, False}
    assert {body["temperature"] for body in judge.bodies} == {0.0}


def test_replies_are_kept_and_not_asked_for_again(judge, tmp_path, capsys):
    """An interrupted check goes on; a finished one is not written over."""
    output = tmp_path / "a.json"
    assert check(judge.url, "--repeats", 1, "--out", output) == 0
    output.unlink()
    journal = tmp_path / "a.responses.jsonl"
    kept = journal.read_text().splitlines(keepends=True)[:100]
    journal.write_text("".join(kept))
    judge.bodies.clear()
    assert check(judge.url, "--repeats", 1, "--out", output) == WRONG_USAGE
    assert "add --resume" in capsys.readouterr().err
    assert check(judge.url, "--repeats", 1, "--out", output, "--resume") == 0
    assert len(judge.bodies) == 60
    assert check(judge.url, "--repeats", 1, "--out", output) == WRONG_USAGE
    assert "is there already" in capsys.readouterr().err


def test_unreadable_verdicts_are_asked_for_again(judge, tmp_path, capsys):
    """Retries come with a seed; what never has a rating is not a rating, and exit status 1."""
    judge.answer = lambda body: "no rating" if "seed" not in body else judged(body)
    assert check(judge.url, "--repeats", 1, "--out", tmp_path / "a.json") == 0
    assert "readable verdicts      0.0%\n  after retries        100.0%" in capsys.readouterr().out
    judge.answer = lambda body: "no rating"
    assert check(judge.url, "--repeats", 1, "--judge-retries", 0, "--out", tmp_path / "b.json") == 1
    found = json.loads((tmp_path / "b.json").read_text())["figures"]
    assert (found["readable_after_retries"], found["agreement"]["alpha"], found["errors"]) == (0, None, 0)


def test_a_judge_that_fails(judge, tmp_path, capsys):
    """Every verdict is an error with its cause, and there is a file nonetheless; nothing is a rating."""
    judge.answer = lambda body: (400, {}, '{"error": {"message": "too long"}}')
    assert check(judge.url, "--repeats", 1, "--out", tmp_path / "a.json") == 1
    out = capsys.readouterr().out
    assert "errors                 160 of 160" in out
    assert "too long" in out
    verdicts = json.loads((tmp_path / "a.json").read_text())["verdicts"]
    assert all(verdict["rating"] is None and verdict["error"] for verdict in verdicts)


def test_a_key_that_is_refused(tmp_path, capsys, monkeypatch):
    """The judge is not asked for the rest."""
    monkeypatch.setenv("OPENAI_API_KEY", "wrong-key-wrong-key")
    with Endpoint(judged, key="right") as server:
        assert check(server.url, "--repeats", 1, "--max-in-flight", 1, "--out", tmp_path / "a.json") == 1
    out, err = capsys.readouterr()
    assert "refuses the key in $OPENAI_API_KEY" in out
    assert "wrong-key" not in out + err + (tmp_path / "a.json").read_text()


def test_a_judge_with_a_dialect(judge, tmp_path, capsys, monkeypatch):
    """What it refuses names the option that cures it, here as in a run; headers come from the environment."""
    monkeypatch.setenv("TEAM", "secret-of-the-team")
    refusal = json.dumps({"error": {"message": "temperature is not supported by this model"}})
    judge.answer = lambda body: (400, {}, refusal) if "temperature" in body else judged(body)
    refused, cured = tmp_path / "a.json", tmp_path / "b.json"
    assert check(judge.url, "--repeats", 1, "--out", refused) == 1
    assert "leave it out with --judge-generation temperature=" in capsys.readouterr().out
    cure = ("--judge-generation", "temperature=", "--judge-generation", "top_k=5", "--judge-header", "X-Team=TEAM")
    assert check(judge.url, "--repeats", 1, "--out", cured, *cure) == 0
    assert judge.headers[-1]["X-Team"] == "secret-of-the-team"
    assert (judge.bodies[-1]["top_k"], judge.bodies[-1]["max_tokens"]) == (5, 4096)
    told = json.loads(cured.read_text())["judge"]
    assert (told["headers"], told["sampling"]) == (["X-Team"], {"max_tokens": 4096, "top_k": 5})
    assert "secret-of-the-team" not in capsys.readouterr().out + "".join(f.read_text() for f in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--judge-generation", "top_k"], "--judge-generation KEY=VALUE"),
        (["--judge-header", "X-Team=NOT_SET_ANYWHERE"], "$NOT_SET_ANYWHERE"),
        (["--out", "a.json", "--resume", "--repeats", "0"], "repeats"),
        (["--resume"], "--resume needs the --out"),
        (["--judge-prompts", "nowhere.toml"], "nowhere.toml"),
        (["--compare", "nowhere.json"], "nowhere.json"),
        (["--price", "-1", "2"], "price"),
        (["--prices", "nowhere.toml"], "nowhere.toml"),
        (["--prices", "prices.toml"], """has no table for 'the judge'; add ["the judge"]"""),
        (["--prices", "prices.toml", "--price", "1", "2"], "give one of them"),
        (["--reference", "202601"], "--reference"),
    ],
)
def test_wrong_usage(judge, tmp_path, capsys, monkeypatch, arguments, message):
    """One line, before anything is asked."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.toml").write_text('["another judge"]\nprompt = 1\ncompletion = 2\n')
    assert check(judge.url, *arguments) == WRONG_USAGE
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert message in line
    assert judge.bodies == []


def test_a_judge_at_openai_needs_a_key(capsys, monkeypatch):
    """Its absence is told before a request is refused."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert main(["judge-check", "--judge-model", "j"]) == WRONG_USAGE
    assert "needs a key: set $OPENAI_API_KEY" in capsys.readouterr().err
