"""The metric of multiple-choice benchmarks."""

from __future__ import annotations

from swallow_metrics.datatypes import Metric

EXTRACTIVE_MATCH = Metric("extractive_match", family="exact_match")
"""1 where the extracted answer equals the gold, else 0 (MC-17, MA-17)."""
