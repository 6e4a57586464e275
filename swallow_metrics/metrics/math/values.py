"""Read a candidate: a text normalised by math-verify's rules, and its value as sympy sees it (MA-10 to MA-16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from swallow_metrics.metrics.math.candidate import Candidate, Latex, Part, Plain
from swallow_metrics.metrics.math.candidates import Target, pools
from swallow_metrics.metrics.math.deadline import Deadline, OutOfTimeError
from swallow_metrics.metrics.math.latex import parse_latex
from swallow_metrics.metrics.math.numbers import number

_NORMALISE_SECONDS = 1.0
"""Normalisation takes milliseconds, but its expressions are quadratic: `^(` repeated takes hours for a megabyte."""

_LONGEST_FORMULA = 20_000
"""Characters after normalisation. The parser would need longer than its time limit."""


class _NoSetError(Exception):
    """Values that no set can hold."""


@dataclass
class Reader:
    """Reads the candidates of one text under a deadline; a text that repeats itself is read once."""

    deadline: Deadline
    _known: dict[tuple[str, bool], tuple[Any, str]] = field(default_factory=dict)
    _refused: set[Plain] = field(default_factory=set)

    def items(self, text: str, target: Target) -> list[Any]:
        """The value of the first candidate that has one, then the text of the first that was tried (MA-4, MA-5).

        Either can be missing. Raises OutOfTimeError when the deadline passes; a candidate that takes too long by itself
        only has no value.
        """
        first = ""
        for candidate in self._candidates(text, target):
            try:
                value, string = self._read(candidate)
            except _NoSetError:
                return []
            first = first or string
            if value is not None:
                return [value, first] if first else [value]
        return [first] if first else []

    def _candidates(self, text: str, target: Target) -> Iterator[Candidate]:
        found = pools(text, target)
        while True:
            with self.deadline.limit(float("inf")):
                pool = next(found, None)
            if pool is None:
                return
            yield from pool

    def _read(self, candidate: Candidate) -> tuple[Any, str]:
        if isinstance(candidate, Latex):
            return self._read_latex(candidate)
        string = candidate.expression or _number_text(candidate)
        key = candidate._replace(start=0, end=0)
        if key in self._refused:
            return None, string
        try:
            with self.deadline.limit():
                return _plain_value(candidate, string), string
        except Exception as error:  # noqa: BLE001  # whatever sympy raises means: no value; the text stays (MA-16)
            _pass_on(error)
            self._refused.add(key)
            return None, string

    def _read_latex(self, candidate: Latex) -> tuple[Any, str]:
        """Several environments are the set of all of them if each has a value; else the first one counts (MA-10).

        Values that no set can hold, such as 0/0, end the search with nothing, as in math-verify.
        """
        parts = [self._part(part, candidate.boxed) for part in candidate.parts]
        if len(parts) == 1 or any(value is None for value, _ in parts):
            return parts[0]
        try:
            with self.deadline.limit():
                return _union([value for value, _ in parts]), " and ".join(string for _, string in parts)
        except Exception as error:
            _pass_on(error)
            raise _NoSetError from error

    def _part(self, part: Part, boxed: bool) -> tuple[Any, str]:
        key = (part.content, boxed)
        if key not in self._known:
            self._known[key] = self._latex(*key)
        value, string = self._known[key]
        if value is not None and part.percent:
            try:
                with self.deadline.limit():
                    return _percent(value), string
            except Exception as error:  # noqa: BLE001  # a percentage of something that is no number
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
                return parse_latex(string), string
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


def _union(values: list[Any]) -> Any:
    from latex2sympy2_extended.sets import FiniteSet

    elements: list[Any] = []
    for value in values:
        elements.extend(value.args if isinstance(value, FiniteSet) else [value])
    return FiniteSet(*elements)


def _percent(value: Any) -> Any:
    from sympy import Mul, Rational

    return Mul(value, Rational(1, 100), evaluate=False)


def _number_text(number: Plain) -> str:
    """Digits as sympy reads them: no grouping, no leading zeros, a point before decimals (MA-14)."""
    integer = number.integer.replace(",", "").replace(" ", "").lstrip("0")
    return f"{integer or '0'}{number.decimal.replace(',', '.')}"


def _plain_value(candidate: Plain, string: str) -> Any:
    if candidate.expression:
        from sympy.parsing import parse_expr

        return parse_expr(string.replace("\n", " ").replace("^", "**"), evaluate=False)
    return _percent(number(string)) if candidate.percent else number(string)


__all__ = ["OutOfTimeError", "Reader"]
