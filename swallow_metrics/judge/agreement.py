"""How far a benchmark's judges can be trusted: agreement, missing verdicts, effort (from records alone)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import Any

from swallow_metrics.datatypes import Record
from swallow_metrics.judge.prices import KINDS, Prices
from swallow_metrics.judge.scores import SCORES, question_means
from swallow_metrics.statistics.intervals import figures

Cells = list[list[float | None]]  # a row a rater, a column a rated thing

_MEANS = {metric.name: metric for metric in SCORES[:3]}  # judge_score and its turns


def judging(records: Sequence[Record], prices: Prices) -> dict[str, Any]:
    """The report's `judge` part of a benchmark: each judge by name, and their agreement when there are several.

    Shares are 0…1, scores 0.1…1, lengths characters, costs US dollars. None stands for what cannot be known, such as
    a cost without token counts. A question is in it as soon as it was judged, also without any readable verdict.
    """
    details = [record.details["judge"] for record in records if "judge" in record.details]
    names = sorted({name for detail in details for name in detail["judges"]})
    part: dict[str, Any] = {"judges": {name: _judge(name, details, prices) for name in names}}
    if len(names) > 1:
        part["agreement"] = _agreement(names, details)
    return part


def _judge(name: str, details: Sequence[Mapping[str, Any]], prices: Prices) -> dict[str, Any]:
    own = [detail["judges"][name] for detail in details if name in detail["judges"]]
    total = {
        key: sum(question[key] for question in own)
        for key in ("verdicts", "missing", "retried", "replies", "unreadable", "malformed", "out_of_range")
    }
    lengths = [length for question in own for length in question["characters"]]
    tokens = {kind: _sum([question[f"{kind}_tokens"] for question in own]) for kind in KINDS}
    return {
        **_scores([question["ratings"] for question in own]),
        **total,
        "missing_share": _share(total["missing"], total["verdicts"]),
        "retried_share": _share(total["retried"], total["verdicts"]),
        "characters": {"mean": fmean(lengths), "max": max(lengths)} if lengths else None,
        "tokens": tokens,
        "cost_usd": _cost(prices.get(name), tokens),
        "self_agreement": _self_agreement(name, details),
    }


def _scores(ratings: Sequence[Sequence[Sequence[float | None]]]) -> dict[str, Any]:
    """This judge's `judge_score` and its turns, with intervals clustered by question."""
    questions = [question_means([question]) for question in ratings]
    return {
        name: figures(metric, [metric.statistics(question[name]) for question in questions if name in question])
        for name, metric in _MEANS.items()
    }


def _self_agreement(name: str, details: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of a judge with itself over the conversations of a question.

    `alpha` is Krippendorff's, with conversations as raters of the question's turns: how much of the spread lies between
    questions rather than between answers to one. `same_dialogue` is about the judge alone: pairs of conversations that
    are word for word the same, the share of them with equal ratings, and the mean distance of their ratings in points.
    """
    turns = [
        (ratings, detail["dialogues"][turn])
        for detail in details
        if name in detail["judges"]
        for turn, ratings in enumerate(detail["judges"][name]["ratings"])
    ]
    raters = max((len(ratings) for ratings, _ in turns), default=0)
    cells: Cells = [[ratings[k] if k < len(ratings) else None for ratings, _ in turns] for k in range(raters)]
    pairs = [
        abs(a - b)
        for ratings, dialogues in turns
        for (a, i), (b, j) in combinations(zip(ratings, dialogues, strict=True), 2)
        if i == j and a is not None and b is not None
    ]
    same = _share(pairs.count(0), len(pairs))
    distance = fmean(pairs) if pairs else None
    return {"alpha": alpha(cells), "same_dialogue": {"pairs": len(pairs), "equal": same, "distance": distance}}


def _agreement(names: Sequence[str], details: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of several judges, over all verdicts that they have in common."""
    cells: Cells = [
        [
            rating
            for detail in details
            if all(other in detail["judges"] for other in names)
            for turn in detail["judges"][name]["ratings"]
            for rating in turn
        ]
        for name in names
    ]
    distances = [
        abs(a - b) for one, other in combinations(cells, 2) for a, b in zip(one, other, strict=True)
        if a is not None and b is not None
    ]  # fmt: skip
    return {
        "alpha": alpha(cells),
        "distance": fmean(distances) if distances else None,
        "equal": _share(distances.count(0), len(distances)),
        "pairs": len(distances),
    }


def alpha(cells: Cells) -> float | None:
    """Krippendorff's alpha of ratings on an interval scale, at most 1; a row a rater, None where one is missing.

    None where it is not defined: fewer than two ratings of anything, or no two different ratings at all.
    """
    paired = [unit for unit in zip(*cells, strict=True) if sum(rating is not None for rating in unit) > 1]
    if len({rating for unit in paired for rating in unit if rating is not None}) < 2:
        return None
    import krippendorff

    data = [[float("nan") if rating is None else float(rating) for rating in row] for row in zip(*paired, strict=True)]
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="interval"))


def _cost(price: Mapping[str, float] | None, tokens: Mapping[str, int | None]) -> float | None:
    if price is None:
        return None
    parts = [None if (n := tokens[kind]) is None else price[kind] * n / 1e6 for kind in KINDS]
    return None if None in parts else sum(part or 0.0 for part in parts)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _sum(numbers: Sequence[int | None]) -> int | None:
    return None if None in numbers else sum(number or 0 for number in numbers)
