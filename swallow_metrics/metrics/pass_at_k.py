"""pass@k: the chance that at least one of k generations is right, estimated without bias from n (CO-2).

Source: Chen et al. 2021, "Evaluating Large Language Models Trained on Code" (arXiv:2107.03374), equation 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from swallow_metrics.datatypes import Metric, Record

GENERATIONS = 10  # what the reference requests, and what its names say (CO-1)
KS = (1, 10)


def pass_at_k(n: int, correct: int, k: int) -> float:
    """The estimate from `correct` right ones among n generations, in [0, 1]. Raises ValueError unless 1 ≤ k ≤ n."""
    if not 1 <= k <= n or not 0 <= correct <= n:
        raise ValueError(f"expected 1 <= k <= n and 0 <= correct <= n, got n={n}, correct={correct}, k={k}")
    if n - correct < k:
        return 1.0
    return 1.0 - prod(1.0 - k / i for i in range(n - correct + 1, n + 1))


def pass_metrics(family: str, n: int = GENERATIONS) -> tuple[Metric, ...]:
    """The metrics `{family}_pass@{k}:{n}` of a run with n generations; the first, pass@1, is the primary one."""
    return tuple(Metric(f"{family}_pass@{k}:{n}", signature=generations) for k in KS if k <= n)


def generations(records: Sequence[Record]) -> str:
    """`n:10`, or `n:3..10`: how many generations the questions really have; the name has the number asked for."""
    numbers = sorted({len(record.finish_reasons) for record in records})
    return f"n:{numbers[0]}" if len(numbers) == 1 else f"n:{numbers[0]}..{numbers[-1]}"


def pass_scores(family: str, outcomes: Sequence[bool], asked: int = GENERATIONS) -> dict[str, float]:
    """The scores of one question from the outcomes of its generations; a k above their number is left out.

    `asked` is the number of generations per question that the run asks for (`score.generations`).
    """
    n, correct = len(outcomes), sum(outcomes)
    return {f"{family}_pass@{k}:{asked}": pass_at_k(n, correct, k) for k in KS if k <= min(n, asked)}


def score_programs(family: str, outcomes: Sequence[Any], score: Any) -> None:
    """pass@k over a question's generations, and the outcome of each (`swallow_metrics.sandbox.Outcome`).

    `score` is the fixture of that name.
    """
    for metric, value in pass_scores(family, [outcome.passed for outcome in outcomes], score.generations).items():
        score(metric, value)
    score.repeats(f"{family}_pass@1:{score.generations}", [outcome.passed for outcome in outcomes])
    for outcome in outcomes:
        score.count(f"outcome {outcome.category}")
    if by_own_helper := sum(outcome.own_helper for outcome in outcomes):
        score.count("passed_by_own_helper", by_own_helper)
    programs = [outcome.category != "no code" for outcome in outcomes]
    score.issue(None if all(programs) else "no_code")
    score.detail("outcomes", [outcome.to_json() for outcome in outcomes])
    score.extract([outcome.category for outcome in outcomes], found=any(programs))
