"""`swallow merge`: the runs of all shards as one run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from swallow_metrics.cli.parameters import run


@click.command()
@click.argument("runs", metavar="RUN…", nargs=-1, required=True, type=run)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="The joined run's folder, a new one."
)
def merge(runs: tuple[Any, ...], out: Path) -> int:
    """Join the runs of all shards into one.

    Figures are computed from all records, as a run without --shard computes them; gates are checked here.
    """
    from swallow_metrics.merge.merge import merge as merged
    from swallow_metrics.merge.shards import read_shards
    from swallow_metrics.report.table import results_table

    swallow = merged(read_shards(runs), out)["swallow"]
    for line, markup in results_table(swallow, swallow["warnings"]):
        click.echo(click.style(line, fg="yellow" if markup.get("yellow") else None, bold=markup.get("bold")))
    click.echo(f"report: {out / 'report.json'}")
    return int(swallow["incomplete"] is not None or any(not gate["passed"] for gate in swallow["gates"]))
