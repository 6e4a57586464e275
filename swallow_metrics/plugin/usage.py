"""What the user can mend, as pytest says it: one line and exit status 4."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from swallow_metrics.errors import UsageError, explained


@contextmanager
def said_as_usage() -> Iterator[None]:
    """Turn our usage errors, and what the system refuses, into pytest's. Raises pytest.UsageError."""
    try:
        yield
    except (UsageError, OSError) as error:
        raise pytest.UsageError(explained(error)) from None
