"""How long prompts are, in tokens: by the model's own tokenizer where it is at hand, else a stated estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from swallow_metrics.datatypes import Request
from swallow_metrics.engines.tokens import RULE, estimated_tokens
from swallow_metrics.engines.vllm_chat import Chat
from swallow_metrics.engines.vllm_files import context_of
from swallow_metrics.settings import Settings


@dataclass(frozen=True, slots=True)
class Counter:
    """`count` gives a prompt's length in tokens, `how` says how it is found; `limit` is the model's context.

    `exact` is whether the model's own tokenizer counts.
    """

    count: Callable[[Request], int]
    render: Callable[[Request], str | None]  # the prompt's text as the model reads it; None where it is not known
    how: str
    limit: int | None = None
    exact: bool = False


def token_counter(settings: Settings) -> Counter:
    """The tokenizer of `--model`, if its files are on this machine. Raises UsageError for a template that fails."""
    limit = context_of(settings.model or "", settings.engine_args)
    name = str(settings.engine_args.get("tokenizer") or settings.model or "")
    try:
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=True)
    except ImportError:
        return _estimate("transformers is not installed", limit)
    except Exception:  # noqa: BLE001  # OSError, ValueError and others: whatever is not a tokenizer here
        return _estimate(f"no tokenizer of {name or 'the demo'} is on this machine", limit)
    template = settings.chat_template.read_text("utf-8") if settings.chat_template else None
    chat = Chat(tokenizer, template, use_template=settings.use_chat_template)
    chat.check(name)
    what = "the chat template" if settings.use_chat_template else "plain text, without a chat template,"
    return Counter(
        lambda request: len(chat.tokens(request)),
        lambda request: str(tokenizer.decode(chat.tokens(request))),
        f"{what} and the tokenizer of {name} on this machine",
        limit,
        exact=True,
    )


def _estimate(why: str, limit: int | None) -> Counter:
    return Counter(
        lambda request: estimated_tokens(request.messages),
        lambda _: None,
        f"an estimate, {RULE}, since {why}",
        limit,
    )
