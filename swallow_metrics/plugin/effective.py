"""`run.toml` in a run's folder: every option that holds, wherever it was set. `--run-config run.toml` runs it again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from swallow_metrics.datatypes import Sampling
from swallow_metrics.errors import UsageError
from swallow_metrics.io import is_secret, without_secrets, write_atomically
from swallow_metrics.plugin.collection import Collection
from swallow_metrics.plugin.options import DECLARED, INI_TWINS, value_of
from swallow_metrics.plugin.runfile import PATHS, SAMPLING
from swallow_metrics.settings import Settings

NAME = "run.toml"
NOT_WRITTEN = frozenset(("run_config", "run_dir", "resume", "dry_run", "generation", "judge_generation", *SAMPLING))
_HELD = ("reference",)  # what is written though nobody has set it: the rest follows from it
_HELD_OF_MODELS = ("max_in_flight", "request_timeout", "max_retries")
_FIELDS = {"request_timeout": "request_timeout_s", "api_key_env": "key_env"}
_HEAD = "# The options of this run in full: pytest --run-config run.toml asks the same again.\n"
_SECRETS = "# *** stands for a secret that is not written here: replace it, or give the option again.\n"


def write_run_toml(folder: Path, config: pytest.Config, collection: Collection, benchmarks: Iterable[str]) -> None:
    """Write the file. Raises UsageError."""
    try:
        write_atomically(folder / NAME, run_toml(config, collection, [*benchmarks]))
    except OSError as error:
        raise UsageError(f"cannot write {folder / NAME}: {error.strerror}; choose another --run-dir") from error


def run_toml(config: pytest.Config, collection: Collection, benchmarks: Sequence[str]) -> bytes:
    """The file's content, for a run that asks `benchmarks`."""
    import tomli_w

    settings = collection.settings

    table: dict[str, Any] = {"tests": [_absolute(config, argument) for argument in config.args]}
    table |= {"m": config.getoption("markexpr", ""), "k": config.getoption("keyword", "")}
    if config.getoption("pyargs", False):
        table["pyargs"] = True
    table |= {name: _effective(config, settings, name) for name in DECLARED if name not in NOT_WRITTEN}
    standing = [gate.expression for gate in collection.standing_gates(benchmarks)]
    table["gate"] = [*dict.fromkeys([*standing, *table["gate"]])]
    table["generation"] = _texts(settings.sampling, settings.left_out)
    table["judge_generation"] = _texts(settings.judge.sampling, settings.judge.left_out)
    table = {name: value for name, value in table.items() if value not in (None, "", [])}
    table["benchmarks"] = {name: _own(settings, settings.of(name)) for name in benchmarks}
    text = tomli_w.dumps(table, multiline_strings=False)
    return (_HEAD + (_SECRETS if "***" in text else "") + "\n" + text).encode(errors="backslashreplace")


def _effective(config: pytest.Config, settings: Settings, name: str) -> Any:
    """An option's value: the command line's or the run file's, else the ini file's, else the default in force."""
    declared, value = DECLARED[name], value_of(config, name)
    if value == declared["default"] and name in INI_TWINS and (standing := config.getini(f"swallow_{name}")):
        if declared.get("type") in (int, float):
            value = declared["type"](standing)
        elif isinstance(value, list) and isinstance(standing, str):
            value = standing.split() if name == "base_url" else [standing]
        else:
            value = standing
    if name in PATHS and value:
        known = getattr(settings, name, None)
        return str(known) if isinstance(known, Path) else _absolute(config, value)
    if value is None and name in (*_HELD, *(_HELD_OF_MODELS if settings.mode == "model" else ())):
        held = getattr(settings, _FIELDS.get(name, name), None)
        value = held if isinstance(held, str | int | float) else None
    if isinstance(value, list):
        return [_without_value(text) for text in without_secrets(value)]
    return without_secrets([value])[0] if isinstance(value, str) else value


def _without_value(text: str) -> str:
    """`hf_token=…` of --engine-arg, without what is secret in it."""
    key, equals, _ = text.partition("=")
    return f"{key}=***" if equals and is_secret(key.strip()) else text


def _absolute(config: pytest.Config, argument: str) -> str:
    """A path, or a node id, that means the same from any folder; another argument (--pyargs) stays as it is."""
    path, colons, names = argument.partition("::")
    absolute = config.invocation_params.dir / os.path.expanduser(path)
    return f"{absolute.resolve() if absolute.exists() else path}{colons}{names}"


def _own(settings: Settings, own: Settings) -> dict[str, Any]:
    """What one benchmark's table needs to say beside what holds for all."""
    table: dict[str, Any] = {"limit": own.limit, "repeats": own.repeats}
    if (own.sampling, own.left_out) != (settings.sampling, settings.left_out):
        table["generation"] = _texts(own.sampling, own.left_out)
    common: Mapping[str, Any] = {"limit": settings.limit, "repeats": settings.repeats}
    return {name: value for name, value in table.items() if value is not None and value != common.get(name)}


def _texts(sampling: Sampling, left_out: Iterable[str]) -> list[str]:
    """KEY=VALUE texts; JSON, for TOML has no null."""
    sent = [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sampling.to_json().items()]
    return [*sent, *(f"{name}=" for name in sorted(left_out))]
