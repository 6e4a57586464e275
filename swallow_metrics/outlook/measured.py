"""What an earlier run measured: its pace, and how long its answers were."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.io import loads

REPORT, JOURNAL = "report.json", "responses.jsonl"


@dataclass(frozen=True)
class Measured:
    """Of a run: `answers` in `seconds`, and the mean length of answers in tokens by (benchmark, role)."""

    folder: Path
    answers: int
    seconds: float
    lengths: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def answers_per_second(self) -> float:
        """How fast the model answered."""
        return self.answers / self.seconds

    def length(self, benchmark: str, role: str) -> float | None:
        """Mean tokens of an answer; the mean over all benchmarks for one that the run did not ask."""
        same = [mean for (_, kind), mean in self.lengths.items() if kind == role]
        return self.lengths.get((benchmark, role), fmean(same) if same else None)


def read_measured(folder: Path) -> Measured | None:
    """What the run in a folder measured; None where there is none. Raises UsageError for one that cannot be read."""
    report, journal = folder / REPORT, folder / JOURNAL
    if not (report.is_file() and journal.is_file()):
        return None
    tokens: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    answers = 0
    try:
        seconds = float(loads(report.read_bytes())["duration"])
        with journal.open("rb") as lines:
            for raw in lines:
                line: dict[str, Any] = loads(raw)
                role = line.get("role", "model")
                answers += role == "model"
                if isinstance(n := (line.get("usage") or {}).get("completion_tokens"), int):
                    tokens[line["benchmark"], role].append(n)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"--run-dir {folder}: cannot read the rate of its run: {error}") from error
    lengths = {place: fmean(lengths) for place, lengths in tokens.items()}
    return Measured(folder, answers, seconds, lengths) if answers and seconds > 0 else None
