"""Sentences by a fixed list of replacements (section 4 of the rules)."""

from __future__ import annotations

import re

# A dot that ends nothing, and the end of a sentence. The reference has the same two, so they act in responses as well.
_DOT, _END = "<prd>", "<stop>"
_STARTER = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Capt|Cpt|Lt|Wherever)"
    r"|(?:He|She|It|They|Their|Our|We|But|However|That|This)\s)"
)
_SUFFIX = "Inc|Ltd|Jr|Sr|Co"
_BEFORE = (  # steps 2 to 4
    (re.compile(r"(Mr|St|Mrs|Ms|Dr)\."), rf"\1{_DOT}"),
    (re.compile(r"\.(com|net|org|io|gov|edu|me)"), rf"{_DOT}\1"),
    (re.compile(r"([0-9])\.([0-9])"), rf"\1{_DOT}\2"),
)
_DOTS = re.compile(r"\.{2,}")  # step 5
_AFTER = (  # steps 7 to 12
    (re.compile(r"\s([A-Za-z])\. "), rf" \1{_DOT} "),
    (re.compile(rf"([A-Z]\.[A-Z]\.(?:[A-Z]\.)?) ({_STARTER})"), rf"\1{_END} \2"),
    (re.compile(r"([A-Za-z])\.([A-Za-z])\.([A-Za-z])\."), rf"\1{_DOT}\2{_DOT}\3{_DOT}"),
    (re.compile(r"([A-Za-z])\.([A-Za-z])\."), rf"\1{_DOT}\2{_DOT}"),
    (re.compile(rf" ({_SUFFIX})\. ({_STARTER})"), rf" \1{_END} \2"),
    (re.compile(rf" ({_SUFFIX})\."), rf" \1{_DOT}"),
    (re.compile(r" ([A-Za-z])\."), rf" \1{_DOT}"),
)
_QUOTED = ((".”", "”."), ('."', '".'), ('!"', '"!'), ('?"', '"?'))  # step 13
_CLOSING = re.compile("[.?!]")  # step 14
_ANY_END = re.compile("[.?!<]")


def split_sentences(text: str) -> list[str]:
    """The sentences of `text`, trimmed; without any mark it is one, and blank it is none."""
    text = f" {text}  ".replace("\n", " ")
    if not _ANY_END.search(text):
        return [piece for piece in (text.strip(),) if piece]
    for pattern, replacement in _BEFORE:
        text = pattern.sub(replacement, text)
    text = _DOTS.sub(lambda run: _DOT * len(run[0]) + _END, text)
    text = text.replace("Ph.D.", f"Ph{_DOT}D{_DOT}")
    for pattern, replacement in _AFTER:
        text = pattern.sub(replacement, text)
    for found, turned in _QUOTED:
        text = text.replace(found, turned)
    text = _CLOSING.sub(rf"\g<0>{_END}", text).replace(_DOT, ".")
    sentences = [piece.strip() for piece in text.split(_END)]
    return sentences if sentences[-1] else sentences[:-1]
