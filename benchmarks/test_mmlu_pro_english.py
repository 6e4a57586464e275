"""MMLU-Pro: knowledge and reasoning questions in English with up to ten options, from 91 sources in 14 categories.

Dataset: https://huggingface.co/datasets/tokyotech-llm/MMLU-Pro-English. Scoring: the letter of the answer (spec
multiple_choice.md).
"""

import pytest

from swallow_metrics.datasets.groups import MMLU_PRO as CATEGORIES
from swallow_metrics.datasets.options import gold_letter, letters_for, lines, listed
from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters
from swallow_metrics.prompts import render


def sample(row: Row, prompt: str) -> Sample:
    """A question with its options; the gold is the letter at `answer_index`."""
    options = row.texts("options")
    gold = gold_letter(row, options, row.integer("answer_index"))
    question = render(prompt, choices=listed(options), Question=row.text("question"), choice_contents=lines(options))
    group = CATEGORIES.get(row.subset or "") or row.text("category")
    return Sample(row.id, (question,), gold, group, {"letters": letters_for(options)}, options=tuple(options))


MMLU_PRO_ENGLISH = Benchmark(
    id="mmlu_pro_english",
    title="MMLU-Pro",
    dataset=Dataset(
        path="tokyotech-llm/MMLU-Pro-English",
        split="test",
        columns=("question", "options", "answer_index", "category", "src"),
        rows=12032,
        subsets=tuple(CATEGORIES),
    ),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    fields=("choices", "Question", "choice_contents"),
)


@pytest.mark.english
@pytest.mark.knowledge
@pytest.mark.llm_eval(MMLU_PRO_ENGLISH)
def test_mmlu_pro_english(sample, responses, score):
    score_letters(responses, sample.target, sample.fields["letters"], "en", score)
