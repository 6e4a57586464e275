"""pass@k: the chance that at least one of k generations is right, estimated without bias from n (CO-2).

Source: Chen et al. 2021, "Evaluating Large Language Models Trained on Code" (arXiv:2107.03374), equation 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from swallow_metrics.datatypes import Metric

GENERATIONS = 10  # what the names promise and the reference requests (CO-1)
KS = (1, 10)


def pass_at_k(n: int, correct: int, k: int) -> float:
    """The estimate from `correct` right ones among n generations, in [0, 1]. Raises ValueError unless 1 ≤ k ≤ n."""
    if not 1 <= k <= n or not 0 <= correct <= n:
        raise ValueError(f"expected 1 <= k <= n and 0 <= correct <= n, got n={n}, correct={correct}, k={k}")
    if n - correct < k:
        return 1.0
    return 1.0 - prod(1.0 - k / i for i in range(n - correct + 1, n + 1))


def pass_metrics(family: str) -> tuple[Metric, ...]:
    """The metrics `{family}_pass@{k}:{generations}` of a benchmark; the first, pass@1, is the primary one."""
    return tuple(Metric(f"{family}_pass@{k}:{GENERATIONS}", signature=f"n:{GENERATIONS}") for k in KS)


HUMANEVAL_METRICS = pass_metrics("humaneval")
CODEGEN_METRICS = pass_metrics("codegen")


def pass_scores(family: str, outcomes: Sequence[bool]) -> dict[str, float]:
    """The scores of one question from the outcomes of its generations; a k above their number is left out."""
    n, correct = len(outcomes), sum(outcomes)
    return {f"{family}_pass@{k}:{GENERATIONS}": pass_at_k(n, correct, k) for k in KS if k <= n}
