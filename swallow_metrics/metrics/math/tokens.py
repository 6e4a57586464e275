r"""Simple LaTeX as a list of signs: numbers, letters, brackets and the commands that are read without a parser."""

from __future__ import annotations

import re

_LONGEST = 200
_DEEPEST = 6
_TOKEN = re.compile(
    r" *(?:"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?(?:\\?%)?)"
    r"|(?P<letters>[A-Za-z]+)"
    r"|(?P<degree>\^\\circ(?![A-Za-z])|\^\{\\circ\})"
    r"|(?P<matrix>\\(?:begin|end)\{[pb]matrix\})"
    r"|(?P<command>\\[A-Za-z]+)"
    r"|(?P<sign>\\[\\{}]|[<>]=|[-+*/^_{}()\[\],=<>&])"
    r")"
)
_VARIABLES = re.compile(r"(?!tr)[A-DF-HJ-Za-cf-z]{1,2}")  # longer runs can hold names; d, e, E and I mean something

GREEK = frozenset(
    rf"\{name}"
    for name in "alpha beta gamma delta epsilon theta lambda mu nu pi rho sigma tau phi omega psi Delta Omega".split()
)
_COMMANDS = GREEK | {rf"\{name}" for name in "cdot times div frac sqrt infty pm le leq lt ge geq gt in cup".split()}
DEGREES = frozenset({r"^\circ", r"^{\circ}"})
OPENING, CLOSING = frozenset({"(", "[", r"\{"}), frozenset({")", "]", r"\}"})
END = ""


class NotSimpleError(Exception):
    """The text needs the library's parser."""


def tokens_of(text: str) -> list[str]:
    """The signs of a text and END. Raises NotSimpleError for what is too long or has others."""
    if len(text) > _LONGEST:
        raise NotSimpleError
    tokens: list[str] = []
    position, end = 0, len(text.rstrip(" "))
    while position < end:
        match = _TOKEN.match(text, position)
        if not match:
            raise NotSimpleError
        token = match[match.lastgroup or 0]
        if match["letters"] and _VARIABLES.fullmatch(token):
            tokens.extend(token)
        elif match["letters"] or (match["command"] and token not in _COMMANDS):
            raise NotSimpleError
        else:
            tokens.append(token)
        position = match.end()
    return [*tokens, END]


def closing_of(tokens: list[str]) -> dict[int, int]:
    """Where each opening bracket or brace is closed. Raises NotSimpleError for what is too deep or not balanced."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for index, sign in enumerate(tokens):
        if sign in OPENING or sign == "{":
            opened.append(index)
        elif sign in CLOSING or sign == "}":
            if not opened:
                raise NotSimpleError
            closing[opened.pop()] = index
        if len(opened) > _DEEPEST:
            raise NotSimpleError
    if opened:
        raise NotSimpleError
    return closing
