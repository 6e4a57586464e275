"""`python -m swallow_metrics`: what is done beside a run of pytest."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from swallow_metrics.errors import UsageError
from swallow_metrics.prompts.folder import export_prompts, import_prompts

WRONG_USAGE = 4  # as pytest's


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 when there was nothing to do it with, 4 for wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except UsageError as error:
        _say(f"error: {error}", sys.stderr)
        return WRONG_USAGE
    return status


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m swallow_metrics", description="Tools of pytest-swallow.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    prompts = commands.add_parser("prompts", help="prompt templates for --prompts")
    actions = prompts.add_subparsers(required=True, metavar="ACTION")

    export = actions.add_parser("export", help="write the built-in templates to a folder")
    export.add_argument("folder", metavar="DIR", type=Path, help="where to write <benchmark>.txt files")
    export.set_defaults(run=_export)

    bring = actions.add_parser(
        "import", help="write the templates of a local checkout of swallow-evaluation-instruct to a folder"
    )
    bring.add_argument("checkout", metavar="CHECKOUT", type=Path, help="the checkout; its files are parsed, never run")
    bring.add_argument("folder", metavar="DIR", type=Path, help="where to write <benchmark>.txt files")
    bring.set_defaults(run=_import)
    for action in (export, bring):
        action.add_argument("--force", action="store_true", help="write over files that are there")
    return parser


def _export(options: Namespace) -> int:
    written = export_prompts(options.folder, force=options.force)
    _say(f"wrote {len(written)} prompts to {options.folder}; edit them and run pytest with --prompts {options.folder}")
    return 0


def _import(options: Namespace) -> int:
    written, problems = import_prompts(options.checkout, options.folder, force=options.force)
    for problem in problems:
        _say(f"left out: {problem}", sys.stderr)
    _say(f"wrote {len(written)} prompts to {options.folder}; run pytest with --prompts {options.folder}")
    return 0 if written else 1


def _say(line: str, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
