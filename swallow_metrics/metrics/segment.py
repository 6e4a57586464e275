"""Japanese text to words: Janome (BLEU, M-IFEval) and nagisa (the second BLEU). Each is loaded once, when first used.

Lone surrogates, which no UTF-8 dictionary can hold, are read as U+FFFD, so every text has words. Safe to use from
several threads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from threading import Lock
from typing import Generic, TypeVar

from swallow_metrics.metrics.janome_dictionary import Dictionary
from swallow_metrics.metrics.janome_lattice import Window, windows
from swallow_metrics.metrics.nagisa_words import Nagisa

T = TypeVar("T")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Sentences are remembered, since each generation of a question has the same reference; long texts do not come back.
_REMEMBERED_LENGTH = 2000
_REMEMBERED = 4096


class _Once(Generic[T]):
    """The result of `load()`, computed by whoever asks first while others wait."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._lock = Lock()
        self._loaded: T | None = None

    def __call__(self) -> T:
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded


_janome = _Once(Dictionary)
_nagisa = _Once(Nagisa)


def janome_windows(text: str, memo: dict[str, Window]) -> Iterator[Window]:
    """Words of `text` in order, lazily and in pieces; `memo` is shared by texts that have parts in common."""
    return windows(_janome(), _SURROGATES.sub("\ufffd", text), memo)


def part_of_speech(kind: int | str) -> str:
    """Of a word, from its `Window.kinds`: IPADIC's four levels, separated by commas."""
    return kind if isinstance(kind, str) else _janome().part_of_speech(kind)


def janome_wakati(text: str) -> str:
    """Words of Janome 0.5 with IPADIC, joined by ASCII spaces; whitespace words are kept (TR-8)."""
    return _short_janome(text) if len(text) <= _REMEMBERED_LENGTH else _long_janome(text)


def nagisa_wakati(text: str) -> str:
    """Words of nagisa 0.2.11 with its default model, joined by ASCII spaces; its own spaces are U+3000 (TR-8)."""
    return _short_nagisa(text) if len(text) <= _REMEMBERED_LENGTH else _long_nagisa(text)


def _long_janome(text: str) -> str:
    return " ".join(surface for window in janome_windows(text, {}) for surface in window.surfaces)


def _long_nagisa(text: str) -> str:
    return " ".join(_nagisa().words(_SURROGATES.sub("\ufffd", text)))


_short_janome = lru_cache(maxsize=_REMEMBERED)(_long_janome)
_short_nagisa = lru_cache(maxsize=_REMEMBERED)(_long_nagisa)
