"""Whatever a path, an address or a key's name is: one line and status 4, never a traceback."""

import os
import subprocess
import sys

import click
import pytest

from projects import usage_line
from recorded import record, run_folder
from swallow_metrics.cli.main import WRONG_USAGE, main, swallow
from swallow_metrics.exchange.target import target
from swallow_metrics.io import write_atomically
from swallow_metrics.plugin.options import DECLARED
from swallow_metrics.plugin.runfile import PATHS

REQUIRED = {"--benchmark": "mini", "--out": "out", "--to": "csv", "--difference": "0.1", "--judge-model": "j"}


def commands(group, names=()):
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from commands(command, (*names, name))
        else:
            yield (*names, name), command


def bad_paths(folder):
    """Texts that a user may give for a file or folder, none of which is what any command expects."""
    (folder / "binary").write_bytes(bytes(range(256)) * 40)
    (folder / "empty").write_bytes(b"")
    (folder / "deep.json").write_text("[" * 100_000)
    (folder / "utf16").write_bytes("値 = 1".encode("utf-16"))
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")
    names = ("binary", "empty", "deep.json", "utf16", "folder", "loop", "missing", "表🗾")
    return [*(str(folder / name) for name in names), "x" * 5000, "a\nb"]


READS = [(names, command) for names, command in commands(swallow) if names[0] not in ("doctor", "view", "judge-check")]


@pytest.mark.parametrize(("names", "command"), READS, ids=["-".join(names) for names, _ in READS])
def test_what_a_command_cannot_read(names, command, tmp_path, capsys, monkeypatch):
    """Every argument of every command that reads something."""
    monkeypatch.chdir(tmp_path)
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    needed = [f"{option}={value}" for option, value in REQUIRED.items() if option in
              {name for parameter in command.params for name in parameter.opts}]  # fmt: skip
    for bad in bad_paths(tmp_path):
        text = f"{tmp_path}/binary/{bad[-9:]}" if names == ("prompts", "export") else bad  # it makes any other folder
        status = main([*names, *needed, *([text] * len(arguments))])
        out, err = capsys.readouterr()
        assert status in (1, WRONG_USAGE), (bad[:80], out)
        assert len([line for line in err.splitlines() if line.startswith("error: ")]) == (status == WRONG_USAGE), err
        assert "Traceback" not in err


OPTIONS = sorted(
    {f"--{name.replace('_', '-')}" for name in {*PATHS, "baseline", "run_config"} & set(DECLARED)}
    - {"--run-dir"}  # below
)


@pytest.mark.parametrize("option", OPTIONS)
def test_a_path_that_no_system_takes(mini, option):
    """A name that is too long."""
    mini.engine('return "A"')
    data = [] if option in ("--data-dir", "--data-lock") else ["--data-dir", "data"]
    model = [] if option == "--replay" else ["--model", "m", "--judge-model", "j"]
    arguments = [*model, *data] if model else []
    result = mini.run(*arguments, f"{option}={'x' * 5000}")
    assert "x" * 20 in usage_line(result)


def test_a_run_folder_that_no_system_takes(mini):
    assert "x" * 20 in usage_line(mini.run("--run-dir", "x" * 5000))


@pytest.mark.parametrize("option", ["--model", "--system-prompt", "--judge-model", "--generation", "--run-dir"])
def test_text_of_another_encoding(mini, option):
    """What a terminal in another encoding than UTF-8 sends can be neither asked nor written."""
    mini.engine('return "A"')
    model = [] if option == "--model" else ["--model", "m"]
    line = usage_line(mini.run(*model, "--data-dir", "data", f"{option}=k=\udc82\udca0"))
    assert f"{option} was given 'k=\\udc82\\udca0', which is not UTF-8" in line


@pytest.mark.parametrize("command", ["judge-check", "doctor"])
@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--judge-base-url", "-5%", "--judge-base-url must be a URL"),
        ("--judge-base-url", "http://127.0.0.1:99999", "--judge-base-url must be a URL"),
        ("--judge-api-key-env", "sk-my-secret", "--judge-api-key-env expects the name of an environment variable"),
    ],
)
def test_addresses_and_keys_of_commands(command, option, value, said, capsys):
    """As of a run; what may be a key is not shown."""
    assert main([command, "--judge-model", "j", option, value]) == WRONG_USAGE
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert "secret" not in error


def test_a_full_disk_and_a_reader_that_ends(tmp_path):
    """`swallow … > file` on a full disk is one line; `swallow … | head` ends without a word."""
    run_folder(tmp_path / "run", [record(str(n), 1.0) for n in range(2000)], questions=[], answers=[])
    command = [sys.executable, "-m", "swallow_metrics", "export", "run", "--to", "csv", "--out", "/dev/full"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (WRONG_USAGE, 1), done.stderr
    command = [sys.executable, "-m", "swallow_metrics", "audit", "run", "--format", "json"]
    with open("/dev/full", "w") as full:  # noqa: PTH123  # a device
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (WRONG_USAGE, "error: No space left on device\n")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_device_or_a_link_stays_what_it_is(tmp_path):
    """Renaming a file over /dev/null would be the machine's end."""
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(tmp_path / "pipe", b"new")
    assert os.read(reading, 9) == b"new"
    os.close(reading)
    with pytest.raises(Exception, match="neither a file nor a folder"), target(tmp_path / "pipe", force=True):
        pass


LONG = "x" * 10_000
WORDS = "x y " * 2_500
OF_MODEL = ("--model", "m", "--data-dir", "data")
AT_ENDPOINT = (*OF_MODEL, "--base-url", "http://127.0.0.1:9/v1")
WRONG = [  # each with a long value
    *[pytest.param((*OF_MODEL, f"{option}={value}"), id=f"{option}-{word}")
      for option in ("--generation", "--judge-generation", "--shard", "--engine-arg", "--gate", "--reasoning-tags",
                     "--reference", "--livecodebench-release", "--max-errors", "--base-url", "--judge-base-url",
                     "--chat-template", "--prompts", "--run-config", "--select-from", "--baseline", "--gates",
                     "--limit", "--temperature", "--sandbox", "--on-long-prompt", "--judge-retries")
      for word, value in (("word", LONG), ("words", WORDS))],
    pytest.param((*AT_ENDPOINT, "--header", f"{LONG}=PATH", "--header", f"{LONG}=PATH"), id="--header-twice"),
    pytest.param((*AT_ENDPOINT, "--header", f"X-A={LONG}"), id="--header-unset"),
    pytest.param((*AT_ENDPOINT, "--generation", f"temperature={LONG}"), id="--generation-value"),
    pytest.param((*AT_ENDPOINT, "--generation", f"{LONG}="), id="--generation-left-out"),
    pytest.param((*OF_MODEL, "--select", LONG, "--select-from", "data"), id="--select"),
    pytest.param(("--model", LONG, "-k", "none", "--data-dir", "data", "--gate", "mini.errors<=0"), id="--model-asked"),
    pytest.param((*OF_MODEL, "--judge-model", LONG, "--judge-model", LONG), id="--judge-model"),
    pytest.param(("--model", LONG, "--data-dir", "data"), id="--model"),
    pytest.param(("--replay", LONG), id="--replay"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", WRONG)
def test_a_long_value_does_not_fill_the_screen(mini, arguments):
    """The line is bounded, begins with what is wrong, and ends with what was expected or is to be done."""
    result = mini.run(*arguments)
    assert result.ret == 4, result.stdout.str()[-2000:]
    shown = max(map(len, [*result.errlines, *result.outlines]))
    assert 20 < shown < 2500, shown


@pytest.mark.parametrize(
    "content", [f"{LONG} = 1", f"model = '''{WORDS}'''\n{LONG} = 1", f"limit = '{LONG}'", f"[benchmarks.{LONG}]",
                f"[benchmarks.mini]\n{LONG} = 1", f"sandbox = '{LONG}'", f"generation = {{ temperature = '{LONG}' }}"]
)  # fmt: skip
def test_long_names_in_a_run_file(mini, content):
    (mini.path / "run.toml").write_text(content)
    line = usage_line(mini.run("--run-config", "run.toml", "--model", "m", "--data-dir", "data"))
    assert "run.toml" in line or "--generation" in line
    assert len(line) < 2500


@pytest.mark.parametrize("option", ["--difference", "--out", "--to", "--benchmark"])
def test_long_values_of_commands(option, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for arguments in (["plan", LONG, option, LONG], ["export", LONG, option, LONG], [LONG], ["compare", LONG, WORDS]):
        assert main(arguments) == WRONG_USAGE
        assert len(capsys.readouterr().err) < 2500
