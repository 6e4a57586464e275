"""One vocabulary of issues for every benchmark: counted in questions, in the table, in the report, in gates."""

import subprocess
import sys

import pytest

from projects import usage_line, write_jsonl
from swallow_metrics.datatypes import ISSUES, Response
from swallow_metrics.scoring import issues_of

TRACE = "I weigh A and B."


@pytest.mark.parametrize(
    ("response", "issues"),
    [
        (Response("Answer: A", finish_reason="stop"), set()),
        (Response("Answer: A", reasoning=TRACE), set()),
        (Response("A", finish_reason="length"), {"truncated"}),
        (Response(""), {"empty"}),
        (Response(" \n\u3000"), {"empty"}),
        (Response("", finish_reason="content_filter"), {"empty", "filtered"}),
        (Response("A", finish_reason="content_filter", trouble=("filtered",)), {"filtered"}),
        (Response("I cannot.", finish_reason="refusal"), {"refused"}),
        (Response("I cannot.", trouble=("refused",)), {"refused"}),
        (Response("", finish_reason="tool_calls"), {"empty", "tool_calls"}),
        (Response("A", finish_reason="tool_calls"), set()),
        (Response(TRACE, reasoning=TRACE), {"reasoning_only"}),
        (Response("", reasoning=TRACE), {"empty", "reasoning_only"}),
        (Response("<think>for ever"), {"unclosed_reasoning"}),
        (Response("<think>a</think>A"), {"unrecognised_trace"}),
        (Response("<think>b</think>A", reasoning=TRACE), {"unrecognised_trace"}),
        (Response("<thinking>b</thinking>A"), {"unrecognised_trace"}),
        (Response("[THINK]for ever", trouble=("unclosed_reasoning",)), {"unclosed_reasoning"}),
    ],
)
def test_what_a_response_shows(response, issues):
    """By itself, whatever it answers."""
    assert issues_of(response) == issues <= set(ISSUES)


def test_issues_are_counted_shown_and_gated(mini):
    """In questions, however many generations have one; a gate may bound each of them for every benchmark."""
    texts = ["", "<think>for ever", "<thinking>x</thinking>A", "B"]
    lines = [
        {"benchmark": "mini", "sample": str(n), "repeat": r, "text": texts[n] if n < 4 else "C"}
        for n in range(6)
        for r in range(2)
    ]
    lines[6]["finish_reason"] = "length"
    write_jsonl(mini.path / "answers.jsonl", lines)
    gates = [option for name in ISSUES for option in ("--gate", f"mini.{name}<=0")]
    result = mini.run("--data-dir", "data", "--replay", "answers.jsonl", *gates)
    assert result.ret == 8
    swallow = mini.report()["swallow"]
    part = swallow["benchmarks"]["mini"]
    there = {"unextracted": 2, "truncated": 1, "empty": 1, "unclosed_reasoning": 1, "unrecognised_trace": 1}
    assert {name: number for name in ISSUES if (number := part.get(name, part["counts"].get(name)))} == there
    for gate in swallow["gates"]:
        name = gate["expression"].split(".")[1].split("<")[0]
        assert (gate["value"], gate["passed"]) == (there.get(name, 0), name not in there)
    line = next(line for line in result.outlines if line.startswith("mini "))
    assert all(f"{number} {name.replace('_', ' ')}" in line for name, number in there.items()), line


def test_a_misspelt_issue_is_no_gate(mini):
    """The nearest names are told."""
    assert "unclosed_reasoning" in usage_line(mini.run("--gate", "mini.unclosed_resoning<=0"))


MARKUPS = {
    "<thinking>": ("<thinking>B or D?</thinking>A", "<thinking>for ever"),
    "[THINK]": ("[THINK]B or D?[/THINK]A", "[THINK]for ever"),
    "<|begin|> <|end|>": ("<|begin|>B or D?<|end|>A", "<|begin|>for ever"),
}


@pytest.mark.parametrize("tags", MARKUPS)
@pytest.mark.parametrize("replays", [False, True])
def test_reasoning_tags(mini, tags, replays):
    """A trace in further tags is removed where the user wants it; without, the score is the reference's."""
    closed, unclosed = MARKUPS[tags]
    texts = [closed, unclosed, "C", "D", "A", "<think>D?</think>B"]
    mini.engine(f"return {texts!r}[int(request.sample)]")
    mini.write_answers(mini.path / "answers.jsonl", texts)
    source = ("--replay", "answers.jsonl") if replays else ("--model", "m")
    figures = {}
    for name, options in (("off", ()), ("on", ("--reasoning-tags", tags))):
        mini.run("--data-dir", "data", *source, *options, "--run-dir", name)
        report = mini.report(name)
        figures[name] = report["swallow"]["benchmarks"]["mini"]["counts"].get("unclosed_reasoning", 0)
        assert report["tests"][0]["metadata"]["extracted"] == ["B" if name == "off" else "A"]
        assert report["swallow"]["model"].get("reasoning_tags", []) == ([] if name == "off" else [" ".join(pair(tags))])
    assert figures == {"off": 0, "on": 1}


def pair(tags):
    from swallow_metrics.extraction.reasoning import read_tags

    return read_tags(tags)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--reasoning-tags", "thinking"), ["<thinking>", "'thinking'"]),
        (("--reasoning-tags", "<a>", "--reasoning-tags", "<a>"), ["'<a>'", "twice"]),
    ],
)
def test_wrong_reasoning_tags(mini, options, words):
    """One line says what is expected."""
    line = usage_line(mini.run(*options))
    assert all(word in line for word in words), line


HOLD = """
import sys, time
from pathlib import Path
from swallow_metrics.journal.folder import RunDir
folder = RunDir(Path(sys.argv[1]), resume=False)
folder.create()
print("held", flush=True)
time.sleep(600)
"""


def test_a_run_folder_is_one_runs(mini):
    """The second is told who holds it, before anything is asked; a killed run holds nothing."""
    held = mini.path / "run"
    command = [sys.executable, "-c", HOLD, str(held)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "held\n"
            mini.engine("return 'A'")
            for options in ((), ("--model", "m", "--data-dir", "data", "--resume")):
                line = usage_line(mini.run(*options))
                assert f"process {holder.pid} on " in line
                assert "being written by another run" in line
        finally:
            holder.kill()
    assert mini.run().ret == 0
    assert mini.run("--run-dir", "other").ret == 0


def test_a_finished_run_gives_its_folder_back(mini):
    """To the next part of it, in the same process too."""
    mini.engine("return 'A'")
    options = ("--model", "m", "--data-dir", "data")
    assert mini.run(*options).ret == 0
    assert mini.run(*options, "--resume").ret == 0
    assert not (mini.path / "run" / ".lock-holder").exists()
