"""A run folder read back: report, questions and answers, without pytest and without the run's data or model."""

from swallow_metrics.runs.questions import Question
from swallow_metrics.runs.run import Run, read_run

__all__ = ["Question", "Run", "read_run"]
