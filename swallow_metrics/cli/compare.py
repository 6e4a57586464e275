"""`swallow compare`: runs question by question."""

from __future__ import annotations

from typing import Any

import click

from swallow_metrics.cli.parameters import Number, output_option, run
from swallow_metrics.errors import UsageError


@click.command()
@click.argument("runs", metavar="A B [C …]", nargs=-1, required=True, type=run)
@click.option(
    "--format", "form", type=click.Choice(["table", "md", "json"]), default="table", help="How to print (table)."
)
@click.option("--all-metrics", is_flag=True, help="Every metric, not only each benchmark's primary one.")
@click.option(
    "--smallest-difference",
    type=Number(0, 1, min_open=True),
    default=0.01,
    metavar="SHARE",
    help="The difference that matters, as a share of a metric's scale (0.01: one point of 100).",
)
@click.option("--allow", multiple=True, metavar="FIELD", help="A field of fingerprints that may differ; repeatable.")
@output_option
def compare(
    runs: tuple[Any, ...],
    form: str,
    all_metrics: bool,
    smallest_difference: float,
    allow: tuple[str, ...],
    output: Any,
) -> None:
    """Compare runs question by question.

    Each of B, C … is compared with A; every run is its folder or its report.json. Differences come with paired
    intervals and tests, corrected for the number of benchmarks.
    """
    import json

    from swallow_metrics.compare.compare import compare_runs
    from swallow_metrics.compare.render import Pair, to_json, to_markdown, to_table

    if len(runs) < 2:
        raise UsageError("expected at least two runs to compare, but got one")
    options: dict[str, Any] = {"smallest": smallest_difference, "allow": allow, "all_metrics": all_metrics}
    pairs = [Pair(runs[0], other, *compare_runs(runs[0], other, **options)) for other in runs[1:]]
    if form == "json":
        text = json.dumps(to_json(pairs), indent=2)
    else:
        text = "\n".join(to_markdown(pairs) if form == "md" else to_table(pairs)).rstrip()
    click.echo(text, file=output)
