"""What a run reports, for every way to get answers."""

import json

import pytest

from projects import MINI_ROWS, NO_OTHER_PLUGINS, usage_line, write_jsonl
from swallow_metrics.workers import math_verifier

LETTER = 'return "ABCD"[int(request.sample) % 4]'


def test_demo_is_loud_and_complete(mini):
    """Without a model the bundled questions and answers are scored, and nobody can take that for a result."""
    result = mini.run()
    result.assert_outcomes(passed=6)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["*DEMO, no model is evaluated*", "*results (DEMO*", "mini *6 *extractive_match *0.6667*"]
    )
    swallow = mini.report()["swallow"]
    assert swallow["mode"] == "demo"
    figures = swallow["benchmarks"]["mini"]
    assert (figures["samples"], figures["scored"], figures["errors"], figures["unextracted"]) == (6, 6, 0, 1)
    assert figures["metrics"]["extractive_match"]["mean"] == pytest.approx(4 / 6)
    assert figures["metrics"]["extractive_match"]["method"] == "wilson"
    assert set(figures["groups"]) == {"topic 0", "topic 1"}
    assert swallow["averages"] == {"exact_match": pytest.approx(4 / 6), "f1": None, "judge": None}


def test_metadata_of_an_item(mini):
    """Each test of report.json carries its record under the contract's names."""
    mini.run()
    test = mini.report()["tests"][2]
    assert test["nodeid"] == "benchmarks/test_mini.py::test_mini[2]"
    assert test["metadata"] == {
        "benchmark": "mini",
        "sample": "2",
        "group": "topic 0",
        "scores": {"extractive_match": 1.0, "length": 7.0},
        "extracted": ["C"],
        "finish_reasons": [None],
        "error": None,
    }


def test_model_answers_are_journaled_and_replayed(mini):
    """A run's journal, replayed, gives the same figures without a model."""
    mini.engine(LETTER)
    mini.run("--model", "fake", "--data-dir", "data")
    lines = mini.journal()
    assert {line["sample"] for line in lines} == {str(n) for n in range(6)}
    assert all(line["benchmark"] == "mini" and line["role"] == "model" and line["key"] for line in lines)
    mini.run("--data-dir", "data", "--replay", "run", "--run-dir", "again")
    first, second = mini.report()["swallow"], mini.report("again")["swallow"]
    assert (first["mode"], second["mode"]) == ("model", "replay")
    assert first["benchmarks"]["mini"]["metrics"] == second["benchmarks"]["mini"]["metrics"]


def test_reasoning_is_removed_kept_and_counted(mini):
    """A trace is not a part of the answer, stays in the journal, and an unclosed one is counted."""
    mini.engine("""
if request.sample == "0":
    return "<think>B or D?</think>A"
return "<think>never ends" if request.sample == "1" else "C"
""")
    mini.run("--model", "fake", "--data-dir", "data")
    line = next(line for line in mini.journal() if line["sample"] == "0")
    assert (line["text"], line["reasoning"]) == ("A", "B or D?")
    figures = mini.report()["swallow"]["benchmarks"]["mini"]
    assert figures["counts"]["unclosed_reasoning"] == 1
    assert mini.report()["tests"][0]["metadata"]["scores"]["extractive_match"] == 1.0


def test_several_generations_are_averaged(mini):
    """With --repeats, a question's score is the mean over its generations and n stays the number of questions."""
    mini.engine('return "A" if request.repeat else "B"')
    mini.run("--model", "fake", "--data-dir", "data", "--repeats", "4", "--seed", "7")
    report = mini.report()
    assert report["tests"][0]["metadata"]["scores"]["extractive_match"] == 0.75
    figures = report["swallow"]["benchmarks"]["mini"]["metrics"]["extractive_match"]
    assert (figures["n"], figures["method"]) == (6, "score")
    assert sorted(line["seed"] for line in mini.journal() if line["sample"] == "0") == [7, 8, 9, 10]


def test_resume_asks_only_what_is_missing(mini):
    """Answers in the journal are not asked for again; a changed sampling is another question."""
    mini.engine("""
if request.sample == "3":
    raise __import__("swallow_metrics.errors").errors.EngineError("lost")
return "A"
""")
    assert mini.run("--model", "fake", "--data-dir", "data").ret == 1
    mini.engine('return "D"')
    assert mini.run("--model", "fake", "--data-dir", "data", "--resume").ret == 0
    assert [line["sample"] for line in mini.journal()].count("3") == 1
    assert len(mini.journal()) == 6
    assert mini.report()["tests"][0]["metadata"]["extracted"] == ["A"]
    assert mini.report()["tests"][3]["metadata"]["extracted"] == ["D"]
    mini.run("--model", "fake", "--data-dir", "data", "--resume", "--temperature", "0.5")
    assert len(mini.journal()) == 12


def test_resume_with_equal_questions(mini):
    """Each keeps its own recorded answer; one that shares another's gets a line, so that --replay finds it."""
    rows = [MINI_ROWS[0], MINI_ROWS[0], *MINI_ROWS[2:]]
    write_jsonl(mini.path / "data" / "mini.jsonl", rows)
    mini.engine('return "D" if request.sample == "1" else "A"')
    options = ("--model", "fake", "--data-dir", "data")
    mini.run(*options)
    lines = mini.journal()
    mini.engine('raise AssertionError("asked twice")')
    assert mini.run(*options, "--resume").ret == 0
    assert [test["metadata"]["extracted"] for test in mini.report()["tests"]][:2] == [["A"], ["D"]]
    assert mini.journal() == lines
    write_jsonl(mini.path / "run" / "responses.jsonl", [line for line in lines if line["sample"] != "1"])
    assert mini.run(*options, "--resume").ret == 0
    resumed = mini.report()["tests"]
    assert mini.run("--data-dir", "data", "--replay", "run", "--run-dir", "again").ret == 0
    assert [test["metadata"] for test in mini.report("again")["tests"]] == [test["metadata"] for test in resumed]


def test_a_torn_last_line_is_left_out_and_overwritten(mini):
    """What a crash tore is said, and asked again on --resume."""
    mini.engine('return "A"')
    mini.run("--model", "fake", "--data-dir", "data")
    path = mini.path / "run" / "responses.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    result = mini.run("--data-dir", "data", "--replay", "run", "--run-dir", "again")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*torn*"])
    assert mini.run("--model", "fake", "--data-dir", "data", "--resume").ret == 0
    assert len(mini.journal()) == 6


def test_a_sample_without_an_answer_is_an_error_not_a_zero(mini):
    """The item fails with the sample's name; the mean is over the others."""
    mini.write_answers(mini.path / "answers.jsonl", ["A", "B", "C", "D", "A"])
    result = mini.run("--data-dir", "data", "--replay", "answers.jsonl")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*no answer for mini sample '5'*"])
    figures = mini.report()["swallow"]["benchmarks"]["mini"]
    assert (figures["scored"], figures["errors"], figures["metrics"]["extractive_match"]["mean"]) == (5, 1, 1.0)
    assert mini.report()["tests"][5]["metadata"]["scores"] == {}


def test_an_engine_failure_fails_one_item_with_one_line(mini):
    """Other items are scored, nothing is a traceback, the exit status is 1."""
    mini.engine("""
if request.sample == "2":
    raise RuntimeError("the cat\\nsat on it")
return "A"
""")
    result = mini.run("--model", "fake", "--data-dir", "data")
    result.assert_outcomes(passed=5, errors=1)
    assert result.ret == 1
    result.stdout.no_fnmatch_line("*Traceback*")
    assert "RuntimeError: the cat sat on it" in mini.report()["tests"][2]["metadata"]["error"]


def test_metrics_are_named_by_the_runs_generations(mini):
    """With --repeats 3 names say 3, gates know them, and a replay names them by what was recorded."""
    module = mini.path / "benchmarks" / "test_mini.py"
    module.write_text(
        module.read_text()
        .replace("fields=(", 'of_generations=lambda n: (Metric("extractive_match"), Metric(f"length@{n}")), fields=(')
        .replace('score("length"', 'score(f"length@{score.generations}"')
    )
    mini.engine('return "A"')
    mini.run("--model", "m", "--data-dir", "data", "--repeats", "3", "--gate", "mini.length@3>=1").assert_outcomes(
        passed=6
    )
    mini.run("--replay", "run", "--data-dir", "data", "--run-dir", "again").assert_outcomes(passed=6)
    for folder in ("run", "again"):
        figures = mini.report(folder)["swallow"]["benchmarks"]["mini"]
        assert set(figures["metrics"]) == {"extractive_match", "length@3"}
        assert figures["sampling"]["repeats"] == 3


def test_a_dead_engine_stops_the_run_at_once(mini):
    """A refused key is said once, with exit status 4, and what was measured is reported as incomplete."""
    mini.engine("""
if request.sample != "0":
    raise __import__("swallow_metrics.errors").errors.EngineRefused("refuses the key in $OPENAI_API_KEY")
return "A"
""")
    result = mini.run("--model", "fake", "--data-dir", "data", "--max-in-flight", "1")
    assert result.ret == 4
    incomplete = mini.report()["swallow"]["incomplete"]
    assert "refuses the key" in incomplete["reason"]
    assert incomplete["missing"] >= 4


def test_a_bug_in_scoring_is_an_item_error(mini):
    """An exception of the test body is reported with its type, never as a score."""
    text = (mini.path / "benchmarks" / "test_mini.py").read_text()
    (mini.path / "benchmarks" / "test_mini.py").write_text(text.replace("len(response.text)", "1 // 0"))
    assert mini.run().ret == 1
    figures = mini.report()["swallow"]["benchmarks"]["mini"]
    assert (figures["errors"], figures["scored"], figures["metrics"]) == (6, 0, {})
    assert "ZeroDivisionError" in mini.report()["tests"][0]["metadata"]["error"]


def test_an_error_of_ours_in_a_test_body_is_one_line(mini):
    """What a row or a file is found to be while it is scored needs no traceback."""
    module = mini.path / "benchmarks" / "test_mini.py"
    bad = 'from swallow_metrics.errors import DataError\n    raise DataError("mini: rows.jsonl, line 1: no cases")\n'
    module.write_text(module.read_text() + f"    {bad}")
    result = mini.run()
    assert result.ret == 1
    result.stdout.no_fnmatch_line("*DataError*")
    assert mini.report()["tests"][0]["metadata"]["error"] == "mini: rows.jsonl, line 1: no cases"


def test_a_skipped_question_is_not_scored(mini):
    """A test that is skipped, by itself or by a mark for known trouble, is in no figure and not counted as measured."""
    module = mini.path / "benchmarks" / "test_mini.py"
    head, body = module.read_text().split("    for response")
    skip = '    if sample.id == "1":\n        pytest.skip("not today")\n    if sample.id == "2":\n        pytest.xfail("known")\n'
    module.write_text(f"{head}{skip}    for response{body}")
    result = mini.run()
    result.assert_outcomes(passed=4, skipped=1, xfailed=1)
    result.stdout.fnmatch_lines(["mini *4 of 6 *2 skipped*"])
    data = mini.report()["swallow"]["benchmarks"]["mini"]
    assert (data["samples"], data["scored"], data["skipped"], data["metrics"]["length"]["n"]) == (6, 4, 2, 4)


def test_an_undeclared_metric_is_refused(mini):
    """A metric that the benchmark does not declare could neither be gated nor aggregated."""
    text = (mini.path / "benchmarks" / "test_mini.py").read_text()
    (mini.path / "benchmarks" / "test_mini.py").write_text(text.replace('score("length"', 'score("lenght"'))
    line = usage_line(mini.run())
    assert line.endswith("test_mini scores 'lenght', but mini has 'extractive_match', 'length'; did you mean 'length'?")
    made = 'name = "lenght"\n        score(name'  # known only when it is used: one line per question
    (mini.path / "benchmarks" / "test_mini.py").write_text(text.replace('score("length"', made))
    result = mini.run()
    assert "declares no metric 'lenght'" in mini.report()["tests"][0]["metadata"]["error"]
    assert "Traceback" not in result.stdout.str()
    assert "def test_mini" not in result.stdout.str()


def test_a_benchmark_without_a_demo_is_skipped_with_the_reason(mini):
    """Plain pytest goes on with the project's other tests."""
    (mini.path / "benchmarks" / "demo" / "mini.jsonl").unlink()
    (mini.path / "benchmarks" / "test_other.py").write_text("def test_other(): pass")
    result = mini.run("-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * no demo: give --model or --replay, or add demo/mini.jsonl beside the test"])
    assert not (mini.path / "run").exists()


def test_a_model_that_nothing_asks_is_told_how_to_name_benchmarks(pytester):
    """`pytest --model m` in a folder without benchmarks."""
    pytester.makepyfile("def test_other(): pass")
    line = usage_line(pytester.runpytest_inprocess("--model", "m", *NO_OTHER_PLUGINS))
    assert line == (
        "ERROR: --model m: nothing here asks it a question; name the benchmarks, such as benchmarks/test_jmmlu.py in a "
        "checkout, or --pyargs swallow_benchmarks -m swallow_jmmlu"
    )


def test_hostile_text_reaches_the_report_unharmed(mini):
    """Control characters, lone surrogates and line separators neither break journal nor report."""
    mini.engine(r'return "A \ud800 \x00 \u2028 \x1b[31m " + "x" * 100_000')
    assert mini.run("--model", "fake", "--data-dir", "data").ret == 0
    assert mini.run("--data-dir", "data", "--replay", "run", "--run-dir", "again").ret == 0
    assert mini.report("again")["tests"][0]["metadata"]["scores"]["extractive_match"] == 1.0
    lines = (mini.path / "run" / "responses.jsonl").read_bytes().split(b"\n")
    assert json.loads(lines[0])["text"].startswith("A \ud800 \x00 \u2028")


def test_prompts_and_system_prompt_reach_the_model(mini):
    """--prompts replaces the template, and the report's hash tells."""
    mini.engine(
        'return "A" if request.messages[0]["content"] == "Be brief." and "SURE" in request.messages[1]["content"] else "x"'
    )
    mini.run()
    before = mini.report()["swallow"]["benchmarks"]["mini"]["prompt_sha256"]
    (mini.path / "own").mkdir()
    (mini.path / "own" / "mini.txt").write_text("SURE? {Question}\n")
    options = ("--model", "fake", "--data-dir", "data", "--prompts", "own", "--system-prompt", "Be brief.")
    mini.run(*options, "--run-dir", "own-run")
    figures = mini.report("own-run")["swallow"]["benchmarks"]["mini"]
    assert figures["unextracted"] == 0
    assert figures["prompt_sha256"] != before


def test_sampling_in_the_report_says_who_decided(mini):
    """The benchmark's recommendation applies where the user says nothing."""
    mini.engine(LETTER)
    mini.run("--model", "fake", "--data-dir", "data", "--top-p", "0.9")
    sampling = mini.report()["swallow"]["benchmarks"]["mini"]["sampling"]
    assert sampling["temperature"] == 0.0
    assert sampling["top_p"] == 0.9
    assert sampling["source"] == {"temperature": "benchmark", "top_p": "user", "repeats": "benchmark"}


def test_limit_is_balanced_and_nested(mini):
    """A smaller limit takes a subset of a larger one, balanced over groups."""
    chosen = {}
    for limit in (1, 2, 4, 6):
        mini.run("--limit", str(limit), "--run-dir", f"run-{limit}")
        chosen[limit] = {test["metadata"]["sample"] for test in mini.report(f"run-{limit}")["tests"]}
    assert [len(chosen[n]) for n in (1, 2, 4, 6)] == [1, 2, 4, 6]
    assert chosen[1] < chosen[2] < chosen[4] < chosen[6]
    assert {int(s) % 2 for s in chosen[2]} == {0, 1}


def test_the_process_for_mathematics_starts_with_the_run(mini):
    """It imports for seconds, so it is under way before the first question is asked, and gone after the last."""
    path = mini.path / "benchmarks" / "test_mini.py"
    path.write_text(path.read_text().replace("responses, score)", "responses, score, math_verifier)"))
    mini.engine(
        "from swallow_metrics.workers import math_verifier as m\nreturn 'ABCD'[not m._shared()._worker._process.alive]"
    )
    mini.run("--model", "fake", "--data-dir", "data").assert_outcomes(passed=6)
    assert {line["text"] for line in mini.journal()} == {"A"}
    assert math_verifier._shared()._worker._process is None


def test_ordinary_tests_stay_ordinary(pytester):
    """In a suite that asks no question, the plugin writes nothing and says nothing."""
    pytester.makepyfile("def test_plain(): pass")
    result = pytester.runpytest_inprocess(*NO_OTHER_PLUGINS)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*swallow results*")
    assert not (pytester.path / "reports").exists()


def test_an_engine_without_open_needs_no_opening(mini):
    """Three methods and an identity are enough for an engine of a project's own."""
    (mini.path / "conftest.py").write_text(
        "from swallow_metrics.datatypes import Response\n"
        "class Mine:\n"
        "    identity = 'mine'\n"
        "    async def generate(self, request): return Response('A')\n"
        "    def describe(self): return {'engine': 'mine', 'name': 'mine'}\n"
        "    async def close(self): pass\n"
        "def pytest_swallow_make_engine(config, model): return Mine()\n"
    )
    mini.run("--model", "mine", "--data-dir", "data").assert_outcomes(passed=6)
