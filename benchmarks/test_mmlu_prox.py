"""MMLU-ProX: the questions of MMLU-Pro in Japanese and, the same ones, in English.

Datasets: https://huggingface.co/datasets/tokyotech-llm/MMLU-ProX-Japanese and …/MMLU-ProX-English. Options stand in
ten columns; empty ones are dropped and the rest get letters (BE-2). Scoring: spec multiple_choice.md.
"""

import pytest

from swallow_metrics.datasets.groups import MMLU_PRO as CATEGORIES
from swallow_metrics.datasets.options import gold_letter, letters_for, lines, listed
from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters
from swallow_metrics.prompts import render

COLUMNS = tuple(f"option_{number}" for number in range(10))


def sample(row: Row, prompt: str) -> Sample:
    """A question with the options that are not null; `answer_index` counts only those."""
    options = [row.text(column) for column in COLUMNS if row[column] is not None]
    gold = gold_letter(row, options, row.integer("answer_index"))
    question = render(prompt, choices=listed(options), Question=row.text("question"), choice_contents=lines(options))
    group = CATEGORIES.get(row.subset or "") or row.label("category")
    return Sample(row.id, (question,), gold, group, {"letters": letters_for(options)}, options=tuple(options))


def mmlu_prox(language: str) -> Benchmark:
    """Both languages differ only in their repository and prompt."""
    return Benchmark(
        id=f"mmlu_prox_{language.lower()}",
        title=f"MMLU-ProX ({language})",
        dataset=Dataset(
            path=f"tokyotech-llm/MMLU-ProX-{language}",
            split="test",
            columns=("question", *COLUMNS, "answer_index"),
            rows=11759,
            subsets=tuple(CATEGORIES),
        ),
        sample=sample,
        metrics=(EXTRACTIVE_MATCH,),
        fields=("choices", "Question", "choice_contents"),
    )


@pytest.mark.japanese
@pytest.mark.knowledge
@pytest.mark.llm_eval(mmlu_prox("Japanese"))
def test_mmlu_prox_japanese(sample, responses, score):
    score_letters(responses, sample.target, sample.fields["letters"], "ja", score)


@pytest.mark.english
@pytest.mark.knowledge
@pytest.mark.llm_eval(mmlu_prox("English"))
def test_mmlu_prox_english(sample, responses, score):
    score_letters(responses, sample.target, sample.fields["letters"], "en", score)
