"""JSON texts in packed parts of about a megabyte, made on all cores while the next are prepared."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from swallow_metrics.html.libraries import packed

PART = 1_000_000  # bytes of JSON in one part, before it is packed


class OverBudgetError(Exception):
    """Packed texts have more characters than they may. `seen` is how many texts were added by then."""

    def __init__(self, seen: int) -> None:
        super().__init__(f"the budget was spent after {seen} texts")
        self.seen = seen


class Packer:
    """Packs what is added; use as a context manager. `starts` has the number of the first text of each part."""

    def __init__(self, budget: int | None) -> None:
        self.starts: list[int] = []
        self._budget = budget
        self._texts: list[bytes] = []
        self._waiting = 0
        self._seen = 0
        self._futures: list[Future[str]] = []
        self._pool = ThreadPoolExecutor(os.cpu_count())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def add(self, text: bytes) -> None:
        """Append one JSON text. Raises OverBudgetError."""
        self._texts.append(text)
        self._seen += 1
        self._waiting += len(text)
        if self._waiting > PART:
            self._close()
            self._check([future.result() for future in self._futures if future.done()])

    def packed(self) -> list[str]:
        """Every part. Raises OverBudgetError."""
        self._close()
        parts = [future.result() for future in self._futures]
        self._check(parts)
        return parts

    def _close(self) -> None:
        if self._texts:
            self.starts.append(self._seen - len(self._texts))
            self._futures.append(self._pool.submit(packed, b"[" + b",".join(self._texts) + b"]"))
            self._texts, self._waiting = [], 0

    def _check(self, parts: list[str]) -> None:
        if self._budget is not None and sum(map(len, parts)) > self._budget:
            raise OverBudgetError(self._seen)
