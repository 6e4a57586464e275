"""`--generation KEY=VALUE` and `--header NAME=VARIABLE`: what is sent beside the questions, read and checked."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from math import inf
from typing import Any

from swallow_metrics.datatypes import Sampling
from swallow_metrics.engines.dialect import NEW_LIMIT
from swallow_metrics.errors import UsageError

_NOT_HERE = {
    "model": "--model chooses the model",
    "messages": "the benchmark writes the messages",
    "n": "--repeats asks for several generations",
}
_WORDS: dict[str, Any] = {"True": True, "False": False, "None": None}  # as Python spells them; not texts by accident


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are_texts(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(text, str) for text in value))


# The fields that have options of their own, or that benchmarks set: what a value must be.
_KNOWN: dict[str, tuple[Callable[[Any], bool], str]] = {
    "temperature": (lambda value: _is_number(value) and 0 <= value < inf, "a number of at least 0"),
    "top_p": (lambda value: _is_number(value) and 0 < value <= 1, "a number above 0 and up to 1"),
    "max_tokens": (lambda value: _is_whole(value) and value >= 1, "a whole number of at least 1"),
    "seed": (_is_whole, "a whole number"),
    "stop": (_are_texts, "a text or a list of texts"),
    "reasoning_effort": (lambda value: isinstance(value, str), "a text such as low"),
    "stream": (lambda value: value is False, "false: answers are read whole"),
}


def read_generation(
    option: str,
    given: Iterable[str],
    standing: Iterable[Iterable[str]],
    own: Sampling,
    own_left_out: Iterable[str] = (),
    elsewhere: Iterable[Iterable[str]] = (),
) -> tuple[Sampling, frozenset[str]]:
    """(what is set, names that are not sent): `given` by the option over `standing` of files, the last one first.

    `own` is what options of their own set, `own_left_out` what they leave out, `elsewhere` what other tables of
    benchmarks set. Raises UsageError.
    """
    sent = {*Sampling.__slots__, NEW_LIMIT, *(name for texts in elsewhere for name in _fields(option, texts)[0])}
    fields: dict[str, Any] = {}
    left_out: set[str] = set()
    for texts in standing:
        layer, without = _fields(option, texts)
        fields = {name: value for name, value in fields.items() if name not in without} | layer
        left_out = (left_out - set(layer)) | without
    more, more_left_out = _fields(option, given)
    for name in [*own.to_json(), *own_left_out]:
        if name in more or name in more_left_out:
            raise UsageError(f"{name} is set twice: by {option} and by an option of its own; leave one of them out")
        fields.pop(name, None)
    for name in more_left_out:
        if name not in fields and name not in sent:
            raise UsageError(f"{option} {name}= leaves out what is not sent anyway; give it a value or leave it out")
        fields.pop(name, None)
    left_out = ((left_out - set(more)) | more_left_out | set(own_left_out)) - set(own.to_json())
    return with_fields(own, {**fields, **more}), frozenset(left_out)


def with_fields(sampling: Sampling, fields: Mapping[str, Any]) -> Sampling:
    """A sampling with more fields set, by their names in a request's body."""
    own: dict[str, Any] = {name: value for name, value in fields.items() if name in Sampling.__slots__}
    if isinstance(stop := own.get("stop"), str | list):
        own["stop"] = (stop,) if isinstance(stop, str) else tuple(stop)
    extra = {name: value for name, value in fields.items() if name not in own}
    return replace(sampling, **own, extra={**sampling.extra, **extra})


def _fields(option: str, texts: Iterable[str]) -> tuple[dict[str, Any], set[str]]:
    """(fields, names left out) of KEY=VALUE texts; keys with dots make nested objects."""
    fields: dict[str, Any] = {}
    left_out: set[str] = set()
    for text in texts:
        key, equals, written = text.partition("=")
        path = key.strip().split(".")
        if not equals or not all(path):
            raise UsageError(f"expected {option} KEY=VALUE, but got {text!r}")
        name = path[0]
        if name in _NOT_HERE:
            raise UsageError(f"{option} cannot set {name}: {_NOT_HERE[name]}")
        if not written.strip():
            if len(path) > 1:
                raise UsageError(f"{option} {key.strip()}= leaves out what is not sent anyway; leave the option out")
            left_out.add(name)
            continue
        value = _value(option, text, written.strip())
        if len(path) == 1 and name in _KNOWN and not _KNOWN[name][0](value):
            raise UsageError(f"{option} {name} expects {_KNOWN[name][1]}, but got {written.strip()!r}")
        inner = fields
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                raise UsageError(f"{option} sets {part!r} both as a value and as an object; leave one of them out")
        if path[-1] in inner:
            raise UsageError(f"{option} was given {key.strip()!r} twice; give it once")
        inner[path[-1]] = value
    if both := sorted(left_out & set(fields)):
        raise UsageError(f"{option} both sets {both[0]!r} and leaves it out; choose one")
    return fields, left_out


def _value(option: str, text: str, written: str) -> Any:
    def refuse(constant: str) -> Any:
        raise UsageError(f"{option} cannot send {constant}, which JSON has not, in {text!r}")

    if written in _WORDS:
        return _WORDS[written]
    try:
        return json.loads(written, parse_constant=refuse)
    except ValueError:
        return written


def read_headers(option: str, texts: Iterable[str]) -> dict[str, str]:
    """Header names with their values, which stand in environment variables. Raises UsageError; shows no value."""
    headers: dict[str, str] = {}
    for text in texts:
        name, equals, variable = (part.strip() for part in text.partition("="))
        if not equals or not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
            raise UsageError(f"expected {option} NAME=VARIABLE, a header and the environment variable with its value")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
            raise UsageError(f"{option} {name} expects the name of an environment variable, not the header's value")
        if name.lower() in {known.lower() for known in headers}:
            raise UsageError(f"{option} was given {name!r} twice; give it once")
        value = os.environ.get(variable, "").strip()
        if not value:
            raise UsageError(f"{option} {name} needs ${variable}, which is not set; set it or leave the header out")
        if not (value.isascii() and value.isprintable()):
            raise UsageError(f"the value of {option} {name} in ${variable} holds characters that no header may hold")
        headers[name] = value
    return headers
