"""Every recorded sample of multiple choice and open questions scores as recorded, where the vectors are at hand."""

import json
import os
from pathlib import Path

import pytest

from swallow_metrics.extraction.choice import choice_letter
from swallow_metrics.extraction.open_answer import plain_answer, quasi_answer
from swallow_metrics.metrics.open_qa import open_qa_scores

SHARED = Path(os.environ.get("SWALLOW_SHARED", Path(__file__).parents[2] / "../shared")) / "conformance"
needs_vectors = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no conformance vectors at {SHARED}")


def vectors(benchmark):
    """(row, response, expected) of each sample."""
    columns = [
        [json.loads(line) for line in (SHARED / kind / f"{benchmark}.jsonl").read_text("utf-8").split("\n") if line]
        for kind in ("data", "responses", "expected")
    ]
    return zip(*columns, strict=True)


def letters(row):
    """The letters offered: ten columns, a list, or four."""
    if "options" in row:
        count = len(row["options"])
    elif "option_0" in row:
        count = sum(row[f"option_{index}"] is not None for index in range(10))
    else:
        count = 4
    return "ABCDEFGHIJ"[:count]


@needs_vectors
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
def test_multiple_choice(benchmark, language):
    """The letter and the score of every sample are the recorded ones."""
    for row, response, expected in vectors(benchmark):
        letter = choice_letter(response["text"], letters(row), language)
        assert ([letter, letter] if letter else []) == expected["extracted"], response["text"]
        assert float(letter == expected["gold"]) == expected["scores"]["extractive_match"]


@needs_vectors
def test_open_questions():
    """Both extractions and all six scores of every sample are the recorded ones."""
    for row, response, expected in vectors("jemhopqa"):
        plain = plain_answer(response["text"])
        quasi = quasi_answer(response["text"], plain)
        assert ([plain.text], [quasi.text]) == (expected["extracted"], expected["extracted_quasi"]), response["text"]
        assert open_qa_scores(row["answer"], plain.text, quasi.text) == expected["scores"], response["text"]
