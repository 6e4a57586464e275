"""`--run-config FILE`, and the run.toml that a run leaves behind."""

import tomllib

import pytest

from endpoint import Endpoint
from projects import MINI_BENCHMARK, MINI_ROWS, usage_line, write_jsonl

OTHER = MINI_BENCHMARK.replace('"mini"', '"other"').replace("MINI", "OTHER").replace("test_mini", "test_other")


def two(mini, config):
    """A second benchmark, and a run file in a folder of its own."""
    (mini.path / "benchmarks" / "test_other.py").write_text(OTHER)
    (mini.path / "benchmarks" / "prompts" / "other.txt").write_text("Other. {Question}\n")
    write_jsonl(mini.path / "data" / "other.jsonl", MINI_ROWS)
    (mini.path / "configs").mkdir()
    (mini.path / "configs" / "suite.toml").write_text(config)


def settings(body):
    return {name: value for name, value in body.items() if name not in ("model", "messages")}


FILE = """
model = "m"
base-url = ["{url}"]
data_dir = "../data"
limit = 4
temperature = 0.5
generation = {{ top_k = 20, chat_template_kwargs.enable_thinking = false, stop = ["5"] }}
max-in-flight = 2

[benchmarks.mini]
limit = 2
repeats = 2
generation = {{ temperature = "none", top_k = "", min_p = 0.1 }}
[benchmarks.other]
"""


def test_a_file_sets_options_and_benchmarks_have_their_own(mini):
    """Command line over table over file over ini; and what the run leaves behind asks the same once more."""
    with Endpoint(lambda body: "A") as server:
        two(mini, FILE.format(url=server.url))
        (mini.path / "pytest.ini").write_text("[pytest]\nswallow_generation =\n  top_k=1\n  user=ini\n")
        arguments = ("--run-config", "configs/suite.toml", "--generation", "min_p=0.3", "--seed", "3")
        assert mini.run(*arguments).ret == 0
        first = sorted(map(str, server.bodies))
        common = {
            "seed": 3,
            "min_p": 0.3,
            "user": "ini",
            "stop": ["5"],
            "chat_template_kwargs": {"enable_thinking": False},
        }
        others = [settings(body) for body in server.bodies if body["messages"][0]["content"].startswith("Other")]
        minis = [settings(body) for body in server.bodies if not body["messages"][0]["content"].startswith("Other")]
        assert others == [{**common, "temperature": 0.5, "top_k": 20}] * 4
        assert sorted(minis, key=lambda each: each["seed"]) == [{**common, "seed": s} for s in (3, 3, 4, 4)]
        written = tomllib.loads((mini.path / "run" / "run.toml").read_text())
        assert written["limit"] == 4
        assert written["benchmarks"]["mini"].items() >= {"limit": 2, "repeats": 2}.items()
        assert written["request_timeout"] == 1800
        assert "reference" in written
        (mini.path / "pytest.ini").unlink()
        server.bodies.clear()
        again = mini.pytester.runpytest_inprocess("-p", "no:anyio", "-p", "no:hypothesispytest", "--run-config",
                                                  "run/run.toml", "--run-dir", "again")  # fmt: skip
        assert again.ret == 0
        assert sorted(map(str, server.bodies)) == first
    one, two_ = (mini.report(name)["swallow"]["benchmarks"] for name in ("run", "again"))
    assert one == two_
    text = (mini.path / "again" / "run.toml").read_text()
    assert tomllib.loads(text) == written


def test_only_the_benchmarks_of_the_file_are_asked(mini):
    two(mini, "[benchmarks.other]\nlimit = 3\n")
    with Endpoint(lambda body: "A") as server:
        arguments = (
            "--model",
            "m",
            "--base-url",
            server.url,
            "--data-dir",
            "data",
            "--run-config",
            "configs/suite.toml",
        )
        assert mini.run(*arguments).ret == 0
        assert list(mini.report()["swallow"]["benchmarks"]) == ["other"]
        assert len(server.bodies) == 3
        assert mini.run(*arguments, "--limit", "1", "--run-dir", "less").ret == 0
        assert len(server.bodies) == 4


def test_what_one_table_sets_can_be_left_out(mini):
    """The command line goes before the table, although nothing else is sent there."""
    with Endpoint(lambda body: "A") as server:
        two(mini, FILE.format(url=server.url))
        assert mini.run("--run-config", "configs/suite.toml", "--generation", "min_p=").ret == 0
    assert not [body for body in server.bodies if "min_p" in body]


def test_workers_read_it_too(mini):
    with Endpoint(lambda body: "A") as server:
        two(mini, FILE.format(url=server.url))
        result = mini.run("--run-config", "configs/suite.toml", "-n", "2", subprocess=True)
        assert result.ret == 0
        assert len(server.bodies) == 8
    assert mini.report()["swallow"]["benchmarks"]["mini"]["samples"] == 2


def test_no_secret_is_written(mini, monkeypatch):
    """Names of variables only."""
    monkeypatch.setenv("TEAM", "secret-of-the-team")
    monkeypatch.setenv("MY_KEY", "secret-key")
    with Endpoint(lambda body: "A") as server:
        url = server.url.replace("http://", "http://me:secret-word@")
        mini.run("--model", "m", "--base-url", url, "--data-dir", "data", "--header", "X-Team=TEAM", "--api-key-env",
                 "MY_KEY")  # fmt: skip
    text = (mini.path / "run" / "run.toml").read_text()
    for secret in ("secret-word", "secret-key", "secret-of-the-team"):
        assert secret not in text
    assert "X-Team=TEAM" in text
    assert "MY_KEY" in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("modle = 'm'", "unknown key 'modle'; did you mean 'model'?"),
        ("[benchmarks.mini]\nrepeat = 2", "[benchmarks.mini] unknown key 'repeat'; did you mean 'repeats'?"),
        ("[benchmarks.minni]", "[benchmarks.minni] is not a known benchmark; did you mean mini?"),
        ("limit = 'all'", "expected limit to be a whole number, but got 'all'"),
        ("limit = true", "expected limit to be a whole number, but got True"),
        ("base_url = 3", "expected base_url to be a list of texts, but got 3"),
        ("sandbox = 'none'", "expected sandbox to be one of auto"),
        ("generation = 3", "expected generation to be a table"),
        ("generation = { temperature = -1 }", "temperature expects a number of at least 0"),
        ("[benchmarks]\nmini = 3", "expected a table [benchmarks.ID]"),
        ("[benchmarks.mini]\nlimit = 0", "a benchmark's limit must be at least 1"),
        ("[benchmarks.mini]\nrepeats = 1000000000000", "repeats must be at most 10000"),
        ("run_config = 'x'", "unknown key 'run_config'"),
        ("model = ", "is not TOML"),
    ],
)
def test_a_wrong_file_is_one_line(mini, content, words):
    (mini.path / "run.toml").write_text(content)
    line = usage_line(mini.run("--run-config", "run.toml", "--model", "m", "--data-dir", "data"))
    assert words in line
    assert not (mini.path / "run").exists()


def test_a_file_that_is_not_there(mini):
    assert "expects a file, or one of leaderboard, but got 'nothing'" in usage_line(mini.run("--run-config", "nothing"))


@pytest.mark.parametrize("arguments", [(), ("--collect-only",), ("--dry-run",), ("-n", "2")])
def test_files_of_benchmarks_that_are_not_selected(mini, arguments):
    """What the file selects, what the test files would ask, and what to do: nothing is asked without a word."""
    (mini.path / "run.toml").write_text("[benchmarks.hellaswag]\n[benchmarks.aime]\n")
    options = ("--run-config", "run.toml", "--model", "m", "--data-dir", "data", *arguments)
    line = usage_line(mini.run(*options, subprocess="-n" in arguments))
    assert "run.toml selects hellaswag, aime, but the test files given ask mini; give the files" in line
    assert "[benchmarks.mini]" in line
    assert not (mini.path / "run").exists()


def test_other_tests_beside_benchmarks_that_are_not_selected(mini):
    """They run: the run file says nothing of them."""
    (mini.path / "run.toml").write_text("[benchmarks.hellaswag]\n")
    (mini.path / "benchmarks" / "test_plain.py").write_text("def test_plain():\n    pass\n")
    mini.run("--run-config", "run.toml").assert_outcomes(passed=1, deselected=1)


def test_the_leaderboards_file(mini):
    """Its name is enough; what it selects is known here, so nothing of this project's is asked."""
    line = usage_line(mini.run("--run-config", "leaderboard", "--collect-only", "-q"))
    assert "leaderboard.toml selects jamcqa, " in line


def test_a_demos_file_runs_the_demo_again(mini):
    """Nothing is in it that has no effect on such a run."""
    assert mini.run().ret == 0
    assert mini.run("--run-config", "run/run.toml", "--run-dir", "again").ret == 0
    assert mini.report("again")["swallow"]["benchmarks"] == mini.report()["swallow"]["benchmarks"]
