"""Checks of how a response, or each of its sentences, starts and ends."""

from __future__ import annotations

import re

from swallow_metrics.metrics.ifeval.text import Text

_CLOSING = "」』"
_SENTENCE_END = re.compile("[。！？]")


def repeat_prompt(text: Text, *, prompt_to_repeat: str) -> bool:
    """The response starts with the prompt."""
    return text.stripped.startswith(prompt_to_repeat.strip())


def end_checker(text: Text, *, end_phrase: str) -> bool:
    """The response ends with the phrase; closing brackets at both ends of either are ignored."""
    return text.stripped.strip(_CLOSING).endswith(end_phrase.strip().strip(_CLOSING))


def sentence_unified_end(text: Text, *, ending: str) -> bool:
    """Every sentence outside quotes ends so; whitespace after the last mark is a sentence too (IF-31)."""
    return all(piece.endswith(ending) for piece in _SENTENCE_END.split(text.unquoted) if piece)


def quotation(text: Text) -> bool:
    """The whole response is in 「 and 」."""
    return len(text.stripped) > 1 and text.stripped[0] == "「" and text.stripped[-1] == "」"
