"""What comes from other programs, endpoints and journals: read leniently, taken only as what it should be."""

from __future__ import annotations

from typing import Any

import orjson


def read_json(content: bytes) -> Any:
    """A JSON value. Raises ValueError. Python's parser is asked where orjson is stricter (lone surrogates)."""
    try:
        return orjson.loads(content)
    except ValueError:
        import json

        try:
            return json.loads(content)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error


def text_or_none(value: Any) -> str | None:
    """A value that should be a text; None where it is none."""
    return value if isinstance(value, str) else None


def count_or_none(value: Any) -> int | None:
    """A value that should be a number of tokens; None where it is none, since records add it up."""
    return value if type(value) is int and value >= 0 else None


def printable(text: str) -> str:
    """A text without what steers a terminal: control characters and the like are written as escapes."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
