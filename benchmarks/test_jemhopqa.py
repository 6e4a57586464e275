"""JEMHopQA: open questions in Japanese that need two facts; asked directly and step by step.

Dataset: https://huggingface.co/datasets/tokyotech-llm/JEMHopQA (v1.2, CC BY-SA 4.0). Scoring: exact match, character
F1 and a fuzzy ratio, each on the plain and the normalised answer (spec open_qa.md); `f1_score_quasi` is reported.
"""

from dataclasses import replace

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.extraction.open_answer import plain_answer, quasi_answer
from swallow_metrics.metrics.open_qa import METRICS, open_qa_scores
from swallow_metrics.prompts import render


def sample(row: Row, prompt: str) -> Sample:
    """A question; the gold is `answer` as it is."""
    return Sample(row.id, (render(prompt, Question=row.text("question")),), row.text("answer"), group=row.label("type"))


JEMHOPQA = Benchmark(
    id="jemhopqa",
    title="JEMHopQA",
    dataset=Dataset(
        path="tokyotech-llm/JEMHopQA", config="v1.2", split="validation", columns=("question", "answer"), rows=120
    ),
    sample=sample,
    metrics=METRICS,
    fields=("Question",),
)
JEMHOPQA_COT = replace(
    JEMHOPQA,
    id="jemhopqa_cot",
    title="JEMHopQA step by step",
    dataset=replace(JEMHOPQA.dataset, same_rows_as="jemhopqa"),
)


def score_answers(sample, responses, score):
    """Both variants: only their prompts differ."""
    for response in responses:
        plain = plain_answer(response.text)
        quasi = quasi_answer(response.text, plain)
        for metric, value in open_qa_scores(sample.target, plain.text, quasi.text).items():
            score(metric, value)
        score.extract(plain.text, found=plain.found)


@pytest.mark.japanese
@pytest.mark.qa
@pytest.mark.llm_eval(JEMHOPQA)
def test_jemhopqa(sample, responses, score):
    score_answers(sample, responses, score)


@pytest.mark.japanese
@pytest.mark.qa
@pytest.mark.llm_eval(JEMHOPQA_COT)
def test_jemhopqa_cot(sample, responses, score):
    score_answers(sample, responses, score)
