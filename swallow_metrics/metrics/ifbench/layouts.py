"""Checks of how a text is laid out: brackets, quotes, lines, marks (`format:*`)."""

from __future__ import annotations

import re
from itertools import pairwise
from string import digits, punctuation

from swallow_metrics.metrics.ifbench.sentences import split_sentences
from swallow_metrics.metrics.ifbench.text import MARKS, Text, bare
from swallow_metrics.metrics.ifbench.vocabulary import EMOJI

_OPENING = {")": "(", "]": "[", "}": "{"}
_BRACKET_DEPTH, _QUOTE_DEPTH = 5, 3
_LETTERED = re.compile(r"[aA]\W*[bB]\W*[cC]")
_SECTIONS = ("My Answer:", "My Conclusion:", "Future Outlook:")
_WHITESPACE = re.compile(r"\s")
_AROUND_QUOTES = digits + punctuation.replace('"', "")


def parentheses(text: Text) -> bool:
    """Brackets nested five deep, of which one closes; a wrong closing bracket starts anew (IB-25)."""
    stack: list[str] = []
    deepest = 0
    for mark in text.value:
        if mark in "([{":
            stack.append(mark)
            deepest = max(deepest, len(stack))
        elif mark in _OPENING:
            if stack and stack[-1] == _OPENING[mark]:
                stack.pop()
                if deepest >= _BRACKET_DEPTH:
                    return True
            else:
                stack.clear()
                deepest = 0
    return False


def quotes(text: Text) -> bool:
    """Quotes nested three deep that close again; apostrophes are quotes (IB-26)."""
    stack: list[str] = []
    deepest = 0
    for mark in text.value:
        if mark not in "\"'":
            continue
        if stack and stack[-1] == mark:
            stack.pop()
            if deepest - len(stack) >= _QUOTE_DEPTH:
                return True
        else:
            stack.append(mark)
            deepest = max(deepest, len(stack))
    return False


def options(text: Text, *, options: str) -> bool:
    """The response is one of the options: exactly where they are a, b, c, otherwise regardless of case and marks."""
    separator = "/" if "/" in options else "or" if "or" in options else ","
    choices = [choice.strip() for choice in options.split(separator)]
    if _LETTERED.match(options):
        return text.value in choices
    return _plain(text.value) in map(_plain, choices)


def _plain(text: str) -> str:
    return text.strip(MARKS).lower()


def newline(text: Text) -> bool:
    """As many lines as words, where a line of marks is none of both."""
    inner = bare(text.value).strip()
    return sum(1 for line in inner.split("\n") if line) == len(inner.split())


def emoji(text: Text) -> bool:
    """Each sentence ends with an emoji, which may stand behind its full stop (IB-28)."""
    inner = [bare(sentence).strip() for sentence in text.sentences]
    if not all(inner):
        return False
    return all(
        not EMOJI.isdisjoint(sentence[-2:]) or following[:1] in EMOJI
        for sentence, following in zip(inner, [*inner[1:], ""], strict=True)
    )


def line_indent(text: Text) -> bool:
    """Each line starts with more spaces than the one before; of blank lines not all are left out (IB-29)."""
    lines = list(text.lines)
    # At most every second line is taken out, and the n-th of what is left has n - 1 spaces or more.
    left = (len(lines) + 1) // 2
    if left * (left - 1) // 2 > len(text.value):
        return False
    place = 0
    while place < len(lines):
        if not lines[place].strip():
            lines.remove(lines[place])
        place += 1
    indents = [len(line) - len(line.lstrip(" ")) for line in lines]
    return all(one < two for one, two in pairwise(indents))


def quote_unquote(text: Text) -> bool:
    """Behind a quote stands its explanation; nothing but digits and marks is none (IB-40, IB-8)."""
    joined = "".join(text.value.replace("“", '"').replace("”", '"').replace("'\"'", "").split())
    inner = joined.strip(_AROUND_QUOTES)
    return '""' not in joined and inner != "" and not inner.endswith('"')


def list_(text: Text, *, sep: str) -> bool:
    """The separator occurs twice or more, anywhere."""
    return text.value.count(sep) >= 2


def thesis(text: Text) -> bool:
    """Something in italics, and something behind it; offsets are those of `<i>` for `<em>` too (IB-41)."""
    start = _first(text.value, ("<i>", "<em>"), 0)
    end = _first(text.value, ("</i>", "</em>"), max(start, 0))
    return start >= 0 and end >= 0 and bool(text.value[start + 3 : end].strip() and text.value[end + 4 :].strip())


def _first(text: str, marks: tuple[str, str], start: int) -> int:
    """Where the first mark is, or else the second; -1 for neither."""
    places = [place for mark in marks if (place := text.find(mark, start)) >= 0]
    return places[0] if places else -1


def sub_bullets(text: Text) -> bool:
    """A hyphen follows each asterisk before the next; without asterisks all is well."""
    return all("-" in piece for piece in text.value.split("*")[1:])


def no_bullets_bullets(text: Text) -> bool:
    """Two sentences or more, then two bullets or more, with one blank line between them at most (IB-42)."""
    sentences = bullets = 0
    over = False
    for line in text.lines:
        if line.strip().startswith("*"):
            if sentences < 2:
                return False
            bullets += 1
        elif bullets or over:
            return False
        else:
            found = len(split_sentences(line))
            sentences += found
            over = not found
    return bullets >= 2


def title_case(text: Text) -> bool:
    """No token has a small first letter and then one case only; single letters may be small."""
    return not any(token[0].islower() and (token[1:].islower() or token[1:].isupper()) for token in text.tokens)


def output_template(text: Text) -> bool:
    """The three headings occur, in any order."""
    return all(section in text.value for section in _SECTIONS)


def no_whitespace(text: Text) -> bool:
    """No whitespace of Unicode."""
    return not _WHITESPACE.search(text.value)
