"""M-IFEval, Japanese part: does a response follow the instructions of its prompt?

Dataset: https://huggingface.co/datasets/tokyotech-llm/M-IFEval-Ja. Scoring: every instruction is checked by a program,
strictly and on eight loosened variants of the response (spec instruction_following.md).
"""

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.following.followed import METRICS, follow
from swallow_metrics.metrics.ifeval.instructions import prepare
from swallow_metrics.metrics.ifeval.text import Text


def sample(row: Row, prompt: str) -> Sample:
    """The prompt alone; its instructions are made ready, so a bad argument is found before anything is asked."""
    try:
        instructions = prepare(row["instruction_id_list"], row["kwargs"])
    except ValueError as error:
        raise row.error(str(error)) from error
    return Sample(row.id, (row.text("prompt"),), fields={"instructions": instructions})


MIFEVAL_JA = Benchmark(
    id="mifeval_ja",
    title="M-IFEval-ja",
    dataset=Dataset(
        path="tokyotech-llm/M-IFEval-Ja",
        split="test",
        columns=("key", "prompt", "instruction_id_list", "kwargs"),
        rows=172,
    ),
    sample=sample,
    metrics=METRICS,
    libraries=("janome", "langdetect"),
)


@pytest.mark.japanese
@pytest.mark.instruction
@pytest.mark.llm_eval(MIFEVAL_JA)
def test_mifeval_ja(sample, responses, score):
    for response in responses:
        verdicts = follow(response.text, sample.fields["instructions"], Text)
        score("inst_level_strict_acc", verdicts.strict)
        score("inst_level_loose_acc", verdicts.loose)
        score("prompt_level_strict_acc", all(verdicts.strict))
        score("prompt_level_loose_acc", all(verdicts.loose))
