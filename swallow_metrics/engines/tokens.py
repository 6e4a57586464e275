"""About how many tokens a text has, where no tokenizer is at hand. One estimate for pace, outlook and judges."""

from __future__ import annotations

from collections.abc import Sequence

from swallow_metrics.datatypes import Message

ASCII_PER_TOKEN = 4  # characters of English or code; a character of another script counts as one token
RULE = f"a token for {ASCII_PER_TOKEN} ASCII characters or one other"


def estimated_tokens(messages: Sequence[Message]) -> int:
    """About how many tokens the messages have, by `RULE`, rounded up."""
    texts = [message["content"] for message in messages]
    plain = sum(len(text.encode("ascii", "ignore")) for text in texts)
    return -(-plain // ASCII_PER_TOKEN) + sum(map(len, texts)) - plain
