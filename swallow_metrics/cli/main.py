"""`swallow`, and `python -m swallow_metrics`: the table of commands, and how errors end them.

Exit status: 0 fine; 1 the command ran and says no (nothing to do it with, a difference that should not be); 4 wrong
usage or an input that cannot be read, as pytest's; 130 after Ctrl-C. An error is one line on stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import click

from swallow_metrics.errors import UsageError, bounded, explained

WRONG_USAGE = 4
INTERRUPTED = 130


class Lazy(NamedTuple):
    """Where a command is (`module:name`), and its line in `swallow --help`: shown without importing the command."""

    where: str
    help: str


COMMANDS = {
    "leaderboard": Lazy(
        "swallow_metrics.cli.leaderboard:leaderboard",
        "Show models and benchmarks as the Swallow LLM Leaderboard does.",
    ),
    "aggregate": Lazy(
        "swallow_metrics.cli.aggregate:aggregate", "Write the reference's aggregated results of one model."
    ),
    "audit": Lazy("swallow_metrics.cli.audit:audit", "List answers and rows whose scores may mislead."),
    "compare": Lazy("swallow_metrics.cli.compare:compare", "Compare runs question by question."),
    "judge-check": Lazy("swallow_metrics.cli.judge_check:judge_check", "Check how far a judge can be trusted."),
    "merge": Lazy("swallow_metrics.cli.merge:merge", "Join the runs of all shards into one."),
    "plan": Lazy("swallow_metrics.cli.plan:plan", "Say how many questions or generations show a difference."),
    "html": Lazy("swallow_metrics.cli.html:html", "Write report.html: one page about one or several runs."),
    "view": Lazy("swallow_metrics.cli.view:view", "Serve report.html on this machine and open the browser."),
    "export": Lazy("swallow_metrics.cli.export:export", "Write a run in another program's form."),
    "import": Lazy("swallow_metrics.cli.importing:import_answers", "Turn another program's answers into a journal."),
    "doctor": Lazy("swallow_metrics.cli.doctor:doctor", "Check this machine before a long run."),
    "prompts": Lazy("swallow_metrics.cli.prompts:prompts", "Write prompt templates for --prompts."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Every name, in the table's order."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].where.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Click's own, and no option twice."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            _refuse_repeated(command, rest)
        return name, command, rest

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands from `COMMANDS` alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in COMMANDS.items()])


def _refuse_repeated(command: click.Command, arguments: Sequence[str]) -> None:
    """An option that takes one value, given twice: the first would be ignored. Raises UsageError."""
    given = [argument.partition("=")[0] for argument in arguments]
    for option in command.params:
        if isinstance(option, click.Option) and not (option.multiple or option.is_flag):
            count = sum(given.count(name) for name in option.opts)
            if count > 1:
                raise UsageError(f"{option.opts[0]} was given {count} times, but takes one value; give it once")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def swallow() -> None:
    """Work with runs of pytest-swallow. Models are evaluated with pytest: see `pytest --help`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        status: Any = swallow.main(arguments, prog_name="swallow", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return WRONG_USAGE
    except BrokenPipeError:  # `swallow … | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (UsageError, click.ClickException, OSError) as error:
        from swallow_metrics.io import printable

        text = bounded(error.format_message()) if isinstance(error, click.ClickException) else explained(error)
        click.echo(f"error: {printable(' '.join(text.split()))}", err=True)
        return WRONG_USAGE
    except click.exceptions.Abort:
        return INTERRUPTED
    return status if isinstance(status, int) else 0
