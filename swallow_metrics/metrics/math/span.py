"""What the search hands to the reader: a stretch of text that may be the answer."""

from __future__ import annotations

from typing import NamedTuple


class Formula(NamedTuple):
    """One LaTeX environment: its content, and whether a percent word follows."""

    content: str
    percent: bool = False


class LatexSpan(NamedTuple):
    """LaTeX found at `start`…`end`: one environment, or up to six joined by words. `boxed` is a bare box (MA-11)."""

    start: int
    end: int
    formulas: tuple[Formula, ...]
    boxed: bool = False


class PlainSpan(NamedTuple):
    """A number or expression of plain text found at `start`…`end`.

    A number has `integer` or `decimal` (each as written, maybe empty), an expression has `expression`.
    """

    start: int
    end: int
    integer: str = ""
    decimal: str = ""
    percent: bool = False
    expression: str = ""


Span = LatexSpan | PlainSpan
