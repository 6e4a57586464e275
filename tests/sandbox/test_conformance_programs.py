"""Recorded answers and canonical solutions: result lists and scores equal the reference's (CO-2 to CO-16)."""

import json
from collections import Counter

import pytest

from projects import read_jsonl
from running import sandbox  # noqa: F401  # a fixture
from swallow_metrics.extraction.code_block import function_block
from swallow_metrics.metrics.pass_at_k import pass_scores
from swallow_metrics.sandbox import CheckTests, Sandbox, Submission

BENCHMARKS = ("humaneval", "swallow_jhumaneval")


def read(path):
    return read_jsonl(path)


def recorded(shared, benchmark):
    folder = shared / "conformance"
    rows, responses, expected = (
        read(folder / kind / f"{benchmark}.jsonl") for kind in ("data", "responses", "expected")
    )
    texts = {(r["sample"], r["repeat"]): r["text"] for r in responses}
    return [
        (row, [texts[want["sample"], n] for n in range(10)], want) for row, want in zip(rows, expected, strict=True)
    ]


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_the_program_is_found_in_every_recorded_answer(shared, benchmark):
    """The extracted text of each generation is the reference's, empty where there is none."""
    for row, texts, want in recorded(shared, benchmark):
        assert [function_block(text, row["entry_point"]) or "" for text in texts] == want["extracted"]


def outcomes_of(sandbox, questions, time_s=6.0):
    """Every program once, as answers repeat; all of them queued before any is waited for."""
    futures = {}
    for number, (row, texts, _) in enumerate(questions):
        tests = CheckTests(row["entry_point"], row["test"], row["prompt"])
        for text in texts:
            program = function_block(text, row["entry_point"]) or ""
            if (number, text) not in futures:
                futures[number, text] = sandbox.submit(Submission(program, tests, time_s))
    return [[futures[number, text].result() for text in texts] for number, (_, texts, _) in enumerate(questions)]


def test_one_answer_of_every_kind_has_the_references_result(shared, sandbox):
    """Of each benchmark, question by question, answers whose results differ from the usual ones."""
    for benchmark in BENCHMARKS:
        kinds, questions = Counter(), []
        for row, texts, want in recorded(shared, benchmark):
            picked = []
            for text, result in zip(texts, want["results"], strict=True):
                kind = (json.dumps(result), "class Solution" in text, "```" in text, "def check" in text)
                kinds[kind] += 1
                if kinds[kind] <= 2 and "sleep" not in text:
                    picked.append((text, result))
            questions.append((row, [t for t, _ in picked], [r for _, r in picked]))
        for (_, _, want), outcomes in zip(questions, outcomes_of(sandbox, questions, 4.0), strict=True):
            assert [list(outcome.results) for outcome in outcomes] == want


@pytest.mark.slow
@pytest.mark.parametrize("level", ["auto", "no-namespaces", "weak"])
@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_all_recorded_answers_have_the_references_results_and_scores(shared, benchmark, level):
    """Result lists, pass@1 and pass@10 of every question are equal, to the last digit."""
    questions = recorded(shared, benchmark)
    with Sandbox(level, workers=4) as sandbox:  # many of the programs sleep
        for (_, _, want), outcomes in zip(questions, outcomes_of(sandbox, questions), strict=True):
            assert [list(outcome.results) for outcome in outcomes] == want["results"], want["sample"]
            assert pass_scores("humaneval", [outcome.passed for outcome in outcomes]) == want["scores"]


@pytest.mark.parametrize(
    ("benchmark", "right"), [("humaneval", 164), pytest.param("swallow_jhumaneval", 163, marks=pytest.mark.slow)]
)
def test_canonical_solutions_pass_and_none_does_not(shared, sandbox, benchmark, right):
    """The dataset's own solutions pass (one prompt of JHumanEval is not valid Python); `return None` never does."""
    path = shared / "data" / f"{benchmark}.jsonl"
    if not path.exists():
        pytest.skip(f"needs the full {benchmark} dataset")
    futures = []
    for row in read(path):
        for helpers in ("program", "prompt"):
            tests = CheckTests(row["entry_point"], row["test"], row["prompt"], helpers)
            solved = sandbox.submit(Submission(row["prompt"] + row["canonical_solution"], tests))
            lazy = sandbox.submit(Submission(f"def {row['entry_point']}(*_): return None\n", tests))
            futures.append((helpers, solved, lazy))
    assert sum(lazy.result().passed for _, _, lazy in futures) == 0
    for mode in ("program", "prompt"):
        failed = [solved.result() for helpers, solved, _ in futures if helpers == mode and not solved.result().passed]
        assert len(failed) == 164 - right
        assert [outcome.category for outcome in failed] == ["syntax"] * (164 - right)
