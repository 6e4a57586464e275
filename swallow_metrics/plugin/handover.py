"""Arguments of test functions straight from the run.

Pytest's own way makes several objects and calls a dozen hooks for every argument of every item, which takes longer
than to ask and score a question. It is taken for the first item of a test function. Where that shows that an argument
comes from this plugin and from nobody else, its other items get theirs directly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from swallow_metrics.errors import SwallowError
from swallow_metrics.plugin.items import sample_of

OURS = "swallow_metrics.plugin"  # the module of our fixtures
Function = tuple[object, str]  # what all items of a test function share: its place and its name


class Handover:
    """Fills in arguments; `values` says how each is made, by the name of its fixture."""

    def __init__(self, values: dict[str, Callable[[pytest.Item], Any]]) -> None:
        self._values = values
        self._seen: defaultdict[Function, dict[str, bool]] = defaultdict(dict)  # whether each argument is ours alone
        self._known: dict[Function, list[str]] = {}  # of functions of which one item was set up
        self._lines: dict[Function, tuple[str, int | None]] = {}

    def locate(self, item: pytest.Item) -> None:
        """All items of a function stand in one line; pytest would look at the file for each."""
        if isinstance(item, pytest.Function):
            function = _function_of(item)
            if function in self._lines:
                vars(item)["location"] = (*self._lines[function], item.getmodpath())
            else:
                self._lines[function] = item.location[:2]

    def fill(self, item: pytest.Item) -> None:
        """Give an item the arguments that are known to be ours. What fails, fails again where pytest asks for it."""
        known = self._known.get(_function_of(item))
        if known is not None and not item.config.getoption("setupshow"):
            arguments: dict[str, Any] = item.funcargs  # type: ignore[attr-defined]  # of functions
            arguments["sample"] = sample_of(item)
            with suppress(SwallowError, pytest.skip.Exception):
                for name in known:
                    arguments[name] = self._values[name](item)

    def see(self, argument: str, maker: Callable[..., Any], item: pytest.Item) -> None:
        """Note who makes an argument for an item: a fixture of ours, of a project over ours, or a parameter."""
        if argument in self._values and (function := _function_of(item)) not in self._known:
            seen = self._seen[function]
            seen[argument] = seen.get(argument, True) and maker.__module__ == OURS

    def learn(self, item: pytest.Item) -> None:
        """Once an item is set up, all that make its arguments were seen."""
        if (function := _function_of(item)) not in self._known:
            self._known[function] = [name for name, ours in self._seen.pop(function, {}).items() if ours]


def _function_of(item: pytest.Item) -> Function:
    return item.parent, getattr(item, "originalname", "")
