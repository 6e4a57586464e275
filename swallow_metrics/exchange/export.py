"""A run in another program's form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from swallow_metrics.boards.results import in_part
from swallow_metrics.errors import UsageError
from swallow_metrics.exchange.inspect import write_inspect
from swallow_metrics.exchange.lighteval import write_lighteval
from swallow_metrics.exchange.lm_eval import write_lm_eval
from swallow_metrics.exchange.table import write_csv, write_parquet
from swallow_metrics.exchange.target import target
from swallow_metrics.runs import Run

FORMS: dict[str, tuple[str, Callable[[Run, Path], None]]] = {
    "parquet": ("questions.parquet", write_parquet),
    "csv": ("questions.csv", write_csv),
    "lighteval": ("lighteval", write_lighteval),
    "lm-eval": ("lm-eval", write_lm_eval),
    "inspect": ("inspect", write_inspect),
}
"""Form → the file or folder it is written to in a run's folder, and what writes it."""
_WITH_FIGURES = ("lighteval", "lm-eval", "inspect")  # these show a figure without how many questions it is over


def export(run: Run, form: str, out: Path | None, *, force: bool) -> Path:
    """Write a run to `out`, or into its folder; returns where. Raises UsageError, and then nothing is written.

    What the run's folder does not tell is said through `run.warn`, and left empty.
    """
    name, write = FORMS[form]
    path = out or (run.folder or run.path.parent) / name
    if not any(run.records.values()):
        raise UsageError(f"{run.path} has no question that was asked; there is nothing to export")
    with target(path, force=force) as made:
        for text in run.lacks:
            run.warn(f"{text}; they are left out of the export")
        for text in in_part(run) if form in _WITH_FIGURES else ():
            run.warn(text)
        write(run, made)
    return path
