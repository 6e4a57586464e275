"""Rows of datasets that cannot measure: whatever a model answers, the score says nothing about it.

The kinds of `datasets.contradictions`, and `impossible_instruction`: a keyword that Janome never gives as one word must
occur (M-IFEval).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from swallow_metrics.datasets.contradictions import contradictions

IMPOSSIBLE_INSTRUCTION = "impossible_instruction"
_AT_LEAST = "以上"


def row_doubts(row: Mapping[str, Any]) -> list[str]:
    """Why a dataset's row cannot measure, by its columns: those of the hub's schemas. Never raises for any values."""
    doubts = contradictions(row)
    if any(map(_is_impossible, _list(row.get("instruction_id_list")), _list(row.get("kwargs")))):
        doubts.append(IMPOSSIBLE_INSTRUCTION)
    return doubts


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_impossible(instruction: Any, arguments: Any) -> bool:
    """Keywords must be whole words of Janome's (IF-11): one that it splits by itself is not a word in a text either."""
    given = arguments if isinstance(arguments, Mapping) else {}
    if instruction == "ja:keywords:existence":
        return any(isinstance(word, str) and _is_split(word) for word in _list(given.get("keywords")))
    if instruction == "ja:keywords:frequency":
        word, times = given.get("keyword"), given.get("frequency")
        wanted = given.get("relation") == _AT_LEAST and isinstance(times, int) and times > 0
        return wanted and isinstance(word, str) and _is_split(word.strip())
    return False


def _is_split(word: str) -> bool:
    from swallow_metrics.metrics.ifeval.text import Text

    return len(Text(word).words) > 1
