"""The documentation is true: console blocks run on demo data, options exist, links resolve, both READMEs agree.

A console block is run as it stands, with `uv run` and `pip install` taken off. One that needs more than the demo has a
comment before it, `<!-- not run: needs … -->`, and only its options are checked. On a page whose blocks are run, a `text`
block is what they print.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from typing import NamedTuple

import pytest
from iniconfig import IniConfig

import options_page
from places import ROOT
from swallow_metrics.engines.vllm_args import INSTALL

PAGES = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])
BLOCK = re.compile(r"(?:<!-- not run: (?P<why>[^>]+) -->\n)?```console\n(?P<text>.*?)```", re.DOTALL)
OUTPUT = re.compile(r"```text\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)(?:#[^)]*)?\)")
PYTESTS_OWN = {"--collect-only", "--help", "--pyargs", "--markers", "--junitxml", "--json-report"}


class Block(NamedTuple):
    """A console block: its page, text, and why it is not run (None: it is)."""

    page: str
    text: str
    why: str | None


def blocks(path):
    """Every console block of a page."""
    text = path.read_text("utf-8")
    return [Block(path.name, typed(found["text"]), found["why"]) for found in BLOCK.finditer(text)]


def typed(text):
    """What is typed: where lines start with `$ `, the others are output."""
    prompts = re.findall(r"^\$ (.*\n)", text, re.MULTILINE)
    return "".join(prompts) if prompts else text


def commands(text):
    """The words of each command of a block, without comments, `uv run` and what joins commands."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words:
            end = next((at for at, word in enumerate(words) if word in ("&&", "|", ";")), len(words))
            command, words = words[:end], words[end + 1 :]
            command = [word for at, word in enumerate(command) if not re.fullmatch(r"[A-Z_]+=.*", word) or at]
            if command[:2] == ["uv", "run"]:
                command = command[2:]
            if command:
                yield command


ALL = [block for path in PAGES for block in blocks(path)]
ELSEWHERE = {
    "ci.md": "exchange/test_ci_docs.py",
    "comparing.md": "test_comparing_page.py",
}  # run there, with more checks
EXAMPLE = "reports/demo"  # a run that is part of the checkout
SAME = "README.ja.md"  # the blocks of README.md
FIRST = {"README.md", "first-evaluation.md"}  # what a newcomer types is run by default, the other pages with `-m slow`
RUN = sorted({block.page for block in ALL if block.why is None} - {*ELSEWHERE, SAME})


def test_there_are_blocks():
    """The expression finds them: an empty list would pass every test below."""
    assert len(ALL) > 15
    assert sum(block.why is None for block in ALL) > 8
    assert all((ROOT / "tests" / name).is_file() for name in ELSEWHERE.values())
    assert all(path.read_text("utf-8").count("```console") == len(blocks(path)) for path in PAGES)


@pytest.mark.parametrize("page", sorted({block.page for block in ALL}))
def test_options_exist(page):
    """Every option of `pytest` and `swallow` in the console blocks of a page is one."""
    declared = {name for options in options_page.recorded().groups.values() for name, _ in options}
    of_swallow = {
        name: {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
        for name, command in options_page.commands()
    }
    for command in (command for block in ALL if block.page == page for command in commands(block.text)):
        used = {word.partition("=")[0] for word in command if word.startswith("--")}
        if command[0] == "pytest":
            assert used <= declared | PYTESTS_OWN
        if command[0] == "swallow" and command[1:] and not command[1].startswith("-"):
            name = max((name for name in of_swallow if shlex.join(command).startswith(name)), key=len, default=None)
            assert name is not None, f"there is no command {command[1]!r}"
            assert used <= of_swallow[name] | {"--help"}


@pytest.fixture(scope="module")
def shims(tmp_path_factory):
    """A PATH with `pytest` and `swallow` of this checkout, and a `uv` and a `pip` that install nothing."""
    folder = tmp_path_factory.mktemp("bin")
    quiet = "-p no:cacheprovider -p no:anyio -p no:hypothesispytest"
    scripts = {
        "pytest": f'exec {shlex.quote(sys.executable)} -m pytest {quiet} "$@"',
        "swallow": f'exec {shlex.quote(sys.executable)} -m swallow_metrics "$@"',
        "uv": '[ "$1" = run ] || exit 3; shift; exec "$@"',
        "pip": '[ "$1" = install ]',
    }
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    "page", [page if page in FIRST else pytest.param(page, marks=pytest.mark.slow) for page in RUN]
)
def test_blocks_run(page, shims, tmp_path):
    """The blocks of a page, one after another in a copy of the checkout: each ends with status 0 and prints what is shown."""
    for name in ("benchmarks", EXAMPLE):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    path = os.pathsep.join([str(shims), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    environment = {name: value for name, value in environment.items() if not name.startswith(("PYTEST_", "GITHUB_"))}
    script = "set -e\n" + "".join(block.text for block in ALL if block.page == page and block.why is None)
    done = subprocess.run(
        ["bash", "-x"], input=script, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (path,) = (path for path in PAGES if path.name == page)
    shown = [line for text in OUTPUT.findall(path.read_text("utf-8")) for line in text.splitlines()]
    assert not set(shown) - {line.rstrip() for line in done.stdout.splitlines()}


def test_no_two_pages_write_the_same_folder():
    """Who follows one page after another in a checkout never names the folder of an earlier run, or the example."""
    folders = {}
    for block in ALL:
        for command in commands(block.text) if block.page != SAME else ():
            if command[0] == "pytest" and "--run-dir" in command:
                folders.setdefault(command[command.index("--run-dir") + 1], set()).add(block.page)
    assert len(folders) > 5
    assert EXAMPLE not in folders
    assert {folder: pages for folder, pages in folders.items() if len(pages) > 1} == {}


def test_both_configuration_files_say_the_same():
    """docs/first-evaluation.md shows the options of a project as TOML and as an ini file."""
    text = (ROOT / "docs/first-evaluation.md").read_text("utf-8")
    shown = {form: re.search(rf"```{form}\n(.*?)```", text, re.DOTALL)[1] for form in ("toml", "ini")}
    toml = tomllib.loads(shown["toml"])["tool"]["pytest"]["ini_options"]
    ini = IniConfig("pytest.ini", shown["ini"])["pytest"]
    assert {name: value if isinstance(value, list) else [value] for name, value in toml.items()} == {
        name: value.strip().splitlines() for name, value in ini.items()
    }
    assert set(toml) <= {name for name, _ in options_page.recorded().ini}


def test_links_resolve():
    """Links between pages, and to files and pictures."""
    wrong = [
        f"{path.name}: {target}"
        for path in PAGES
        for target in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert not wrong


def test_every_page_can_be_reached():
    """From README.md and from README.ja.md, page by page."""
    for start in ("README.md", "README.ja.md"):
        reached, waiting = set(), [ROOT / start]
        while waiting:
            path = waiting.pop().resolve()
            if path not in reached and path.suffix == ".md":
                reached.add(path)
                waiting += [path.parent / target for target in LINK.findall(path.read_text("utf-8"))]
        assert set(ROOT.glob("docs/*.md")) <= reached


def test_both_readmes_have_the_same_commands():
    """README.ja.md is complete: the same console blocks, benchmarks, pictures and linked pages."""
    english, japanese = (ROOT / name for name in ("README.md", "README.ja.md"))
    assert [block[1:] for block in blocks(english)] == [block[1:] for block in blocks(japanese)]
    texts = [path.read_text("utf-8") for path in (english, japanese)]
    ids = [set(re.findall(r"^\| (`[^|]*`)", text.partition("| id |")[2], re.MULTILINE)) for text in texts]
    assert {name for row in ids[0] for name in re.findall(r"`(\w+)`", row)} <= {
        name for row in ids[1] for name in re.findall(r"`(\w+)`", row)
    }
    targets = [set(LINK.findall(text)) - {"README.md", "README.ja.md"} for text in texts]
    assert targets[0] == targets[1]


def test_a_missing_vllm_is_cured_by_the_readmes_command():
    """Errors and READMEs name the same command for a checkout."""
    command = re.search(r"\(in a checkout: ([^)]+)\)", INSTALL)[1]
    for page in ("README.md", "README.ja.md", "docs/first-evaluation.md"):
        assert command in (ROOT / page).read_text("utf-8").splitlines(), page


def test_the_page_of_options_is_up_to_date():
    """docs/options.md has every option with its help, grouped as in --help."""
    assert options_page.PAGE.read_text("utf-8") == options_page.page(), "run: python tests/options_page.py"


def test_every_benchmark_is_in_the_readme():
    """The README's table names each benchmark that the demo has."""
    text = (ROOT / "README.md").read_text("utf-8")
    ids = {path.name.partition(".")[0] for path in (ROOT / "benchmarks" / "demo").glob("*.responses.jsonl")}
    assert len(ids) > 20
    assert not {name for name in ids if f"`{name}`" not in text}
    assert f"| {len(ids)} |" in text
