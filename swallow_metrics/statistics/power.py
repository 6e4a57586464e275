"""What a run of this size could show: smallest difference, questions and generations needed.

The usual normal approximation for a two-sided test at 5 % with 80 % power (Miller 2024, arXiv 2411.00640, section 5;
Cohen 1988). Two runs answer the same questions, so their scores of a question are correlated; without a second run that
correlation is not known and `CORRELATION` is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, fsum, sqrt
from statistics import NormalDist

from swallow_metrics.statistics.intervals import Z95

POWER = 0.8
CORRELATION = 0.5
"""Between two models' scores of a question. At 0.5 a paired difference varies as much as one run's score does."""
_FACTOR = Z95 + NormalDist().inv_cdf(POWER)  # standard errors between no difference and one that is shown 4 times in 5


def smallest_difference(stderr: float) -> float:
    """The smallest true difference that is shown with 80 % power, from the standard error of the difference."""
    return _FACTOR * stderr


def of_run(interval: Sequence[float | None], correlation: float = CORRELATION) -> float | None:
    """The smallest difference to another run on the same questions, from one run's 95 % interval; None without one.

    The interval's half width stands for the standard error: it is never 0, not even where all questions are right.
    """
    low, high = interval
    if low is None or high is None:
        return None
    return smallest_difference((high - low) / 2 / Z95 * sqrt(2 * (1 - correlation)))


def questions_needed(n: int, shown: float, wanted: float) -> int:
    """How many questions show `wanted`, when `n` of them show a smallest difference of `shown`."""
    return ceil(n * (shown / wanted) ** 2 - 1e-9)


def variance_parts(values: Iterable[Sequence[float]]) -> tuple[float, float] | None:
    """(within, between): variance of a question's generations, and of the questions' skills, 0 or more.

    One-way analysis of variance with unequal numbers (Searle, Casella and McCulloch 1992, section 3.6). None unless
    there are two questions and one of them has several generations.
    """
    groups = [group for group in values if group]
    n, total = len(groups), sum(len(group) for group in groups)
    if n < 2 or total == n:
        return None
    means = [fsum(group) / len(group) for group in groups]
    grand = fsum(value for group in groups for value in group) / total
    inside = fsum((v - mean) ** 2 for group, mean in zip(groups, means, strict=True) for v in group)
    within = inside / (total - n)
    among = fsum(len(group) * (mean - grand) ** 2 for group, mean in zip(groups, means, strict=True)) / (n - 1)
    size = (total - sum(len(group) ** 2 for group in groups) / total) / (n - 1)
    return within, max(0.0, (among - within) / size)


def repeats_needed(
    within: float, between: float, n: int, wanted: float, correlation: float = CORRELATION
) -> int | None:
    """How many generations per question show a difference of `wanted` on `n` questions; None where no number does.

    More generations remove the variance within questions. Of the rest, what two models share (`correlation`) cancels.
    """
    allowed = n * (wanted / _FACTOR) ** 2 / 2  # per run
    rest = allowed - between * (1 - correlation)
    if rest <= 0:
        return None
    return max(1, ceil(within / rest - 1e-9))
