"""PolyMath in Japanese: mathematics at four levels of difficulty, 125 problems each.

Dataset: https://huggingface.co/datasets/Qwen/PolyMath, configuration ja, one split a level. Scoring: symbolic equality
as in MATH-100 (PO-4, spec math.md). The levels are groups; the leaderboard's value is `high` and `top` together (PO-5).
"""

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH
from swallow_metrics.metrics.math.scoring import LIBRARIES, boxed, score_answers
from swallow_metrics.prompts import render

LEVELS = ("low", "medium", "high", "top")


def sample(row: Row, prompt: str) -> Sample:
    """A problem, grouped by its level, which is how its `id` starts (PO-1); the gold is its answer in a box (PO-3)."""
    level = row.text("id").partition("-")[0]
    if level not in LEVELS:
        raise row.error(f"expected `id` to start with one of {', '.join(LEVELS)} and '-', but got {row['id']!r:.60}")
    if row.subset not in (None, level):
        raise row.error(f"expected rows of the level {row.subset}, but got {row['id']!r:.60}")
    gold = boxed(row.gold("answer"))
    return Sample(row.id, (render(prompt, Question=row.text("question")),), gold, group=level)


POLYMATH_JAPANESE = Benchmark(
    id="polymath_japanese",
    title="PolyMath (Japanese)",
    dataset=Dataset(
        path="Qwen/PolyMath",
        config="ja",
        split="low",
        columns=("id", "question", "answer"),
        rows=500,
        subsets=LEVELS,
        splits={level: level for level in LEVELS},
    ),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    libraries=LIBRARIES,
    fields=("Question",),
)


@pytest.mark.japanese
@pytest.mark.math
@pytest.mark.llm_eval(POLYMATH_JAPANESE)
def test_polymath_japanese(sample, responses, score, math_verifier):
    score_answers(math_verifier, sample.target, "latex", responses, score)
