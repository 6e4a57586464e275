"""What a model's own files tell before vLLM is imported: half a minute earlier than vLLM itself would say it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from swallow_metrics.engines.vllm_model import config_file
from swallow_metrics.errors import UsageError

_WORD = re.compile(r"""["']([\w.-]+)["']|\b([a-z]\w*)=""")
# Names of the context's length in config.json, and ways of stretching it that this length does not hold yet.
_LENGTHS = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "model_max_length", "max_seq_length")
_STRETCHED = ("linear", "dynamic")
_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)  # those that vLLM has


def check_chat_template(folder: Path, arguments: Mapping[str, Any]) -> None:
    """Raises UsageError where the tokenizer's files hold no chat template.

    Only for tokenizers that keep it in a file; others, such as Mistral's, have it in their code.
    """
    folder = Path(str(arguments.get("tokenizer") or folder)).expanduser()
    settings = folder / "tokenizer_config.json"
    if not settings.is_file() or (folder / "tekken.json").is_file() or any(folder.glob("chat_template*")):
        return
    if not _json(settings).get("chat_template"):
        raise UsageError(
            f"--model {folder} has no chat template; give --chat-template FILE, or --no-chat-template for a base model"
        )


def check_model_type(folder: Path, arguments: Mapping[str, Any], package: Path) -> None:
    """Raises UsageError for a `model_type` that neither transformers nor vLLM names anywhere in its tables.

    Not where the model brings code of its own. Tables are read as text: importing them takes seconds.
    """
    settings = _json(folder / "config.json") if (folder / "config.json").is_file() else {}
    name = settings.get("model_type")
    if not isinstance(name, str) or "auto_map" in settings or arguments.get("trust_remote_code"):
        return
    spec = find_spec("transformers")
    if spec is None or not spec.submodule_search_locations:
        return
    own = package / "transformers_utils" / "config.py"
    tables = [own, *(Path(spec.submodule_search_locations[0]) / "models" / "auto").glob("*.py")]
    known = {word for table in tables if table.is_file() for pair in _WORD.findall(_text(table)) for word in pair}
    if known and name not in known:
        raise UsageError(
            f"--model {folder} is of type {name!r}, which neither the installed transformers nor vLLM knows; "
            f"upgrade vLLM, or correct model_type in its config.json"
        )


def context_of(model: str, arguments: Mapping[str, Any]) -> int | None:
    """Tokens in a model's context: `max_model_len` where that is given, else as vLLM reads config.json.

    None where neither tells it.
    """
    given = arguments.get("max_model_len")
    if isinstance(given, int) and given > 0:
        return given
    file = config_file(model, arguments) if model else None
    settings = _json(file) if file is not None else {}
    if isinstance(settings.get("text_config"), dict):  # of a model that also sees or hears
        settings |= settings["text_config"]
    lengths = [length for name in _LENGTHS if isinstance(length := settings.get(name), int)]
    if not lengths:
        return None
    rope = settings.get("rope_scaling") or settings.get("rope_parameters") or {}
    stretched = isinstance(rope, dict) and (rope.get("rope_type") or rope.get("type")) in _STRETCHED
    return int(min(lengths) * (rope.get("factor") or 1.0)) if stretched else min(lengths)


def adapter_rank(folder: Path) -> int:
    """The rank that vLLM must be ready for to use a LoRA adapter, from its adapter_config.json. Raises UsageError."""
    settings = folder / "adapter_config.json"
    if not settings.is_file():
        raise UsageError(f"--lora {folder}: expected a LoRA adapter's folder, but it has no adapter_config.json")
    rank = _json(settings).get("r")
    if not isinstance(rank, int) or not 0 < rank <= _RANKS[-1]:
        raise UsageError(f"--lora {folder}: expected `r` in adapter_config.json to be 1 to {_RANKS[-1]}, got {rank!r}")
    return next(known for known in _RANKS if known >= rank)


def _json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(_text(file))
    except ValueError as error:
        raise UsageError(f"{file}: expected JSON, but {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"{file}: expected a JSON object, but got {type(value).__name__}")
    return value


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror or error}") from error
