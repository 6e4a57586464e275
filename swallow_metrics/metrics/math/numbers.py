"""Numbers as sympy makes them of texts, without its detour through Python's compiler."""

from __future__ import annotations

import re
from typing import Any

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,99})")
_DECIMAL = re.compile(r"[0-9]{1,50}\.[0-9]{1,50}")


def number(text: str) -> Any:
    """The value of `sympy.Number(text)` for digits. Raises what that refuses, such as -007 or ７."""
    from sympy import Float, Integer, Number

    if not text.isascii():  # a quick no: Japanese texts can hold thousands
        raise ValueError(f"expected ASCII digits, got {text!r}")
    if _INTEGER.fullmatch(text):
        return Integer(text)
    if _DECIMAL.fullmatch(text):
        return Float(text)
    return Number(text)
