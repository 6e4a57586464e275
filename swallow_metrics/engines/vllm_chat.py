"""From messages to the tokens a model reads, and from the text it wrote to the answer without its reasoning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swallow_metrics.datatypes import Message, Request, Sampling
from swallow_metrics.engines.vllm_model import one_line
from swallow_metrics.errors import EngineError, UsageError

# The same as `plain_prompt` below, for a server that knows only chats.
PLAIN_TEMPLATE = "{% for message in messages %}{{ message.content }}{% if not loop.last %}\n\n{% endif %}{% endfor %}"


def plain_prompt(messages: Sequence[Message]) -> str:
    """The prompt of a base model: the messages' texts, an empty line between them."""
    return "\n\n".join(message["content"] for message in messages)


class Chat:
    """Writes prompts. `template` replaces the tokenizer's own; with `use_template` False there is none."""

    def __init__(self, tokenizer: Any, template: str | None, *, use_template: bool = True) -> None:
        self._tokenizer = tokenizer
        self._use_template = use_template
        self._arguments: dict[str, Any] = {"add_generation_prompt": True, "tokenize": False}
        if template is not None:
            self._arguments["chat_template"] = template

    def check(self, model: str) -> None:
        """Render a first message. Raises UsageError when the template cannot."""
        if not self._use_template:
            return
        if getattr(self._tokenizer, "chat_template", "") is None and "chat_template" not in self._arguments:
            raise UsageError(
                f"--model {model} has no chat template; give --chat-template FILE, or --no-chat-template for "
                "a base model"
            )
        try:
            self._tokens([{"role": "user", "content": "?"}], {})
        except Exception as error:
            msg = f"the chat template of {model} fails ({type(error).__name__}: {one_line(error)})"
            raise UsageError(msg) from error

    def tokens(self, request: Request) -> list[int]:
        """The prompt's token ids. Raises EngineError when the template refuses these messages."""
        if not self._use_template:
            return list(self._tokenizer.encode(plain_prompt(request.messages)))
        try:
            return self._tokens([dict(message) for message in request.messages], template_arguments(request.sampling))
        except Exception as error:  # templates raise whatever they like
            msg = f"the chat template refuses the messages ({type(error).__name__}: {one_line(error)})"
            raise EngineError(msg) from error

    def _tokens(self, messages: list[dict[str, str]], extra: dict[str, Any]) -> list[int]:
        rendered = self._tokenizer.apply_chat_template(messages, **self._arguments, **extra)
        if isinstance(rendered, str):  # the template has already written the special tokens
            return list(self._tokenizer.encode(rendered, add_special_tokens=False))
        return list(rendered)


def template_arguments(sampling: Sampling) -> dict[str, Any]:
    """What a request says to the chat template, as `vllm serve` reads it.

    Asking for an effort also switches thinking on or off where the template has that.
    """
    effort = sampling.reasoning_effort
    asked = {} if effort is None else {"reasoning_effort": effort, "enable_thinking": effort != "none"}
    return {**asked, **sampling.extra.get("chat_template_kwargs", {})}


class Reasoning:
    """One of vLLM's reasoning parsers, used as `vllm serve` uses it.

    Making one raises UsageError when the name is unknown or the model's tokenizer lacks what the parser looks for.
    """

    def __init__(self, name: str, model_config: Any, tokenizer: Any) -> None:
        from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
        from vllm.parser import ParserManager

        self._tokenizer = tokenizer
        self._model_config = model_config
        try:
            self._parser: Any = ParserManager.get_parser(
                reasoning_parser_name=name,
                model_name=model_config.model,
                is_harmony=model_config.hf_config.model_type == "gpt_oss",
            )
            self._request = self._new({}).adjust_request(
                ChatCompletionRequest(messages=[{"role": "user", "content": ""}])
            )
        except Exception as error:  # unknown name, or tokens of this parser missing from the vocabulary
            cause = error.__cause__ or error
            msg = f"--reasoning-parser {name!r} cannot be used with {model_config.model}: {one_line(cause)}"
            raise UsageError(msg) from error

    def _new(self, template: Mapping[str, Any]) -> Any:
        settings = {"chat_template_kwargs": dict(template), "model_config": self._model_config}
        return self._parser(self._tokenizer, None, **settings)

    @property
    def skip_special_tokens(self) -> bool:
        """Whether the parser wants the text without special tokens."""
        return bool(self._request.skip_special_tokens)

    def split(
        self, text: str, prompt: list[int], tokens: Sequence[int], template: Mapping[str, Any] | None = None
    ) -> tuple[str, str | None]:
        """(answer, reasoning). Where no answer was written the reasoning takes its place (BE-30).

        `template` are the arguments of the chat template: some parsers ask them whether the model was to think.
        """
        parser = self._new(template or {})
        if hasattr(parser, "set_prompt_token_ids"):
            parser.set_prompt_token_ids(prompt)
        reasoning, content, _ = parser.parse(text, self._request, model_output_token_ids=tokens)
        return (content if content is not None else reasoning or ""), reasoning
