r"""Arithmetic in simple LaTeX: sums, products, powers, fractions and roots of numbers and variables (see `simple`)."""

from __future__ import annotations

from typing import Any

import sympy
from latex2sympy2_extended.latex2sympy2 import _Latex2Sympy
from latex2sympy2_extended.symbols import get_symbol

from swallow_metrics.metrics.math.numbers import number
from swallow_metrics.metrics.math.tokens import DEGREES, END, GREEK, OPENING, NotSimpleError, closing_of


class Converter(_Latex2Sympy):  # type: ignore[misc]  # untyped base
    """The library's methods that put values together, handed values instead of parts of a tree."""

    def convert_postfix(self, postfix: Any) -> Any:
        """The value itself."""
        return postfix


class Arithmetic:
    """One text being read, left to right: what has a value without relations, commas and sets."""

    def __init__(self, tokens: list[str], *, real: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._real = real
        self._converter = Converter(is_real=real)
        self._closing = closing_of(tokens)

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


def _numeral(text: str) -> Any:
    return number((text.lstrip("0") or "0") if text.isdigit() else text)


def _quotient(top: Any, bottom: Any) -> Any:
    if top.is_Integer and bottom.is_Integer:
        return sympy.Rational(top, bottom)
    return sympy.Mul(top, sympy.Pow(bottom, -1, evaluate=False), evaluate=False)
