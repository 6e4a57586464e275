"""A run folder read back."""

import json
import subprocess
import sys

import pytest

from recorded import record, report, run_folder
from swallow_metrics.errors import UsageError
from swallow_metrics.runs import Question, read_run
from swallow_metrics.runs.questions import to_line

RECORDS = [record("0", 1.0), record("1", 0.0), record("2", 0.5, counts={"truncated": 1}), record("3", 0, error="no")]
QUESTIONS = [
    {"benchmark": "mini", "sample": str(n), "group": None, "messages": [{"role": "user", "content": f"{n}?"}],
     "target": "ア", "choices": None} for n in range(4)
]  # fmt: skip
ANSWERS = [
    {"benchmark": "mini", "sample": "0", "text": "second", "repeat": 1},
    {"benchmark": "mini", "sample": "0", "text": "first", "reasoning": "hm"},
    {"benchmark": "mini", "sample": "0", "text": "Rating: [[5]]", "role": "judge", "judge": "j"},
    {"benchmark": "mini", "sample": "1", "text": "\ud800"},
]


def read(path):
    warnings = []
    run = read_run(path, warnings.append)
    return run, warnings


def test_everything_a_folder_holds(tmp_path):
    """Records, questions and answers, each by benchmark and sample."""
    run, warnings = read(run_folder(tmp_path / "a", RECORDS, questions=QUESTIONS, answers=ANSWERS, name="m/x"))
    assert (run.model, run.mode, list(run.benchmarks)) == ("m/x", "model", ["mini"])
    assert [text.split("/a: ")[1] for text in run.lacks] == [  # of the one that errored no answer is wanted
        "responses.jsonl has nothing of 1 of 4 questions: their answers are not known"
    ]
    assert list(run.records["mini"]) == ["0", "1", "2", "3"]
    assert run.records["mini"]["2"].counts == {"truncated": 1}
    assert run.records["mini"]["3"].error == "no"
    assert run.question("mini", "1") == Question(
        "mini", "1", None, [{"role": "user", "content": "1?"}], None, "ア", None
    )
    assert [answer.text for answer in run.answers("mini", "0").values()] == ["first", "second"]
    assert [answer.text for answer in run.answers("mini", "0", role="judge").values()] == ["Rating: [[5]]"]
    assert [answer.text for answer in run.answers("mini", "1").values()] == ["\ud800"]
    assert run.answers("mini", "2") == {}
    assert run.question("mini", "9") is None
    assert warnings == []


def test_a_real_run(mini):
    """What a run writes can be read, with its file's path as well as with its folder's."""
    mini.engine("return 'A'")
    mini.run("--model", "m", "--data-dir", "data")
    for path in (mini.path / "run", mini.path / "run" / "report.json"):
        run, _ = read(path)
        assert sorted(run.records["mini"]) == ["0", "1", "2", "3", "4", "5"]
        assert run.records["mini"]["4"].scores == {"extractive_match": 1.0, "length": 1.0}
        assert [answer.text for answer in run.answers("mini", "4").values()] == ["A"]


def test_what_is_missing_is_said(tmp_path):
    """Older folders have no questions, and a report alone has no answers; the rest is there."""
    run, _ = read(run_folder(tmp_path / "a", RECORDS, answers=ANSWERS))
    assert run.lacking == {"questions.jsonl": 4, "responses.jsonl": 1}
    assert [" has no questions.jsonl" in text for text in run.lacks] == [True, False]
    assert run.question("mini", "0") is None
    (tmp_path / "alone.json").write_bytes((tmp_path / "a" / "report.json").read_bytes())
    run, _ = read(tmp_path / "alone.json")
    assert len(run.lacks) == 2
    assert run.answers("mini", "0") == {}


def test_torn_lines_are_left_out(tmp_path):
    """A crash tears the last line of a file; what is before it counts."""
    folder = run_folder(tmp_path / "a", RECORDS, questions=QUESTIONS, answers=ANSWERS)
    for name in ("questions.jsonl", "responses.jsonl"):
        path = folder / name
        path.write_bytes(path.read_bytes() + b'{"benchmark": "mi')
    run, warnings = read(folder)
    assert run.question("mini", "3") is not None
    assert len(run.answers("mini", "0")) == 2
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda text: text[:-40], "truncated or was edited", id="short"),
        pytest.param(lambda text: "", "truncated or was edited", id="empty"),
        pytest.param(lambda text: "[]", "truncated or was edited", id="list"),
        pytest.param(lambda text: "{}", "has no `swallow` part", id="other-program"),
        pytest.param(lambda text: '{"swallow": null, "tests": []}', "has no `swallow` part", id="null"),
        pytest.param(lambda text: '{"tests": 5}', "truncated or was edited: .*tests", id="tests"),
        pytest.param(
            lambda text: text.replace('"schema": 1', '"schema": 2'),
            "schema 2, but this version reads schema 1",
            id="schema",
        ),
        pytest.param(lambda text: text.replace('"samples": 4', '"samples": "4"'), "edited: .*samples", id="samples"),
        pytest.param(
            lambda text: text.replace('"scores": {"extractive_match": 1.0}', '"scores": 7'),
            "edited: .*scores",
            id="scores",
        ),
        pytest.param(
            lambda text: text.replace('"mini"', '"\\ud800"').replace('"scores": {', '"scores": 7, "x": {'),
            "edited",
            id="surrogate",
        ),
        pytest.param(lambda text: "[" * 100_000, "truncated or was edited", id="deep"),
    ],
)
def test_reports_that_cannot_be_used(tmp_path, change, message):
    """Each is one line that names the file."""
    text = json.dumps(report(RECORDS))
    assert change(text) != text
    path = tmp_path / "report.json"
    path.write_text(change(text))
    with pytest.raises(UsageError, match=message) as caught:
        read(tmp_path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_folders_that_are_no_run(tmp_path):
    """Nothing there, or a folder of something else."""
    with pytest.raises(UsageError, match="nothing does not exist"):
        read(tmp_path / "nothing")
    with pytest.raises(UsageError, match=r"holds no report\.json"):
        read(tmp_path)
    folder = run_folder(tmp_path / "a", RECORDS, questions=[{"benchmark": "mini"}])
    run, _ = read(folder)
    with pytest.raises(UsageError, match="line 1: expected a question, but .*sample"):
        run.question("mini", "0")


def test_other_tests_and_surrogates(tmp_path):
    """Tests of other kinds keep their metadata to themselves; a lone surrogate in an answer can be read."""
    document = report([record("0", 1.0, extracted=["\ud800"]), record("1", 0.0)])
    document["tests"] += [{"nodeid": "x"}, {"nodeid": "y", "metadata": {"foo": 1}}, {"nodeid": "z", "metadata": 3}]
    (tmp_path / "report.json").write_text(json.dumps(document))
    run, _ = read(tmp_path)
    assert run.records["mini"]["0"].extracted == ["\ud800"]
    assert list(run.records["mini"]) == ["0", "1"]


@pytest.mark.slow
def test_memory_of_a_large_report(tmp_path):
    """100,000 questions are read within 300 MB, the interpreter included."""
    extra = {"group": "anatomy", "extracted": ["A"], "counts": {"completion_tokens": 300}}
    document = report([record(f"anatomy/{n}", float(n % 2), **extra) for n in range(100_000)])
    for test in document["tests"]:
        test |= {phase: {"duration": 0.000012345, "outcome": "passed"} for phase in ("setup", "call", "teardown")}
    (tmp_path / "report.json").write_text(json.dumps(document))
    code = f"""
from pathlib import Path
from swallow_metrics.runs import read_run
assert len(read_run(Path({str(tmp_path)!r}), print).records["mini"]) == 100_000
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) / 1024 < 300


@pytest.mark.parametrize("more", [{}, {"choices": ["甲", "乙"], "doubts": ["gold_twice"]}, {"target": "\ud800"}])
def test_a_question_is_written_as_it_is_read(tmp_path, more):
    """One line each, also with lone surrogates and of conversations."""
    questions = [
        Question("mini", "0", "g", [{"role": "user", "content": "?"}], **more),
        Question("mini", "1", turns=["a", "b"]),
    ]
    folder = run_folder(tmp_path / "a", RECORDS)
    (folder / "questions.jsonl").write_bytes(b"".join(map(to_line, questions)))
    run, _ = read(folder)
    assert [run.question("mini", sample) for sample in "01"] == questions
