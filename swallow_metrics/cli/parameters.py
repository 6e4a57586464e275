"""Parameters that several commands share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from swallow_metrics.io import printable
from swallow_metrics.runs import Run, read_run


def warn(text: str) -> None:
    """A warning on stderr. It may name what another's run folder holds, which must not steer the terminal."""
    click.echo(f"warning: {printable(text)}", err=True)


def run(value: str) -> Run:
    """`type=run` of an argument: a run folder or a report.json, read. Warnings go to stderr. Raises UsageError."""
    return read_run(Path(value), warn)


def url(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """`callback=url` of an option: the address of an endpoint. Raises UsageError."""
    from swallow_metrics.settings import checked_url

    return None if value is None else checked_url(parameter.opts[0], value)


def variable(_context: click.Context, parameter: click.Parameter, value: str) -> str:
    """`callback=variable` of an option: the name of an environment variable with a key. Raises UsageError."""
    from swallow_metrics.settings import checked_variable

    return checked_variable(parameter.opts[0], value)


def headers(_context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> dict[str, str]:
    """`callback=headers` of a repeated option: header → value, from environment variables. Raises UsageError."""
    from swallow_metrics.sending import read_headers

    return read_headers(parameter.opts[0], value)


output_option = click.option(
    "--out",
    "output",
    type=click.File("w", encoding="utf-8", lazy=True),
    default="-",
    metavar="FILE",
    help="Write to a file.",
)
"""Where a command that prints its result writes it: `output` is an open file, standard output without the option."""


class Number(click.FloatRange):
    """A finite number: click's own range lets NaN through, which no comparison ever refuses again."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As click converts it."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number", param, ctx)
        return number
