"""GPQA in Japanese: the graduate-level science questions of BenchMAX.

Dataset: https://huggingface.co/datasets/LLaMAX/BenchMAX_Science, subset ja. The options are shown in an order drawn
per question from a recorded seed (BE-16). Scoring: spec multiple_choice.md.
"""

from functools import partial

import pytest

from swallow_metrics.datasets.drawn import FIELDS, LETTERS, SEED, gold_letter
from swallow_metrics.datasets.gpqa import COLUMNS, sample
from swallow_metrics.datatypes import Benchmark, Dataset
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters

SWALLOW_GPQA_JA = Benchmark(
    id="swallow_gpqa_ja",
    title="GPQA (Japanese)",
    dataset=Dataset(path="LLaMAX/BenchMAX_Science", config="ja", split="train", columns=COLUMNS, rows=448),
    sample=sample,
    metrics=(EXTRACTIVE_MATCH,),
    fields=FIELDS,
    facts={"choice_seed": SEED},
)


@pytest.mark.japanese
@pytest.mark.science
@pytest.mark.llm_eval(SWALLOW_GPQA_JA)
def test_gpqa_ja(sample, responses, score):
    score_letters(responses, partial(gold_letter, sample), LETTERS, "ja", score)
