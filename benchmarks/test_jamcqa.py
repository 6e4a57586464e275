"""JamC-QA: knowledge specific to Japan, four options; asked directly, and with a request to think step by step.

Dataset: https://huggingface.co/datasets/sbintuitions/JamC-QA (CC BY-SA 4.0). The options are shown in an order drawn
per question from a recorded seed (JA-2). Scoring: spec multiple_choice.md. The public leaderboard shows `jamcqa`.
"""

from functools import partial

import pytest

from swallow_metrics.datasets.drawn import FIELDS, LETTERS, SEED, drawn_sample, gold_letter
from swallow_metrics.datasets.options import gold_letter as letter_of
from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters

COLUMNS = tuple(f"choice{number}" for number in range(4))


def sample(row: Row, prompt: str) -> Sample:
    """A question, grouped by its category where the row has one; the wrong options keep their order (JA-2)."""
    options = [row.text(column) for column in COLUMNS]
    index = LETTERS.index(letter_of(row, options, row.integer("answer_index")))
    wrong = options[:index] + options[index + 1 :]
    return drawn_sample(row, prompt, row.text("question"), options[index], wrong, group=row.label("category"))


def jamcqa(benchmark_id: str, title: str, same_rows_as: str | None = None) -> Benchmark:
    """Both ask the same questions; their prompts differ in the step-by-step request alone (JA-3)."""
    return Benchmark(
        id=benchmark_id,
        title=title,
        dataset=Dataset(
            path="sbintuitions/JamC-QA",
            config="v1.0",
            split="test",
            columns=("question", *COLUMNS, "answer_index"),
            rows=2309,
            same_rows_as=same_rows_as,
        ),
        sample=sample,
        metrics=(EXTRACTIVE_MATCH,),
        fields=FIELDS,
        facts={"choice_seed": SEED},
    )


@pytest.mark.japanese
@pytest.mark.knowledge
@pytest.mark.llm_eval(jamcqa("jamcqa", "JamC-QA"))
def test_jamcqa(sample, responses, score):
    score_letters(responses, partial(gold_letter, sample), LETTERS, "ja", score)


@pytest.mark.japanese
@pytest.mark.knowledge
@pytest.mark.llm_eval(jamcqa("jamcqa_cot", "JamC-QA, step by step", same_rows_as="jamcqa"))
def test_jamcqa_cot(sample, responses, score):
    score_letters(responses, partial(gold_letter, sample), LETTERS, "ja", score)
