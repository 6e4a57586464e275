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
from latex2sympy2_extended.latex2sympy2 import _Latex2Sympy, comma_number_regex, convert_number
from latex2sympy2_extended.sets import FiniteSet
from latex2sympy2_extended.symbols import get_symbol

from swallow_metrics.metrics.math.numbers import number
from swallow_metrics.metrics.math.tokens import (
    CLOSING,
    DEGREES,
    END,
    GREEK,
    OPENING,
    NotSimpleError,
    closing_of,
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


class _Converter(_Latex2Sympy):  # type: ignore[misc]  # untyped base
    """The library's methods that put values together, handed values instead of parts of a tree."""

    def convert_postfix(self, postfix: Any) -> Any:
        return postfix


class _Formula:
    """One text being read, left to right."""

    def __init__(self, tokens: list[str], *, real: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._real = real
        self._converter = _Converter(is_real=real)
        self._closing = closing_of(tokens)

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

    def _sum(self) -> Any:
        value = self._product()
        while self._here in {"+", "-"}:
            minus = self._next() == "-"
            right = self._product()
            value = self._converter.add_flat(value, self._negative(right) if minus else right)
        return value

    def _product(self) -> Any:
        value = self._signed()
        while self._here in {"*", r"\cdot", r"\times", "/", r"\div"}:
            divided = self._next() in {"/", r"\div"}
            right = self._signed()
            value = _quotient(value, right) if divided else self._converter.mul_flat(value, right)
        return value

    def _signed(self) -> Any:
        if self._here == "+":
            self._next()
            return self._signed()
        if self._here == "-":
            self._next()
            return self._negative(self._signed())
        factors = [self._power()]
        while self._starts_factor():
            factors.append(self._power())
        return self._converter.convert_postfix_list(factors)

    def _negative(self, value: Any) -> Any:
        return -value if value.is_Number else self._converter.mul_flat(-1, value)

    def _starts_factor(self) -> bool:
        here = self._here
        return here[:1].isalnum() or here == "(" or here in GREEK or here in {r"\frac", r"\sqrt", r"\infty"}

    def _power(self) -> Any:
        symbol = self._here.isalpha() or self._here in GREEK
        value = self._factor()
        if self._here == "^":
            self._next()
            value = sympy.Pow(value, self._exponent(), evaluate=False)
        if self._here in {"^", "_"} or (symbol and self._here in OPENING):  # such as f(2), f^2(x)
            raise NotSimpleError
        while self._here in DEGREES:  # which are not converted
            self._next()
        return value

    def _exponent(self) -> Any:
        if self._here == "{":
            if self._tokens[self._at + 1 : self._at + 3] == ["T", "}"]:  # transposed
                raise NotSimpleError
            return self._braced()
        if self._here.isdigit():
            return _numeral(self._next())
        if self._here.isalpha() and self._here != "T":
            return get_symbol(self._next(), self._real)
        raise NotSimpleError

    def _factor(self) -> Any:
        here = self._here
        if here[:1].isdigit():
            return self._number()
        if here.isalpha() or here in GREEK:
            return self._symbol()
        if here == r"\infty":
            self._next()
            return sympy.oo
        if here == r"\frac":
            self._next()
            top = self._braced()
            return _quotient(top, self._braced())
        if here == r"\sqrt":
            self._next()
            root = self._within("[", "]") if self._here == "[" else None
            base = self._braced()
            return sympy.Pow(base, sympy.S.Half if root is None else 1 / root, evaluate=False)
        return self._within("(", ")")

    def _number(self) -> Any:
        text = self._next()
        value = _numeral(text.rstrip(r"\%"))
        if text.endswith("%"):
            return sympy.Mul(value, sympy.Rational(1, 100), evaluate=False)
        if self._here == "_":  # the base of a numeral is not looked at
            self._next()
            self._subscript()
            if self._here == "^" or self._here in DEGREES:  # which the grammar counts to the base
                raise NotSimpleError
        return value

    def _symbol(self) -> Any:
        name = self._next()
        if self._here == "_":
            self._next()
            script = self._subscript()
            name += f"_{script}" if len(script) == 1 else f"_{{{script}}}"
        return get_symbol(name, self._real)

    def _subscript(self) -> str:
        braces = self._here == "{"
        if braces:
            self._next()
        script = self._next()
        if not script.isdigit() and not script.isalpha():
            raise NotSimpleError
        if braces:
            self._take("}")
        return script

    def _symbol_ends_at(self, index: int) -> bool:
        tokens = self._tokens[:index]
        simple = tokens[:1] and (tokens[0].isalpha() or tokens[0] in GREEK)
        return bool(simple and (len(tokens) == 1 or (tokens[1] == "_" and len(tokens) == (5 if "{" in tokens else 3))))

    def _braced(self) -> Any:
        return self._within("{", "}")

    def _within(self, opening: str, closing: str) -> Any:
        self._take(opening)
        value = self._sum()
        self._take(closing)
        return value

    @property
    def _here(self) -> str:
        return self._tokens[self._at]

    def _next(self) -> str:
        token = self._tokens[self._at]
        if token == END:
            raise NotSimpleError
        self._at += 1
        return token

    def _take(self, token: str) -> None:
        if self._here != token:
            raise NotSimpleError
        self._at += 1


def _values(elements: list[_Element]) -> list[Any]:
    return [value for element in elements for value in element.values]


def _numeral(text: str) -> Any:
    return number((text.lstrip("0") or "0") if text.isdigit() else text)


def _quotient(top: Any, bottom: Any) -> Any:
    if top.is_Integer and bottom.is_Integer:
        return sympy.Rational(top, bottom)
    return sympy.Mul(top, sympy.Pow(bottom, -1, evaluate=False), evaluate=False)


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
