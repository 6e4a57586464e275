"""Separate a reasoning trace from the answer: scoring sees only the answer (rules BE-31 to BE-35).

Only plain searches for the two tags, so any text takes linear time.
"""

from __future__ import annotations

OPENING, CLOSING = "<think>", "</think>"


def split_reasoning(text: str) -> tuple[str, str | None]:
    """(answer, reasoning) of a raw output; reasoning is None where there is none, and then the answer is `text`.

    The first opening tag with the first closing tag after it delimit the trace. What precedes them is lost, what
    follows is the answer, untrimmed, with any later tags (BE-31, BE-35). A trace that nothing follows is the answer
    as well (BE-32). An opening tag that is never closed separates nothing (BE-33).

    A closing tag whose opening tag is not in the text (the chat template wrote it) ends a trace that starts with the
    text: a deviation from the reference, which keeps everything there (BE-34). Never raises.
    """
    start = text.find(OPENING)
    end = text.find(CLOSING, start + len(OPENING)) if start >= 0 else -1
    if end >= 0:
        reasoning = text[start + len(OPENING) : end]
    else:
        end = text.find(CLOSING)
        if end < 0:
            return text, None
        reasoning = text[:end]
    return text[end + len(CLOSING) :] or reasoning, reasoning


def is_unclosed(text: str) -> bool:
    """Whether a raw output opens a trace and never closes it, as when the length limit cut it off (BE-33).

    Ask of the raw output, not of an answer that was split off already.
    """
    return OPENING in text and CLOSING not in text
