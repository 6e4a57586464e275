"""Japanese text to words: Janome (BLEU, M-IFEval) and nagisa (the second BLEU). Each is loaded once, when first used.

Lone surrogates, which no UTF-8 dictionary can hold, are read as U+FFFD, so every text has words. Safe to use from
several threads: one text at a time, since Janome's cache of dictionary words is not.
"""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import Any

from swallow_metrics.metrics.nagisa_words import Nagisa

_SURROGATES = re.compile("[\ud800-\udfff]")
_lock = Lock()


def janome_words(text: str) -> list[str]:
    """Words of Janome 0.5 with IPADIC, in order; whitespace inside the text is a word too, around it it is dropped."""
    with _lock:
        return list(_janome().tokenize(_encodable(text), wakati=True))


def janome_tokens(text: str) -> list[tuple[str, str]]:
    """(word, part of speech): IPADIC's four levels, separated by commas (名詞,一般,*,*)."""
    with _lock:
        return [(token.surface, token.part_of_speech) for token in _janome().tokenize(_encodable(text))]


def janome_wakati(text: str) -> str:
    """Words of Janome 0.5 with IPADIC, joined by ASCII spaces; whitespace words are kept (TR-8)."""
    return " ".join(janome_words(text))


def nagisa_wakati(text: str) -> str:
    """Words of nagisa 0.2.11 with its default model, joined by ASCII spaces; its own spaces are U+3000 (TR-8)."""
    with _lock:
        return " ".join(_nagisa().words(_encodable(text)))


def _encodable(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text)


@cache
def _janome() -> Any:
    from janome.tokenizer import Tokenizer

    return Tokenizer()


@cache
def _nagisa() -> Nagisa:
    return Nagisa()
