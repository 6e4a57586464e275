"""`--base-url` is an option of pytest-base-url and pytest-playwright too: pytest takes one declaration, for all.

Where one of them is installed the declaration is left to it. Its value stays as it is, for its own tests; ours are read
from the same arguments, since we take several. Without `--model` they are none of ours.
"""

from __future__ import annotations

import argparse
import os
import shlex
from importlib.metadata import PackageNotFoundError, distribution

import pytest

OURS = "swallow_base_url"  # where our values are, whoever declares the option
_THEIRS = "base_url"


def is_left(pluginmanager: pytest.PytestPluginManager) -> bool:
    """Whether another plugin declares the option, or may do so later: pytest-playwright does after all are loaded."""
    config = pluginmanager.get_plugin("pytestconfig")
    return (
        hasattr(getattr(config, "option", None), _THEIRS)
        or _is_installed("pytest-base-url")
        or _is_installed("pytest-playwright")
    )


def is_shared(config: pytest.Config) -> bool:
    """Whether another plugin has declared the option."""
    return hasattr(config.option, _THEIRS)


def is_missing(config: pytest.Config) -> bool:
    """Whether no plugin has declared the option: the one that is installed was blocked, or is an old one."""
    return not (hasattr(config.option, _THEIRS) or hasattr(config.option, OURS))


def read_base_urls(config: pytest.Config) -> None:
    """Set our values where the option is not of our declaration."""
    if hasattr(config.option, OURS):
        return
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, fromfile_prefix_chars="@")
    parser.add_argument("--base-url", action="append", default=[])
    asked = config.getoption("--model") or config.getini("swallow_model") or config.getoption("--run-config")
    added = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *config.getini("addopts")]
    arguments = [*added, *map(str, config.invocation_params.args)]
    setattr(config.option, OURS, parser.parse_known_args(arguments)[0].base_url if asked else [])


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
