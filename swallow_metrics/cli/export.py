"""`swallow export`: a run in another program's form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from swallow_metrics.cli.parameters import run


@click.command()
@click.argument("run", type=run)
@click.option(
    "--to",
    "form",
    type=click.Choice(["parquet", "csv", "lighteval", "lm-eval", "inspect"]),
    required=True,
    help="parquet, csv: a table with one row per question. The others: as those programs' own files.",
)
@click.option("--out", type=click.Path(path_type=Path), help="File or folder to write (default: in the run's folder).")
@click.option("--force", is_flag=True, help="Write over files of the same names.")
def export(run: Any, form: str, out: Path | None, *, force: bool) -> None:
    """Write a run in another program's form."""
    from swallow_metrics.exchange.export import export as write

    click.echo(f"wrote {write(run, form, out, force=force)}")
