"""The value of one option, or of its twin in the ini file.

Raises UsageError with the option's name, what was expected and the value.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from math import inf
from pathlib import Path
from typing import Any, Literal

import pytest

from swallow_metrics.defaults import KEY_ENV
from swallow_metrics.errors import UsageError
from swallow_metrics.plugin.options import value_of
from swallow_metrics.sending import read_headers
from swallow_metrics.settings import checked_url, checked_variable


def chosen(config: pytest.Config, option: str, ini: str, choices: Collection[str]) -> str | None:
    """One of `choices`, from the command line or the ini file; None for none."""
    text: str | None = config.getoption(option) or config.getini(ini) or None
    if text is not None and text not in choices:
        name = option if config.getoption(option) else ini
        raise UsageError(f"{name} expects one of {', '.join(choices)}, but got {text!r}")
    return text


def number_of(config: pytest.Config, option: str, kind: type, low: int | None, default: Any) -> Any:
    """A number of at least `low`, above 0 where that is None; the ini file's where the option is not given."""
    value = config.getoption(option)
    ini = f"swallow_{option[2:].replace('-', '_')}"
    if value is None and (text := config.getini(ini)):
        try:
            value = kind(text)
        except ValueError:
            raise UsageError(f"{ini} must be a number, but got {text!r}") from None
    if value is None:
        return default
    if not (value > 0 if low is None else value >= low) or value == inf:
        raise UsageError(f"{option} must be {'more than 0' if low is None else f'at least {low}'}, but got {value}")
    return value


def within(config: pytest.Config, option: str, low: float, high: float | None, *, open_low: bool = False) -> Any:
    """A number of the command line within its bounds; None where it is not given."""
    value = config.getoption(option)
    if value is None:
        return None
    if not (value > low if open_low else value >= low) or value == inf or (high is not None and value > high):
        bounds = f"{'more than' if open_low else 'at least'} {low}" + (
            f" and at most {high}" if high is not None else " and finite" * (value == inf)
        )
        raise UsageError(f"{option} must be {bounds}, but got {value}")
    return value


def whole_number(name: str, text: str | None) -> int | None:
    """A whole number of the ini file, at least 1; None for none."""
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"{name} must be a whole number of at least 1, but got {text!r}")
    return int(text)


def key_env(config: pytest.Config, option: str, ini: str) -> str:
    """The name of a variable that holds a key."""
    return checked_variable(option, config.getoption(option) or config.getini(ini) or KEY_ENV)


def headers_of(config: pytest.Config, option: str, ini: str, wanted: bool) -> dict[str, str]:
    """Names of headers and of the variables that hold their values."""
    given = config.getoption(option)
    return read_headers(option, given or config.getini(ini)) if wanted or given else {}


def urls_of(config: pytest.Config, replays: bool) -> tuple[str, ...]:
    """The endpoints of the model, in the order given."""
    standing = [] if replays else (config.getini("swallow_base_url") or "").split()
    urls = tuple(checked_url("--base-url", text) for text in value_of(config, "--base-url") or standing)
    if len(set(urls)) != len(urls):
        twice = next(url for url in urls if urls.count(url) > 1)
        raise UsageError(f"--base-url was given {twice!r} twice; each endpoint is given once")
    return urls


def url_of(config: pytest.Config, option: str, ini: str | None) -> str | None:
    """The address of an endpoint; with a wrong one every request would fail, hours of retries later."""
    text = config.getoption(option) or (config.getini(ini) if ini else None) or None
    return None if text is None else checked_url(option, text)


def path_of(config: pytest.Config, option: str, ini: str | None = None) -> Path | None:
    """A path as the user means it: relative to the invocation, or to the ini file."""
    if text := config.getoption(option):
        return Path(os.path.abspath(config.invocation_params.dir / os.path.expanduser(text)))
    if ini and (text := config.getini(ini)):
        base = config.inipath.parent if config.inipath else config.rootpath
        return Path(os.path.abspath(base / os.path.expanduser(text)))
    return None


def existing(config: pytest.Config, option: str, ini: str | None, kind: Literal["file", "folder"]) -> Path | None:
    """A path that must be there, and be what is said."""
    path = path_of(config, option, ini)
    if path is not None and not (path.is_file() if kind == "file" else path.is_dir()):
        raise UsageError(f"{option} expects a {kind}, but {path} is not one")
    return path


def existing_run(config: pytest.Config, option: str) -> Path | None:
    """A run folder or its report.json."""
    path = path_of(config, option)
    if path is not None and not path.exists():
        raise UsageError(f"{option} {path} does not exist; expected a run folder or its report.json")
    return path
