"""`swallow prompts`: templates for `--prompts`."""

from __future__ import annotations

from pathlib import Path

import click

from swallow_metrics.prompts.folder import export_prompts, import_prompts

_FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
_FORCE = click.option("--force", is_flag=True, help="Write over files that are there.")


@click.group()
def prompts() -> None:
    """Write prompt templates for --prompts."""


@prompts.command("export")
@_FOLDER
@_FORCE
def export(folder: Path, force: bool) -> int:
    """Write the built-in templates to DIR, as <benchmark>.txt files."""
    written = export_prompts(folder, force=force)
    click.echo(f"wrote {len(written)} prompts to {folder}; edit them and run pytest with --prompts {folder}")
    return 0


@prompts.command("import")
@click.argument("checkout", metavar="CHECKOUT", type=click.Path(path_type=Path))
@_FOLDER
@_FORCE
def bring(checkout: Path, folder: Path, force: bool) -> int:
    """Write the templates of a local checkout of swallow-evaluation-instruct to DIR.

    The checkout's files are parsed, never run.
    """
    written, problems = import_prompts(checkout, folder, force=force)
    for problem in problems:
        click.echo(f"left out: {problem}", err=True)
    click.echo(f"wrote {len(written)} prompts to {folder}; run pytest with --prompts {folder}")
    return 0 if written else 1
