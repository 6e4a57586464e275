"""Two runs on the same questions: tests of their difference, and its interval.

* scores of 0 and 1: McNemar's test (1947, doi:10.1007/BF02295996), exact on the discordant questions;
* other scores of a question: sign-flip permutation (Fisher 1935; Good 2005), every way of flipping up to 12 questions.
  A question's generations are averaged first, so that the question is what is flipped;
* corpus metrics: paired bootstrap of questions on added up statistics (Koehn 2004, aclanthology W04-3250). Resamples of
  few questions vary too little (two corpora of equal skill differed at 5 % in 12 of 100 pairs of 12 sentences), so that
  p is never below that of Student's t on the bootstrap's standard error.

Intervals are Student's t on the questions' differences, after Bonett and Price (2012, doi:10.3102/1076998611411915),
who add half a question won and lost by a whole score twice to 0/1 scores: an interval has a width even where nothing
differs. With `moving` questions that differ by less than a whole score that addition fades as 1 / (1 + `moving`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any, NamedTuple

from swallow_metrics.datatypes import Metric
from swallow_metrics.statistics.intervals import Z95, t_quantile, t_share

SEED = 20260101
FLIPS = 4_999
RESAMPLES = 1_999
_CELLS = 2_000_000  # random numbers at once: 16 MB


class Paired(NamedTuple):
    """The difference of two runs: second minus first, its interval and standard error, two-sided p, and the method."""

    difference: float
    interval: tuple[float, float]
    stderr: float
    p: float
    method: str


def compare_binary(first: Any, second: Any) -> Paired:
    """Two arrays of 0 and 1, one element per question."""
    from scipy.special import bdtr

    n = len(first)
    gained, lost = int(((first == 0) & (second == 1)).sum()), int(((first == 1) & (second == 0)).sum())
    discordant = gained + lost
    p = min(1.0, 2 * float(bdtr(min(gained, lost), discordant, 0.5))) if discordant else 1.0
    won, missed = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    stderr = sqrt((won + missed - (won - missed) ** 2) / (n + 2))
    middle = won - missed
    interval = max(-1.0, middle - Z95 * stderr), min(1.0, middle + Z95 * stderr)
    return Paired((gained - lost) / n, interval, stderr, p, "mcnemar-exact")


def compare_means(first: Any, second: Any, scale: float = 1.0) -> Paired:
    """Two arrays of scores between 0 and `scale`, one element per question: sign flips of the differences."""
    import numpy as np

    differences = second - first
    n = len(differences)
    differing = differences[differences != 0]
    mean = float(differences.sum()) / n
    variance = float(((differences - mean) ** 2).sum()) / n
    interval, stderr = _interval(mean, variance / n, n, len(differing), scale)
    if not len(differing):
        return Paired(mean, interval, stderr, 1.0, "permutation")
    bound = abs(float(differing.sum())) - 1e-9 * scale
    if 2 ** len(differing) <= FLIPS:  # all of them, so that p is exact
        flips = 1.0 - 2.0 * (np.arange(2 ** len(differing))[:, None] >> np.arange(len(differing)) & 1)
        return Paired(mean, interval, stderr, float((np.abs(flips @ differing) >= bound).mean()), "permutation")
    # Eight questions share a random byte: a table tells what each of its 256 ways to flip them adds up to.
    groups = np.pad(differing, (0, -len(differing) % 8)).reshape(-1, 8)
    signs = 1.0 - 2.0 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
    sums, columns = groups @ signs.T, np.arange(len(groups))
    random, extreme, left = np.random.default_rng(SEED), 0, FLIPS
    while left:
        rows = min(left, max(1, _CELLS // len(groups)))
        drawn = np.frombuffer(random.bytes(rows * len(groups)), np.uint8).reshape(rows, -1)
        flipped = np.abs(sums[columns, drawn].sum(axis=1))
        extreme += int((flipped >= bound).sum())
        left -= rows
    return Paired(mean, interval, stderr, (1 + extreme) / (1 + FLIPS), "permutation")


def compare_corpora(metric: Metric, first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]) -> Paired:
    """A metric of added up statistics, a row per question: both runs are resampled with the same questions.

    Raises ValueError where the metric cannot be computed.
    """
    import numpy as np

    rows, others = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    n = len(rows)
    difference = _difference(metric, rows.sum(0), others.sum(0))
    if difference is None:
        raise ValueError(f"{metric.name} has no value")
    random = np.random.default_rng(SEED)
    draws: list[float] = []
    for _ in range(RESAMPLES):
        counts = np.bincount(random.integers(0, n, n), minlength=n)
        if (score := _difference(metric, counts @ rows, counts @ others)) is not None:
            draws.append(score)
    drawn = np.array(draws)
    moving = int((rows != others).any(axis=1).sum())
    interval, stderr = _interval(difference, float(drawn.var()), n, moving, metric.scale)
    extreme = int((np.abs(drawn - difference) >= abs(difference) * (1 - 1e-12)).sum())
    p = max((1 + extreme) / (1 + len(draws)), 2 * t_share(n - 1, -abs(difference) / stderr) if n > 1 else 1.0)
    return Paired(difference, interval, stderr, p, "bootstrap")


def _difference(metric: Metric, first: Any, second: Any) -> float | None:
    a, b = metric.total(first.tolist()), metric.total(second.tolist())
    return None if a is None or b is None else b - a


def _interval(
    difference: float, variance: float, n: int, moving: int, scale: float
) -> tuple[tuple[float, float], float]:
    """Interval and standard error of a difference with this variance, and what Bonett and Price add to it."""
    stderr = sqrt(variance * n / max(1, n - 1) + 2 * (scale / (n + 2)) ** 2 / (1 + moving))
    half = (t_quantile(n - 1) if n > 1 else Z95) * stderr
    return (max(-scale, difference - half), min(scale, difference + half)), stderr


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values: the chance of any false alarm among them stays below the level (Holm 1979, 6:65)."""
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
