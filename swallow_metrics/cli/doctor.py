"""`swallow doctor`: is this machine ready for a long run?"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from swallow_metrics.cli.parameters import headers, url, variable
from swallow_metrics.defaults import KEY_ENV
from swallow_metrics.errors import UsageError
from swallow_metrics.io import printable

_PATH = click.Path(path_type=Path)
_HEADER = "An HTTP header to send, with its value from an environment variable (repeat)."
_SIGNS = {"good": ("ok", "green"), "missing": ("--", "yellow"), "bad": ("NO", "red")}


@click.command()
@click.option("--data-dir", type=_PATH, metavar="DIR", help="Local datasets instead of the hub.")
@click.option(
    "--run-dir",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    metavar="DIR",
    help="Where runs go (reports).",
)
@click.option("--model", metavar="NAME", help="A model at --base-url, asked one small question.")
@click.option("--base-url", callback=url, metavar="URL", help="The OpenAI-compatible endpoint of --model.")
@click.option(
    "--api-key-env", callback=variable, default=KEY_ENV, metavar="NAME", help=f"Where its key is ({KEY_ENV})."
)
@click.option("--header", "headers_", multiple=True, callback=headers, metavar="NAME=VARIABLE", help=_HEADER)
@click.option("--judge-model", metavar="NAME", help="A judge, asked one small question.")
@click.option("--judge-base-url", callback=url, metavar="URL", help="The judge's endpoint; OpenAI's own without it.")
@click.option(
    "--judge-api-key-env",
    callback=variable,
    default=KEY_ENV,
    metavar="NAME",
    help=f"Where the judge's key is ({KEY_ENV}).",
)
@click.option("--judge-header", "judge_headers", multiple=True, callback=headers, metavar="NAME=VARIABLE", help=_HEADER)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print (table).")
def doctor(
    data_dir: Path | None, run_dir: Path, model: str | None, base_url: str | None, api_key_env: str,
    headers_: Mapping[str, str], judge_model: str | None, judge_base_url: str | None, judge_api_key_env: str,
    judge_headers: Mapping[str, str], form: str,
) -> int:  # fmt: skip
    """Check this machine before a long run.

    Each finding says what to do. A model or judge is asked only when it is named. Exit status 1: some finding stops
    every run (marked NO); what only some runs need (marked --) does not count.
    """
    from swallow_metrics.settings import JudgeSettings, Settings
    from swallow_metrics.wiring.doctor import examine

    if (model is None) != (base_url is None):
        raise UsageError("--model and --base-url go together: a model is asked at its endpoint")
    models = []
    if model is not None and base_url is not None:
        models.append(Settings("model", model, (base_url,), api_key_env, headers_, request_timeout_s=60, max_retries=1))
    if judge_model is not None:
        judge = JudgeSettings((judge_model,), base_url=judge_base_url, key_env=judge_api_key_env, headers=judge_headers)
        models.append(Settings("model", judge=judge, request_timeout_s=60, max_retries=1))
    findings = []
    for finding in examine(data_dir, run_dir, tuple(models), sys.stdout):
        findings.append(finding)
        if form == "table":
            sign, colour = _SIGNS[finding.state]
            click.echo(f"{click.style(sign, fg=colour)}  {finding.name:<10}  {printable(finding.found)}")
            if finding.advice:
                click.echo(f"{'':16}{finding.advice}")
    if form == "json":
        click.echo(json.dumps({"findings": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    return int(any(finding.state == "bad" for finding in findings))
