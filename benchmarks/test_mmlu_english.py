"""MMLU: knowledge questions of 57 subjects in English, four options each.

Dataset: https://huggingface.co/datasets/lighteval/mmlu. Scoring: the letter of the answer (spec multiple_choice.md).
"""

import pytest

from swallow_metrics.datasets.groups import MMLU as GROUPS
from swallow_metrics.datasets.options import gold_letter, letters_for, lines, listed
from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters
from swallow_metrics.prompts import render


def sample(row: Row, prompt: str) -> Sample:
    """A question with its options; the gold is the letter at the index `answer`."""
    options = row.texts("choices")
    gold = gold_letter(row, options, row.integer("answer"))
    question = render(prompt, choices=listed(options), Question=row.text("question"), choice_contents=lines(options))
    group = GROUPS.get(row.subset or row.label("subject") or "")
    return Sample(row.id, (question,), gold, group, {"letters": letters_for(options)}, options=tuple(options))


MMLU_ENGLISH = Benchmark(
    id="mmlu_english",
    title="MMLU",
    dataset=Dataset(
        path="lighteval/mmlu",
        split="test",
        columns=("question", "choices", "answer"),
        rows=14042,
        subsets=tuple(GROUPS),
    ),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    fields=("choices", "Question", "choice_contents"),
)


@pytest.mark.english
@pytest.mark.knowledge
@pytest.mark.llm_eval(MMLU_ENGLISH)
def test_mmlu_english(sample, responses, score):
    score_letters(responses, sample.target, sample.fields["letters"], "en", score)
