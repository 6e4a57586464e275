"""GPQA Diamond: graduate-level science questions in English.

Dataset: https://huggingface.co/datasets/Idavidrein/gpqa (gated: accept its terms, then set HF_TOKEN). The options are
shown in an order drawn per question from a recorded seed (BE-16). Scoring: spec multiple_choice.md.
"""

from functools import partial

import pytest

from swallow_metrics.datasets.drawn import FIELDS, LETTERS, SEED, gold_letter
from swallow_metrics.datasets.gpqa import COLUMNS, sample
from swallow_metrics.datatypes import Benchmark, Dataset
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters

GPQA_DIAMOND = Benchmark(
    id="gpqa_diamond",
    title="GPQA Diamond",
    dataset=Dataset(
        path="Idavidrein/gpqa", config="gpqa_diamond", split="train", columns=COLUMNS, rows=198, gated=True
    ),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    fields=FIELDS,
    facts={"choice_seed": SEED},
)


@pytest.mark.english
@pytest.mark.science
@pytest.mark.llm_eval(GPQA_DIAMOND)
def test_gpqa_diamond(sample, responses, score):
    score_letters(responses, partial(gold_letter, sample), LETTERS, "en", score)
