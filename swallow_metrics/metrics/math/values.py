"""Read a span: a text normalised by math-verify's rules, and its value as sympy sees it (MA-10 to MA-16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from swallow_metrics.metrics.deadline import Deadline, OutOfTimeError
from swallow_metrics.metrics.math.search import Target, pools
from swallow_metrics.metrics.math.span import Formula, LatexSpan, PlainSpan, Span

_NORMALISE_SECONDS = 1.0
"""Normalisation takes milliseconds, but its expressions are quadratic: `^(` repeated takes hours for a megabyte."""

_LONGEST_FORMULA = 20_000
"""Characters after normalisation. The parser would need longer than its time limit."""


class _NoSetError(Exception):
    """Values that no set can hold."""


@dataclass
class Reader:
    """Reads the spans of one text under a deadline; a text that repeats itself is read once."""

    deadline: Deadline
    _known: dict[tuple[str, bool], tuple[Any, str]] = field(default_factory=dict)
    _refused: set[PlainSpan] = field(default_factory=set)

    def items(self, text: str, target: Target) -> list[Any]:
        """The value of the first span that has one, then the text of the first that was tried (MA-4, MA-5).

        Either can be missing. Raises OutOfTimeError when the deadline passes; a span that takes too long by itself
        only has no value.
        """
        first = ""
        for span in self._spans(text, target):
            try:
                value, string = self._read(span)
            except _NoSetError:
                return []
            first = first or string
            if value is not None:
                return [value, first] if first else [value]
        return [first] if first else []

    def _spans(self, text: str, target: Target) -> Iterator[Span]:
        found = pools(text, target)
        while True:
            with self.deadline.limit(float("inf")):
                pool = next(found, None)
            if pool is None:
                return
            yield from pool

    def _read(self, span: Span) -> tuple[Any, str]:
        if isinstance(span, LatexSpan):
            return self._read_latex(span)
        string = span.expression or _number_text(span)
        key = span._replace(start=0, end=0)
        if key in self._refused:
            return None, string
        try:
            with self.deadline.limit():
                return _plain_value(span, string), string
        except Exception as error:  # noqa: BLE001  # whatever sympy raises means: no value; the text stays (MA-16)
            _pass_on(error)
            self._refused.add(key)
            return None, string

    def _read_latex(self, span: LatexSpan) -> tuple[Any, str]:
        """Several environments are the set of all of them if each has a value; else the first one counts (MA-10).

        Values that no set can hold, such as 0/0, end the search with nothing, as in math-verify.
        """
        formulas = [self._formula(formula, span.boxed) for formula in span.formulas]
        if len(formulas) == 1 or any(value is None for value, _ in formulas):
            return formulas[0]
        try:
            with self.deadline.limit():
                return _union([value for value, _ in formulas]), " and ".join(string for _, string in formulas)
        except Exception as error:
            _pass_on(error)
            raise _NoSetError from error

    def _formula(self, formula: Formula, boxed: bool) -> tuple[Any, str]:
        key = (formula.content, boxed)
        if key not in self._known:
            self._known[key] = self._latex(*key)
        value, string = self._known[key]
        if value is not None and formula.percent:
            try:
                with self.deadline.limit():
                    return _percent(value), string
            except Exception as error:  # noqa: BLE001  # a percentage of something that is not a number
                _pass_on(error)
                return None, string
        return value, string

    def _latex(self, content: str, boxed: bool) -> tuple[Any, str]:
        string = ""
        try:
            with self.deadline.limit(_NORMALISE_SECONDS):
                string = _normalise(content, boxed)
            if len(string) > _LONGEST_FORMULA:
                self.deadline.give_up()
            with self.deadline.limit():
                return _parse_latex(string), string
        except Exception as error:  # noqa: BLE001  # not mathematics, or not in the grammar
            _pass_on(error)
            return None, string


def _pass_on(error: Exception) -> None:
    """Lack of memory says nothing about a text."""
    if isinstance(error, MemoryError):
        raise error


@cache
def _normalisation() -> tuple[Any, Any]:
    """The library's normalisation with every group on, for environments and for a bare box (MA-11)."""
    from latex2sympy2_extended.math_normalization import NormalizationConfig

    every = NormalizationConfig(
        basic_latex=True, units=True, malformed_operators=True, nits=True, boxed="all", equations=True
    )
    return every, replace(every, boxed="last")


def _normalise(content: str, boxed: bool) -> str:
    from latex2sympy2_extended.math_normalization import normalize_latex

    text: str = normalize_latex(content, config=_normalisation()[boxed])
    return text


@lru_cache(maxsize=4096)  # a right answer is mostly written like its gold, and generations repeat one another
def _parse_latex(text: str) -> Any:
    """The value of a normalised text (MA-12). Raises whatever the library raises for what it cannot read."""
    from latex2sympy2_extended.latex2sympy2 import latex2sympy
    from math_verify.grader import should_treat_as_complex

    real = not should_treat_as_complex(text)
    return latex2sympy(text, is_real=real, convert_degrees=False, normalization_config=None)


def _union(values: list[Any]) -> Any:
    from latex2sympy2_extended.sets import FiniteSet

    elements: list[Any] = []
    for value in values:
        elements.extend(value.args if isinstance(value, FiniteSet) else [value])
    return FiniteSet(*elements)


def _percent(value: Any) -> Any:
    from sympy import Mul, Rational

    return Mul(value, Rational(1, 100), evaluate=False)


def _number_text(number: PlainSpan) -> str:
    """Digits as sympy reads them: no grouping, no leading zeros, a point before decimals (MA-14)."""
    integer = number.integer.replace(",", "").replace(" ", "").lstrip("0")
    return f"{integer or '0'}{number.decimal.replace(',', '.')}"


def _plain_value(span: PlainSpan, string: str) -> Any:
    if span.expression:
        from sympy.parsing import parse_expr

        return parse_expr(string.replace("\n", " ").replace("^", "**"), evaluate=False)
    return _percent(_number(string)) if span.percent else _number(string)


@lru_cache(maxsize=4096)
def _number(digits: str) -> Any:
    from sympy import Number

    if not digits.isascii():  # a quick no: Japanese texts can hold thousands
        raise ValueError(f"expected ASCII digits, got {digits!r}")
    return Number(digits)


__all__ = ["OutOfTimeError", "Reader"]
