"""`--prices FILE`: what tokens cost, for the cost estimates of judges."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.io import read_toml

KINDS = ("prompt", "completion")
Prices = Mapping[str, Mapping[str, float]]  # model → US dollars per million tokens of each kind


def read_prices(path: Path) -> Prices:
    """A TOML file with a table per model: `["gpt-4o-2024-08-06"]`, `prompt = 2.5`, `completion = 10`.

    Prices are US dollars per million tokens, at least 0. Raises UsageError.
    """
    tables = read_toml(path, "--prices")
    for model, table in tables.items():
        if not isinstance(table, dict) or set(table) != set(KINDS) or not all(map(_is_price, table.values())):
            raise UsageError(
                f'--prices {path}: expected ["{model}"] with `prompt` and `completion` in US dollars per million '
                f"tokens, but got {table!r:.80}"
            )
    return tables


def _is_price(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
