"""Put an answer into a judge prompt so that it cannot end its own quotation.

A prompt marks where an answer starts and ends by lines such as `[The End of Assistant's Answer]`. An answer that
contains such a line could go on as if it were the prompt, with a dialogue or a verdict of its own making. So the
delimiters of the templates lose their brackets where an answer has them; everything else stays as the model wrote it.

They are looked for in what a reader would take the answer for: in any case and spacing, in full-width or other styled
letters, with invisible characters between. What an answer merely says ("ignore the instructions") is for the judge to
see through.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from unicodedata import normalize

_PLACEHOLDER = re.compile(r"\{\w+\}")
_MARKED = re.compile(r"\[[^\[\]{}]+\]|<\|[^|{}]+\|>|#{1,6}[ \t]*[^{}]*[^{}\s]")
# Some servers read the control tokens of their model's chat template wherever they stand.
_CONTROL_TOKEN = re.compile(
    r"<\|(?!\s)([^|<>\n]{1,200})(?<!\s)\|>|<(/?s|bos|eos|pad|unk|start_of_turn|end_of_turn)>|<<(/?SYS)>>"
    r"|\[(/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS))\]"
)
# Neither JSON nor tokenizers take all of these; a request refused for one would leave the answer unjudged.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Zero-width, bidirectional and variation characters, combining marks, fillers, and what _UNPRINTABLE became.
_INVISIBLE = re.compile(
    "[\xad\u0300-\u036f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff"
    "\u3164\ufe00-\ufe0f\ufeff\ufff0-\ufffd\U000e0000-\U000e0fff]"
)
# What looks like one of ours and is no compatibility form of it: quotes, brackets, bars, Greek and Cyrillic letters.
_LOOKALIKES = {
    ord(other): plain
    for plain, others in {
        "'": "\u2018\u2019\u02bc\u2032\xb4`",
        "[": "\u3010\u3014\u301a\u27e6\u2772",
        "]": "\u3011\u3015\u301b\u27e7\u2773",
        "<": "\u2039\u27e8\u3008",
        ">": "\u203a\u27e9\u3009",
        "|": "\u2223\u2758\u01c0\u2502",
        "#": "\u266f",
        "ABEZHIKMNOPTYXo": "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf",
        "ABEKMHOPCTYXSIJ": "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408",
        "aeopcyxsij": "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458",
    }.items()
    for plain, other in zip(plain * len(others) if len(plain) == 1 else plain, others, strict=True)
}
_LINE_START = "(?:^|(?<=[\r\x85\u2028\u2029]))[ \t]*"
_GAP = r"[\W_]{0,8}?"  # bounded, so that time stays linear
_LONGEST = 100  # characters; a longer line beside a placeholder is prose


def quoted(answer: str, templates: tuple[str, ...]) -> str:
    """An answer as it may stand in a judge prompt, in time linear in its length.

    It keeps no delimiter of any of the templates: a first turn must not be able to fake a dialogue either. Control
    characters and lone surrogates become U+FFFD.
    """
    text = _UNPRINTABLE.sub("\ufffd", answer)
    seen, places = _as_seen(text)
    for pattern, harmless in ((_CONTROL_TOKEN, None), *_all_delimiters(templates)):
        if pattern.search(seen):
            text = _replaced(text, seen, places, pattern, harmless)
            seen, places = _as_seen(text)
    return text


def _as_seen(text: str) -> tuple[str, Sequence[int]]:
    """The text as a reader takes it, in plain characters, and the place in `text` of each of them."""
    if text.isascii():
        return text, range(len(text))
    seen = text.translate(_plain_forms()).translate(_LOOKALIKES)
    if not _INVISIBLE.search(seen):
        return seen, range(len(seen))
    hidden = {place for match in _INVISIBLE.finditer(seen) for place in range(*match.span())}
    places = [place for place in range(len(seen)) if place not in hidden]
    return _INVISIBLE.sub("", seen), places


@cache
def _plain_forms() -> dict[int, str]:
    """Full-width, mathematical, circled and other styled characters that stand for one plain character."""
    styled = (*range(0x80, 0xD800), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800), *range(0x1F100, 0x1F200))
    forms = ((code, normalize("NFKC", chr(code))) for code in styled)
    return {code: form for code, form in forms if len(form) == 1 and form != chr(code)}


def _replaced(text: str, seen: str, places: Sequence[int], pattern: re.Pattern[str], harmless: str | None) -> str:
    """Replace what a pattern finds in `seen`: by `harmless`, else by the group that matched, in parentheses."""
    parts, end = [], 0
    for match in pattern.finditer(seen):
        parts += [text[end : places[match.start()]], harmless or f"({match[match.lastindex or 0]})"]
        end = places[match.end() - 1] + 1
    return "".join([*parts, text[end:]])


@lru_cache(maxsize=8)
def _all_delimiters(templates: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    found: dict[str, tuple[re.Pattern[str], str]] = {}
    for template in templates:
        found |= _delimiters(template)
    return tuple(found.values())


def _delimiters(template: str) -> dict[str, tuple[re.Pattern[str], str]]:
    """Each delimiter of a template, with what replaces it: its words in parentheses."""
    lines = [stripped for line in template.split("\n") if (stripped := line.strip())]
    found = {}
    for number, text in enumerate(lines):
        around = [*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]]
        beside = any(_PLACEHOLDER.search(other) for other in around)
        seen, _ = _as_seen(text)
        if len(text) <= _LONGEST and not _PLACEHOLDER.search(text) and (beside or _MARKED.fullmatch(seen)):
            words = re.sub(r"^\W+|\W+$", "", text)
            found[seen] = (_pattern(seen), f"({words})")
    return found


def _pattern(delimiter: str) -> re.Pattern[str]:
    """Matches a delimiter in any case and spacing: one of mere words as a line, others anywhere."""
    words = re.findall(r"[^\W_]+", delimiter)
    if not words:
        return re.compile(re.escape(delimiter))
    before, after = re.split(r"[^\W_].*[^\W_]|[^\W_]", delimiter, maxsplit=1)
    parts = [re.escape(part) for part in (before.strip(), *words, after.strip()) if part]
    start = "" if before.strip() else _LINE_START
    end = "" if after.strip() else r"[ \t]*(?=$|[\r\n\x85\u2028\u2029])"
    return re.compile(start + _GAP.join(parts) + end, re.IGNORECASE | re.MULTILINE)
