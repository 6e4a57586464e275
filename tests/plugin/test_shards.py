"""`--shard K/N` and `swallow merge`: parts of a run, and the run that they are parts of."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from endpoint import Endpoint
from projects import NO_OTHER_PLUGINS, read_jsonl, usage_line, write_jsonl
from swallow_metrics.cli.main import main

ROWS = [
    {"question": f"Question {number}?", "answer": "ABCD"[number % 4], "topic": f"topic {number * number % 7}"}
    for number in range(29)
]


def letter(body):
    number = int(body["messages"][-1]["content"].split("Question ")[1].split("?")[0])
    return "ABCD"[number % 3]


def shard(mini, server, text, *more):
    folder = text.replace("/", "of")
    return mini.run("--model", "m", "--base-url", server.url, "--data-dir", "data", "--shard", text, "--run-dir", folder,
                    *more)  # fmt: skip


def comparable(report):
    """Without what differs between any two runs: times, and the command."""
    report = json.loads(json.dumps(report))
    for name in ("created", "duration", "environment", "root"):
        report.pop(name, None)
    for name in ("environment", "created"):
        report["swallow"].pop(name)
    for test in report["tests"]:
        for phase in ("setup", "call", "teardown"):
            test.get(phase, {}).pop("duration", None)
    return report


def answers(folder):
    lines = read_jsonl(folder / "responses.jsonl")
    return sorted((line["sample"], line["text"], line["key"]) for line in lines)


@pytest.mark.parametrize("of", [1, 4])
def test_shards_make_the_report_of_one_run(mini, capsys, of):
    """Disjoint and balanced; joined they are the unsharded run, gates included."""
    write_jsonl(mini.path / "data" / "mini.jsonl", ROWS)
    gates = ("--gate", "mini.extractive_match>=0.1", "--gate", "mini.extractive_match>=0.9")
    with Endpoint(letter) as server:
        whole = mini.run("--model", "m", "--base-url", server.url, "--data-dir", "data", "--run-dir", "whole", *gates)
        assert whole.ret == 8
        folders = []
        for number in range(1, of + 1):
            assert shard(mini, server, f"{number}/{of}", *gates).ret == 0, "gates are about the whole"
            folders.append(mini.path / f"{number}of{of}")
        assert len(server.bodies) == 2 * 29
    parts = [mini.report(folder.name) for folder in folders]
    asked = [test["metadata"]["sample"] for part in parts for test in part["tests"]]
    assert sorted(asked) == sorted(map(str, range(29)))
    for topic in {row["topic"] for row in ROWS}:
        sizes = [sum(test["metadata"]["group"] == topic for test in part["tests"]) for part in parts]
        assert max(sizes) - min(sizes) <= 1
    assert max(len(part["tests"]) for part in parts) - min(len(part["tests"]) for part in parts) <= 1
    capsys.readouterr()
    out = mini.path / "merged"
    assert main(["merge", *map(str, reversed(folders)), "--out", str(out)]) == 1  # the gate
    assert "mini.extractive_match>=0.9" in capsys.readouterr().out
    assert comparable(mini.report("merged")) == comparable(mini.report("whole"))
    assert answers(out) == answers(mini.path / "whole")


def changed(folder, name, change):
    """A copy of a run folder with another report."""
    copy = folder.with_name(name)
    copy.mkdir()
    report = json.loads((folder / "report.json").read_text())
    change(report["swallow"])
    (copy / "report.json").write_text(json.dumps(report))


def test_shards_that_are_not_one_whole_are_named(mini, capsys):
    """Each with one line: one lacks, two overlap, other questions, another model, no shard, no report."""
    for number in (1, 2, 3):
        assert mini.run("--shard", f"{number}/3", "--run-dir", f"{number}of3").ret == 0
    third = mini.path / "3of3"
    changed(third, "again", lambda swallow: None)
    changed(third, "less", lambda swallow: swallow["shard"].update(selected=9, sha256="of others"))
    changed(third, "warm", lambda swallow: swallow["benchmarks"]["mini"]["fingerprint"].update(prompt="of others"))
    changed(third, "other", lambda swallow: swallow["model"].update(name="other"))
    changed(third, "4of4", lambda swallow: swallow["shard"].update(number=4, of=4))
    changed(third, "whole", lambda swallow: swallow.pop("shard"))
    (mini.path / "killed").mkdir()
    for folders, words in (
        ("1of3 3of3", "shard 2/3 missing"),
        ("2of3", "shards 1/3, 3/3 missing"),
        ("1of3 2of3 3of3 again", "overlap"),
        ("1of3 2of3 less", "dealt from other questions (6 and 9)"),
        ("1of3 2of3 warm", "differ in mini prompt"),
        ("1of3 2of3 other", "of one model"),
        ("1of3 2of3 4of4", "different numbers of shards"),
        ("1of3 2of3 whole", "whole is not a shard"),
        ("1of3 2of3 killed", "report.json"),
    ):
        capsys.readouterr()
        status = main(["merge", *(str(mini.path / name) for name in folders.split()), "--out", str(mini.path / "x")])
        error = capsys.readouterr().err
        assert (status, error.count("\n"), words in error) == (4, 1, True), error
    assert not (mini.path / "x").exists()
    assert main(["merge", *(str(mini.path / f"{n}of3") for n in "123"), "--out", str(mini.path / "killed")]) == 0
    assert main(["merge", *(str(mini.path / f"{n}of3") for n in "123"), "--out", str(mini.path / "killed")]) == 4
    assert "not empty" in capsys.readouterr().err


def test_what_a_shard_has_lost_is_said(mini, capsys):
    """Its figures stand in its report; the question that nobody can read any more is a warning."""
    for number in (1, 2):
        assert mini.run("--shard", f"{number}/2", "--run-dir", f"{number}of2").ret == 0
    questions = mini.path / "2of2" / "questions.jsonl"
    questions.write_bytes(b"".join(questions.read_bytes().splitlines(keepends=True)[:-1]))
    capsys.readouterr()
    assert main(["merge", *(str(mini.path / f"{n}of2") for n in "12"), "--out", str(mini.path / "out")]) == 0
    said = "2of2: questions.jsonl has nothing of 1 of 3 questions: their prompts and gold answers are not known"
    assert said in capsys.readouterr().out
    report = mini.report("out")["swallow"]
    assert [text for text in report["warnings"] if "questions.jsonl" in text] == [str(mini.path / said)]
    assert report["benchmarks"]["mini"]["scored"] == 6


@pytest.mark.parametrize("text", ["9/8", "0/8", "8", "a/b", "1/0", "-1/2", "1/2/3"])
def test_what_is_no_shard_is_refused(mini, text):
    assert repr(text) in usage_line(mini.run(f"--shard={text}"))


def test_more_shards_than_questions(mini):
    """Every shard says so, for a merge would lack the empty ones."""
    assert "at most 6" in usage_line(mini.run("--shard", "1/8"))


def test_workers_share_a_shard(mini):
    """`-n 2` asks the same part."""
    assert mini.run("--shard", "2/3", "--run-dir", "one").ret == 0
    assert mini.run("--shard", "2/3", "--run-dir", "two", "-n", "2", subprocess=True).ret == 0
    one, two = (comparable(mini.report(name)) for name in ("one", "two"))
    assert one["swallow"] == two["swallow"]
    assert [test["metadata"] for test in one["tests"]] == [test["metadata"] for test in two["tests"]]


@pytest.mark.parametrize("of", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_a_killed_endpoint_and_a_killed_shard_change_nothing(mini, of):
    """All shards at once on two endpoints. One endpoint dies, one shard is killed and resumed: the same report."""
    rows = [{**ROWS[number % 29], "question": f"Question {number}?"} for number in range(30 * of)]
    write_jsonl(mini.path / "data" / "mini.jsonl", rows)
    with Endpoint(letter) as server:
        mini.run("--model", "m", "--base-url", server.url, "--data-dir", "data", "--run-dir", "whole")
    with Endpoint(letter, latency_s=0.3) as one, Endpoint(letter, latency_s=0.3) as two:

        def start(number, *more):
            command = [sys.executable, "-m", "pytest", *NO_OTHER_PLUGINS, "benchmarks", "--model", "m", "--data-dir",
                       "data", "--base-url", one.url, "--base-url", two.url, "--max-in-flight", "4", "--shard",
                       f"{number}/{of}", "--run-dir", f"{number}", *more]  # fmt: skip
            return subprocess.Popen(command, cwd=mini.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        runs = [start(number) for number in range(1, of + 1)]
        journal = mini.path / "1" / "responses.jsonl"
        deadline = time.monotonic() + 180
        while not (journal.is_file() and journal.read_bytes().count(b"\n") > 3):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        one.hold_after = 0  # a quick run would be over before it is killed
        two.stop()
        os.kill(runs[0].pid, signal.SIGKILL)
        assert runs[0].wait() == -signal.SIGKILL
        one.hold_after = None
        known = len(mini.journal("1"))
        assert 0 < known < 30
        assert not (mini.path / "1" / "report.json").exists()
        runs[0] = start(1, "--resume")
        assert [run.wait(300) for run in runs] == [0] * of
    assert main(["merge", *(str(mini.path / str(n)) for n in range(1, of + 1)), "--out", str(mini.path / "out")]) == 0
    merged, whole = (comparable(mini.report(name)) for name in ("out", "whole"))
    for report in (merged, whole):
        report["swallow"]["model"].pop("base_url")
    assert merged == whole
    assert answers(mini.path / "out") == answers(mini.path / "whole")
