"""JMMLU: knowledge questions of 53 subjects in Japanese, four choices each.

Dataset: https://huggingface.co/datasets/nlp-waseda/JMMLU (CC BY-SA 4.0; the three subjects with ND terms are left
out, BE-3). Scoring: the letter of the answer (spec multiple_choice.md), exact match.
"""

import pytest

from swallow_metrics.datasets.groups import JMMLU as GROUPS
from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters
from swallow_metrics.prompts import render

LETTERS = "ABCD"


def sample(row: Row, prompt: str) -> Sample:
    """A question with its options; the gold is the letter in `answer`."""
    if row.text("answer") not in LETTERS or len(row.text("answer")) != 1:
        raise row.unanswerable(f"expected `answer` to be one of A, B, C, D, but got {row.text('answer')!r}")
    options = {letter: row.text(letter) for letter in LETTERS}
    question = render(prompt, Question=row.text("question"), **options)
    group = GROUPS.get(row.subset or row.label("subject") or "")
    return Sample(row.id, (question,), row.text("answer"), group=group, options=tuple(options.values()))


JMMLU = Benchmark(
    id="swallow_jmmlu",
    title="JMMLU",
    dataset=Dataset(
        path="nlp-waseda/JMMLU",
        split="test",
        columns=("question", "A", "B", "C", "D", "answer"),
        rows=7097,
        subsets=tuple(GROUPS),
    ),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    fields=("Question", "A", "B", "C", "D"),
)


@pytest.mark.japanese
@pytest.mark.knowledge
@pytest.mark.llm_eval(JMMLU)
def test_jmmlu(sample, responses, score):
    score_letters(responses, sample.target, LETTERS, "ja", score)
