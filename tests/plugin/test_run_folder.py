"""A run's folder is complete: questions, answers and fingerprints, whatever answered."""

import pytest

from projects import read_jsonl, write_jsonl
from swallow_metrics.audit.audit import audit_run
from swallow_metrics.compare.compare import compare_runs
from swallow_metrics.runs import read_run

OPTIONS = """
    return Sample(row.id, ("Q",), row["answer"], options=tuple(row.texts("options")))

"""
LETTER = 'return "ABCD"[int(request.sample) % 4]'


def questions(mini, folder="run"):
    return read_jsonl(mini.path / folder / "questions.jsonl")


@pytest.mark.parametrize(
    "arguments", [(), ("--replay", "answers.jsonl", "--data-dir", "data"), ("--model", "m", "--data-dir", "data")]
)
def test_every_run_keeps_questions_and_answers(mini, arguments):
    """Demo, replay and model: the folder alone tells what was asked, answered and expected."""
    mini.engine(LETTER)
    mini.run(*arguments, "--limit", "4")
    assert mini.report()["exitcode"] == 0
    asked = questions(mini)
    assert [line["sample"] for line in asked] == [test["metadata"]["sample"] for test in mini.report()["tests"]]
    assert asked[0] == {
        "benchmark": "mini",
        "sample": asked[0]["sample"],
        "group": asked[0]["group"],
        "messages": [{"role": "user", "content": asked[0]["messages"][0]["content"]}],
        "target": "ABCD"[int(asked[0]["sample"]) % 4],
        "choices": None,
    }
    assert asked[0]["messages"][0]["content"].endswith(f"Question {asked[0]['sample']}?")
    run = read_run(mini.path / "run", pytest.fail)
    assert run.lacks == ()
    for line in asked:
        assert len(run.answers("mini", line["sample"])) == 1
        assert run.question("mini", line["sample"]).target == line["target"]
    assert not list((mini.path / "run").glob(".questions*"))


def test_replayed_lines_are_copied_as_they_are(mini):
    """Fields of other programs, keys and all; a replay of the copy gives the same."""
    lines = [{"benchmark": "mini", "sample": str(n), "text": "A", "key": f"k{n}", "odd": [n]} for n in range(6)]
    write_jsonl(mini.path / "odd.jsonl", lines)
    mini.run("--replay", "odd.jsonl", "--data-dir", "data")
    assert sorted(mini.journal(), key=lambda line: line["sample"]) == lines
    mini.run("--replay", "run", "--data-dir", "data", "--run-dir", "again")
    assert sorted(mini.journal("again"), key=lambda line: line["sample"]) == lines


def test_workers_leave_one_file_of_each_kind(mini):
    """Under -n, each question and each answer is there once."""
    pytest.importorskip("xdist")
    mini.run("-n", "2", subprocess=True)
    assert [line["sample"] for line in questions(mini)] == list("012345")
    assert sorted(line["sample"] for line in mini.journal()) == list("012345")
    files = sorted(path.name for path in (mini.path / "run").glob("*.jsonl"))
    assert files == ["questions.jsonl", "responses.jsonl"]


def test_what_is_doubtful_about_a_row_is_kept(mini):
    """An auditor needs no dataset: options, and why a row cannot measure."""
    module = mini.path / "benchmarks" / "test_mini.py"
    text = module.read_text()
    start, end = text.index("    if row.text"), text.index("MINI =")
    module.write_text(f"{text[:start]}{OPTIONS}{text[end:]}")
    rows = [
        {"question": "Q", "answer": "A", "options": ["a", "b", "a", "d"]},
        {"question": "Q", "answer": "A", "answer_index": 1, "options": list("abcd")},
        {"question": "Q", "answer": "", "options": list("abcd")},
        {"question": "Q", "answer": "A", "options": list("ab")},
    ]
    write_jsonl(mini.path / "data" / "mini.jsonl", [{**row, "topic": "t"} for row in rows])
    mini.run("--replay", "answers.jsonl", "--data-dir", "data")
    found = {line["sample"]: line for line in questions(mini)}
    assert found["0"]["choices"] == ["a", "b", "a", "d"]
    rows = {(row.sample, row.kind) for row in audit_run(read_run(mini.path / "run", pytest.fail)).rows}
    assert {("0", "gold_twice"), ("1", "answers_disagree"), ("2", "empty_gold")} <= rows


def test_a_replay_tells_how_its_answers_came_to_be(mini):
    """Sampling, prompt and engine of the run whose folder is replayed: both can be compared without --allow."""
    mini.engine(LETTER)
    mini.run("--model", "m", "--data-dir", "data", "--temperature", "0.7", "--system-prompt", "Be brief.")
    mini.run("--replay", "run", "--data-dir", "data", "--run-dir", "again")
    first, second = (mini.report(folder)["swallow"]["benchmarks"]["mini"]["fingerprint"] for folder in ("run", "again"))
    assert first == second
    assert first["sampling"]["temperature"] == 0.7
    assert first["engine"] == {"system_prompt": "Be brief."}
    assert set(first) == {"dataset", "prompt_sha256", "sampling", "metrics", "judge", "engine", "reference", "release"}
    runs = [read_run(mini.path / folder, pytest.fail) for folder in ("run", "again")]
    assert compare_runs(*runs)[0][0].difference == 0
