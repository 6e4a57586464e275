"""Several generations of a question: pass@k and maj@k, exact expectations over k of the n generations (MJ-2 to MJ-9).

Sources: pass@k is Chen et al. 2021 (arXiv:2107.03374), maj@k the majority vote of Wang et al. 2022 (arXiv:2203.11171).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import comb
from typing import Any

from swallow_metrics.metrics.pass_at_k import pass_at_k

EMPTY = "EMPTY"
"""The key of a generation in which nothing was found. It is wrong, and it votes (MJ-5)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A distinct answer of a question's generations. `is_correct` is what its last generation scored (MJ-6)."""

    answer: str
    count: int
    is_correct: bool


def answer_key(extracted: Sequence[str]) -> str:
    """What makes two generations the same answer: the distinct texts found, sorted by code point (MJ-4)."""
    return "|".join(sorted(set(extracted))) if extracted else EMPTY


def tally(keys: Sequence[str], correct: Sequence[bool]) -> list[Answer]:
    """The distinct answers, sorted by key (MJ-11)."""
    counts: dict[str, int] = {}
    last: dict[str, bool] = {}
    for key, right in zip(keys, correct, strict=True):
        counts[key] = counts.get(key, 0) + 1
        last[key] = bool(right)
    return [Answer(key, counts[key], last[key]) for key in sorted(counts)]


def ks(n: int) -> list[int]:
    """The k that are reported of n generations: 1, 2, 4, … and n itself (MJ-1)."""
    return sorted({2**power for power in range(n.bit_length())} | {n})


def several_names(metric: str, generations: int) -> list[str]:
    """The names of `several_scores`; none for one generation."""
    return [
        f"{metric}_{kind}@{k}:{generations}" for kind in ("pass", "maj") for k in ks(generations) if generations > 1
    ]


def several_scores(metric: str, keys: Sequence[str], correct: Sequence[bool], generations: int) -> dict[str, float]:
    """`{metric}_pass@{k}:{generations}` and `{metric}_maj@{k}:{generations}` of one question.

    `generations` is the number that the run asks for; where a question has fewer, the k above its number are left out
    (MJ-10), and where it has more all of them are used (MJ-3).
    """
    n, right = len(correct), sum(map(bool, correct))
    wanted = [k for k in ks(generations) if k <= n]
    answers = tally(keys, correct)
    majority = majorities(tuple(sorted((answer.count, answer.is_correct) for answer in answers)))
    return {f"{metric}_pass@{k}:{generations}": pass_at_k(n, right, k) for k in wanted} | {
        f"{metric}_maj@{k}:{generations}": majority[k - 1] for k in wanted
    }


def answers_json(keys: Sequence[str], correct: Sequence[bool]) -> list[dict[str, Any]]:
    """The tally as plain JSON, for records."""
    return [asdict(answer) for answer in tally(keys, correct)]


@lru_cache(maxsize=4096)  # questions of equal counts are common
def majorities(answers: tuple[tuple[int, bool], ...]) -> tuple[float, ...]:
    """maj@1 … maj@n for the answers' (count, whether it is right), in [0, 1] (MJ-7).

    The mean, over all ways to choose k of the n generations, of the share of right answers among the most frequent
    ones. Ways are counted by the highest count `t` among the chosen: polynomials in x have the number of generations
    chosen as their exponent, and row j of an array is for j answers that are chosen exactly t times.
    """
    import numpy as np

    n = sum(count for count, _ in answers)
    total = np.zeros(n + 1)
    for t in range(1, max(count for count, _ in answers) + 1):
        below = sum(count for count, _ in answers if count < t)
        top = [answer for answer in answers if answer[0] >= t]
        rows = min(len(top), n // t) + 1
        ways = np.zeros((rows, n + 1))  # of choosing
        right = np.zeros((rows, n + 1))  # the same, each times the right answers on top
        ways[0, : below + 1] = [float(comb(below, chosen)) for chosen in range(below + 1)]
        for count, is_correct in top:
            on_top = right + ways if is_correct else right
            right = _less(right, count, t) + _shifted(on_top, comb(count, t), t)
            ways = _less(ways, count, t) + _shifted(ways, comb(count, t), t)
        total += (right[1:] / np.arange(1, rows)[:, None]).sum(axis=0)
    return tuple(min(1.0, float(total[k]) / comb(n, k)) for k in range(1, n + 1))


def _less(ways: Any, count: int, t: int) -> Any:
    """One more answer, of which fewer than t generations are chosen."""
    result = ways.copy()
    for chosen in range(1, t):
        result[:, chosen:] += comb(count, chosen) * ways[:, :-chosen]
    return result


def _shifted(ways: Any, factor: int, t: int) -> Any:
    """One more answer, of which exactly t generations are chosen."""
    import numpy as np

    result = np.zeros_like(ways)
    result[1:, t:] = float(factor) * ways[:-1, :-t]
    return result
