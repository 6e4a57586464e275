"""docs/options.md, made of the options themselves: `python tests/options_page.py` writes it, test_docs.py compares."""

import importlib

import click

from places import ROOT
from swallow_metrics.cli.main import COMMANDS
from swallow_metrics.plugin.options import add_options

PAGE = ROOT / "docs" / "options.md"
HEAD = """# Options

This page is made from the help texts: `python tests/options_page.py` writes it. `pytest --help` and `swallow COMMAND --help`
show the same.
"""


class Recorder:
    """Stands in for pytest's parser: keeps what is declared, in order."""

    def __init__(self):
        self.groups = {}
        self.ini = []

    def getgroup(self, name, description=""):
        options = self.groups.setdefault(description or name, [])
        return type("Group", (), {"addoption": lambda _, option, **declared: options.append((option, declared))})()

    def addini(self, name, text, **_declared):
        self.ini.append((name, text))


def recorded():
    """The options of pytest, by group, and the names for its configuration file."""
    recorder = Recorder()
    add_options(recorder)
    return recorder


def cell(text):
    return " ".join((text or "").replace("%%", "%").split()).replace("|", "\\|").replace("<", "&lt;")


def value_of(declared):
    if choices := declared.get("choices"):
        return " `" + cell("|".join(choices)) + "`"
    metavar = declared.get("metavar")
    return f" `{cell(metavar)}`" if metavar else ""


def option_row(name, declared):
    return f"| `{name}`{value_of(declared)} | {cell(declared['help'])} |"


def commands(group=None, prefix="swallow"):
    """(name, click command) of every command, also of those inside of another."""
    if group is None:
        for name, lazy in COMMANDS.items():
            module, _, attribute = lazy.where.partition(":")
            yield from commands(getattr(importlib.import_module(module), attribute), f"swallow {name}")
    elif isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, f"{prefix} {name}")
    else:
        yield prefix, group


def command_rows(command):
    context = click.Context(command)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            declared, text = parameter.get_help_record(context)
            yield f"| `{cell(declared)}` | {cell(text)} |"


def page():
    """The text of docs/options.md."""
    lines = [HEAD, "## Of a pytest run", "", "(repeat): the option may be given several times."]
    found = recorded()
    for title, options in found.groups.items():
        lines += ["", f"### {title[0].upper()}{title[1:]}", "", "| option | what it does |", "| --- | --- |"]
        lines += [option_row(name, declared) for name, declared in options]
    lines += ["", "### In pytest's configuration file", "", "| name | what it does |", "| --- | --- |"]
    lines += [f"| `{name}` | {cell(text)} |" for name, text in found.ini]
    lines += ["", "## Of the command `swallow`"]
    for name, command in commands():
        arguments = " ".join(
            p.make_metavar(click.Context(command)) for p in command.params if isinstance(p, click.Argument)
        )
        lines += ["", f"### `{f'{name} {arguments}'.strip()}`", "", command.get_short_help_str(200), ""]
        if rows := list(command_rows(command)):
            lines += ["| option | what it does |", "| --- | --- |", *rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
