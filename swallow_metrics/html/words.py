"""The page's words in English and Japanese."""

from __future__ import annotations

import locale
import os
from importlib.resources import files
from typing import Literal

import orjson

Language = Literal["ja", "en"]
Words = dict[str, str]


def words(language: Language) -> Words:
    """Key → text."""
    table = orjson.loads(files(__package__).joinpath("templates", "words.json").read_bytes())
    column = ("en", "ja").index(language)
    return {key: texts[column] for key, texts in table.items()}


def language_of_user() -> Language:
    """The language of the user's locale: Japanese where it says so, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ja" if value.startswith("ja") else "en"
    return "ja" if (locale.getlocale()[0] or "").lower().startswith("ja") else "en"
