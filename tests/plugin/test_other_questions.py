"""An answer counts for the question that it was given to, and for no other that has the same id."""

import json

import pytest

from projects import MINI_ROWS, read_jsonl, usage_line, write_jsonl

LETTER = 'return "ABCD"[int(request.sample) % 4]'
OTHER = [{**row, "question": f"Another {number}?"} for number, row in enumerate(MINI_ROWS)]


@pytest.fixture
def recorded(mini):
    """A project with a model's run, whose answers are all right."""
    mini.engine(LETTER)
    assert mini.run("--model", "m", "--data-dir", "data").ret == 0
    return mini


def replayed(project, rows, *options, run="run"):
    """The `swallow` part of a replay on these rows, and what it says of the questions."""
    write_jsonl(project.path / "d3" / "mini.jsonl", rows)
    result = project.run("--replay", run, "--data-dir", "d3", "--run-dir", "again", *options)
    swallow = project.report("again")["swallow"]
    warnings = [text for text in swallow["warnings"] if "questions" in text]
    for text in warnings:
        assert result.stdout.str().replace("\n", " ").count(text[:40]) == 1
    return swallow["benchmarks"]["mini"], warnings, result


@pytest.mark.parametrize("run", ["run", "run/responses.jsonl"])
@pytest.mark.parametrize("rows", [MINI_ROWS[::-1], OTHER], ids=["order", "others"])
def test_answers_to_other_questions_are_no_scores(recorded, rows, run):
    """Rows in another order, or other rows: each question is an error, and a warning says why."""
    part, warnings, result = replayed(recorded, rows, run=run)
    assert (part["scored"], part["errors"], result.ret) == (0, 6, 1)
    assert len(warnings) == 1
    for words in ("6 of 6 questions", "such as '0'", "other questions", "--data-dir", "6 of them are errors"):
        assert words in warnings[0]
    assert "its answer in" in recorded.report("again")["tests"][0]["metadata"]["error"]


def test_only_the_questions_that_changed_are_errors(recorded):
    """The others keep their scores; what --limit leaves out is not counted."""
    part, [warning], _ = replayed(recorded, [*OTHER[:1], *MINI_ROWS[1:]], "--limit", "6")
    assert (part["scored"], part["errors"], part["metrics"]["extractive_match"]["mean"]) == (5, 1, 1.0)
    assert "1 of 6 questions" in warning


def test_a_corrected_gold_is_no_other_question(recorded):
    """Scoring again with better golds is what a replay is for."""
    part, warnings, _ = replayed(recorded, [{**row, "answer": "A"} for row in MINI_ROWS])
    assert (part["scored"], part["errors"], warnings) == (6, 0, [])
    assert part["metrics"]["extractive_match"]["mean"] == pytest.approx(2 / 6)


def test_another_template_is_told_and_scored(recorded):
    """The same rows in other words, or with another system prompt: the answers are still about them."""
    (recorded.path / "mine").mkdir()
    (recorded.path / "mine" / "mini.txt").write_text("One letter.\n\n{Question}\n")
    part, [warning], result = replayed(recorded, MINI_ROWS, "--prompts", "mine")
    assert (part["scored"], part["errors"], result.ret) == (6, 0, 0)
    assert "6 of 6 questions" in warning
    assert "these questions in other words" in warning
    recorded.run("--model", "m", "--data-dir", "data", "--system-prompt", "Be brief.", "--run-dir", "brief")
    recorded.run("--replay", "brief", "--data-dir", "data", "--run-dir", "plain")
    assert recorded.report("plain")["swallow"]["warnings"] == []


def test_a_run_without_a_report_is_told_and_scored(recorded):
    """Nobody can say then whether template or row changed; the warning names both."""
    (recorded.path / "run" / "report.json").unlink()
    part, [warning], _ = replayed(recorded, OTHER)
    assert part["scored"] == 6
    assert "were given to other questions, or to these in other words, in " in warning
    assert warning.endswith("check --data-dir and --prompts")


def test_answers_of_other_programs_are_taken_by_their_ids(recorded):
    """A journal by another name was not written with the questions beside it."""
    recorded.write_answers(recorded.path / "run" / "answers.jsonl", "ABCDAB")
    part, warnings, _ = replayed(recorded, OTHER, run="run/answers.jsonl")
    assert (part["scored"], warnings) == (6, [])


def test_damaged_questions_are_told(recorded):
    """The answers are scored; that nothing was compared is said."""
    path = recorded.path / "run" / "questions.jsonl"
    path.write_bytes(b"junk\n" + path.read_bytes())
    part, [warning], _ = replayed(recorded, MINI_ROWS)
    assert part["scored"] == 6
    assert "not known" in warning
    assert "line 1" in warning


def test_odd_texts_are_the_same_text(mini):
    r"""Lone surrogates and separators of Unicode are read back as they were written."""
    mini.engine(LETTER)
    rows = [{**row, "question": row["question"] + "\ud800\u2028\0"} for row in MINI_ROWS]
    (mini.path / "data" / "mini.jsonl").unlink()
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (mini.path / "data" / "mini.jsonl").write_text(text)
    mini.run("--model", "m", "--data-dir", "data")
    mini.run("--replay", "run", "--data-dir", "data", "--run-dir", "again")
    swallow = mini.report("again")["swallow"]
    assert (swallow["benchmarks"]["mini"]["errors"], swallow["warnings"]) == (0, [])


def test_workers_say_it_once(recorded):
    """Under -n the same questions are errors."""
    pytest.importorskip("xdist")
    part, warnings, _ = replayed(recorded, MINI_ROWS[::-1], "-n", "2")
    assert (part["scored"], part["errors"], len(warnings)) == (0, 6, 1)


def test_questions_chosen_by_other_ones_are_told(recorded):
    """--select-from names ids; on other rows they are other questions. In other words they are the same."""
    write_jsonl(recorded.path / "d3" / "mini.jsonl", MINI_ROWS[::-1])
    (recorded.path / "mine").mkdir()
    (recorded.path / "mine" / "mini.txt").write_text("One letter.\n\n{Question}\n")
    select = ("--model", "m", "--select", "score>=0", "--select-from", "run")
    found = []
    for name, options in (("x", ("--data-dir", "d3")), ("y", ("--data-dir", "data", "--prompts", "mine"))):
        recorded.run(*select, *options, "--run-dir", name)
        swallow = recorded.report(name)["swallow"]
        assert swallow["benchmarks"]["mini"]["scored"] == 6
        found.append([text for text in swallow["warnings"] if "--select" in text])
    assert ["6 of 6 questions chosen by --select, such as '0'" in text for text in found[0]] == [True]
    assert found[1] == []


def test_answers_of_two_models_are_told(recorded):
    """Names, and how many lines each has; one model, or a judge of another name, is no warning."""
    lines = read_jsonl(recorded.path / "run" / "responses.jsonl")
    for name, models in (("one", ["a"] * 6), ("two", ["a", "a", "b", "a", "a", "b"])):
        judge = {"benchmark": "mini", "sample": "0", "role": "judge", "judge": "j", "text": "5", "model": "j"}
        answers = [{**line, "model": model} for line, model in zip(lines, models, strict=True)]
        write_jsonl(recorded.path / f"{name}.jsonl", [*answers, judge])
        recorded.run("--replay", f"{name}.jsonl", "--data-dir", "data", "--run-dir", name)
    one, two = (recorded.report(name)["swallow"]["warnings"] for name in ("one", "two"))
    assert not [text for text in one if "models" in text]
    assert ["2 models (lines): a (4), b (2)" in text for text in two] == [True]


def test_uneven_generations_are_told(recorded):
    """How many questions have fewer answers than the most."""
    lines = [
        {"benchmark": "mini", "sample": str(n), "repeat": repeat, "text": "A"}
        for n in range(6)
        for repeat in range(4 if n < 3 else 1)
    ]
    write_jsonl(recorded.path / "uneven.jsonl", lines)
    recorded.run("--replay", "uneven.jsonl", "--data-dir", "data", "--run-dir", "uneven")
    warnings = [text for text in recorded.report("uneven")["swallow"]["warnings"] if "fewer" in text]
    assert ["3 of 6 questions of mini have fewer answers than the 4" in text for text in warnings] == [True]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_report_is_no_journal(recorded, indent):
    """It is told what to name instead, however the report was written."""
    path = recorded.path / "run" / "report.json"
    for write in (False, True):
        if write:
            path.write_text(json.dumps(json.loads(path.read_text()), indent=indent))
        line = usage_line(recorded.run("--replay", "run/report.json", "--data-dir", "data", "--run-dir", "again"))
        assert "is a run's report.json, not its answers; name the run's folder, or the responses.jsonl in it" in line


def test_tags_of_traces_are_part_of_the_fingerprint(recorded):
    """Answers read in two ways are compared with --allow only; old runs without tags stay comparable."""
    ways = ("--reasoning-tags", "<b>", "--reasoning-tags", "<a>")
    recorded.run("--model", "m", "--data-dir", "data", *ways, "--run-dir", "tags")
    recorded.run("--replay", "tags", "--data-dir", "data", "--run-dir", "kept")
    recorded.run("--replay", "run", "--data-dir", "data", *ways[:2], "--run-dir", "late")
    recorded.run("--replay", "tags", "--data-dir", "data", *ways[:2], "--run-dir", "both")
    prints = {
        name: recorded.report(name)["swallow"]["benchmarks"]["mini"]["fingerprint"]["engine"].get("reasoning_tags")
        for name in ("run", "tags", "kept", "late", "both")
    }
    two = ["<a> </a>", "<b> </b>"]
    assert prints == {"run": None, "tags": two, "kept": two, "late": two[1:], "both": two}
    again = ("--model", "m", "--data-dir", "data", "--run-dir", "c")
    for baseline, options in (("run", ways), ("tags", ())):
        line = usage_line(recorded.run(*again, *options, "--baseline", baseline))
        assert "engine.reasoning_tags" in line
    assert recorded.run(*again, *ways[2:], *ways[:2], "--baseline", "tags").ret == 0
