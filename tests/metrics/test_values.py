"""What may be scored, and what is refused in one line."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from swallow_metrics.errors import MeasurementError
from swallow_metrics.metrics.values import as_value, check_statistics


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (True, True),
        (3, 3),
        (0.5, 0.5),
        (Fraction(1, 4), 0.25),
        (Decimal("0.5"), 0.5),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array([1, 2]), [1, 2]),
        ((1, np.int64(2)), [1, 2]),
        ([], []),
    ],
)
def test_numbers_become_plain_ones(value, plain):
    """A report, another process and a sum hold them alike."""
    found = as_value("m", value)
    assert found == plain
    assert type(found) is type(plain)


@pytest.mark.parametrize(
    "value",
    [None, "0.5", 1j, float("nan"), float("-inf"), 10**400, 1e301, Decimal("sNaN"), [1, None], [[1]], {1}, float],
)
def test_what_is_no_number_is_told(value):
    """With the metric's name and what to do, in one line."""
    with pytest.raises(
        MeasurementError, match="finite number .* score of 'm', but got .*; score 0 for a wrong"
    ) as caught:
        as_value("m", value)
    assert "\n" not in str(caught.value)


def _fails(value):
    raise ValueError("no\nsum")


@pytest.mark.parametrize(
    ("statistics", "problem"),
    [
        (_fails, "ValueError: no sum"),
        (lambda value: ["a"], "they are no finite numbers"),
        (lambda value: 1, "TypeError"),
    ],
)
def test_statistics_that_do_not_add_up_are_told(statistics, problem):
    """Those of a project's own metric."""
    with pytest.raises(MeasurementError, match=problem):
        check_statistics("m", statistics, 1)
    check_statistics("m", lambda value: (value, 1.0), 1)
