"""`swallow html`: runs as one page."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import click

from swallow_metrics.cli.parameters import warn

LANGUAGE = click.option(
    "--report-lang", "lang", type=click.Choice(["ja", "en"]), help="Language of the page (default: the locale's)."
)

RUNS = click.argument("runs", nargs=-1, required=True, metavar="RUN…", type=click.Path(path_type=Path))


@click.command()
@RUNS
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file to write (default: report.html in the first run).",
)
@LANGUAGE
def html(runs: tuple[Path, ...], out: Path | None, lang: str | None) -> None:
    """Write report.html: one page about one or several runs."""
    from swallow_metrics.html import PAGE, write_page

    start = perf_counter()
    folder = runs[0] if runs[0].is_dir() else runs[0].parent
    out = out or folder / PAGE
    write_page(runs, out, lang, warn)  # type: ignore[arg-type]  # click has checked it
    click.echo(f"wrote {out} ({out.stat().st_size / 1e6:.1f} MB, {perf_counter() - start:.1f} s)")
