"""Compare one answer: read gold and prediction, compare every pair (MA-1, MA-5, MA-6, MA-17 to MA-25)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from swallow_metrics.metrics.deadline import Deadline, OutOfTimeError
from swallow_metrics.metrics.math.search import Target
from swallow_metrics.metrics.math.values import Reader

GoldKind = Literal["latex", "expression"]
Outcome = Literal["ok", "timeout", "memory", "crash"]

PRECISION = 5
"""Decimal places to which floats are rounded (MA-21)."""

_GOLDS_KEPT = 1000
_SHOWN = 2000  # characters of an extracted text that go into records


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the comparison found.

    `extracted` and `extracted_golds` are the value and the text found on either side, as text; lists of zero to two.
    `gold_parsed` is False where the gold holds no value that could be read, so that only equal texts can match it.
    `outcome` other than "ok" means that a limit was hit before equality was shown; it counts as not equal (MA-17).
    """

    equal: bool
    extracted: tuple[str, ...] = ()
    extracted_golds: tuple[str, ...] = ()
    outcome: Outcome = "ok"
    gold_parsed: bool = True


class Comparator:
    """Compares predictions with golds, each gold read once. Main thread only: time limits are alarms.

    `worn` tells that an alarm interrupted a library, so that later comparisons may be wrong: use a fresh process.
    """

    def __init__(self) -> None:
        self.worn = False
        self._golds: OrderedDict[tuple[str, GoldKind], list[Any]] = OrderedDict()

    def compare(self, gold: str, kind: GoldKind, prediction: str, seconds: float) -> Comparison:
        """Compare one prediction, within about `seconds`. Raises MemoryError where memory is not enough."""
        deadline = Deadline(seconds)
        golds: list[Any] = [gold]
        found: list[Any] = []
        equal = False
        try:
            golds = self._gold(gold, kind, deadline)
            found = Reader(deadline).items(prediction, "prediction")
            equal = any(_equal(one, other, deadline) for one, other in product(golds, found))
        except OutOfTimeError:
            pass
        shown, shown_golds = (tuple(_show(item, deadline) for item in items) for items in (found, golds))
        self.worn = self.worn or deadline.interrupted
        return Comparison(
            equal,
            shown,
            shown_golds,
            "timeout" if deadline.hit and not equal else "ok",
            gold_parsed=any(not isinstance(item, str) for item in golds),
        )

    def _gold(self, gold: str, kind: GoldKind, deadline: Deadline) -> list[Any]:
        """What a gold text holds; the text itself where nothing can be extracted (MA-6)."""
        key = (gold, kind)
        if key not in self._golds:
            target: Target = "gold_latex" if kind == "latex" else "gold_expression"
            items = Reader(deadline).items(gold, target) or [gold]
            if deadline.hit:
                return items
            self._golds[key] = items
            if len(self._golds) > _GOLDS_KEPT:
                self._golds.popitem(last=False)
        return self._golds[key]


def _equal(gold: Any, found: Any, deadline: Deadline) -> bool:
    """Texts by their characters, values by sympy; a text never equals a value (MA-17)."""
    if isinstance(gold, str) or isinstance(found, str):
        return isinstance(gold, str) and isinstance(found, str) and gold.strip() == found.strip() != ""
    from math_verify.grader import sympy_expr_eq
    from sympy import Basic, MatrixBase

    if not isinstance(gold, (Basic, MatrixBase)) or not isinstance(found, (Basic, MatrixBase)):
        return False
    try:
        with deadline.limit():
            return bool(sympy_expr_eq(gold, found, PRECISION, strict=True))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # "any exception or a time-out counts as not equal"
        return False


def _show(item: Any, deadline: Deadline) -> str:
    """An item as text, shortened where it is huge. Printing can take as long as computing."""
    if isinstance(item, str):
        return _cut(item)
    try:
        with deadline.limit(1.0):
            text = str(item)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # such as an integer of more digits than Python prints
        text = f"<{type(item).__name__}>"
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
