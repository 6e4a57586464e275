"""vLLM's engine arguments: checked by name without importing vLLM, and written as flags of `vllm serve`."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.io import is_secret

INSTALL = "pip install 'pytest-swallow[vllm]' (in a checkout: uv sync --extra vllm)"

# What another option already says; two places for one thing would contradict each other sooner or later.
_OPTION_INSTEAD = {
    "model": "--model",
    "served_model_name": "--model",
    "reasoning_parser": "--reasoning-parser",
    "chat_template": "--chat-template",
    "api_key": "no option: the server's key is made for the run",
    "host": "no option: the server listens on this machine only",
    "port": "no option: the server takes a free port",
}
# Unless the user says otherwise. A null takes a generation_config.json's own bound on answers away: where the run
# gives no --max-tokens, an answer may fill the model's context.
_DEFAULTS: dict[str, Any] = {"disable_log_stats": True}
_NO_HIDDEN_BOUND = {"max_new_tokens": None}
_OURS = {"n", "output_kind"}  # one whole answer at a time


def vllm_folder() -> Path:
    """Where vLLM's package lies. Raises UsageError when it is not installed."""
    spec = find_spec("vllm")
    if spec is None or spec.origin is None or not spec.submodule_search_locations:  # no origin: just some folder
        raise UsageError(f"--model without --base-url runs the model with vLLM, which is not installed: {INSTALL}")
    return Path(spec.submodule_search_locations[0])


def engine_arguments(given: Mapping[str, Any], package: Path | None = None) -> dict[str, Any]:
    """The given arguments, checked by name, with our defaults. Texts that are JSON objects or lists become those.

    Names are read from vLLM's source text, which takes milliseconds where its import takes many seconds. Raises
    UsageError.
    """
    known = argument_names(package or vllm_folder())
    for name in given:
        if name in _OPTION_INSTEAD:
            raise UsageError(f"--engine-arg {name} is set by {_OPTION_INSTEAD[name]}; leave it out")
        if known and name not in known:
            near = ", ".join(get_close_matches(name, sorted(known), n=3, cutoff=0.5))
            hint = f"the nearest are {near}" if near else "see `vllm serve --help=all` for all of them"
            raise UsageError(f"--engine-arg {name} is not an engine argument of the installed vLLM; {hint}")
    arguments = _DEFAULTS | {name: _structured(value) for name, value in given.items()}
    override = arguments.get("override_generation_config") or {}
    if not isinstance(override, Mapping):
        raise UsageError(f"--engine-arg override_generation_config expects a JSON object, but got {override!r}")
    arguments["override_generation_config"] = _NO_HIDDEN_BOUND | dict(override)
    return arguments


def argument_names(package: Path) -> frozenset[str]:
    """Fields of vLLM's argument classes in a package folder; empty when its source has another shape."""
    return _fields(package, "engine/arg_utils.py", ("EngineArgs", "AsyncEngineArgs"))


def check_reasoning_parser(name: str, arguments: Mapping[str, Any], package: Path | None = None) -> None:
    """Raises UsageError when vLLM has no reasoning parser of this name. One from a plugin file is checked at load."""
    known = parser_names(package or vllm_folder())
    if known and name not in known and not arguments.get("reasoning_parser_plugin"):
        raise UsageError(f"--reasoning-parser {name!r} is unknown to the installed vLLM, which has {_listed(known)}")


def parser_names(package: Path) -> frozenset[str]:
    """Names in vLLM's table of reasoning parsers; empty when its source has another shape."""
    return frozenset(
        key.value
        for node in _statements(package / "reasoning" / "__init__.py")
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    )


def check_generation(fields: Collection[str], package: Path | None = None) -> None:
    """Raises UsageError for a setting of requests that is not a sampling parameter of the installed vLLM."""
    known = _fields(package or vllm_folder(), "sampling_params.py", ("SamplingParams",)) - _OURS
    for name in fields:
        if known and name not in known and name != "chat_template_kwargs":
            near = ", ".join(get_close_matches(name, sorted(known), n=3, cutoff=0.5))
            hint = f"the nearest are {near}" if near else "see vLLM's SamplingParams for all of them"
            raise UsageError(f"--generation {name} is not a sampling parameter of the installed vLLM; {hint}")


def serve_flags(arguments: Mapping[str, Any]) -> list[str]:
    """Engine arguments as `vllm serve` takes them on its command line."""
    flags: list[str] = []
    for name, value in arguments.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            flags.append(flag)
        elif value is False:
            flags.append("--no-" + flag[2:])
        elif isinstance(value, Mapping):
            flags += [flag, json.dumps(value)]
        elif isinstance(value, list | tuple):
            flags += [flag, *(json.dumps(item) if isinstance(item, Mapping) else str(item) for item in value)]
        elif value is not None:
            flags += [flag, str(value)]
    return flags


def masked(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments for the report: what the user gave that may be a secret is masked."""
    return {name: "***" if isinstance(value, str) and is_secret(name) else value for name, value in arguments.items()}


def _fields(package: Path, file: str, classes: tuple[str, ...]) -> frozenset[str]:
    """Public annotated fields of classes in a source file; empty when it has another shape."""
    return frozenset(
        field.target.id
        for node in _statements(package / file)
        if isinstance(node, ast.ClassDef) and node.name in classes
        for field in node.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.target.id[0] != "_"
    )


def _statements(file: Path) -> list[ast.stmt]:
    try:
        return ast.parse(file.read_text("utf-8")).body
    except (OSError, SyntaxError, ValueError):
        return []  # unknown layout: vLLM itself then checks, later


def _structured(value: Any) -> Any:
    if not (isinstance(value, str) and value.startswith(("{", "["))):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
