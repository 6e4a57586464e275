"""What to run with vLLM, checked and named: shared by the engine in this process and the server for several."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from swallow_metrics.engines.vllm_args import check_reasoning_parser, engine_arguments, masked, vllm_folder
from swallow_metrics.engines.vllm_files import adapter_rank, check_chat_template, check_model_type
from swallow_metrics.engines.vllm_model import commit_of, folder_sha256, local_folder
from swallow_metrics.errors import UsageError

# Engine arguments that change what a model answers, not how fast or where.
_CONTENT = (
    "dtype", "generation_config", "hf_config_path", "hf_overrides", "kv_cache_dtype", "load_format",
    "logits_processors", "max_model_len", "override_generation_config", "quantization", "quantization_config", "seed",
    "speculative_config", "tokenizer", "tokenizer_mode", "tokenizer_revision",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setup:
    """A model with everything that decides its answers. Made by `check`, which imports nothing heavy.

    `given` are the user's engine arguments, `arguments` those with our defaults. `template` is the text of the chat
    template that replaces the model's own. `folder_sha256` is None for a model of the hub. `lora` is the folder of a
    LoRA adapter that every answer uses.
    """

    model: str
    given: Mapping[str, Any]
    arguments: Mapping[str, Any]
    template_file: Path | None
    template: str | None
    use_chat_template: bool
    reasoning_parser: str | None
    folder_sha256: str | None
    lora: Path | None = None
    lora_sha256: str | None = None

    @property
    def commit(self) -> str | None:
        """The hub's commit of the model; None for a folder, and before the model is in the cache."""
        return None if self.folder_sha256 else commit_of(self.model, self.arguments)

    @property
    def identity(self) -> str:
        """A name for request keys: what changes answers changes it, what only changes speed does not.

        The same in every run and way of running; for a hub model complete once it is in the cache.
        """
        arguments = {name: self.arguments[name] for name in _CONTENT if name in self.arguments}
        chat = [self.use_chat_template, self.template, self.reasoning_parser]
        content = [self.folder_sha256 or self.commit, arguments, chat]
        if self.lora_sha256 is not None:  # only then, so that keys of earlier runs stay
            content.append(self.lora_sha256)
        details = json.dumps(content, sort_keys=True, default=str)
        revision = self.arguments.get("revision")
        return f"{self.model}{f'@{revision}' if revision else ''}#{sha256(details.encode()).hexdigest()[:12]}"

    def describe(self) -> dict[str, Any]:
        """What the user chose and which version of the model it is, as plain JSON without secrets."""
        template = str(self.template_file) if self.template_file else "the model's own"
        return {
            "name": self.model,
            "revision": self.arguments.get("revision"),
            "commit": self.commit,
            "folder_sha256": self.folder_sha256,
            "engine_args": masked(self.given),
            "chat_template": template if self.use_chat_template else None,
            "reasoning_parser": self.reasoning_parser,
            **({"lora": str(self.lora), "lora_sha256": self.lora_sha256} if self.lora else {}),
        }


def checked_setup(
    model: str,
    engine_args: Mapping[str, Any] | None,
    chat_template: Path | None,
    use_chat_template: bool,
    reasoning_parser: str | None,
    lora: Path | None = None,
) -> Setup:
    """A setup of which everything is true that can be known cheaply. Raises UsageError."""
    package = vllm_folder()
    arguments = engine_arguments(engine_args or {}, package)
    if reasoning_parser is not None:
        check_reasoning_parser(reasoning_parser, arguments, package)
    folder = local_folder(model)
    if folder is not None:
        check_model_type(folder, arguments, package)
        if use_chat_template and chat_template is None:
            check_chat_template(folder, arguments)
    if lora is not None:
        arguments = {"max_lora_rank": adapter_rank(lora), **arguments, "enable_lora": True}
    return Setup(
        model=model,
        given=dict(engine_args or {}),
        arguments=arguments,
        template_file=chat_template,
        template=None if chat_template is None else _text(chat_template),
        use_chat_template=use_chat_template,
        reasoning_parser=reasoning_parser,
        folder_sha256=folder_sha256(folder) if folder else None,
        lora=lora,
        lora_sha256=folder_sha256(lora) if lora else None,
    )


def _text(template: Path) -> str:
    try:
        return template.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--chat-template {template} cannot be read: {error}") from error
