"""HellaSwag: which of four endings continues a described situation.

Dataset: https://huggingface.co/datasets/Rowan/hellaswag, validation split. Scoring: spec multiple_choice.md.
"""

import pytest

from swallow_metrics.datasets.options import gold_letter
from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters
from swallow_metrics.prompts import render

LETTERS = "ABCD"
MARKS = ("[substeps]", "[title]", "[step]")  # `[header]` stays, as all of them do in the context (BE-20)


def sample(row: Row, prompt: str) -> Sample:
    """An incomplete context and its four endings; the gold is the letter at the index `label`."""
    context = f"{row.text('activity_label')}: {row.text('ctx_a')} {row.text('ctx_b').capitalize()}"
    endings = [without_marks(ending) for ending in row.texts("endings")]
    if len(endings) != len(LETTERS):
        raise row.error(f"expected 4 endings, but got {len(endings)}")
    label = str(row["label"])
    if not label.isdecimal():
        raise row.unanswerable(f"expected `label` to be the number of an ending, but got {row['label']!r}")
    gold = gold_letter(row, endings, int(label))
    question = render(prompt, Question=context, **dict(zip(LETTERS, endings, strict=True)))
    return Sample(row.id, (question,), gold, options=tuple(endings))


def without_marks(ending: str) -> str:
    """An ending without the marks of its source; the spaces around them stay."""
    for mark in MARKS:
        ending = ending.replace(mark, "")
    return ending


HELLASWAG = Benchmark(
    id="hellaswag",
    title="HellaSwag",
    dataset=Dataset(
        path="Rowan/hellaswag",
        split="validation",
        columns=("activity_label", "ctx_a", "ctx_b", "endings", "label"),
        rows=10042,
    ),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    fields=("Question", *LETTERS),
)


@pytest.mark.english
@pytest.mark.commonsense
@pytest.mark.llm_eval(HELLASWAG)
def test_hellaswag(sample, responses, score):
    score_letters(responses, sample.target, LETTERS, "en", score)
