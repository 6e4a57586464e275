"""`swallow audit`: what a run's scores may not say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from swallow_metrics.cli.parameters import run
from swallow_metrics.errors import UsageError

if TYPE_CHECKING:
    from swallow_metrics.datatypes import Dataset


@click.command()
@click.argument("run", metavar="RUN", type=run)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print (table).")
@click.option(
    "--data-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The local datasets of the run: their rows are looked at as well.",
)
def audit(run: Any, form: str, data_dir: Path | None) -> None:
    """List answers and rows whose scores may mislead.

    Wrong answers that contain the gold, letters and numbers that were read without being stated, reasoning traces that
    were not recognised, rows that cannot measure. No score is changed.
    """
    import json

    from swallow_metrics.audit.audit import audit_run

    found = audit_run(run, data_dir, _declared)
    click.echo(json.dumps(found.to_json(), indent=2) if form == "json" else "\n".join(found.to_table()))


def _declared(benchmark: str) -> Dataset | None:
    """The dataset of a benchmark here or of ours."""
    from swallow_metrics.exchange.benchmark import find_benchmark

    try:
        return find_benchmark(benchmark)[0].dataset
    except UsageError:
        return None
