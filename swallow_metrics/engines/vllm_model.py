"""Where a model is, found before anything heavy loads, and which version of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from re import fullmatch
from typing import Any

from swallow_metrics.errors import UsageError

_SETTINGS = ("*.json", "*.jinja", "*.model", "*.txt")
_WEIGHTS = ("*.safetensors", "*.bin", "*.pt", "*.pth", "*.gguf")
_SAMPLED_BYTES = 1 << 20
# What a model's generation_config.json can say about sampling, as vLLM reads it.
_DEFAULTS = (
    "repetition_penalty", "presence_penalty", "frequency_penalty", "temperature", "top_k", "top_p", "min_p",
    "max_new_tokens",
)  # fmt: skip


def local_folder(model: str) -> Path | None:
    """The folder that a model name means, or None for a name on the hub or a URL. Raises UsageError."""
    path = Path(model).expanduser()
    if path.is_dir():
        if not any((path / name).is_file() for name in ("config.json", "params.json")):
            raise UsageError(f"--model {model}: expected a model's folder, but it has no config.json")
        return path
    if path.is_file() or "://" in model:
        return None  # a single weights file or a URL: vLLM knows some of these
    if model.startswith(("/", "./", "../", "~")):
        raise UsageError(f"--model {model}: there is no such folder")
    if not fullmatch(r"[\w.-]+(/[\w.-]+)?(:[\w.-]+)?", model):
        raise UsageError(f"--model {model!r} is neither a folder nor a Hugging Face id such as 'owner/name'")
    return None


def fetch_config(model: str, arguments: Mapping[str, Any]) -> None:
    """Ask the hub, or its cache, for a model's config.json, so that a wrong name ends here. Raises UsageError."""
    if local_folder(model) is not None or "://" in model or ":" in model or Path(model).is_file():
        return
    from huggingface_hub import errors, hf_hub_download

    revision = arguments.get("revision")
    at = f"{model}@{revision}" if revision else model
    try:
        hf_hub_download(model, "config.json", revision=revision, cache_dir=arguments.get("download_dir"))
    except errors.GatedRepoError as error:
        raise UsageError(
            f"--model {at} is gated: accept its terms on its Hugging Face page and set HF_TOKEN"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise UsageError(f"--model {model} has no revision {revision!r}; check --engine-arg revision") from error
    except errors.LocalEntryNotFoundError as error:
        raise UsageError(
            f"--model {at}: the Hugging Face hub cannot be reached and the model is not in its cache; "
            "check the name and the network, or give a local folder"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise UsageError(
            f"--model {at} is neither a folder nor a model on the Hugging Face hub; check the name, "
            "and set HF_TOKEN if it is private"
        ) from error
    except errors.EntryNotFoundError:
        return  # another format, such as Mistral's; vLLM decides
    except Exception as error:  # the hub's client raises what its HTTP library raises
        raise UsageError(f"--model {at} cannot be fetched ({type(error).__name__}: {one_line(error)})") from error


def commit_of(model: str, arguments: Mapping[str, Any]) -> str | None:
    """The commit of a hub model in the local cache; None when it is not there."""
    file = _cached(model, "config.json", arguments)
    return None if file is None else file.parent.name


def config_file(model: str, arguments: Mapping[str, Any]) -> Path | None:
    """A model's config.json, in its folder or in the hub's cache; None where it is not on this machine."""
    return _file_of(model, "config.json", arguments)


def folder_sha256(folder: Path) -> str:
    """A hash of a model folder: its settings in full, each weights file by size, first and last MiB.

    Reading all of the weights would take minutes; training changes the sampled parts as well.
    """
    digest = sha256()
    for pattern in _SETTINGS:
        for file in sorted(folder.glob(pattern)):
            digest.update(f"{file.name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    for pattern in _WEIGHTS:
        for file in sorted(folder.glob(pattern)):
            size = file.stat().st_size
            digest.update(f"{file.name}\0{size}\0".encode())
            with file.open("rb") as stream:
                digest.update(stream.read(_SAMPLED_BYTES))
                stream.seek(max(0, size - _SAMPLED_BYTES))
                digest.update(stream.read())
    return digest.hexdigest()


def default_sampling(model: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Sampling that vLLM takes where a run says nothing: generation_config.json, then the override."""
    source = arguments.get("generation_config", "auto")
    found: dict[str, Any] = {}
    if source != "vllm" and (
        file := _file_of(model if source == "auto" else source, "generation_config.json", arguments)
    ):
        found = json.loads(file.read_text("utf-8"))
    found |= arguments.get("override_generation_config") or {}
    return {name: found[name] for name in _DEFAULTS if found.get(name) is not None}


def _file_of(model: str, name: str, arguments: Mapping[str, Any]) -> Path | None:
    file = Path(model).expanduser() / name
    return file if file.is_file() else _cached(model, name, arguments)


def _cached(model: str, name: str, arguments: Mapping[str, Any]) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    try:
        file = try_to_load_from_cache(
            model, name, revision=arguments.get("revision"), cache_dir=arguments.get("download_dir")
        )
    except ValueError:  # not a hub name
        return None
    return Path(file) if isinstance(file, str) else None


def one_line(error: BaseException, limit: int = 300) -> str:
    """An exception's text without its line breaks, cut to `limit` characters."""
    return " ".join(str(error).split())[:limit]
