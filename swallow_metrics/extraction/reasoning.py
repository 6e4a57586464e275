"""Separate a reasoning trace from the answer: scoring sees only the answer (rules BE-31 to BE-35).

Only plain searches for tags, so any text takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

OPENING, CLOSING = "<think>", "</think>"
Tags = tuple[str, str]
"""The opening and the closing tag of a trace."""

_NAMED = re.compile(r"<([^<>/\s]+)>|\[([^\[\]/\s]+)\]")


def split_reasoning(text: str, further: Sequence[Tags] = ()) -> tuple[str, str | None]:
    """(answer, reasoning) of a raw output; reasoning is None where there is none, and then the answer is `text`.

    The first opening tag with the first closing tag after it delimit the trace. What precedes them is lost, what
    follows is the answer, untrimmed, with any later tags (BE-31, BE-35). A trace that nothing follows is the answer
    as well (BE-32). An opening tag that is never closed separates nothing (BE-33).

    A closing tag whose opening tag is not in the text (the chat template wrote it) ends a trace that starts with the
    text: a deviation from the reference, which keeps everything there (BE-34).

    Where nothing is separated by `<think>`, each pair of `further` is tried in turn, by the same rules. Never raises.
    """
    for opening, closing in ((OPENING, CLOSING), *further):
        start = text.find(opening)
        inner = start + len(opening)
        end = text.find(closing, inner) if start >= 0 else -1
        if end < 0:
            inner, end = 0, text.find(closing)
        if end >= 0:
            reasoning = text[inner:end]
            return text[end + len(closing) :] or reasoning, reasoning
    return text, None


_TAG = re.compile("<[A-Za-z_:-]{4,10}>")
MARK = "<think_dummy>"


def marked(reasoning: str) -> str:
    """A reasoning text that is scored as the answer, as the reference's version 202604 marks it (GE-1).

    One that starts with a tag of 4 to 10 letters stays as it is, an empty one too.
    """
    return reasoning if not reasoning or _TAG.match(reasoning) else MARK + reasoning


def is_unclosed(text: str, further: Sequence[Tags] = ()) -> bool:
    """Whether a raw output opens a trace and never closes it, as when the length limit cut it off (BE-33).

    Ask of the raw output, not of an answer that was split off already.
    """
    return any(opening in text and closing not in text for opening, closing in ((OPENING, CLOSING), *further))


def read_tags(text: str) -> Tags:
    """The tags that an option names: `<thinking>`, `[THINK]`, or an opening and a closing tag with a space between.

    Raises ValueError for anything else.
    """
    match text.split():
        case [opening, closing] if opening != closing:
            return opening, closing
        case [opening] if named := _NAMED.fullmatch(opening):
            return opening, f"</{named[1]}>" if named[1] else f"[/{named[2]}]"
    raise ValueError(f"expected a tag such as <thinking> or [THINK], or an opening and a closing tag, got {text!r}")
