"""A misspelt metric in a test body, found before the first question is asked."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from swallow_metrics.datatypes import Benchmark


def wrong_metric(function: Callable[..., Any], benchmark: Benchmark) -> str | None:
    """One line about a `score("…")` in the function's text that names no metric of the benchmark; None without one.

    Names that are put together at run time are checked when they are used.
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # made without a source file
        return None
    known = [metric.name for metric in benchmark.metrics]
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="score"), args=[ast.Constant(value=str(name)), *_]) if name not in known:
                close = get_close_matches(name, known, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                there = ", ".join(map(repr, known))
                return f"{function.__name__} scores {name!r}, but {benchmark.id} has {there}{hint}"
    return None
