r"""Read simple LaTeX without the generated parser: most answers, at a hundredth of its cost.

What is read here has one meaning in the grammar of `latex2sympy2_extended`: numbers, variables, fractions, roots,
powers, sums and products, one relation, tuples, intervals and their unions, sets, and matrices. Where the grammar has a
choice, such as `f(2)`, the letter `d` before another, or names like `tr`, the text is left to it. The tests compare
both over a generated language; depth and length are limited, so that nothing is read here at which the library runs
into a limit.

Values are put together by the library's own methods or by the calls that its converter makes, in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import sympy
from latex2sympy2_extended.latex2sympy2 import comma_number_regex, convert_number
from latex2sympy2_extended.sets import FiniteSet
from latex2sympy2_extended.symbols import get_symbol

from swallow_metrics.metrics.math.arithmetic import Arithmetic
from swallow_metrics.metrics.math.tokens import (
    CLOSING,
    END,
    GREEK,
    OPENING,
    NotSimpleError,
    tokens_of,
)

_TEXT = re.compile(r"\\text\{([A-Za-z0-9 ()]*[A-Za-z0-9][A-Za-z0-9 ()]*)\}")
_RELATIONS = {
    "=": sympy.Eq,
    "<": sympy.StrictLessThan, r"\lt": sympy.StrictLessThan,
    "<=": sympy.LessThan, r"\le": sympy.LessThan, r"\leq": sympy.LessThan,
    ">": sympy.StrictGreaterThan, r"\gt": sympy.StrictGreaterThan,
    ">=": sympy.GreaterThan, r"\ge": sympy.GreaterThan, r"\geq": sympy.GreaterThan,
}  # fmt: skip


class _Element(NamedTuple):
    """What stands between two commas: its values (two with a ±), and whether the grammar sees an expression in it."""

    values: list[Any]
    kind: Literal["expression", "set", "other"]


def read(text: str, *, real: bool) -> Any:
    """The value that the library's parser gives. Raises NotSimpleError for what it alone can read."""
    if text.isascii() and comma_number_regex.match(text):
        return convert_number(text)
    if word := _TEXT.fullmatch(text):
        return get_symbol(word[1].replace(" ", "").replace("(", "").replace(")", ""), real)
    if text == "e":
        return sympy.exp(1)
    return _Formula(tokens_of(text), real=real).whole()


class _Formula(Arithmetic):
    """A whole text: one relation at most, elements between commas, brackets around them."""

    def whole(self) -> Any:
        """The value of the whole text."""
        outer = list(self._outside_brackets())
        relations = [index for index in outer if self._tokens[index] in {*_RELATIONS, r"\in"}]
        assigned = len(relations) == 1 and self._tokens[relations[0]] in {"=", r"\in"}
        if r"\cup" in self._tokens:
            value = self._union()
        elif self._tokens[0].startswith(r"\begin"):
            value = self._matrix()
        elif assigned and self._symbol_ends_at(relations[0]):  # all that follows is one side
            left = self._symbol()
            self._next()
            value = sympy.Eq(left, self._several(), evaluate=False)
        elif assigned and any(self._tokens[index] == "," for index in outer):  # x^2 = 1, 2 and x, y = 1, 2
            raise NotSimpleError
        else:
            value = self._several()
        self._take(END)
        return value

    def _outside_brackets(self) -> Iterator[int]:
        index = 0
        while index < len(self._tokens):
            yield index
            index = self._closing.get(index, index) + 1

    def _several(self) -> Any:
        """Elements up to the end: one is itself, more are a set."""
        return self._converter.convert_elements_to_set_or_tuple([_values(self._elements())])

    def _elements(self) -> list[_Element]:
        found = [self._element()]
        while self._here == ",":
            self._next()
            found.append(self._element())
        return found

    def _element(self) -> _Element:
        if self._here in OPENING and self._tokens[self._closing[self._at] + 1] in {",", END, *CLOSING}:
            return self._bracketed()
        left = self._sum()
        if self._here == r"\pm":
            self._next()
            right = self._sum()
            return _Element([left + right, left - right], "other")
        if relation := _RELATIONS.get(self._here):
            self._next()
            return _Element([relation(left, self._sum(), evaluate=False)], "other")
        return _Element([left], "expression")

    def _bracketed(self) -> _Element:
        """A set, an interval, a tuple, or something in parentheses."""
        opening = self._next()
        elements = self._elements()
        closing = self._next()
        if closing not in CLOSING:  # the brace of a group
            raise NotSimpleError
        if opening == r"\{" or closing == r"\}":
            if opening != r"\{" or closing != r"\}":
                raise NotSimpleError
            return _Element([FiniteSet(*_values(elements))], "set")
        kinds = [element.kind for element in elements]
        if kinds == ["expression", "expression"]:
            left, right = _values(elements)
            return _Element([_interval(left, right, opening == "(", closing == ")")], "other")
        if opening + closing not in {"()", "[]"} or (len(elements) == 2 and "set" in kinds):
            raise NotSimpleError
        if len(elements) == 1 and len(elements[0].values) == 1:
            return elements[0]
        return _Element([sympy.Tuple(*_values(elements))], "other")

    def _union(self) -> Any:
        value = self._set()
        while self._here == r"\cup":
            self._next()
            value = sympy.Union(value, self._set(), evaluate=False)
        return value

    def _set(self) -> Any:
        if self._here not in OPENING:
            raise NotSimpleError
        element = self._bracketed()
        if len(element.values) != 1 or not isinstance(element.values[0], sympy.Set):
            raise NotSimpleError
        return element.values[0]

    def _matrix(self) -> Any:
        end = self._next().replace("begin", "end")
        rows = [[self._sum()]]
        while (sign := self._next()) != end:
            if sign == "&":
                rows[-1].append(self._sum())
            elif sign == r"\\":
                rows.append([self._sum()])
            else:
                raise NotSimpleError
        return sympy.Matrix(rows)

    def _symbol_ends_at(self, index: int) -> bool:
        tokens = self._tokens[:index]
        simple = tokens[:1] and (tokens[0].isalpha() or tokens[0] in GREEK)
        return bool(simple and (len(tokens) == 1 or (tokens[1] == "_" and len(tokens) == (5 if "{" in tokens else 3))))


def _values(elements: list[_Element]) -> list[Any]:
    return [value for element in elements for value in element.values]


def _interval(left: Any, right: Any, left_open: bool, right_open: bool) -> Any:
    """An interval, unless it would be empty: then a tuple."""
    try:
        if left_open == right_open and (right <= left if left_open else right < left):
            return sympy.Tuple(left, right)
    except TimeoutError:
        raise
    except Exception:  # noqa: BLE001, S110  # ends without an order
        pass
    return sympy.Interval(left, right, left_open=left_open, right_open=right_open)
