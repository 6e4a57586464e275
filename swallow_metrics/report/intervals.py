"""Standard errors and 95 % intervals of a metric over its samples.

* every sample scored 0 or 1: Wilson's score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953);
* other means: Student's t on the per-sample values. A sample's value is already the mean over its generations, so
  repeated generations of a question are one cluster, never independent observations;
* corpus metrics and ratios of sums: percentile bootstrap over samples with a fixed seed, from per-sample statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import fsum, sqrt
from typing import Any

from swallow_metrics.datatypes import Metric, mean_statistics, ratio

Z95 = 1.959963984540054  # the normal distribution's 97.5 % quantile
RESAMPLES = 1000
SEED = 20260101
FEW = 500


def wilson(mean: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion `mean` of `n` ≥ 1."""
    z2 = Z95 * Z95
    centre = (mean + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * sqrt(mean * (1 - mean) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def figures(metric: Metric, statistics: Sequence[Sequence[float]]) -> dict[str, object] | None:
    """Mean, standard error, interval, method and n of a metric from its samples' statistics; None without samples.

    With one sample there is no standard error: it and the interval are None, except for Wilson's.
    """
    total = metric.total([fsum(column) for column in zip(*statistics, strict=True)]) if statistics else None
    if total is None:
        return None
    n = len(statistics)
    if metric.statistics is mean_statistics and metric.total is ratio:
        values = [value for value, _ in statistics]
        stderr = sqrt(fsum((v - total) ** 2 for v in values) / (n - 1) / n) if n > 1 else None
        if all(v in (0.0, 1.0) for v in values):
            interval, method = wilson(total, n), "wilson"
        elif stderr is None:
            return _figures(total, None, None, "t", n)
        else:
            half = _t_quantile(n - 1) * stderr
            interval, method = (total - half, total + half), "t"
            if all(0.0 <= v <= metric.scale for v in values):  # the interval of a bounded score has its bounds
                interval = (max(0.0, interval[0]), min(metric.scale, interval[1]))
    else:
        if n < 2:
            return _figures(total, None, None, "bootstrap", n)
        stderr, interval = bootstrap(metric, statistics)
        method = "bootstrap"
    return _figures(total, stderr, interval, method, n)


def bootstrap(metric: Metric, statistics: Sequence[Sequence[float]]) -> tuple[float, tuple[float, float]]:
    """Standard error and percentile interval over resampled samples. Reproducible: the seed is fixed."""
    import numpy as np

    matrix = np.asarray(statistics, dtype=float)
    n = len(matrix)
    if n <= FEW:
        sums = (_few_draws(n) @ matrix).tolist()
    else:  # all draws at once would not fit into memory
        sums = ((weights @ matrix).tolist() for weights in _draws(n))
    scores = [score for total in sums if (score := metric.total(total)) is not None]
    low, high = np.percentile(scores, [2.5, 97.5])
    return float(np.std(scores, ddof=1)), (float(low), float(high))


def _draws(n: int) -> Iterator[Any]:
    """How often each of `n` samples is drawn, for each resample: int arrays of shape (n,)."""
    import numpy as np

    random = np.random.default_rng(SEED)
    for _ in range(RESAMPLES):
        yield np.bincount(random.integers(0, n, n), minlength=n)


@lru_cache(maxsize=8)
def _few_draws(n: int) -> Any:
    """The same as a matrix, and kept: a benchmark of few questions can have a hundred metrics and groups."""
    import numpy as np

    return np.array(list(_draws(n)), dtype=float)


def _t_quantile(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def _figures(
    mean: float, stderr: float | None, interval: tuple[float, float] | None, method: str, n: int
) -> dict[str, object]:
    return {
        "mean": mean,
        "stderr": stderr,
        "ci95": list(interval) if interval else [None, None],
        "method": method,
        "n": n,
    }
