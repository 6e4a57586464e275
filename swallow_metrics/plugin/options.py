"""The option group and its ini twins: declared in every pytest run, so next to nothing is imported for it."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Container
from typing import Any

import pytest

from swallow_metrics.errors import bounded
from swallow_metrics.plugin import base_url
from swallow_metrics.plugin.option_list import declare

DECLARED: dict[str, dict[str, Any]] = {}  # how each option is declared, by its name as in a run file
DEFAULTS: dict[str, object] = {}  # of every option; `add_options` writes the same content each time


def add_options(parser: pytest.Parser, left_out: Container[str] = ()) -> None:
    """Declare every option and ini name; options in `left_out` are declared by another plugin."""
    group: Any = None

    def section(title: str) -> None:
        nonlocal group
        group = parser.getgroup(f"swallow {title}", f"swallow: {title}")

    def add(name: str, **declared: Any) -> None:
        key = name[2:].replace("-", "_")
        declared.setdefault("dest", key)  # pytest looks through all options for one that was not named
        declared.setdefault("default", False if declared.get("action") == "store_true" else None)
        DECLARED[key] = declared
        DEFAULTS[name] = declared["default"]
        if name not in left_out:
            group.addoption(name, **{**declared, **_read(declared)})

    declare(section, add)
    for name, note in _INI.items():
        kind = "linelist" if note == _LINES else "string"
        text = f"default of --{name.replace('_', '-')}{note}"
        parser.addini(f"swallow_{name}", text, type=kind, default=[] if note == _LINES else None)  # type: ignore[arg-type]  # a literal
    gates = "thresholds as --gate, one per line; those of benchmarks that are not run are left out"
    parser.addini("swallow_gates", gates, type="linelist", default=[])


def _read(declared: dict[str, Any]) -> dict[str, Any]:
    """How argparse reads a value, so that a wrong one is shown bounded: argparse itself shows the whole of it."""
    kind, choices = declared.get("type"), declared.get("choices")

    def read(text: str) -> Any:
        if choices and text not in choices:
            raise ArgumentTypeError(bounded(f"expected one of {', '.join(choices)}, but got {text!r}"))
        try:
            return kind(text) if kind else text
        except ValueError:
            expected = "a whole number" if kind is int else "a number"
            raise ArgumentTypeError(bounded(f"expected {expected}, but got {text!r}")) from None

    return {"type": read} if kind or choices else {}


_LINES = ", one per line"
_FOLDER = ", relative to the ini file's folder"
_INI = {  # option → what its default's help says further
    "model": "",
    "reference": "",
    "livecodebench_release": "",
    "base_url": "; several with spaces between them",
    "header": _LINES,
    "generation": _LINES,
    "reasoning_tags": _LINES,
    "max_retries": "",
    "max_errors": "",
    "requests_per_minute": "",
    "tokens_per_minute": "",
    "on_long_prompt": "",
    "api_key_env": "",
    "max_in_flight": "",
    "prompts": _FOLDER,
    "data_dir": _FOLDER,
    "data_lock": _FOLDER,
    "judge_model": "",
    "judge_generation": _LINES,
    "judge_header": _LINES,
    "judge_base_url": "",
    "judge_requests_per_minute": "",
    "judge_tokens_per_minute": "",
    "judge_api_key_env": "",
}
INI_TWINS = frozenset(_INI)  # options with an ini name; `swallow_gates` is none, it holds what --gate says


def add_base_url(parser: pytest.Parser) -> None:
    """Declare `--base-url` after the others."""
    parser.getgroup("swallow what is evaluated").addoption("--base-url", **DECLARED["base_url"])


def is_given(config: pytest.Config) -> bool:
    """Whether the command line has any of the options: only then are they checked without a question to ask."""
    shared = base_url.is_shared(config)
    return any(
        value_of(config, name) != default
        for name, default in DEFAULTS.items()
        if not (shared and name == "--base-url")  # alone it is a matter of the other plugin
    )


def dest(name: str) -> str:
    """Where an option's value is in `config.option`."""
    place: str = DECLARED[name.removeprefix("--").replace("-", "_")]["dest"]
    return place


def value_of(config: pytest.Config, name: str) -> Any:
    """An option's value."""
    return getattr(config.option, dest(name))
