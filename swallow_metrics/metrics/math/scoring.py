"""Score mathematical answers: what the three benchmarks share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from swallow_metrics.datatypes import Response
from swallow_metrics.metrics.math.compare import Comparison, GoldKind
from swallow_metrics.metrics.math.doubts import number_doubt
from swallow_metrics.metrics.several import answer_key

LIBRARIES = ("math-verify", "latex2sympy2_extended", "sympy")
"""Whose versions a score depends on."""


_BOXED = r"$\boxed"


def boxed(answer: str) -> str:
    """A gold in a box, where it does not stand in one already (PO-3)."""
    return answer if answer.startswith(_BOXED) else f"{_BOXED}{{{answer}}}$"


class Verifier(Protocol):
    """Compares in a process that can be killed."""

    def verify(self, gold: str, kind: GoldKind, prediction: str) -> Comparison:
        """Whether a prediction holds an answer equal to the gold's."""
        ...


def score_answers(verifier: Verifier, gold: str, kind: GoldKind, responses: Sequence[Response], score: Any) -> None:
    """Score every generation against one gold; `score` is the fixture of that name.

    Limits that were hit are counted. A gold without a value that can be read is scored as in the reference, by equal
    texts alone (MA-6), counted, and said in a warning.
    """
    for response in responses:
        comparison = verifier.verify(gold, kind, response.text)
        found = comparison.extracted[0] if comparison.extracted else None
        score("extractive_match", comparison.equal, extracted=found, answer=answer_key(comparison.extracted))
        score.issue(number_doubt(response.text))
        if comparison.outcome != "ok":
            score.count(comparison.outcome)
        if not comparison.gold_parsed:
            score.count("gold_unparsed")
            score.warn(f"expected a gold with a value, but nothing can be read in {gold[-60:]!r}")
