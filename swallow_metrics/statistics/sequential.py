"""A test of a mean against a threshold that may be looked at after every question.

Betting (Waudby-Smith and Ramdas 2024, doi:10.1093/jrsssb/qkad009, sections 4 and 5): a gambler bets on each next score
against the hypothesis; if it is true, wealth multiplies by 20 with a chance of at most 1 in 20, however often one looks
(Ville 1939). Questions are drawn without replacement from the benchmark's `n`, so the mean that is left to draw is
known under the hypothesis, and the decision is about the score that all questions would have given.
"""

from __future__ import annotations

from math import log
from typing import Literal

Decision = Literal["above", "below"]
_MOST = 0.75  # the largest share of what could be lost that is bet: wealth never comes near 0


class Decider:
    """Decides whether the mean of `n` scores between `low` and `high` lies above or below `threshold`.

    Add scores in the order of a random permutation. `decision` is None until it is decided, and stays then. Each
    direction is wrong with a chance of at most `alpha` / 2. Bets are the paper's approximately growth-rate optimal ones
    ("aGRAPA", section B.3), from the mean and variance of the scores before.
    """

    def __init__(self, threshold: float, n: int, low: float = 0.0, high: float = 1.0, alpha: float = 0.05) -> None:
        self._threshold = (threshold - low) / (high - low)
        self._n, self._low, self._range = n, low, high - low
        self._enough = log(2 / alpha)
        self._seen, self._sum, self._squares = 0, 0.0, 0.0
        self._above, self._below = 0.0, 0.0  # log wealth against "at most" and against "at least" the threshold
        self.decision: Decision | None = None

    def takes(self, score: float) -> bool:
        """Whether a score is within the bounds; the test holds for such scores only."""
        return 0.0 <= (score - self._low) / self._range <= 1.0

    def add(self, score: float) -> Decision | None:
        """Take one more score; returns the decision."""
        value = (score - self._low) / self._range
        if self.decision is None:
            self._bet(value)
        self._seen += 1
        self._sum += value
        self._squares += value * value
        return self.decision

    def _bet(self, value: float) -> None:
        left = self._n - self._seen
        expected = (self._n * self._threshold - self._sum) / left  # the mean left to draw, at the threshold
        if expected < 0 or expected > 1:  # what is left can no longer change it
            self.decision = "above" if expected < 0 else "below"
            return
        mean = (self._sum + 0.5) / (self._seen + 1)
        variance = (self._squares + 0.5) / (self._seen + 1) - mean * mean
        gap = mean - expected
        bet = gap / (variance + gap * gap) if gap else 0.0
        up = min(max(0.0, bet), _MOST / expected) if expected else 0.0
        down = min(max(0.0, -bet), _MOST / (1 - expected)) if expected < 1 else 0.0
        self._above += log(1 + up * (value - expected))
        self._below += log(1 - down * (value - expected))
        if self._above >= self._enough:
            self.decision = "above"
        elif self._below >= self._enough:
            self.decision = "below"
