"""LiveCodeBench, release v5_v6: programming contest problems, by standard input and output or by function call.

Dataset: https://huggingface.co/datasets/livecodebench/code_generation_lite (test5.jsonl and test6.jsonl). Ten
generations a problem, each run in the sandbox; scoring: pass@1 and pass@10 (spec code.md).
"""

import json

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Response, Sample, Sampling
from swallow_metrics.errors import DataError, MeasurementError
from swallow_metrics.extraction.code_block import last_block
from swallow_metrics.metrics.pass_at_k import CODEGEN_METRICS, GENERATIONS, pass_scores
from swallow_metrics.prompts import render, variants
from swallow_metrics.sandbox import CaseTests, Task, decode_cases

TIME_S = 6.0


def sample(row: Row, prompt: str) -> Sample:
    """A problem; its hidden cases stay encoded until its first program runs, they can be 100 MB."""
    templates = variants(prompt, ("functional", "stdin"))
    starter = row.text("starter_code")
    try:
        function = json.loads(row.text("metadata") or "{}").get("func_name")
    except (ValueError, AttributeError) as error:
        raise row.error("expected `metadata` to be a JSON object") from error
    template = templates["functional" if starter else "stdin"]
    question = render(template, question_content=row.text("question_content"), starter_code=starter)
    cases = (row.text("public_test_cases"), row.text("private_test_cases"))
    return Sample(row.id, (question,), fields={"function": function, "cases": cases, "tests": {}})


def program(sample: Sample, response: Response, helpers: str) -> Task:
    """The answer's program with all cases, public ones first; one tests object for all programs of a problem."""
    kept = sample.fields["tests"]
    if "decoded" not in kept:
        try:
            cases = [case for text in sample.fields["cases"] for case in decode_cases(text)]
        except DataError as error:
            raise MeasurementError(f"sample {sample.id!r}: {error}") from error
        if not cases:
            raise MeasurementError(f"sample {sample.id!r} has no test cases, which any program would pass")
        pairs = [(case["input"], case["output"]) for case in cases]
        kept["decoded"] = CaseTests(pairs, sample.fields["function"])
    return Task(last_block(response.text), kept["decoded"], TIME_S)


LIVECODEBENCH = Benchmark(
    id="livecodebench",
    title="LiveCodeBench v5–v6",
    dataset=Dataset(
        path="livecodebench/code_generation_lite",
        config="v5_v6",
        split="test",
        columns=("question_content", "starter_code", "public_test_cases", "private_test_cases", "metadata"),
        rows=342,
        files=("test5.jsonl", "test6.jsonl"),
    ),
    sample=sample,
    metrics=CODEGEN_METRICS,
    fields=("question_content", "starter_code"),
    sampling=Sampling(temperature=0.6, top_p=0.95),
    repeats=GENERATIONS,
    program=program,
)


@pytest.mark.english
@pytest.mark.code
@pytest.mark.sandbox
@pytest.mark.llm_eval(LIVECODEBENCH)
def test_livecodebench(sample, outcomes, score):
    sample.fields["tests"].clear()  # decoded cases are not kept beyond their problem
    for metric, value in pass_scores("codegen", [outcome.passed for outcome in outcomes]).items():
        score(metric, value)
    for outcome in outcomes:
        score.count(f"outcome {outcome.category}")
    score.detail("outcomes", [outcome.to_json() for outcome in outcomes])
    score.extract([outcome.category for outcome in outcomes])
