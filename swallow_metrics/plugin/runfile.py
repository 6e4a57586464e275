"""`--run-config FILE`: options by their names, and tables that select benchmarks; and a run's own `run.toml`.

What the command line gives goes before the file, the file before the ini file. A benchmark's table goes before the
rest of the file. Temperature and the like are read as fields of `generation`, so that they can be set for all and for
one benchmark.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.io import read_toml
from swallow_metrics.plugin.options import DECLARED, dest, value_of

BUNDLED = Path(__file__).parents[1] / "run_configs"
SAMPLING = ("temperature", "top_p", "max_tokens", "seed", "reasoning_effort")
PYTEST = {"tests": list, "m": str, "k": str, "pyargs": bool}  # pytest's own: what is collected, and of it -m and -k
OWN_TABLE = ("limit", "repeats", "generation")  # what a benchmark's table may set
PATHS = frozenset(
    ("engine_args", "chat_template", "prompts", "data_dir", "data_lock", "replay", "run_dir", "judge_prompts", "gates",
     "prices")
)  # fmt: skip


@dataclass(frozen=True)
class RunFile:
    """A run file, checked.

    `generation` are KEY=VALUE texts, `judge_generation` the judge's; `given` are the options that the command line has.
    """

    path: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    generation: Sequence[str] = ()
    judge_generation: Sequence[str] = ()
    benchmarks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    given: frozenset[str] = frozenset()


RUN_FILE = pytest.StashKey[RunFile]()


def apply_run_file(config: pytest.Config) -> None:
    """Set the options that a run file gives and the command line does not. Raises UsageError."""
    name = config.getoption("--run-config")
    if name is None:
        return
    path = BUNDLED / f"{name}.toml" if "/" not in name else Path(name)
    if "/" in name or not path.is_file():
        path = Path(os.path.abspath(config.invocation_params.dir / os.path.expanduser(name)))
    if not path.is_file():
        bundled = ", ".join(sorted(file.stem for file in BUNDLED.glob("*.toml")))
        raise UsageError(f"--run-config expects a file, or one of {bundled}, but got {name!r}")
    file = config.stash[RUN_FILE] = _read(path, _given(config))
    for option, value in file.options.items():
        if option in PYTEST:
            _select(config, option, value)
        elif option not in file.given:
            setattr(config.option, dest(option), value)


def run_file(config: pytest.Config) -> RunFile:
    """This run's file; an empty one without `--run-config`."""
    return config.stash.get(RUN_FILE, RunFile())


def _given(config: pytest.Config) -> frozenset[str]:
    """The options that the command line has: other than their default, or written there all the same."""
    written = {str(argument).split("=", 1)[0] for argument in config.invocation_params.args}
    return frozenset(
        name
        for name, declared in DECLARED.items()
        if value_of(config, name) != declared["default"] or f"--{name.replace('_', '-')}" in written
    )


def _select(config: pytest.Config, option: str, value: Any) -> None:
    if option == "tests":
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args[:] = value
    elif option == "pyargs":
        config.option.pyargs = config.option.pyargs or value
    else:
        dest = {"m": "markexpr", "k": "keyword"}[option]
        setattr(config.option, dest, getattr(config.option, dest) or value)


def _read(path: Path, given: frozenset[str]) -> RunFile:
    table = {key.replace("-", "_"): value for key, value in read_toml(path, "--run-config").items()}
    benchmarks = table.pop("benchmarks", {})
    if not isinstance(benchmarks, dict) or not all(isinstance(own, dict) for own in benchmarks.values()):
        raise UsageError(f"{path}: expected a table [benchmarks.ID] for each benchmark, but got {benchmarks!r:.80}")
    _check_names(path, "", table, [*DECLARED, *PYTEST, "benchmarks"])
    for name, own in benchmarks.items():
        _check_names(path, f"[benchmarks.{name}] ", own, OWN_TABLE)
    generation = _texts(path, {name: table.pop(name) for name in SAMPLING if name in table})
    generation += _texts(path, table.pop("generation", {}))
    judge_generation = _texts(path, table.pop("judge_generation", {}))
    options = {name: _checked(path, name, value) for name, value in table.items()}
    tables = {
        name: {key: (_texts(path, of) if key == "generation" else _checked(path, key, of)) for key, of in own.items()}
        for name, own in benchmarks.items()
    }
    return RunFile(path, options, generation, judge_generation, tables, given)


def _check_names(path: Path, where: str, table: Iterable[str], known: Iterable[str]) -> None:
    names = sorted(set(known) - {"run_config"})
    for name in table:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise UsageError(
                f"{path}: {where}unknown key {name!r}"
                + (f"; did you mean {near[0]!r}?" if near else f"; expected one of {', '.join(names)}")
            )


def _checked(path: Path, name: str, value: Any) -> Any:
    """A value of an option's kind; paths are relative to the file's folder. Raises UsageError."""
    declared = DECLARED.get(name, {})
    kind: Any = PYTEST.get(name) or (
        bool if declared.get("action") == "store_true"
        else list if declared.get("action") == "append"
        else declared.get("type", str)
    )  # fmt: skip
    if kind is list and isinstance(value, str):
        value = [value]
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind or (kind is list and not all(isinstance(text, str) for text in value)):
        names = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
        raise UsageError(f"{path}: expected {name} to be {names.get(kind, 'a list of texts')}, but got {value!r:.60}")
    if (choices := declared.get("choices")) and value not in choices:
        raise UsageError(f"{path}: expected {name} to be one of {', '.join(choices)}, but got {value!r}")
    return os.path.join(path.parent, os.path.expanduser(value)) if name in PATHS else value  # noqa: PTH118  # kept as given


def _texts(path: Path, fields: Any) -> list[str]:
    """KEY=VALUE texts of a table, or a list of such texts as they are; "" leaves a field out."""
    if isinstance(fields, list) and all(isinstance(text, str) for text in fields):
        return list(fields)
    if not isinstance(fields, dict):
        raise UsageError(f"{path}: expected generation to be a table or a list of KEY=VALUE, but got {fields!r:.60}")
    return [f"{key}={'' if _is_left_out(key, value) else json.dumps(value)}" for key, value in fields.items()]


def _is_left_out(key: str, value: Any) -> bool:
    return value == "" or (key == "temperature" and value == "none")
