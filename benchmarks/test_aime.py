"""AIME 2024 and 2025: olympiad problems whose answer is a whole number from 0 to 999.

Datasets: https://huggingface.co/datasets/HuggingFaceH4/aime_2024 and …/yentinglin/aime_2025. Scoring: symbolic
equality with the `answer` column (spec math.md).
"""

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH
from swallow_metrics.metrics.math.scoring import LIBRARIES, score_answers
from swallow_metrics.prompts import render


def sample(row: Row, prompt: str) -> Sample:
    """A problem, grouped by its year; the gold is its answer as text."""
    answer = row["answer"]
    if isinstance(answer, bool) or not isinstance(answer, str | int):
        raise row.error(f"expected `answer` to be a whole number as text, but got {answer!r}")
    year = f"20{row.subset}" if row.subset else row.get("year")
    group = str(year) if row.subset or isinstance(year, int) else row.label("year")
    return Sample(row.id, (render(prompt, Question=row.text("problem")),), str(answer), group=group)


AIME = Benchmark(
    id="aime",
    title="AIME 2024 and 2025",
    dataset=Dataset(
        path="HuggingFaceH4/aime_2024",
        split="train",
        columns=("problem", "answer"),
        rows=60,
        subsets=("24", "25"),
        paths={"24": "HuggingFaceH4/aime_2024", "25": "yentinglin/aime_2025"},
    ),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    libraries=LIBRARIES,
    fields=("Question",),
)


@pytest.mark.english
@pytest.mark.math
@pytest.mark.llm_eval(AIME)
def test_aime(sample, responses, score, math_verifier):
    score_answers(math_verifier, sample.target, "expression", responses, score)
