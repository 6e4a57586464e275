"""Put an answer into a judge prompt so that it cannot end its own quotation.

A prompt marks where an answer starts and ends by lines such as `[The End of Assistant's Answer]`. An answer with such
a line could go on as if it were the prompt, with a dialogue or a verdict of its own making. So the delimiters of the
templates and the control tokens of chat templates are written in parentheses where an answer has them. Everything else
stays as the model wrote it: what an answer merely says ("ignore the instructions"), and what only resembles a
delimiter, is for the judge to see through.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PLACEHOLDER = re.compile(r"\{\w+\}")
_MARKED = re.compile(r"\[[^\[\]{}]+\]|<\|[^|{}]+\|>|#{1,6}[ \t]*[^{}]*[^{}\s]")
# Some servers read the control tokens of their model's chat template wherever they stand.
_CONTROL_TOKEN = re.compile(
    r"<[|｜](?!\s)([^|｜<>\n]{1,200})(?<!\s)[|｜]>|<(/?s|bos|eos|pad|unk|start_of_turn|end_of_turn)>|<<(/?SYS)>>"
    r"|\[(/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS))\]"
)
# Neither JSON nor tokenizers take all of these; a request refused for one would leave the answer unjudged.
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LONGEST = 100  # characters; a longer line beside a placeholder is prose


def sanitized(answer: str, templates: tuple[str, ...]) -> str:
    """An answer as it may stand in a judge prompt, in time linear in its length.

    It keeps no delimiter of any of the templates: a first turn must not be able to fake a dialogue either. Control
    characters and lone surrogates become U+FFFD.
    """
    text = _UNSENDABLE.sub("\ufffd", answer)
    for pattern in (_CONTROL_TOKEN, _delimiters(templates)):
        text = pattern.sub(lambda match: f"({_words(match[match.lastindex or 0])})", text)
    return text


def _words(delimiter: str) -> str:
    return re.sub(r"^[^\w/]+|\W+$", "", delimiter)


@lru_cache(maxsize=8)
def _delimiters(templates: tuple[str, ...]) -> re.Pattern[str]:
    """Matches the delimiters: a marked one (`[…]`, `<|…|>`, `### …`) anywhere, one of mere words as a whole line."""
    found: dict[str, str] = {}
    for template in templates:
        lines = [stripped for line in template.split("\n") if (stripped := line.strip())]
        for number, line in enumerate(lines):
            if len(line) > _LONGEST or _PLACEHOLDER.search(line):
                continue
            around = [*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]]
            if _MARKED.fullmatch(line):
                found[line] = re.escape(line)
            elif any(_PLACEHOLDER.search(other) for other in around):
                found[line] = rf"^[ \t]*{re.escape(line)}[ \t\r]*$"
    longest_first = sorted(found, key=len, reverse=True)
    return re.compile("|".join(found[line] for line in longest_first) or r"(?!)", re.MULTILINE)
