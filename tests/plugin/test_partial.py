"""A figure over a part of the questions never looks like the whole: it says n of N, and no gate holds on it."""

import pytest

from projects import MINI_ROWS, write_jsonl

TWO = """
import pytest
from dataclasses import replace
from test_mini import MINI, sample

OTHER = replace(MINI, id="other", title="Other")

@pytest.mark.english
@pytest.mark.llm_eval(OTHER)
def test_other(sample, responses, score):
    for response in responses:
        score("extractive_match", "A" in response.text, extracted="A")
"""


def test_a_gap_in_a_replay(mini):
    """Of the benchmark, of its groups, of its family's average; a gate on it fails as unmeasured."""
    lines = [{"benchmark": "mini", "sample": str(n), "text": "A"} for n in (0, 1, 2, 3, 5)]
    write_jsonl(mini.path / "answers.jsonl", lines)
    result = mini.run("--data-dir", "data", "--replay", "answers.jsonl", "--gate", "mini.extractive_match>=0")
    assert result.ret == 1
    swallow = mini.report()["swallow"]
    part = swallow["benchmarks"]["mini"]
    assert part["partial"] == part["metrics"]["extractive_match"]["partial"] == {"n": 5, "of": 6}
    assert part["groups"]["topic 0"]["extractive_match"]["partial"] == {"n": 2, "of": 3}
    assert "partial" not in part["groups"]["topic 1"]["extractive_match"]
    gate = swallow["gates"][0]
    assert (gate["value"], gate["passed"], gate["partial"]) == (None, False, {"n": 5, "of": 6})
    result.stdout.fnmatch_lines(["mini *5 of 6 *", "gate FAILED: *only 5 of 6 questions have it"])


@pytest.mark.parametrize("selection", [("--limit", "4"), ("-k", "[0] or [1] or [2] or [3]")])
def test_a_selection_of_the_dataset(mini, selection):
    """Figures are of what was selected, and table, report and gates say how much of the dataset that is."""
    result = mini.run(*selection, "--gate", "mini.extractive_match>=0")
    swallow = mini.report()["swallow"]
    part = swallow["benchmarks"]["mini"]
    assert (part["samples"], part["partial"]) == (4, {"n": 4, "of": 6})
    assert "partial" not in part["metrics"]["extractive_match"]
    assert swallow["gates"][0]["passed"]
    result.stdout.fnmatch_lines(["mini *4 of 6 *", "gate passed: *over 4 of 6 questions)"])


def test_a_metric_that_some_measured_questions_lack(mini):
    """As pass@10 of a question with three generations: marked, warned of, and no gate holds on it."""
    module = mini.path / "benchmarks" / "test_mini.py"
    module.write_text(
        module.read_text().replace('        score("length"', '        if sample.id == "0":\n            score("length"')
    )
    result = mini.run("--gate", "mini.length>=0", "--gate", "mini.extractive_match>=0")
    assert result.ret == 8
    swallow = mini.report()["swallow"]
    assert swallow["benchmarks"]["mini"]["metrics"]["length"]["partial"] == {"n": 1, "of": 6}
    assert [gate["passed"] for gate in swallow["gates"]] == [False, True]
    result.stdout.fnmatch_lines(["warning: mini: length covers 1 of 6 questions"])


@pytest.mark.parametrize("failure", [{"finish_reason": "error"}, {"finish_reason": "wibble"}, {"error": {"code": 502}}])
def test_a_recorded_failure_is_no_answer(mini, failure):
    """Alone it is an item error that says what was recorded; beside a finished answer it does not count."""
    lines = [{"benchmark": "mini", "sample": str(n), "text": "A"} for n in range(6)]
    lost, again = lines[2] | failure, lines[3] | failure | {"text": "B"}
    write_jsonl(mini.path / "answers.jsonl", [*lines[:2], lost, *lines[3:], again])
    assert mini.run("--data-dir", "data", "--replay", "answers.jsonl").ret == 1
    report = mini.report()
    errors = {test["metadata"]["sample"]: test["metadata"]["error"] for test in report["tests"]}
    assert [sample for sample, error in errors.items() if error] == ["2"]
    assert str(next(iter(failure.values())))[:5] in errors["2"]
    assert report["tests"][3]["metadata"]["extracted"] == ["A"]


def test_an_engine_that_did_not_finish(mini):
    """Its answer is none, whatever text there is: an item error, and not in the journal."""
    mini.engine(
        "from swallow_metrics.datatypes import Response\n"
        "return Response('A', finish_reason='abort' if request.sample == '2' else 'eos')"
    )
    assert mini.run("--model", "m", "--data-dir", "data").ret == 1
    errors = [test["metadata"]["error"] for test in mini.report()["tests"]]
    assert [n for n, error in enumerate(errors) if error] == [2]
    assert "'abort'" in errors[2]
    assert len(mini.journal()) == 5


def test_an_average_names_its_benchmarks(mini):
    """And is left out of `averages` where one of them has no figure."""
    (mini.path / "benchmarks" / "test_other.py").write_text(TWO)
    (mini.path / "benchmarks" / "prompts" / "other.txt").write_text("{Question}\n")
    write_jsonl(mini.path / "data" / "other.jsonl", MINI_ROWS)
    mini.engine("if request.benchmark == 'other' and BROKEN: raise EngineError('lost')\nreturn 'A'")
    conftest = (mini.path / "conftest.py").read_text()
    for broken in (False, True):
        head = f"from swallow_metrics.errors import EngineError\nBROKEN = {broken}\n"
        (mini.path / "conftest.py").write_text(head + conftest)
        result = mini.run("--model", "m", "--data-dir", "data", "--max-errors", "100%", "--run-dir", f"run-{broken}")
        swallow = mini.report(f"run-{broken}")["swallow"]
        family = swallow["families"]["exact_match"]
        if broken:
            assert swallow["averages"]["exact_match"] is None
            assert (family["benchmarks"], family["missing"]) == (["mini"], ["other"])
            result.stdout.fnmatch_lines(["average exact match over 1 of 2 benchmarks: 0.3333 (mini; without other)"])
        else:
            assert swallow["averages"]["exact_match"] == family["mean"] == pytest.approx((2 / 6 + 1) / 2)
            result.stdout.fnmatch_lines(["average exact match over 2 benchmarks: 0.6667 (mini, other)"])


def replayed(mini, *lines, files=1):
    """A replay of these (sample, text, key) lines, dealt to so many files."""
    (mini.path / "old").mkdir()
    for number in range(files):
        own = lines[number::files]
        write_jsonl(
            mini.path / "old" / f"{number}.jsonl",
            [{"benchmark": "mini", "sample": s, "text": text} | ({"key": key} if key else {}) for s, text, key in own],
        )
    return mini.run("--data-dir", "data", "--replay", "old")


@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.parametrize("keys", [("", ""), ("k", ""), ("", "k"), ("k", "l")])
def test_two_different_answers_to_one_question(mini, keys, files):
    """The later one counts, and a warning in table and report names both lines."""
    result = replayed(mini, ("0", "A", keys[0]), ("0", "B", keys[1]), files=files)
    second = "1.jsonl, line 1" if files == 2 else "0.jsonl, line 2"
    said = (
        f"warning: 1 of 2 lines are replaced by later ones with another text, such as *0.jsonl, line 1, and *{second};*"
    )
    result.stdout.fnmatch_lines([said])
    assert mini.report()["tests"][0]["metadata"]["extracted"] == ["B"]
    assert any("replaced by later ones" in text for text in mini.report()["swallow"]["warnings"])


def test_equal_answers_and_a_request_sent_again(mini):
    """Equal lines are one answer; a request that was sent again is answered by its later line, in any file."""
    result = replayed(mini, ("0", "A", ""), ("0", "A", "k"), files=2)
    assert "replaced" not in result.stdout.str()
    for number, text in enumerate("CD"):
        line = {"benchmark": "mini", "sample": "1", "text": text, "key": "k"}
        write_jsonl(mini.path / "old" / f"{number}.jsonl", [line])
    result = mini.run("--data-dir", "data", "--replay", "old", "--run-dir", "again")
    result.stdout.fnmatch_lines(["warning: 1 of 2 lines are replaced by later ones*"])
    assert mini.report("again")["tests"][1]["metadata"]["extracted"] == ["D"]
