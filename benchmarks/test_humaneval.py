"""HumanEval, HumanEval+ and JHumanEval: complete a Python function so that it passes its tests.

Datasets: https://huggingface.co/datasets/openai/openai_humaneval, …/evalplus/humanevalplus, …/kogi-jwu/jhumaneval.
Ten generations a problem, each run in the sandbox; scoring: pass@1 and pass@10 (spec code.md).
"""

import ast
from functools import partial

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Program, Response, Sample, Sampling
from swallow_metrics.extraction.code_block import function_block
from swallow_metrics.metrics.pass_at_k import GENERATIONS, pass_metrics, score_programs
from swallow_metrics.prompts import render
from swallow_metrics.sandbox import CheckTests


def sample(row: Row, prompt: str) -> Sample:
    """The unfinished function; the target is its name, its tests stay outside of the prompt."""
    test, name = row.text("test"), row.text("entry_point")
    if "check" not in test or not _is_python(test):
        raise row.unanswerable(f"expected `test` to define check(candidate), but it is {test[:60]!r}")
    if not name.isidentifier():
        raise row.unanswerable(f"expected `entry_point` to be the name of a function, but it is {name[:60]!r}")
    question = render(prompt, code_snipet=row.text("prompt"))
    return Sample(row.id, (question,), name, fields={"prompt": row.text("prompt"), "test": test})


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def make_tests(sample: Sample, helpers: str) -> CheckTests:
    """The row's test text."""
    return CheckTests(sample.target, sample.fields["test"], sample.fields["prompt"], helpers)


def code(sample: Sample, response: Response) -> str | None:
    """The block of the answer that defines the function."""
    return function_block(response.text, sample.target)


def humaneval(benchmark_id: str, title: str, path: str, config: str | None = None, time_s: float = 6.0) -> Benchmark:
    """The three differ in their rows, prompts and time limit (CO-11)."""
    return Benchmark(
        id=benchmark_id,
        title=title,
        dataset=Dataset(
            path=path,
            config=config,
            split="test",
            columns=("prompt", "entry_point", "test", "task_id"),
            rows=164,
        ),
        sample=sample,
        metrics=pass_metrics("humaneval"),
        fields=("code_snipet",),
        sampling=Sampling(temperature=0.2, top_p=0.95),
        repeats=GENERATIONS,
        of_generations=partial(pass_metrics, "humaneval"),
        program=Program(make_tests, code, time_s),
        issues=("passed_by_own_helper",),
    )


@pytest.mark.english
@pytest.mark.code
@pytest.mark.sandbox
@pytest.mark.llm_eval(humaneval("humaneval", "HumanEval", "openai/openai_humaneval"))
def test_humaneval(sample, outcomes, score):
    score_programs("humaneval", outcomes, score)


@pytest.mark.english
@pytest.mark.code
@pytest.mark.sandbox
@pytest.mark.llm_eval(humaneval("humanevalplus", "HumanEval+", "evalplus/humanevalplus", time_s=120.0))
def test_humanevalplus(sample, outcomes, score):
    score_programs("humaneval", outcomes, score)


@pytest.mark.japanese
@pytest.mark.code
@pytest.mark.sandbox
@pytest.mark.llm_eval(humaneval("swallow_jhumaneval", "JHumanEval", "kogi-jwu/jhumaneval", "jhumaneval"))
def test_jhumaneval(sample, outcomes, score):
    score_programs("humaneval", outcomes, score)
