"""Whether pytest read the project's ini file: it looks for it before it knows our options.

`--data-dir /elsewhere` is then an unknown option and a test path. Pytest looks in the folder above all test paths,
which may be another one, and what the file that is meant sets would be left out without a word.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.plugin.options import DECLARED, DEFAULTS

_NAMES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_SECTION = re.compile(r"^\[(tool[.:])?pytest[].]", re.MULTILINE)  # without it, a file of other tools
_SETTING = re.compile(r"^\s*[\"']?swallow_\w+", re.MULTILINE)


def check_ini_file(config: pytest.Config) -> None:
    """Refuse an option whose value, a word of its own, hides settings of ours from pytest. Raises UsageError."""
    if config.getoption("inifilename") or config.getoption("help"):
        return
    values = list(_values_in_own_words(config))
    if not values or (meant := _meant(config)) is None:
        return
    file, text = meant
    if config.inipath is not None and file.samefile(config.inipath):
        return
    hiding = [words for words, path in values if not path.is_relative_to(file.parent)]
    if hiding and (_SETTING.search(text) or _has_our_option(text)):
        taken, cure = ", ".join(map(shlex.join, hiding)), " ".join(shlex.quote("=".join(words)) for words in hiding)
        raise UsageError(
            f"{taken}: pytest takes the value for a test path, so it does not read {file}; "
            f"write {cure}, or give -c {shlex.quote(str(file))}"
        )


def _values_in_own_words(config: pytest.Config) -> Iterator[tuple[tuple[str, str], Path]]:
    """Our options with the path that follows them; what does not exist is no test path to pytest either."""
    words = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *map(str, config.invocation_params.args)]
    for option, value in pairwise(words):
        takes_one = option in DEFAULTS and DECLARED[option[2:].replace("-", "_")].get("action") != "store_true"
        if takes_one and os.path.exists(path := _path(config, value)):  # noqa: PTH110  # no error, whatever the text
            yield (option, value), path


def _path(config: pytest.Config, text: str) -> Path:
    """As pytest reads it: without `..`, but links are not followed."""
    return Path(os.path.abspath(config.invocation_params.dir / text))


def _meant(config: pytest.Config) -> tuple[Path, str] | None:
    """The ini file above the test paths, and its text: what pytest reads where nothing else looks like a test path."""
    paths = [_path(config, argument.partition("::")[0]) for argument in config.option.file_or_dir]
    folders = [path if path.is_dir() else path.parent for path in paths if path.exists()]
    above = Path(os.path.commonpath(folders)) if folders else config.invocation_params.dir
    for file in (folder / name for folder in (above, *above.parents) for name in _NAMES):
        if file.is_file():
            text = file.read_text("utf-8", "replace")
            if "pytest" in file.stem or _SECTION.search(text):  # `pyproject` has no "pytest"
                return file, text
    return None


def _has_our_option(text: str) -> bool:
    return "addopts" in text and not DEFAULTS.keys().isdisjoint(re.findall(r"--[a-z-]+", text))
