"""`--gate-early`: a benchmark whose gates are decided need not be asked any further.

Questions must come in an order that mixes groups (`mixed_order`). A gate is decided by `statistics.sequential`: about
the score that all questions would give, wrong with a chance of at most 5 % however often one looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from swallow_metrics.gate.rules import Gate, full_name
from swallow_metrics.statistics.sequential import Decider, Decision


def mixed_order(groups: Mapping[str, str], seed: int) -> list[str]:
    """Samples (sample → group) in a random order in which every part has about the groups' shares of the whole.

    The k-th of a group's n questions, shuffled, stands at a random place of the k-th n-th of the whole.
    """
    members: dict[str, list[tuple[int, str]]] = {}
    for sample, group in groups.items():
        members.setdefault(group, []).append((_random(seed, sample), sample))
    places = {
        sample: (number + _random(seed, f"{sample} place") / 2**64) / len(listed)
        for listed in members.values()
        for number, (_, sample) in enumerate(sorted(listed))
    }
    return sorted(places, key=places.__getitem__)


class EarlyStop:
    """Follows the gates of one benchmark over its `n` questions.

    `scales` is metric → highest score, for metrics that are means of questions' scores; `baseline` is metric → sample →
    the baseline's score. Gates on anything else are never decided early.
    """

    def __init__(
        self,
        gates: Iterable[Gate],
        n: int,
        scales: Mapping[str, float],
        baseline: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        self._baseline = baseline or {}
        self._deciders: list[tuple[Gate, str, Decider | None]] = []
        for gate in gates:
            metric = full_name(gate.metric, scales)
            known = metric in scales and (not gate.relative or metric in self._baseline)
            scale = scales.get(metric, 1.0)
            low = -scale if gate.relative else 0.0
            size = len(self._baseline.get(metric, ())) if gate.relative else n
            decider = Decider(gate.threshold, min(n, size), low, scale) if known and size else None
            self._deciders.append((gate, metric, decider))

    def add(self, sample: str, scores: Mapping[str, Any]) -> bool:
        """Take a question's scores; returns whether all gates are decided. A question in error has no scores."""
        for number, (gate, metric, decider) in enumerate(self._deciders):
            score = scores.get(metric)
            if gate.relative and score is not None:
                before = self._baseline.get(metric, {}).get(sample)
                score = None if before is None else score - before
            if decider is None or not isinstance(score, int | float):
                continue
            if decider.takes(score):
                decider.add(float(score))
            else:
                self._deciders[number] = gate, metric, None  # no metric with these bounds: never decided early
        return self.decided

    @property
    def decided(self) -> bool:
        """Whether there are gates, and all of them are decided."""
        return bool(self._deciders) and all(decision is not None for decision in self.decisions)

    @property
    def decisions(self) -> Sequence[Decision | None]:
        """By gate: on which side of its threshold the score lies, None while that is open."""
        return [None if decider is None else decider.decision for _, _, decider in self._deciders]


def _random(seed: int, text: str) -> int:
    return int.from_bytes(blake2b(f"{seed}/{text}".encode(), digest_size=8).digest(), "big")
