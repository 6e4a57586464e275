"""The program in a model's answer: fenced code blocks as CommonMark sees them (CO-5, CO-6)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


def code_blocks(text: str) -> list[str]:
    """The contents of all fenced blocks in order, also nested ones; indented and inline code is none."""
    return [token.content for token in _parser().parse(text) if token.type == "fence"]


def function_block(text: str, function: str) -> str | None:
    """The last block with the text `def ` + function, else the last block; None where there is no block (CO-5).

    `def foo` counts for a function `f` as well.
    """
    blocks = code_blocks(text)
    defining = [block for block in blocks if f"def {function}" in block] or blocks
    return defining[-1] if defining else None


def last_block(text: str) -> str:
    """The last block; the whole text where there is no block (CO-6)."""
    return (code_blocks(text) or [text])[-1]
