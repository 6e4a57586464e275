r"""The template language: plain `{name}` fields as in `str.format`, `{{` and `}}` for literal braces, nothing else.

A template may hold several variants, each begun by a line `[[name]]`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from swallow_metrics.errors import UsageError

# Literal braces, a field, or a brace that belongs to neither: the order matters, as str.format reads left to right.
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_VARIANT = re.compile(r"^\[\[(\w+)\]\]\n", re.MULTILINE)
# The list of letters to choose from; the options that follow it show the same.
_MAY_BE_LEFT_OUT = frozenset({"choices"})


def check_fields(template: str, fields: Sequence[str], source: object) -> None:
    """Refuse a template that `render` could not fill, or that leaves out what a question needs.

    `fields` are the placeholders allowed; each but `choices` must occur. `source` names the template in errors.
    Raises UsageError.
    """
    allowed = f"allowed here: {', '.join(f'{{{name}}}' for name in fields)}; write {{{{ and }}}} for literal braces"
    found = set()
    for match in _BRACES.finditer(template):
        text, name = match.group(), match.group(1)
        if text in ("{{", "}}"):
            continue
        where = f"{source}, line {template.count(chr(10), 0, match.start()) + 1}"
        if name is None:
            raise UsageError(f"{where}: the brace {text!r} has no partner; {allowed}")
        if name not in fields:
            close = get_close_matches(name, fields, n=1)
            hint = f" (did you mean {{{close[0]}}}?)" if close else ""
            raise UsageError(f"{where}: unknown placeholder {text!r}{hint}; {allowed}")
        found.add(name)
    missing = [f"{{{name}}}" for name in fields if name not in found and name not in _MAY_BE_LEFT_OUT]
    if missing:
        raise UsageError(f"{source}: expected the placeholder {', '.join(missing)}, but it does not occur; {allowed}")


def placeholders(template: str) -> list[str]:
    """The names of the fields that occur, in order, each once; what is between braces that are none comes along."""
    return list(dict.fromkeys(m.group(1) for m in _BRACES.finditer(template) if m.group(1) is not None))


def renamed(template: str, names: dict[str, str]) -> str:
    """The template with fields renamed; everything else stays as it is."""

    def rename(match: re.Match[str]) -> str:
        return match.group() if match.group(1) is None else f"{{{names.get(match.group(1), match.group(1))}}}"

    return _BRACES.sub(rename, template)


def render(template: str, /, **fields: str) -> str:
    """The prompt: a checked template with its fields filled in. Braces inside of the values are left alone."""
    return template.format_map(fields)


def variants(template: str, expected: Collection[str]) -> dict[str, str]:
    """The variants of a template by name, each without the line feed that ends it. Raises UsageError.

    `expected` are the names that must be there, and no others.
    """
    heads = list(_VARIANT.finditer(template))
    ends = [*(head.start() - 1 for head in heads[1:]), len(template)]
    found = {head.group(1): template[head.end() : end] for head, end in zip(heads, ends, strict=False)}
    if set(found) != set(expected) or len(heads) != len(found) or heads[0].start() != 0:
        names = " and ".join(f"[[{name}]]" for name in expected)
        raise UsageError(f"a template with variants: expected {names} once each, the first in line 1")
    return found
