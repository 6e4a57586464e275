"""MATH-100 in Japanese: competition mathematics from the MCLM collection.

Dataset: https://huggingface.co/datasets/amphora/MCLM, subset MT-MATH100. Scoring: symbolic equality; the cue words are
the English ones, Japanese answers are found through their box (MA-1, spec math.md).
"""

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH
from swallow_metrics.metrics.math.scoring import LIBRARIES, boxed, score_answers
from swallow_metrics.prompts import render


def sample(row: Row, prompt: str) -> Sample:
    """A problem; the gold is its answer in a box."""
    gold = boxed(row.gold("answer"))
    return Sample(row.id, (render(prompt, Question=row.text("ja")),), gold)


MATH_100_JAPANESE = Benchmark(
    id="math_100_japanese",
    title="MATH-100 (Japanese)",
    dataset=Dataset(path="amphora/MCLM", config="MT-MATH100", split="test", columns=("ja", "answer"), rows=99),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    libraries=LIBRARIES,
    fields=("Question",),
)


@pytest.mark.japanese
@pytest.mark.math
@pytest.mark.llm_eval(MATH_100_JAPANESE)
def test_math_100_japanese(sample, responses, score, math_verifier):
    score_answers(math_verifier, sample.target, "latex", responses, score)
