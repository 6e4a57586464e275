"""LiveCodeBench's hidden test cases: base64 of zlib of a pickle of JSON text (CO-20), read without unpickling.

A pickle is a program for its reader. This one is only ever a single text, so the few instructions that write a text
are read here and every other one is refused.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from binascii import Error as Base64Error
from typing import Any

from swallow_metrics.errors import DataError

MOST_BYTES = 1 << 30  # of the decompressed text; the largest known are below 200 MB

_PROTO, _FRAME, _MEMOIZE, _STOP = b"\x80", b"\x95", b"\x94", b"."
_PUT, _LONG_PUT, _TEXT_PUT = b"q", b"r", b"p"
_TEXT_LINE = b"V"  # protocol 0: up to the end of the line, escaped
_TEXT_LENGTH = {b"\x8c": 1, b"X": 4, b"\x8d": 8}  # bytes of the length before a text
_SKIPPED = {_PROTO: 1, _FRAME: 8, _MEMOIZE: 0, _PUT: 1, _LONG_PUT: 4}  # bytes after instructions that carry nothing


def decode_cases(text: str, most_bytes: int = MOST_BYTES) -> list[dict[str, Any]]:
    """The test cases, each with "input" and "output", from a column of the dataset: encoded, or JSON as it is.

    Raises DataError for anything else, and for more than `most_bytes`.
    """
    if not text.lstrip().startswith("["):
        text = _unpickle_text(_decompress(text, most_bytes))
    try:
        cases = json.loads(text)
    except ValueError as error:
        raise DataError(f"expected test cases as JSON, got {text[:40]!r}: {error}") from None
    well_formed = isinstance(cases, list) and all(
        isinstance(c, dict) and isinstance(c.get("input"), str) and isinstance(c.get("output"), str) for c in cases
    )
    if not well_formed:
        raise DataError(f"expected a list of test cases with the texts 'input' and 'output', got {text[:40]!r}")
    return cases  # type: ignore[no-any-return]  # checked above


def _decompress(text: str, most_bytes: int) -> bytes:
    try:
        inflate = zlib.decompressobj()
        data = inflate.decompress(b64decode(text, validate=False), most_bytes)
    except (Base64Error, ValueError, zlib.error) as error:
        raise DataError(f"expected base64 of zlib data in the test cases, got {text[:40]!r}: {error}") from None
    if inflate.unconsumed_tail or not inflate.eof:
        raise DataError(f"expected at most {most_bytes} bytes of test cases, whole; got more, or data that was cut off")
    return data


def _unpickle_text(data: bytes) -> str:
    """The one text in a pickle that holds nothing else."""
    at = 0
    found: str | None = None

    def take(count: int) -> bytes:
        nonlocal at
        if at + count > len(data):
            raise DataError("expected a pickled text in the test cases, got one that is cut off")
        at += count
        return data[at - count : at]

    def line() -> bytes:
        end = data.find(b"\n", at)
        return take(end + 1 - at)[:-1] if end >= 0 else take(len(data))  # which fails: it is cut off

    def text(encoded: bytes, encoding: str, errors: str) -> str:
        try:
            return encoded.decode(encoding, errors)
        except UnicodeDecodeError as error:
            raise DataError(f"expected a pickled text in UTF-8 in the test cases: {error}") from None

    while (instruction := take(1)) != _STOP:
        if instruction in _SKIPPED:
            take(_SKIPPED[instruction])
        elif instruction == _TEXT_PUT:
            line()
        elif instruction == _TEXT_LINE and found is None:
            found = text(line(), "raw-unicode-escape", "strict")
        elif instruction in _TEXT_LENGTH and found is None:
            length = int.from_bytes(take(_TEXT_LENGTH[instruction]), "little")
            found = text(take(length), "utf-8", "surrogatepass")
        else:
            raise DataError(
                f"expected a pickled text and nothing else in the test cases, got instruction {instruction!r}"
            )
    if found is None or at != len(data):
        raise DataError("expected exactly one pickled text in the test cases")
    return found
