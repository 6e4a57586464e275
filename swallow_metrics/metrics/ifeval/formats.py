"""Checks of how a response is laid out: lists, sections, marks, JSON, two responses."""

from __future__ import annotations

import json
import re

from swallow_metrics.metrics.ifeval.text import Text, spans

_ANSWERS = ("はい、そうです。", "いいえ、違います。", "どちらとも言えません。")
_HIGHLIGHT = re.compile(r"《([^\n《》]*)》")
# Markers with an expression of their own; any other marker is searched for as it is (IF-23).
_POSTSCRIPTS = {"P.P.S": r"p\.\s?p\.\s?s", "P.S.": r"p\.\s?s\."}
_NON_SPACE = re.compile(r"\S")
_NON_DIGIT = re.compile(r"\D")
_FENCES = ("```json", "```Json", "```JSON", "```")


def number_placeholders(text: Text, *, num_placeholders: int) -> bool:
    """At least so many `[…]`, each on one line and possibly empty."""
    return sum(1 for _ in spans(text.value, "[", "]")) >= num_placeholders


def postscript(text: Text, *, postscript_marker: str) -> bool:
    """The marker occurs, in any case and anywhere (IF-23)."""
    expression = _POSTSCRIPTS.get(postscript_marker) or re.escape(postscript_marker)
    return re.search(expression, text.value, re.IGNORECASE) is not None


def number_bullet_lists(text: Text, *, num_bullets: int) -> bool:
    """Exactly so many items that start with `・` (IF-24)."""
    return count_bullets(text.value) == num_bullets


def count_bullets(text: str) -> int:
    r"""Matches of `^\s*・[^・].*$` with `^` and `$` at lines, in linear time over runs of whitespace (IF-24)."""
    count = 0
    start = 0
    while found := _NON_SPACE.search(text, start):
        mark = found.start()
        if text[mark] == "・" and text[mark + 1 : mark + 2] not in ("", "・"):
            count += 1
            start = _next_line(text, mark + 2)
        else:
            # Every line that starts in the whitespace before `mark` leads to the same character.
            start = text.find("\n", mark) + 1
        if start <= mark:
            break
    return count


def number_numbered_lists(text: Text, *, num_items: int) -> bool:
    """Exactly so many items that start with a number and a full stop (IF-25)."""
    return count_numbered(text.value) == num_items


def count_numbered(text: str) -> int:
    r"""Matches of `^\s*\d+\.\s.*$` with `^` and `$` at lines, in linear time over whitespace and digits (IF-25)."""
    count = 0
    start = 0
    while found := _NON_SPACE.search(text, start):
        first = found.start()
        behind = _NON_DIGIT.search(text, first)
        end = behind.start() if behind else len(text)
        if first < end and text[end : end + 1] == "." and text[end + 1 : end + 2].isspace():
            count += 1
            start = _next_line(text, end + 2)
        else:
            start = text.find("\n", end) + 1
        if start <= first:
            break
    return count


def _next_line(text: str, end: int) -> int:
    r"""Where the line after `.*$` from `end` on starts; 0 when there is none. A line may start at `end` itself."""
    line_end = text.find("\n", end)
    if line_end == end and text[end - 1] == "\n":
        return end
    return line_end + 1


def constrained_response(text: Text) -> bool:
    """One of three answers occurs."""
    return any(answer in text.value for answer in _ANSWERS)


def number_highlighted_sections(text: Text, *, num_highlights: int) -> bool:
    """At least so many `《…》` on one line that are not blank."""
    return sum(1 for content in _HIGHLIGHT.findall(text.value) if content.strip()) >= num_highlights


def multiple_sections(text: Text, *, section_spliter: str, num_sections: int) -> bool:
    """At least so many of 第1章, 第２章, … (IF-26)."""
    return len(re.findall(rf"第\d+{re.escape(section_spliter)}", text.value)) >= num_sections


def json_format(text: Text) -> bool:
    """JSON by Python's rules, possibly in a code fence; nesting beyond Python's recursion limit is not (IF-27)."""
    document = text.stripped
    for fence in _FENCES:
        document = document.removeprefix(fence)
    try:
        json.loads(document.removesuffix("```").strip())
    except (ValueError, RecursionError):
        return False
    return True


def title(text: Text) -> bool:
    """Some line has more than brackets and whitespace between its first 『 and its last 』 (IF-28)."""
    for line in text.value.split("\n"):
        start, end = line.find("『"), line.rfind("』")
        if 0 <= start < end - 1 and line[start:end].lstrip("『").rstrip("』").strip():
            return True
    return False


def two_responses(text: Text) -> bool:
    """Two different responses between six asterisks; a blank one is allowed first and last only (IF-30)."""
    pieces = [piece.strip() for piece in text.value.split("******")]
    if not all(pieces[1:-1]):
        return False
    responses = [piece for piece in pieces if piece]
    return len(responses) == 2 and responses[0] != responses[1]
