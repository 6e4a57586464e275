"""Put an answer into a judge prompt so that it cannot end its own quotation.

A prompt marks where an answer starts and ends by lines such as `[The End of Assistant's Answer]`. An answer that
contains such a line could go on as if it were the prompt, with a dialogue or a verdict of its own making. So the
delimiters of the templates lose their brackets where an answer has them; everything else stays as the model wrote it.
What an answer merely says ("ignore the instructions") is for the judge to see through.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PLACEHOLDER = re.compile(r"\{\w+\}")
_MARKED = re.compile(r"\[[^\[\]{}]+\]|<\|[^|{}]+\|>|#{1,6}[ \t]*[^{}]*[^{}\s]")
# <|…|> is the syntax of control tokens as well, which some servers read as such wherever they stand.
_CONTROL_TOKEN = re.compile(r"<\|(?!\s)([^|<>\n]{1,200})(?<!\s)\|>")
# Neither JSON nor tokenizers take all of these; a request refused for one would leave the answer unjudged.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_START = "(?:^|(?<=[\r\x85\u2028\u2029]))[ \t\u3000]*"
_LONGEST = 100  # characters; a longer line beside a placeholder is prose


def quoted(answer: str, templates: tuple[str, ...]) -> str:
    """An answer as it may stand in a judge prompt, in time linear in its length.

    It keeps no delimiter of any of the templates: a first turn must not be able to fake a dialogue either. Control
    characters and lone surrogates become U+FFFD.
    """
    text = _UNPRINTABLE.sub("\ufffd", answer)
    text = _CONTROL_TOKEN.sub(r"(\1)", text)
    for pattern, harmless in _all_delimiters(templates):
        text = pattern.sub(harmless, text)
    return text


@lru_cache(maxsize=8)
def _all_delimiters(templates: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    found: dict[str, tuple[re.Pattern[str], str]] = {}
    for template in templates:
        found |= _delimiters(template)
    return tuple(found.values())


def _delimiters(template: str) -> dict[str, tuple[re.Pattern[str], str]]:
    """Each delimiter of a template, with the replacement for `re.sub`: its words in parentheses."""
    lines = [stripped for line in template.split("\n") if (stripped := line.strip())]
    found = {}
    for number, text in enumerate(lines):
        around = [*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]]
        beside = any(_PLACEHOLDER.search(other) for other in around)
        if len(text) <= _LONGEST and not _PLACEHOLDER.search(text) and (beside or _MARKED.fullmatch(text)):
            words = re.sub(r"^\W+|\W+$", "", text)
            found[text] = (_pattern(text), f"({words})".replace("\\", r"\\"))
    return found


def _pattern(delimiter: str) -> re.Pattern[str]:
    """Matches a delimiter in any case and spacing: one of mere words as a line, others anywhere."""
    words = r"[ \t\u3000]*".join(re.escape(word).replace("'", "['’]") for word in delimiter.split())
    if not delimiter[0].isalnum():
        return re.compile(words, re.IGNORECASE)
    end = "" if not delimiter[-1].isalnum() else r"[ \t\u3000]*(?=$|[\r\n\x85\u2028\u2029])"
    return re.compile(_LINE_START + words + end, re.IGNORECASE | re.MULTILINE)
