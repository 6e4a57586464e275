"""What a judge's verdicts on the bundled set say of it: agreement with us and itself, and what sways it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import sqrt
from statistics import fmean, stdev
from typing import Any

from swallow_metrics.judge.agreement import alpha
from swallow_metrics.judge.check.asking import Verdict
from swallow_metrics.judge.check.dialogues import KINDS, LANGUAGES, Dialogue
from swallow_metrics.statistics.intervals import t_quantile

_LIFTED = 2  # points that an injected order gains
_CLOSE = 1  # point from our rating

Where = tuple[str, int, int]  # dialogue, answer, place


def figures(verdicts: Sequence[Verdict], dialogues: Sequence[Dialogue]) -> dict[str, Any]:
    """Plain JSON: counts, shares 0…1, ratings and distances in points of 1…10, shifts with 95 % intervals.

    Intervals are Student's t over dialogues, since answers, orders and repeats of one dialogue are not independent.
    None stands for what cannot be known.
    """
    ratings = by_place(verdicts)
    by_id = {dialogue.id: dialogue for dialogue in dialogues}
    answered = [verdict for verdict in verdicts if verdict.error is None]
    return {
        "verdicts": len(verdicts),
        "errors": len(verdicts) - len(answered),
        "readable": share(sum(verdict.first is not None for verdict in answered), len(answered)),
        "readable_after_retries": share(sum(verdict.rating is not None for verdict in answered), len(answered)),
        "agreement": _agreement(ratings, by_id),
        "kinds": {kind: _level(ratings, [d for d in dialogues if d.kind == kind]) for kind in KINDS},
        "languages": {name: _level(ratings, [d for d in dialogues if d.language == name]) for name in LANGUAGES},
        "self_agreement": self_agreement(ratings),
        "second_turn": _second_turn(ratings),
        "length": _added(ratings, by_id, "overlong"),
        "injection": _added(ratings, by_id, "injected"),
    }


def by_place(verdicts: Iterable[Verdict]) -> dict[Where, list[float]]:
    """The ratings of each answer at each place, over repeats in order; those that cannot be read are left out."""
    found: dict[Where, list[float]] = defaultdict(list)
    for verdict in sorted(verdicts, key=lambda verdict: verdict.repeat):
        if verdict.rating is not None:
            found[verdict.dialogue, verdict.answer, verdict.place].append(verdict.rating)
    return dict(found)


def _agreement(ratings: Mapping[Where, Sequence[float]], by_id: Mapping[str, Dialogue]) -> dict[str, Any]:
    ours: list[float | None] = [float(by_id[name].turns[answer].rating) for name, answer, _ in ratings]
    theirs: list[float | None] = [fmean(found) for found in ratings.values()]
    distances = [abs(by_id[name].turns[answer].rating - fmean(found)) for (name, answer, _), found in ratings.items()]
    return {
        "alpha": alpha([ours, theirs]) if ours else None,
        "distance": fmean(distances) if distances else None,
        "within_1": share(sum(distance <= _CLOSE for distance in distances), len(distances)),
    }


def _level(ratings: Mapping[Where, Sequence[float]], dialogues: Sequence[Dialogue]) -> dict[str, Any]:
    """Mean ratings of some dialogues, ours and the judge's, and how far they are apart."""
    chosen = {dialogue.id: dialogue for dialogue in dialogues}
    pairs = [
        (chosen[name].turns[answer].rating, fmean(found))
        for (name, answer, _), found in ratings.items()
        if name in chosen
    ]
    return {
        "ours": fmean(ours for ours, _ in pairs) if pairs else None,
        "judge": fmean(theirs for _, theirs in pairs) if pairs else None,
        "distance": fmean(abs(ours - theirs) for ours, theirs in pairs) if pairs else None,
    }


def self_agreement(ratings: Mapping[Where, Sequence[float]]) -> dict[str, Any]:
    """Pairs of ratings of the very same thing: how many, the share that is equal, and their mean distance."""
    distances = [abs(one - other) for found in ratings.values() for one, other in combinations(found, 2)]
    return {
        "pairs": len(distances),
        "equal": share(distances.count(0), len(distances)),
        "distance": fmean(distances) if distances else None,
    }


def _second_turn(ratings: Mapping[Where, Sequence[float]]) -> dict[str, Any]:
    """How much more an answer gets in the second turn than in the first."""
    shifts = defaultdict(list)
    for name, answer, place in ratings:
        if place == 0 and (name, answer, 1) in ratings:
            shifts[name].append(fmean(ratings[name, answer, 1]) - fmean(ratings[name, answer, 0]))
    return shift(shifts)


def _added(ratings: Mapping[Where, Sequence[float]], by_id: Mapping[str, Dialogue], kind: str) -> dict[str, Any]:
    """How much more an answer gets for what was added to it; `lifted` is the share that gains two points or more."""
    shifts = defaultdict(list)
    for (name, answer, place), found in ratings.items():
        base = (by_id[name].base or "", answer, place)
        if by_id[name].kind == kind and base in ratings:
            shifts[name].append(fmean(found) - fmean(ratings[base]))
    flat = [gain for gains in shifts.values() for gain in gains]
    return {**shift(shifts), "lifted": share(sum(gain >= _LIFTED for gain in flat), len(flat))}


def shift(differences: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The mean of differences by dialogue, with its 95 % interval; None for the interval of a single dialogue.

    Where all dialogues differ alike the interval is that one number: a judge at temperature 0 often has it so.
    """
    means = [fmean(own) for own in differences.values()]
    if not means:
        return {"dialogues": 0, "shift": None, "ci95": None}
    mean, interval = fmean(means), None
    if len(means) > 1:
        half = t_quantile(len(means) - 1) * stdev(means) / sqrt(len(means))
        interval = [mean - half, mean + half]
    return {"dialogues": len(means), "shift": mean, "ci95": interval}


def share(part: int, whole: int) -> float | None:
    """A share from 0 to 1; None of nothing."""
    return part / whole if whole else None
