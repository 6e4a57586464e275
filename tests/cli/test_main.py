"""The console script as a whole."""

import os
import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace

import click
import pytest

from recorded import record, run_folder
from swallow_metrics.cli.main import COMMANDS, WRONG_USAGE, Lazy, main, swallow
from swallow_metrics.cli.parameters import run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there(name, capsys):
    """Under its name, with its help, and with the line that the table shows."""
    module, _, attribute = COMMANDS[name].where.partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.help.splitlines()[0] == COMMANDS[name].help
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: swallow {name}")


def test_help_imports_no_command(capsys):
    """The table of commands costs no import."""
    code = "from swallow_metrics.cli.main import main; import sys; main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert "click" in loaded
    assert all(f"'{name}'" not in loaded for name in ("orjson", "msgspec", "numpy", "scipy", "pytest"))
    assert all(f"'{command.where.partition(':')[0]}'" not in loaded for command in COMMANDS.values())
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("arguments", [["nothing"], ["prompts", "nothing"], ["--nothing"], ["prompts", "export"]])
def test_wrong_usage_is_one_line(arguments, capsys):
    """On stderr, with pytest's exit status for it."""
    assert main(arguments) == WRONG_USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1


SINGLE = [  # every option of every command that takes one value
    (name, option.opts[0])
    for name in COMMANDS
    for option in swallow.get_command(None, name).params
    if isinstance(option, click.Option) and not (option.multiple or option.is_flag)
]


def test_what_is_written_has_one_name():
    """`--out` in every command that writes: nobody has to remember which command says it otherwise."""
    spelled = {}
    for name in COMMANDS:
        for option in swallow.get_command(None, name).params:
            for word in option.opts:
                if word.startswith("--out"):
                    spelled.setdefault(word, set()).add(name)
    writers = {"leaderboard", "compare", "aggregate", "judge-check", "merge", "html", "export", "import"}
    assert spelled == {"--out": writers}


@pytest.mark.parametrize(("name", "option"), SINGLE)
def test_an_option_given_twice(name, option, capsys):
    """Is refused: one of both values would be ignored."""
    assert main([name, option, "x", f"{option}=y"]) == WRONG_USAGE
    assert f"{option} was given 2 times" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("command", [["compare", "--smallest-difference"], ["plan", "--difference"]])
def test_numbers_are_finite(tmp_path, command, value, capsys):
    """A NaN would compare as neither too small nor too large."""
    runs = [str(run_folder(tmp_path / name, [record("0", 1.0)])) for name in "ab"]
    assert main([command[0], *runs, command[1], value]) == WRONG_USAGE
    assert capsys.readouterr().err.count("\n") == 1


def test_an_error_steers_no_terminal(monkeypatch, tmp_path, capsys):
    """Names of files can hold anything; a run that cannot be read is one line."""

    @click.command
    @click.argument("given", type=run)
    def command(given):
        click.echo(given.model)

    monkeypatch.setattr("swallow_metrics.cli.main.import_module", lambda name: SimpleNamespace(command=command))
    monkeypatch.setitem(COMMANDS, "x", Lazy("m:command", "X."))
    assert main(["x", str(tmp_path / "\x1b[31m\nno")]) == WRONG_USAGE
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert err.count("\n") == 1
    assert main(["x", str(run_folder(tmp_path / "a", [record("0", 1.0)]))]) == 0
    assert capsys.readouterr().out == "model\n"


@pytest.mark.parametrize("command", [("aggregate",), ("leaderboard",), ("export", "--to", "lm-eval"), ("html",)])
def test_a_warning_steers_no_terminal(tmp_path, capsys, command):
    """Another's run folder can name a benchmark as it likes."""
    hostile = "swallow_jmmlu\x07\u202e"
    parts = {"partial": {"n": 1, "of": 4}}
    folder = run_folder(tmp_path / "x\x07", [record("0", 1.0, benchmark=hostile)], answers=(), parts=parts)
    assert main([command[0], str(folder), *command[1:]]) == 0
    err = capsys.readouterr().err
    assert "warning: " in err
    assert all(character.isprintable() or character == "\n" for character in err)


def test_the_module_is_the_same_program():
    """`python -m swallow_metrics`, also when the reader of its output goes away."""
    done = subprocess.run(
        [sys.executable, "-m", "swallow_metrics", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage: swallow ")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "swallow_metrics", "-h"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert done.stderr == b""
