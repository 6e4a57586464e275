"""`swallow aggregate`: the reference's aggregated row."""

from __future__ import annotations

from typing import Any

import click

from swallow_metrics.cli.parameters import output_option, run, warn
from swallow_metrics.reference import REFERENCES


@click.command()
@click.argument("runs", metavar="RUN…", nargs=-1, required=True, type=run)
@click.option("--reference", type=click.Choice(list(REFERENCES)), help="Refuse runs of another version.")
@click.option("--model", metavar="NAME", help="The model whose row it is, where runs are of several.")
@click.option("--reference-sentinels", is_flag=True, help="Write -1 for what is missing, as the reference does.")
@click.option(
    "--format", "form", type=click.Choice(["json", "row"]), default="json",
    help="The whole document (json), or its comma-separated line of values.",
)  # fmt: skip
@output_option
def aggregate(
    runs: tuple[Any, ...],
    reference: str | None,
    model: str | None,
    form: str,
    output: Any,
    *,
    reference_sentinels: bool,
) -> None:
    """Write the reference's aggregated results of one model.

    For each task and subset the newest of the runs counts. What was not measured is absent.
    """
    import json

    from swallow_metrics.boards.aggregate import aggregate_runs

    row, name, warnings = aggregate_runs(runs, version=reference, model=model)
    for text in warnings:
        warn(text)
    document = row.document(name, sentinels=reference_sentinels)
    text = json.dumps(document, ensure_ascii=False, indent=2) if form == "json" else document["overall"]
    click.echo(text, file=output)
