"""`swallow leaderboard`: models × benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from swallow_metrics.cli.parameters import output_option, run, warn
from swallow_metrics.errors import UsageError
from swallow_metrics.reference import REFERENCES


@click.command()
@click.argument("runs", metavar="RUN…", nargs=-1, type=run)
@click.option("--format", "form", type=click.Choice(["md", "csv", "html", "latex"]), default="md", help="How to print.")
@click.option("--with", "published", type=click.Path(path_type=Path), help="Published scores to show beside the runs.")
@click.option("--reference", type=click.Choice(list(REFERENCES)), help="Whose columns (default: the runs' version).")
@output_option
def leaderboard(runs: tuple[Any, ...], form: str, published: Path | None, reference: str | None, output: Any) -> None:
    """Show models and benchmarks as the Swallow LLM Leaderboard does.

    Runs of one model are joined. Every score has its interval; the best of a column is marked with all that are not
    significantly worse.
    """
    from swallow_metrics.boards.leaderboard import leaderboard as board_of
    from swallow_metrics.boards.render import FORMATS

    if not runs and published is None:
        raise UsageError("expected run folders, or published scores given by --with")
    board, warnings = board_of(runs, published, reference)
    for text in warnings:
        warn(text)
    click.echo(FORMATS[form](board), file=output)
