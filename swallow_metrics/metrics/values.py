"""What may be scored: finite numbers, and lists of them that a metric adds up."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from decimal import Decimal
from numbers import Real
from typing import Any

from swallow_metrics.errors import MeasurementError

LARGEST = 1e300
"""The sum of any number of such scores is still a float."""

_WHAT_TO_DO = "score 0 for a wrong answer, and raise MeasurementError where nothing can be measured"


def as_value(metric: str, value: Any) -> Any:
    """A value as plain Python numbers, which reports and other processes can hold. Raises MeasurementError.

    A bool, a finite number or a list of them; numpy's and torch's numbers and arrays of one dimension are converted.
    """
    plain = _plain(value)
    if isinstance(plain, list | tuple):
        numbers = [_number(_plain(element)) for element in plain]
        if None not in numbers:
            return numbers
    elif (number := _number(plain)) is not None:
        return number
    raise MeasurementError(
        f"expected a finite number (up to {LARGEST:g}), or a list of them, as score of {metric!r}, "
        f"but got {shown(value)}; {_WHAT_TO_DO}"
    )


def check_statistics(metric: str, statistics: Callable[[Any], Any], value: Any) -> None:
    """Raise MeasurementError where the metric's `statistics` make no numbers of a value: of a list, for a mean."""
    try:
        numbers = [_number(_plain(number)) for number in statistics(value)]
    except Exception as error:  # noqa: BLE001  # of a function that a project wrote
        problem = f"{type(error).__name__}: {' '.join(str(error).split())}"
    else:
        if None not in numbers:
            return
        problem = "they are no finite numbers"
    raise MeasurementError(
        f"expected a score of {metric!r} that its statistics add up, but got {shown(value)} ({problem}); "
        f"score a number, or give the metric `statistics` and `total` for lists"
    )


def shown(value: Any) -> str:
    """A value in one short line, also where its own `repr` fails."""
    return " ".join(reprlib.repr(value).split())


def _plain(value: Any) -> Any:
    """Python's own value where a library's number or array holds one."""
    convert = None if isinstance(value, type) or type(value) in (bool, int, float) else getattr(value, "tolist", None)
    return value if convert is None else convert()


def _number(value: Any) -> float | None:
    """A finite number as Python's own type, None for anything else."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, Real | Decimal):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):  # beyond a float; a signalling NaN
        return None
    if not abs(number) <= LARGEST:  # which NaN is not either
        return None
    return value if isinstance(value, int) and type(value) is int else number
