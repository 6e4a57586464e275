"""Templates that a function puts together: its statements are followed with placeholders for values, never run.

A value that is known only at run time (a parameter, a column of the row) stands in a text as a mark. Marks become
`{placeholders}` at the end. Only what prompt functions are made of is followed: texts, `+`, `+=`, f-strings,
`.format(…)`, `.join([…])`, trims, `if`, and messages as lists of dictionaries. Anything else is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from swallow_metrics.errors import UsageError

_MARK = re.compile("\ue000(.*?)\ue001")
_TEXT_METHODS = frozenset({"strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix"})
Value = Any  # a text with marks, a number, None, or lists and dictionaries of them


class CannotFollowError(UsageError):
    """The function does something that cannot be known without running it."""


class _ReturnedError(Exception):
    def __init__(self, value: Value) -> None:
        self.value = value


def mark(name: str) -> str:
    """What stands for a value that is not known."""
    return f"\ue000{name}\ue001"


def marks(text: str) -> list[str]:
    """The names of the marks in a text, in order, repeats included."""
    return _MARK.findall(text)


def as_template(text: str, names: Sequence[str] | None = None) -> str:
    """A text with marks as a template: literal braces doubled, the marks as placeholders.

    `names`, one for each mark in order, replace the marks' own.
    """
    found = iter(names if names is not None else marks(text))
    doubled = text.replace("{", "{{").replace("}", "}}")
    return _MARK.sub(lambda _: f"{{{next(found)}}}", doubled)


def follow(function: ast.FunctionDef, known: Mapping[str, Value], empty: frozenset[str] = frozenset()) -> Value:
    """What a function returns, with marks for its parameters and for the columns it reads from them.

    `known` are names of the module. `empty` names the columns and parameters whose value counts as false in an `if`.
    Raises CannotFollowError.
    """
    arguments = function.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    scope = {**known, **{name: mark(name) for name in names}}
    try:
        _run(function.body, scope, empty)
    except _ReturnedError as returned:
        return returned.value
    raise CannotFollowError(f"{function.name}() returns nothing")


def _run(body: Sequence[ast.stmt], scope: dict[str, Value], empty: frozenset[str]) -> None:
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                scope[name] = _value(value, scope, empty)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                scope[name] = _value(value, scope, empty)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                scope[name] = scope.get(name, "") + _value(value, scope, empty)
            case ast.If(test=test, body=then, orelse=otherwise):
                _run(then if _is_true(_value(test, scope, empty), empty) else otherwise, scope, empty)
            case ast.Return(value=ast.expr() as value):
                raise _ReturnedError(_value(value, scope, empty))
            case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Import() | ast.ImportFrom() | ast.Assert():
                pass
            case _:
                raise CannotFollowError(f"line {node.lineno}: {ast.unparse(node)[:60]!r} cannot be followed")


def _is_true(value: Value, empty: frozenset[str]) -> bool:
    return not (isinstance(value, str) and set(marks(value)) & empty and _MARK.sub("", value) == "") and bool(value)


def _value(node: ast.expr, scope: dict[str, Value], empty: frozenset[str]) -> Value:
    def of(inner: ast.expr) -> Value:
        return _value(inner, scope, empty)

    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in scope:
            return scope[name]
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            scope[name] = of(value)
            return scope[name]
        case ast.JoinedStr(values=parts):
            return "".join(str(of(part)) for part in parts)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return of(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return of(left) + of(right)
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_is_true(of(value), empty) for value in values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return next((found for value in values if _is_true(found := of(value), empty)), None)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _is_true(of(operand), empty)
        case ast.IfExp(test=test, body=then, orelse=otherwise):
            return of(then) if _is_true(of(test), empty) else of(otherwise)
        case ast.Compare(left=left, ops=[operator], comparators=[ast.Constant(value=None | "" | 0)]):
            # `x is not None`, `x != ""`, `len(x) > 0`: all ask whether there is something
            there = _is_true(of(left), empty)
            return there if isinstance(operator, ast.IsNot | ast.NotEq | ast.Gt) else not there
        case ast.Subscript(value=value, slice=ast.Constant(value=key)):
            return _column(of(value), key)
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [of(element) for element in elements]
        case ast.Dict(keys=keys, values=values):
            return {of(key): of(value) for key, value in zip(keys, values, strict=True) if key is not None}
        case ast.Call(func=ast.Name(id="len" | "str"), args=[value]):
            return of(value)
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=args, keywords=keywords):
            return _method(of(value), name, [of(argument) for argument in args],
                           {str(keyword.arg): of(keyword.value) for keyword in keywords})  # fmt: skip
    raise CannotFollowError(f"line {node.lineno}: {ast.unparse(node)[:60]!r} cannot be followed")


def _column(value: Value, key: object) -> Value:
    """`row["column"]`: a mark of that column when the row itself is only known at run time."""
    if isinstance(value, str) and marks(value):
        return mark(str(key))
    try:
        return value[key]
    except (LookupError, TypeError) as error:
        raise CannotFollowError(f"the item {key!r} is not known") from error


def _method(value: Value, name: str, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
    if name == "get" and arguments:
        return _column(value, arguments[0])
    if name in _TEXT_METHODS | {"format", "join"} and isinstance(value, str):
        method: Callable[..., str] = getattr(value, name)
        try:
            return method(*arguments, **keywords)
        except (TypeError, ValueError, LookupError) as error:
            raise CannotFollowError(f".{name}(…) cannot be followed: {error}") from error
    raise CannotFollowError(f".{name}(…) cannot be followed")
