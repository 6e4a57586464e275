"""Every recorded sample scores, and is extracted, as recorded: where the vectors are at hand."""

import json

import latex2sympy2_extended.math_normalization  # noqa: F401  # before any time limit, as in the worker
import pytest

from swallow_metrics.extraction.choice import choice_letter
from swallow_metrics.extraction.open_answer import plain_answer, quasi_answer
from swallow_metrics.metrics.math.compare import Comparator
from swallow_metrics.metrics.open_qa import open_qa_scores


def vectors(shared, benchmark):
    """(row, response, expected) of each sample."""
    columns = [
        (shared / "conformance" / kind / f"{benchmark}.jsonl").read_text("utf-8").split("\n")
        for kind in ("data", "responses", "expected")
    ]
    return [tuple(map(json.loads, lines)) for lines in zip(*columns, strict=True) if all(lines)]


def letters(row):
    """The letters offered: a list, ten columns, or four."""
    if "options" in row:
        count = len(row["options"])
    elif "option_0" in row:
        count = sum(row[f"option_{index}"] is not None for index in range(10))
    else:
        count = 4
    return "ABCDEFGHIJ"[:count]


@pytest.mark.parametrize(
    ("benchmark", "language"),
    [
        ("swallow_jmmlu", "ja"),
        ("mmlu_prox_japanese", "ja"),
        ("swallow_gpqa_ja", "ja"),
        ("hellaswag", "en"),
        ("gpqa_diamond", "en"),
        ("mmlu_pro_english", "en"),
    ],
)
def test_multiple_choice(shared, benchmark, language):
    """The letter and the score of every sample are the recorded ones."""
    for row, response, expected in vectors(shared, benchmark):
        letter = choice_letter(response["text"], letters(row), language)
        assert ([letter, letter] if letter else []) == expected["extracted"], response["text"]
        assert float(letter == expected["gold"]) == expected["scores"]["extractive_match"]


def test_open_questions(shared):
    """Both extractions and all six scores of every sample are the recorded ones."""
    for row, response, expected in vectors(shared, "jemhopqa"):
        plain = plain_answer(response["text"])
        quasi = quasi_answer(response["text"], plain)
        assert ([plain.text], [quasi.text]) == (expected["extracted"], expected["extracted_quasi"]), response["text"]
        assert open_qa_scores(row["answer"], plain.text, quasi.text) == expected["scores"], response["text"]


def boxed(row):
    return row["answer"] if row["answer"].startswith("$\\boxed") else f"$\\boxed{{{row['answer']}}}$"


@pytest.mark.parametrize(
    ("benchmark", "kind", "gold"),
    [
        ("math_500", "latex", lambda row: row["solution"]),
        ("math_100_japanese", "latex", boxed),
        ("aime", "expression", lambda row: str(row["answer"])),
    ],
)
def test_mathematics(shared, benchmark, kind, gold):
    """Score, extracted value and extracted text of up to 100 samples, and of their golds, are the recorded ones.

    Those of MATH-500 are every fourth; the slow tests of test_conformance.py score all.
    """
    comparator = Comparator()
    samples = vectors(shared, benchmark)
    for row, response, expected in samples[:: 1 + len(samples) // 100]:
        verdict = comparator.compare(gold(row), kind, response["text"], 60)
        assert verdict.outcome == "ok"
        assert list(verdict.extracted) == expected["extracted"], response["text"]
        assert list(verdict.extracted_golds) == expected["extracted_golds"], response["text"]
        assert float(verdict.equal) == expected["scores"]["extractive_match"], response["text"]
