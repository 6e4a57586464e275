"""Judge scores of two-turn dialogues: over the verdicts that can be read, and the reference's own (JU-16 to JU-19).

Ratings are on the judge's scale of 1 to 10, scores are a tenth of it. `ratings[turn][repeat]` is None where a verdict
has no readable rating.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

from swallow_metrics.datatypes import Metric, Value
from swallow_metrics.metrics.categories import MT_BENCH

Ratings = Sequence[Sequence[float | None]]

LOWEST, HIGHEST = 1.0, 10.0  # the scale: what a missing rating could have been
UNREADABLE = -1.0  # what the reference takes for a rating that it cannot read


def _missing_statistics(value: Value) -> tuple[float, ...]:
    missing, verdicts = value  # type: ignore[misc]  # [missing, verdicts] of a question
    return float(missing), float(verdicts)


def _reference_statistics(value: Value) -> tuple[float, ...]:
    """(a tenth of the question's mean, 1); nothing where it is exactly −1, as the reference drops these (JU-17)."""
    assert isinstance(value, float)
    return (0.0, 0.0) if value == UNREADABLE else (value / 10, 1.0)


def _no_statistics(_: Value) -> tuple[float, ...]:
    return ()


def _no_total(_: Sequence[float]) -> None:
    return None


SCORES = (
    Metric("judge_score", family="judge"),
    Metric("judge_score_turn_1"),
    Metric("judge_score_turn_2"),
    Metric("judge_score_lowest", unmeasured=True),
    Metric("judge_score_highest", unmeasured=True),
    Metric("judge_missing", statistics=_missing_statistics, unmeasured=True, less_is_better=True),
)
"""Over readable verdicts. `judge_score_lowest` and `…_highest` take 1 and 10 for each missing one; `judge_missing` is
the share of verdicts that are missing. Of a question without any readable verdict these three count, and REFERENCE."""


def _reference_metrics(subset: str) -> tuple[Metric, ...]:
    names = (f"judge_score_{subset}_{part}" for part in ("avg", "turn_1_avg", "turn_2_avg"))
    group = None if subset == "overall" else subset
    return tuple(Metric(name, statistics=_reference_statistics, unmeasured=True, group=group) for name in names)


REFERENCE = (
    *(metric for subset in ("overall", *MT_BENCH) for metric in _reference_metrics(subset)),
    # A question's raw ratings are kept in its record; they have no corpus figure (JU-19).
    *(
        Metric(f"judge_score_overall_turn_{n}", statistics=_no_statistics, total=_no_total, unmeasured=True)
        for n in (1, 2)
    ),
)
"""The reference's figures under its names. A question's values are on the scale of 1 to 10, the corpus's a tenth."""

METRICS = (*SCORES, *REFERENCE)


def question_scores(judges: Sequence[Ratings]) -> dict[str, Any]:
    """A question's values of `SCORES`, from each judge's ratings; those that no verdict bears out are left out.

    A turn's score is the mean over its readable ratings, the question's the mean of its turns (JU-18), then the mean
    over judges.
    """
    cells = [rating for ratings in judges for turn in ratings for rating in turn]
    bounds = {"lowest": LOWEST, "highest": HIGHEST}
    return {
        **question_means(judges),
        **{
            f"judge_score_{name}": question_means([_filled(ratings, bound) for ratings in judges])["judge_score"]
            for name, bound in bounds.items()
        },
        "judge_missing": [sum(rating is None for rating in cells), len(cells)],
    }


def question_means(judges: Sequence[Ratings]) -> dict[str, float]:
    """`judge_score` and its turns, 0.1…1: means over readable ratings, absent where there is none."""
    scores = {}
    for number, turns in enumerate(zip(*judges, strict=True), 1):
        if (mean := _mean(map(_mean, turns))) is not None:
            scores[f"judge_score_turn_{number}"] = mean / 10
    if (mean := _mean(_mean(map(_mean, ratings)) for ratings in judges)) is not None:
        scores["judge_score"] = mean / 10
    return scores


def reference_scores(category: str, first_ratings: Ratings) -> dict[str, Any]:
    """A question's values of `REFERENCE`: ratings of first replies, −1 for each unreadable one averaged in (JU-16)."""
    turns = [[UNREADABLE if rating is None else float(rating) for rating in turn] for turn in first_ratings]
    means = [sum(turn) / len(turn) for turn in turns]
    scores: dict[str, Any] = {}
    for subset in ("overall", category):
        scores[f"judge_score_{subset}_avg"] = sum(means) / len(means)
        for number, mean in enumerate(means, 1):
            scores[f"judge_score_{subset}_turn_{number}_avg"] = mean
    for number, turn in enumerate(turns, 1):
        scores[f"judge_score_overall_turn_{number}"] = turn
    return scores


def _filled(ratings: Ratings, bound: float) -> list[list[float]]:
    return [[bound if rating is None else rating for rating in turn] for turn in ratings]


def _mean(values: Iterable[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return fmean(there) if there else None
