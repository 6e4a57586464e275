"""Time limits for code that cannot be asked to stop (MA-2): an alarm in the process's main thread.

Time is processor time, so that a busy machine does not change scores.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time
from types import FrameType
from typing import NoReturn

STEP_SECONDS = 5.0
"""What one reading, and one comparison, may take (MA-2)."""

_AGAIN_SECONDS = 0.5  # an alarm that a library swallowed rings again


class OutOfTimeError(TimeoutError):
    """A limit has passed. The libraries let a TimeoutError through where they swallow other exceptions."""


class Deadline:
    """The time left for one sample.

    `hit` tells whether any limit has passed, `interrupted` whether an alarm rang. A parser that was interrupted may
    have left its tables half built: what comes next needs a fresh process.
    """

    def __init__(self, seconds: float) -> None:
        self._end = process_time() + seconds
        self.hit = False
        self.interrupted = False

    @contextmanager
    def limit(self, seconds: float = STEP_SECONDS) -> Iterator[None]:
        """Raise OutOfTimeError in the block after `seconds`, or when no time is left. Main thread only."""
        seconds = min(seconds, self._end - process_time())
        if seconds <= 0:
            self.give_up()
        previous = signal.signal(signal.SIGPROF, self._ring)
        try:
            signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_SECONDS)
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, previous)

    def give_up(self) -> NoReturn:
        """Raise OutOfTimeError now, for work that would not end in time."""
        self.hit = True
        raise OutOfTimeError

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        self.interrupted = True
        self.give_up()
