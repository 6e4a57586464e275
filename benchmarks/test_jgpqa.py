"""JGPQA: graduate-level science questions in LLM-jp's Japanese translation of GPQA, as three nested selections.

Dataset: https://huggingface.co/datasets/llm-jp/jgpqa (CC BY 4.0; gated: accept its terms, then set HF_TOKEN). The
options are shown in an order drawn per question from a recorded seed (BE-16). The three are selections of the same
questions, so nothing averages over them (JG-3). Scoring: spec multiple_choice.md.
"""

from functools import partial

import pytest

from swallow_metrics.datasets.drawn import FIELDS, LETTERS, SEED, gold_letter
from swallow_metrics.datasets.gpqa import COLUMNS, sample
from swallow_metrics.datatypes import Benchmark, Dataset
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters


def jgpqa(selection: str, rows: int) -> Benchmark:
    """The three differ in their subset. Extended has GPQA's 546 rows, not the 564 of the documentation (JG-4)."""
    return Benchmark(
        id=f"jgpqa_{selection}",
        title=f"JGPQA {selection.capitalize()}",
        dataset=Dataset(
            path="llm-jp/jgpqa", config=f"gpqa_{selection}", split="train", columns=COLUMNS, rows=rows, gated=True
        ),
        sample=sample,
        metrics=(EXTRACTIVE_MATCH,),
        fields=FIELDS,
        facts={"choice_seed": SEED},
    )


@pytest.mark.japanese
@pytest.mark.science
@pytest.mark.llm_eval(jgpqa("diamond", 198))
def test_jgpqa_diamond(sample, responses, score):
    score_letters(responses, partial(gold_letter, sample), LETTERS, "ja", score)


@pytest.mark.japanese
@pytest.mark.science
@pytest.mark.llm_eval(jgpqa("main", 448))
def test_jgpqa_main(sample, responses, score):
    score_letters(responses, partial(gold_letter, sample), LETTERS, "ja", score)


@pytest.mark.japanese
@pytest.mark.science
@pytest.mark.llm_eval(jgpqa("extended", 546))
def test_jgpqa_extended(sample, responses, score):
    score_letters(responses, partial(gold_letter, sample), LETTERS, "ja", score)
