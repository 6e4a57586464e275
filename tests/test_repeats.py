"""Several generations through the whole way: pass@k, maj@k and the deviation between repeats (MJ rules)."""

import json

from projects import write_jsonl


def test_repeats_of_a_plain_benchmark(mini):
    """Mean, standard deviation between repeats, and what each repeat scored; no maj@k where nothing is voted on."""
    mini.engine("return 'B' if request.repeat else 'A'")
    mini.run("--model", "m", "--data-dir", "data", "--repeats", "2").assert_outcomes(passed=6)
    figures = mini.report()["swallow"]["benchmarks"]["mini"]["metrics"]
    assert set(figures) == {"extractive_match", "length"}
    repeats = figures["extractive_match"]["repeats"]
    assert repeats["values"] == [2 / 6, 2 / 6] and repeats["n"] == 2 and repeats["stdev"] == 0
    assert figures["extractive_match"]["mean"] == repeats["mean"]


def test_votes(mini):
    """One run has pass@k and maj@k of its own number of generations, clustered by question, and names can be gated."""
    module = mini.path / "benchmarks" / "test_mini.py"
    module.write_text(module.read_text().replace('family="exact_match"', 'family="exact_match", voted=True'))
    mini.engine("return 'A' if request.repeat < 3 else 'x'")
    gate = ("--gate", "mini.extractive_match_maj@4:4>=0.2")
    result = mini.run("--model", "m", "--data-dir", "data", "--repeats", "4", *gate)
    report = mini.report()
    figures = report["swallow"]["benchmarks"]["mini"]["metrics"]
    names = {f"extractive_match_{kind}@{k}:4" for kind in ("pass", "maj") for k in (1, 2, 4)}
    assert set(figures) == {"extractive_match", "length"} | names
    assert figures["extractive_match_maj@4:4"]["mean"] == 2 / 6 and figures["extractive_match_maj@4:4"]["n"] == 6
    details = report["tests"][0]["metadata"]["details"]
    assert details["answers"] == [
        {"answer": "A", "count": 3, "is_correct": True}, {"answer": "EMPTY", "count": 1, "is_correct": False},
    ]  # fmt: skip
    assert report["swallow"]["gates"][0]["passed"]
    line = "mini over 4 repeats: standard deviation between them 0.1667, maj@4 0.3333, pass@4 0.3333"
    assert line in result.stdout.str()


def test_a_replay_takes_the_number_of_the_journal(mini):
    """Where a question has fewer generations, no k above its number is made up (MJ-10)."""
    module = mini.path / "benchmarks" / "test_mini.py"
    module.write_text(module.read_text().replace('family="exact_match"', 'family="exact_match", voted=True'))
    lines = [
        {"benchmark": "mini", "sample": str(n), "repeat": r, "text": "A"} for n in range(6) for r in range(2 - n % 2)
    ]
    write_jsonl(mini.path / "answers.jsonl", lines)
    mini.run("--replay", "answers.jsonl", "--data-dir", "data").assert_outcomes(passed=6)
    scores = [test["metadata"]["scores"] for test in mini.report()["tests"]]
    assert "extractive_match_maj@2:2" in scores[0] and "extractive_match_maj@2:2" not in scores[1]
    assert (
        json.dumps(mini.report()["swallow"]["benchmarks"]["mini"]["metrics"]["extractive_match"]).count("repeats") == 0
    )


def test_too_few_generations_for_a_gate_are_one_line(mini):
    """Before anything is asked."""
    module = mini.path / "benchmarks" / "test_mini.py"
    module.write_text(module.read_text().replace('family="exact_match"', 'family="exact_match", voted=True'))
    mini.engine("return 'A'")
    gate = ("--gate", "mini.extractive_match_maj@8:8>=0.2")
    result = mini.run("--model", "m", "--data-dir", "data", "--repeats", "4", *gate)
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        ["*mini.extractive_match_maj@8:8*needs 8 generations per question*this run has 4*--repeats 8*"]
    )
    lines = [{"benchmark": "mini", "sample": str(n), "repeat": r, "text": "A"} for n in range(6) for r in range(2)]
    write_jsonl(mini.path / "answers.jsonl", lines)
    result = mini.run("--replay", "answers.jsonl", "--data-dir", "data", *gate)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*needs 8 generations per question, but the recorded answers have 2; *:2*"])
