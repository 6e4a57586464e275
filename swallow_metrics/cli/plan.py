"""`swallow plan`: what it takes to see a difference."""

from __future__ import annotations

from typing import Any

import click

from swallow_metrics.cli.parameters import Number, run


@click.command()
@click.argument("run", metavar="RUN", type=run)
@click.argument("other", metavar="[OTHER]", type=run, required=False)
@click.option(
    "--difference",
    type=Number(0, 1, min_open=True),
    default=0.01,
    metavar="SHARE",
    help="The difference to see, as a share of a metric's scale (0.01: one point of 100).",
)
@click.option("--allow", multiple=True, metavar="FIELD", help="A field of fingerprints that may differ; repeatable.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print (table).")
def plan(run: Any, other: Any, difference: float, allow: tuple[str, ...], form: str) -> None:
    """Say how many questions or generations show a difference.

    For two models on the same questions, with 80 % power at the 5 % level. From RUN alone, their scores of a question
    are taken to be correlated by 0.5; with OTHER, the differences between the two runs tell.
    """
    import json

    from swallow_metrics.compare.compare import compare_runs
    from swallow_metrics.compare.plan import plan_run, to_json, to_table

    compared = compare_runs(run, other, allow=allow)[0] if other is not None else ()
    plans = plan_run(run, difference, compared)
    click.echo(json.dumps(to_json(plans), indent=2) if form == "json" else "\n".join(to_table(plans)))
