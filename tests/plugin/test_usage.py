"""Selection, gates, and one clear line for everything a user can get wrong."""

import os
import tomllib

import pytest

from projects import NO_OTHER_PLUGINS, usage_line


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--base-url", "http://127.0.0.1:1/v1"], "--base-url needs --model"),
        (["--replay", "answers.jsonl", "--model", "x"], "either --replay or --model"),
        (["--replay", "nowhere.jsonl"], "nowhere.jsonl does not exist"),
        (["--data-dir", "nowhere", "--replay", "answers.jsonl"], "--data-dir expects a folder"),
        (["--temperature", "-1", "--model", "x"], "--temperature must be at least 0"),
        (["--top-p", "0", "--model", "x"], "--top-p must be more than 0"),
        (["--temperature", "inf", "--model", "x"], "--temperature must be at least 0.0 and finite"),
        (["--model", ""], "--model was given an empty text"),
        (["--replay", "", "--data-dir", "data"], "--replay was given an empty text"),
        (["--model", "x", "--base-url", "127.0.0.1:1"], "--base-url must be a URL such as http://"),
        (["--model", "x", "--judge-base-url", "ftp://127.0.0.1"], "--judge-base-url must be a URL such as http://"),
        (["--data-lock", "lock.toml"], "the demo reads local rows"),
        (
            ["--data-lock", "lock.toml", "--data-dir", "data", "--replay", "answers.jsonl"],
            "--data-dir reads local rows",
        ),
        (["--max-tokens", "0", "--model", "x"], "--max-tokens must be at least 1"),
        (["--limit", "0"], "--limit must be at least 1"),
        (["--limit-seed", "5"], "--limit-seed has no effect without --limit"),
        (["--no-html", "--report-lang", "ja"], "--report-lang has no effect with --no-html"),
        (["--repeats", "1000000000000", "--model", "x"], "--repeats must be at least 1 and at most 10000"),
        (["--temperature", "0.5"], "--temperature has no effect without --model"),
        (["--engine-arg", "dtype", "--model", "x"], "expected --engine-arg KEY=VALUE"),
        (["--engine-arg", "dtype=half", "--model", "x", "--base-url", "http://127.0.0.1:1/v1"], "the endpoint decides"),
        (["--resume", "--model", "x"], "--resume needs --run-dir"),
        (["--data-lock-update"], "--data-lock-update needs --data-lock"),
        (["--gate", "mini.extractive_match>0.5"], "expected a gate such as"),
        (["--gate", "mini.extractive_match>=high"], "expected a number as the threshold"),
        (["--gate", "mini.extractive_mach>=0.5"], "nearest: extractive_match"),
        (["--gate", "mimi.extractive_match>=0.5"], "nearest: mini"),
        (["--gate", "mini.errors<=0", "-k", "nothing_of_it"], "cannot be checked"),
        (["--gates", "nowhere.toml"], "--gates expects a file"),
        (["--prompts", "nowhere"], "--prompts expects a folder"),
        (["--model", "x", "--base-url", "localhost:8000/v1"], "--base-url must be a URL such as http://127.0.0.1"),
        (["--model", "x", "--base-url", "http://127.0.0.1:99999/v1"], "--base-url must be a URL"),
        (["--model", "x", "--judge-base-url", "http://[::1/v1"], "--judge-base-url must be a URL"),
        (["--judge-model", "a", "--judge-model", "a"], "two judges need two names"),
        (["--replay", "answers.jsonl", "--judge-retries", "3"], "--judge-retries has no effect on recorded verdicts"),
        (["--replay", "answers.jsonl", "--judge-prompts", "answers.jsonl"], "give --judge-model"),
        (["--judge-base-url", "http://127.0.0.1:1/v1"], "--judge-base-url has no effect on recorded verdicts"),
    ],
)
def test_wrong_options_are_one_line(mini, arguments, expected):
    """Exit status 4, one line that says what to do, no run folder."""
    keep_run_dir = "--resume" in arguments
    result = (
        mini.pytester.runpytest_inprocess(*NO_OTHER_PLUGINS, "benchmarks", *arguments)
        if keep_run_dir
        else mini.run(*arguments)
    )
    assert expected in usage_line(result)
    assert not (mini.path / "run").exists()


@pytest.mark.parametrize("option", ["--api-key-env", "--judge-api-key-env"])
def test_a_key_in_place_of_its_variable_is_not_shown(mini, option):
    """Neither in the message nor in any file."""
    result = mini.run("--model", "x", "--base-url", "http://127.0.0.1:1/v1", "--data-dir", "data", option, "sk-4711")
    assert "the name of an environment variable" in usage_line(result)
    assert "4711" not in result.stdout.str() + result.stderr.str()
    assert not (mini.path / "run").exists()


@pytest.mark.parametrize("option", ["--base-url", "--judge-base-url"])
@pytest.mark.parametrize(
    "url", ["ftp://u:k3y@h/v1", "u:k3y@h", "http://k3y@:80", "http://u:k3@y@h:99999/v1", "h/v1?api-key=k3y", "//k3y@"]
)
def test_a_password_in_a_wrong_url_is_not_shown(mini, option, url):
    """Neither before the host nor in the query; the rest is, so that the mistake can be found."""
    line = usage_line(mini.run("--model", "x", option, url))
    assert f"{option} must be a URL such as" in line
    assert "***" in line
    assert "k3" not in line


def test_an_ini_files_model_is_not_the_one_replayed(mini):
    """Options for a model have no effect on --replay, whatever model the ini file names, and nothing shows its name."""
    (mini.path / "pytest.ini").write_text("[pytest]\nswallow_model = big\nswallow_base_url = http://127.0.0.1:1/v1\n")
    replay = ("--data-dir", "data", "--replay", "answers.jsonl")
    assert "--temperature has no effect without --model" in usage_line(mini.run(*replay, "--temperature", "1"))
    result = mini.run(*replay)
    assert result.ret == 0
    assert "swallow: big" not in result.stdout.str()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b'{"question": "q", "answer": "A"}\nnot json\n', "line 2"),
        (b'{"question": "q", "answer": "A"}\n{"question": "q"}\n', "answer"),
        (b'{"question": "q", "answer": "E"}\n', "but got 'E'"),
        (b'["question"]\n', "expected a JSON object"),
        (b'{"question": "\xff", "answer": "A"}\n', "UTF-8"),
    ],
)
def test_wrong_data_names_file_and_line(mini, content, expected):
    """A bad row stops the run before anything is asked."""
    (mini.path / "data" / "mini.jsonl").write_bytes(content)
    line = usage_line(mini.run("--data-dir", "data", "--replay", "answers.jsonl"))
    assert expected in line
    assert "mini" in line


def test_a_group_is_a_name(mini):
    """A benchmark that takes a row's value as it is gets told, before anything is asked."""
    (mini.path / "data" / "mini.jsonl").write_text('{"question": "q", "answer": "A", "topic": ["a"]}\n')
    line = usage_line(mini.run("--data-dir", "data", "--replay", "answers.jsonl"))
    assert "mini sample '0': expected its group to be text or None, but got ['a']" in line


def test_the_demo_answers_no_other_questions(mini):
    """Its recorded answers would be scored against questions they were not given to."""
    (mini.path / "data" / "mini.jsonl").write_text('{"question": "Another?", "answer": "A"}\n' * 6)
    assert "give --model or --replay" in usage_line(mini.run("--data-dir", "data"))
    assert mini.run("--data-dir", "data", "--collect-only").ret == 0
    (mini.path / "pytest.ini").write_text("[pytest]\nswallow_data_dir = data\n")
    assert mini.run().ret == 0  # the file's default is for models and journals
    assert mini.report()["swallow"]["benchmarks"]["mini"]["dataset"]["path"] == "demo/mini.jsonl"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{Question} {Answer}\n", "Answer"),
        ("{Question.__class__}\n", "Question"),
        ("{Question\n", "mini.txt"),
        ("no placeholder\n", "Question"),
    ],
)
def test_wrong_prompts_name_the_placeholder(mini, template, expected):
    """A template is checked before anything is asked."""
    (mini.path / "own").mkdir()
    (mini.path / "own" / "mini.txt").write_text(template)
    assert expected in usage_line(mini.run("--prompts", "own"))


def test_a_used_run_folder_needs_resume(mini):
    """A journal is never written over."""
    mini.engine('return "A"')
    assert mini.run("--model", "fake", "--data-dir", "data").ret == 0
    assert "--resume" in usage_line(mini.run("--model", "fake", "--data-dir", "data"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_run_folder_is_one_line(mini):
    """The folder is named."""
    (mini.path / "locked").mkdir(mode=0o500)
    assert "locked" in usage_line(mini.run("--run-dir", "locked/run"))


def test_a_run_folder_below_a_file_is_one_line(mini):
    """The folder is named, whoever runs it, and nobody is sent there for answers."""
    (mini.path / "file").write_text("")
    result = mini.run("--run-dir", "file/run")
    assert "file/run" in usage_line(result)
    result.stdout.no_fnmatch_line("*the answers are in*")


def test_gates_decide_the_exit_status(mini):
    """8 when all was measured and a gate failed, 0 when all gates passed; table and report say by how much."""
    result = mini.run("--gate", "mini.extractive_match>=0.7", "--gate", "mini.unextracted<=1")
    assert result.ret == 8
    result.stdout.fnmatch_lines(
        ["gate FAILED: mini.extractive_match>=0.7 (measured 0.666667, 0.0333333 off; 95 % interval 0.3000 – 0.9032)"]
    )
    assert mini.report()["exitcode"] == 8
    assert [gate["passed"] for gate in mini.report()["swallow"]["gates"]] == [False, True]
    assert mini.run("--gate", "mini.extractive_match<=0.7", "--run-dir", "again").ret == 0


def test_errors_outrank_gates(mini):
    """What could not be measured is 1, whatever the gates say."""
    mini.write_answers(mini.path / "answers.jsonl", ["A"])
    options = ("--data-dir", "data", "--replay", "answers.jsonl", "--gate", "mini.extractive_match>=2")
    assert mini.run(*options).ret == 1


def test_gates_name_a_benchmarks_own_counts(mini):
    """What a benchmark declares as issues can be bounded, also when it never happens; a misspelt name is refused."""
    module = mini.path / "benchmarks" / "test_mini.py"
    text = module.read_text().replace("fields=(", 'issues=("timeouts", "refusals"), fields=(')
    module.write_text(text + '    score.count("timeouts")\n')
    assert mini.run("--gate", "mini.timeouts<=6", "--gate", "mini.refusals<=0").ret == 0
    assert [gate["value"] for gate in mini.report()["swallow"]["gates"]] == [6.0, 0.0]
    assert "timeouts" in usage_line(mini.run("--gate", "mini.timeout<=6", "--run-dir", "again"))


def test_gates_from_toml_and_ini(mini):
    """The three places of gates are one list."""
    (mini.path / "gates.toml").write_text(
        'gates = ["mini.length<=100"]\n[mini]\nextractive_match = ">=0.1"\nerrors = 0\nunextracted = "<=0.2"\n'
    )
    (mini.path / "pytest.ini").write_text("[pytest]\nswallow_gates =\n    mini.truncated<=0\n    absent.score>=1\n")
    assert mini.run("--gates", "gates.toml", "--gate", "mini.length>=1").ret == 0
    expressions = [gate["expression"] for gate in mini.report()["swallow"]["gates"]]
    assert expressions == [
        "mini.truncated<=0", "mini.length<=100", "mini.extractive_match>=0.1", "mini.errors<=0",
        "mini.unextracted<=0.2", "mini.length>=1",
    ]  # fmt: skip


def test_gates_of_the_ini_stand_in_the_run_file(mini):
    """Whoever runs it again, here or where that ini is not, checks the same gates, each once."""
    (mini.path / "pytest.ini").write_text("[pytest]\nswallow_gates =\n    mini.errors<=0\n    absent.score>=1\n")
    assert mini.run("--gate", "mini.truncated<=0").ret == 0
    gates = [gate["expression"] for gate in mini.report()["swallow"]["gates"]]
    assert gates == ["mini.errors<=0", "mini.truncated<=0"]
    file = mini.path / "run" / "run.toml"
    assert tomllib.loads(file.read_text())["gate"] == gates
    for ini in ("[pytest]\nswallow_gates = mini.errors<=0\n", "[pytest]\n"):
        (mini.path / "pytest.ini").write_text(ini)
        assert mini.run("--run-config", str(file), "--run-dir", f"of{len(ini)}").ret == 0
        assert [gate["expression"] for gate in mini.report(f"of{len(ini)}")["swallow"]["gates"]] == gates


def test_selection_is_pytests_own(mini):
    """-k, -m, node ids and the benchmark's own id as a marker."""
    mini.run("-k", "mini and 3").assert_outcomes(passed=1, deselected=5)
    mini.run("-m", "mini", "--run-dir", "b").assert_outcomes(passed=6)
    mini.run("-m", "english and not mini", "--run-dir", "c").assert_outcomes(deselected=1)
    result = mini.pytester.runpytest_inprocess(
        *NO_OTHER_PLUGINS, "benchmarks/test_mini.py::test_mini[4]", "--run-dir", "d"
    )
    result.assert_outcomes(passed=1)


def test_a_class_is_selected_by_its_name(mini):
    """The node id of a class means all of its questions, that of another one none."""
    module = mini.path / "benchmarks" / "test_mini.py"
    head, test = module.read_text().split("@pytest.mark.english")
    test = ("@pytest.mark.english" + test).replace("test_mini(", "test_mini(self, ").replace("\n", "\n    ")
    module.write_text(f"{head}class TestMini:\n    {test}\n\nclass TestOther:\n    def test_other(self): pass\n")

    def run(name, folder):
        options = (*NO_OTHER_PLUGINS, f"benchmarks/test_mini.py::{name}", "--run-dir", folder)
        return mini.pytester.runpytest_inprocess(*options)

    run("TestMini", "a").assert_outcomes(passed=6)
    run("TestMini::test_mini[3]", "b").assert_outcomes(passed=1)
    run("TestOther", "c").assert_outcomes(passed=1)


LOOKING = ["--collect-only", "--markers", "--fixtures", "--fixtures-per-test", "--setup-plan", "--help"]


@pytest.mark.parametrize("option", LOOKING)
def test_looking_writes_nothing(mini, option):
    """No run folder, no model: even a model that does not exist."""
    result = mini.run(option, "--model", "no/such-model", "--data-dir", "data")
    assert result.ret == 0
    assert not (mini.path / "run").exists()


def test_a_model_that_cannot_be_run_writes_nothing(mini):
    """What is wrong with it at first sight is one line before there is a run folder."""
    line = usage_line(mini.run("--model", "./no-such-folder", "--data-dir", "data"))
    assert "not installed" in line or "no such folder" in line
    assert not (mini.path / "run").exists()


def test_deselected_benchmarks_are_not_loaded(mini):
    """A dataset that -m or -k leaves out may even be missing."""
    (mini.path / "data" / "mini.jsonl").unlink()
    (mini.path / "benchmarks" / "test_plain.py").write_text("def test_plain(): pass")
    mini.run("--data-dir", "data", "-m", "not mini").assert_outcomes(passed=1, deselected=1)
    mini.run("--data-dir", "data", "-k", "plain").assert_outcomes(passed=1, deselected=1)
    assert "mini" in usage_line(mini.run("--data-dir", "data", "-k", "plain or 3", "--run-dir", "b"))


def test_maxfail_and_quiet_behave(mini):
    """-x stops at the first unmeasured item; -qq prints no table; --junitxml is written."""
    mini.write_answers(mini.path / "answers.jsonl", [])
    (mini.path / "answers.jsonl").write_text('{"benchmark": "mini", "sample": "5", "text": "B"}\n')
    result = mini.run("--data-dir", "data", "--replay", "answers.jsonl", "-x", "--junitxml", "junit.xml")
    result.assert_outcomes(errors=1)
    assert mini.report()["swallow"]["incomplete"]["missing"] == 5
    assert (mini.path / "junit.xml").exists()
    result = mini.run("-qq", "--run-dir", "b")
    result.stdout.no_fnmatch_line("*swallow results*")


@pytest.mark.parametrize(
    "options",
    [
        ("--limit", "2", "--limit", "3"),
        ("--limit=2", "--limit", "2"),
        ("--replay", "answers.jsonl", "--replay=run"),
        ("--gates", "a.toml", "--gates", "b.toml"),
    ],
)
def test_an_option_that_takes_one_value_is_given_once(mini, options):
    """The first would be ignored without a word."""
    line = usage_line(mini.run(*options))
    assert f"{options[0].partition('=')[0]} was given 2 times" in line


def test_an_option_may_replace_one_of_addopts(mini):
    """A project's own command line is a default, and flags and lists may stand twice."""
    (mini.path / "pytest.ini").write_text("[pytest]\naddopts = --limit 2\n")
    gates = ("--gate", "mini.errors<=0", "--gate", "mini.truncated<=0")
    assert mini.run("--limit", "3", *gates).ret == 0
    assert mini.report()["swallow"]["benchmarks"]["mini"]["samples"] == 3
