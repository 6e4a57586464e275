"""MATH-500: competition mathematics in English.

Dataset: https://huggingface.co/datasets/HuggingFaceH4/MATH-500. Scoring: symbolic equality with the answer that the
row's whole solution holds (spec math.md).
"""

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH
from swallow_metrics.metrics.math.scoring import LIBRARIES, score_answers
from swallow_metrics.prompts import render


def sample(row: Row, prompt: str) -> Sample:
    """A problem; the gold is the solution's text, not the `answer` column."""
    question = render(prompt, Question=row.text("problem"))
    return Sample(row.id, (question,), row.text("solution"), group=row.label("subject"))


MATH_500 = Benchmark(
    id="math_500",
    title="MATH-500",
    dataset=Dataset(path="HuggingFaceH4/MATH-500", split="test", columns=("problem", "solution"), rows=500),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    libraries=LIBRARIES,
    fields=("Question",),
)


@pytest.mark.english
@pytest.mark.math
@pytest.mark.llm_eval(MATH_500)
def test_math_500(sample, responses, score, math_verifier):
    score_answers(math_verifier, sample.target, "latex", responses, score)
