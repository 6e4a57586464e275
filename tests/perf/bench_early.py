"""Questions that `--gate-early` saves: `python tests/perf/bench_early.py`.

Simulated 0/1 scores of a benchmark of 7,097 questions in 53 groups of unequal difficulty, asked in the order of a run,
with a gate at a distance from the true score. Prints the median over 50 runs.
"""

import random
import statistics

from swallow_metrics.gate.early import EarlyStop, mixed_order
from swallow_metrics.gate.rules import parse_gate

N, GROUPS, RUNS, SCORE = 7097, 53, 50, 0.6
GAPS = (0.02, 0.05, -0.05, 0.1)


def asked(gap: float, seed: int) -> int:
    """How many questions are asked until a gate `gap` below the true score is decided."""
    draw = random.Random(seed)
    level = {str(group): min(1.0, max(0.0, draw.gauss(SCORE, 0.15))) for group in range(GROUPS)}
    groups = {str(n): str(n % GROUPS) for n in range(N)}
    scores = {sample: float(draw.random() < level[group]) for sample, group in groups.items()}
    truth = sum(scores.values()) / N
    stop = EarlyStop([parse_gate(f"mini.m>={truth - gap}")], N, {"m": 1.0})
    order = mixed_order(groups, seed)
    return next((n for n, sample in enumerate(order, 1) if stop.add(sample, {"m": scores[sample]})), N)


if __name__ == "__main__":
    for gap in GAPS:
        needed = statistics.median(asked(gap, seed) for seed in range(RUNS))
        print(f"true gap {100 * gap:+.0f} points: {needed:,.0f} of {N:,} questions asked, {N - needed:,.0f} saved")
