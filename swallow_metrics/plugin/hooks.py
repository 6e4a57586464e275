"""Hooks that this plugin adds to pytest, for a project's `conftest.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from swallow_metrics.engines.base import Engine


@pytest.hookspec(firstresult=True)
def pytest_swallow_make_engine(config: pytest.Config, model: str) -> Engine | None:
    """Return an engine of your own for `--model MODEL`, or None to leave it to `--base-url` or vLLM.

    Called in the main thread of every process that runs items, once. The first engine returned is used.
    """


@pytest.hookspec(firstresult=True)
def pytest_swallow_make_judge(config: pytest.Config, model: str) -> Engine | None:
    """Return an engine of your own for `--judge-model MODEL`, or None to leave it to `--judge-base-url`.

    Called as `pytest_swallow_make_engine`, once for each judge whose verdicts are asked for.
    """
