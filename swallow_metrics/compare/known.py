"""Metrics by the names that reports use: a report has a question's values, and not how they add up to a score."""

from __future__ import annotations

from functools import cache
from typing import Any

from swallow_metrics.datatypes import Metric


@cache
def _corpus_metrics() -> dict[str, Metric]:
    from swallow_metrics.judge import scores
    from swallow_metrics.metrics import bleu, japanese_ratio
    from swallow_metrics.metrics.following import followed

    known = (bleu.BLEU, bleu.BLEU_LMEVALJA, *scores.METRICS, *japanese_ratio.METRICS, *followed.METRICS)
    return {metric.name: metric for metric in known}


def metric_named(name: str, value: Any) -> Metric | None:
    """The metric of this name, told by one of its values; None for added up statistics that are not known here."""
    listed = isinstance(value, list | tuple)
    known = _corpus_metrics().get(name) if listed or name.startswith("judge_score") else None
    return known or (None if listed else Metric(name))
