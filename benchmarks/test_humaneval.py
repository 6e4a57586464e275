"""HumanEval, HumanEval+ and JHumanEval: complete a Python function so that it passes its tests.

Datasets: https://huggingface.co/datasets/openai/openai_humaneval, …/evalplus/humanevalplus, …/kogi-jwu/jhumaneval.
Ten generations a problem, each run in the sandbox; scoring: pass@1 and pass@10 (spec code.md).
"""

from functools import partial

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Response, Sample, Sampling
from swallow_metrics.extraction.code_block import function_block
from swallow_metrics.metrics.pass_at_k import GENERATIONS, HUMANEVAL_METRICS, pass_scores
from swallow_metrics.prompts import render
from swallow_metrics.sandbox import CheckTests, Task


def sample(row: Row, prompt: str) -> Sample:
    """The unfinished function; the target is its name, its tests stay outside of the prompt."""
    if "check" not in row.text("test"):
        raise row.error(f"expected `test` to define check(candidate), but it is {row.text('test')[:60]!r}")
    question = render(prompt, code_snipet=row.text("prompt"))
    fields = {"prompt": row.text("prompt"), "test": row.text("test"), "tests": {}}
    return Sample(row.id, (question,), row.text("entry_point"), fields=fields)


def program(sample: Sample, response: Response, helpers: str, time_s: float) -> Task:
    """The answer's program with the row's tests; one tests object for all programs of a question."""
    code = function_block(response.text, sample.target)
    kept = sample.fields["tests"]
    if helpers not in kept:
        kept[helpers] = CheckTests(sample.target, sample.fields["test"], sample.fields["prompt"], helpers)
    return Task(code or "", kept[helpers], time_s)


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
        metrics=HUMANEVAL_METRICS,
        fields=("code_snipet",),
        sampling=Sampling(temperature=0.2, top_p=0.95),
        repeats=GENERATIONS,
        program=partial(program, time_s=time_s),
        facts={"trouble": ["passed_by_own_helper"]},
    )


def score_outcomes(outcomes, score):
    """pass@k over the generations, and what came of each."""
    for metric, value in pass_scores("humaneval", [outcome.passed for outcome in outcomes]).items():
        score(metric, value)
    for outcome in outcomes:
        score.count(f"outcome {outcome.category}")
    if by_own_helper := sum(outcome.own_helper for outcome in outcomes):
        score.count("passed_by_own_helper", by_own_helper)
    score.detail("outcomes", [outcome.to_json() for outcome in outcomes])
    score.extract([outcome.category for outcome in outcomes], found=any(o.category != "no code" for o in outcomes))


@pytest.mark.english
@pytest.mark.code
@pytest.mark.sandbox
@pytest.mark.llm_eval(humaneval("humaneval", "HumanEval", "openai/openai_humaneval"))
def test_humaneval(sample, outcomes, score):
    score_outcomes(outcomes, score)


@pytest.mark.english
@pytest.mark.code
@pytest.mark.sandbox
@pytest.mark.llm_eval(humaneval("humanevalplus", "HumanEval+", "evalplus/humanevalplus", time_s=120.0))
def test_humanevalplus(sample, outcomes, score):
    score_outcomes(outcomes, score)


@pytest.mark.japanese
@pytest.mark.code
@pytest.mark.sandbox
@pytest.mark.llm_eval(humaneval("swallow_jhumaneval", "JHumanEval", "kogi-jwu/jhumaneval", "jhumaneval"))
def test_jhumaneval(sample, outcomes, score):
    score_outcomes(outcomes, score)
