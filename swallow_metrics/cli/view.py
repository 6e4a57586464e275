"""`swallow view`: runs in the browser, also while they go on."""

from __future__ import annotations

from pathlib import Path

import click

from swallow_metrics.cli.html import LANGUAGE, RUNS
from swallow_metrics.cli.parameters import warn


@click.command()
@RUNS
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1 (default: a free one).")
@click.option("--browser/--no-browser", default=True, help="Open the page in the browser (default: yes).")
@LANGUAGE
def view(runs: tuple[Path, ...], port: int, browser: bool, lang: str | None) -> None:
    """Serve report.html on this machine and open the browser.

    While a run goes on, the page shows the questions done so far.
    """
    from swallow_metrics.html.serve import serve
    from swallow_metrics.html.words import language_of_user

    language = lang or language_of_user()
    serve(runs, port, language, browser=browser, tell=click.echo, warn=warn)  # type: ignore[arg-type]  # click's choice
