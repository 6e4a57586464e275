"""LiveCodeBench, release v6 or v5_v6: programming contest problems, by standard input and output or by function call.

Dataset: https://huggingface.co/datasets/livecodebench/code_generation_lite (test6.jsonl, or test5.jsonl too). Ten
generations a problem, each run in the sandbox; scoring: pass@1 and pass@10 (spec code.md).
"""

import json
from functools import partial

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Program, Response, Sample, Sampling
from swallow_metrics.errors import DataError, MeasurementError
from swallow_metrics.extraction.code_block import last_block
from swallow_metrics.extraction.program_doubts import program_doubt
from swallow_metrics.metrics.pass_at_k import GENERATIONS, pass_metrics, score_programs
from swallow_metrics.prompts import render, variants
from swallow_metrics.sandbox import CaseTests, decode_cases

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
    return Sample(row.id, (question,), fields={"function": function, "cases": cases})


def make_tests(sample: Sample, helpers: str) -> CaseTests:
    """All cases, public ones first."""
    try:
        cases = [case for text in sample.fields["cases"] for case in decode_cases(text)]
    except DataError as error:
        raise MeasurementError(f"sample {sample.id!r}: {error}") from error
    if not cases:
        raise MeasurementError(f"sample {sample.id!r} has no test cases, which any program would pass")
    return CaseTests([(case["input"], case["output"]) for case in cases], sample.fields["function"])


def code(sample: Sample, response: Response) -> str:
    """The last code block of the answer."""
    return last_block(response.text)


def release(name: str, rows: int, *files: str) -> Dataset:
    """The problems of one release: the raw files that were added for it (LC-1)."""
    return Dataset(
        path="livecodebench/code_generation_lite",
        config=name,
        split="test",
        columns=("question_content", "starter_code", "public_test_cases", "private_test_cases", "metadata"),
        rows=rows,
        files=files,
    )


RELEASES = {"v6": release("v6", 175, "test6.jsonl"), "v5_v6": release("v5_v6", 342, "test5.jsonl", "test6.jsonl")}
LIVECODEBENCH = Benchmark(
    id="livecodebench",
    title="LiveCodeBench",
    dataset=RELEASES["v6"],
    releases=RELEASES,
    sample=sample,
    metrics=pass_metrics("codegen"),
    fields=("question_content", "starter_code"),
    sampling=Sampling(temperature=0.6, top_p=0.95),
    repeats=GENERATIONS,
    of_generations=partial(pass_metrics, "codegen"),
    program=Program(make_tests, code, TIME_S),
)


@pytest.mark.english
@pytest.mark.code
@pytest.mark.sandbox
@pytest.mark.llm_eval(LIVECODEBENCH)
def test_livecodebench(sample, responses, outcomes, score):
    score_programs("codegen", outcomes, score)
    for response, outcome in zip(responses, outcomes, strict=True):
        if not outcome.passed:
            score.issue(program_doubt(response.text, outcome.detail))
