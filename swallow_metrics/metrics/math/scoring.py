"""Score mathematical answers: what the three benchmarks share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from swallow_metrics.datatypes import Response
from swallow_metrics.metrics.math.compare import GoldKind, MathVerdict


class Verifier(Protocol):
    """Compares in a process that can be killed."""

    def verify(self, gold: str, kind: GoldKind, prediction: str) -> MathVerdict:
        """The verdict on one prediction."""
        ...


def score_answers(verifier: Verifier, gold: str, kind: GoldKind, responses: Sequence[Response], score: Any) -> None:
    """Score every generation against one gold; `score` is the fixture of that name.

    Limits that were hit are counted. A gold without a value that can be read is scored as in the reference, by equal
    texts alone (MA-6), counted, and said in a warning.
    """
    for response in responses:
        verdict = verifier.verify(gold, kind, response.text)
        found = verdict.extracted[0] if verdict.extracted else None
        score("extractive_match", verdict.equal, extracted=found)
        if verdict.outcome != "ok":
            score.count(verdict.outcome)
        if not verdict.gold_parsed:
            score.count("gold_unparsed")
            score.detail("warning", f"expected a gold with a value, but nothing can be read in {gold[-60:]!r}")
