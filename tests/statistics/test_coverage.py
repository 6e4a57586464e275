"""How often 95 % intervals hold the truth, simulated: every kind of score, from 30 questions on, also near the bounds.

`python tests/statistics/test_coverage.py` prints the table. Skills of questions are Beta-distributed with mean `p`.
"""

import numpy as np
import pytest

from swallow_metrics.datatypes import Metric
from swallow_metrics.metrics.bleu import BLEU, corpus_bleu
from swallow_metrics.metrics.following.followed import INST_LEVEL_STRICT
from swallow_metrics.statistics.intervals import figures

MEAN = Metric("m")
QUESTIONS = (30, 80, 164, 448, 1000)
SHARES = (0.05, 0.5, 0.95)
KINDS = ("4 generations", "10 generations", "instructions", "bleu")
SPREAD = 2.0  # the two parameters of the Beta distribution add up to this: most questions are either easy or hard


def skills(random, p, n, spread=SPREAD):
    return random.beta(p * spread, (1 - p) * spread, n)


def sentences(random, p, n):
    """BLEU's statistics of sentences of 8 to 44 words, whose words match as often as their skill says."""
    reference = random.integers(8, 45, n)
    words = np.maximum(4, np.rint(reference * np.exp(random.normal(-0.02, 0.12, n)))).astype(int)
    skill = skills(random, p, n, 4.0)
    matches = [random.binomial(np.minimum(reference, words), skill**0.35)]
    for order, power in ((1, 0.25), (2, 0.2), (3, 0.2)):
        matches.append(random.binomial(np.minimum(matches[-1], words - order), skill**power))
    return np.stack([words, reference, *matches, *(words - order for order in range(4))], axis=1)


def draw(kind, random, p, n):
    """(metric, a run's statistics)."""
    if kind == "bleu":
        return BLEU, sentences(random, p, n).tolist()
    if kind == "instructions":
        weights = random.integers(1, 4, n)
        followed = random.binomial(weights, skills(random, p, n))
        return INST_LEVEL_STRICT, np.stack([followed, weights], axis=1).tolist()
    generations = int(kind.split()[0])
    values = random.binomial(generations, skills(random, p, n)) / generations
    return MEAN, [(value, 1.0) for value in values.tolist()]


def coverage(kind, p, n, runs):
    random = np.random.default_rng(n)
    truth = corpus_bleu(sentences(random, p, 400_000).sum(0).tolist()) if kind == "bleu" else p
    held = 0
    for _ in range(runs):
        low, high = figures(*draw(kind, random, p, n))["ci95"]
        held += low <= truth <= high
    return held / runs


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", QUESTIONS)
@pytest.mark.parametrize("p", SHARES)
def test_coverage(kind, p, n):
    """Between 93 and 97 %."""
    assert 0.93 <= coverage(kind, p, n, runs=2000) <= 0.97


if __name__ == "__main__":
    print("kind            ", *(f"p={p:<5} n={n:<5}" for p in SHARES for n in QUESTIONS), sep="")
    for each in KINDS:
        print(
            f"{each:16}",
            *(f"{coverage(each, p, n, 2000):<14.3f}" for p in SHARES for n in QUESTIONS),
            sep="",
            flush=True,
        )
