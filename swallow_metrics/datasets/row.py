"""One row of a dataset, with checked access: what is wrong with a row is said with its file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from swallow_metrics.errors import DataError, RowError


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: of which benchmark, in which file (`unit` "line") or hub split (`unit` "row")."""

    benchmark: str
    place: str
    unit: str = "line"

    def at(self, number: int) -> str:
        """The place of row `number`, counted from 0: files count lines from 1, hub splits count rows from 0."""
        return f"{self.benchmark}: {self.place}, {self.unit} {number + 1 if self.unit == 'line' else number}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A benchmark's rows in order, and what the report says about them.

    `info` has path, revision (a commit, or None for local files), sha256 (`datasets.content_hash`), rows, warnings; hub
    datasets add source (which of the ways to load worked).
    """

    rows: list[Row]
    info: dict[str, Any] = field(default_factory=dict)


class Row:
    """A dataset row.

    `id` is "<number>" or "<subset>/<number>", with the number of the row in its split or file, from 0.
    """

    __slots__ = ("_origin", "id", "number", "subset", "values")

    def __init__(self, values: Mapping[str, Any], number: int, origin: Origin, subset: str | None = None) -> None:
        self.values = values
        self.number = number
        self.subset = subset
        self.id = str(number) if subset is None else f"{subset}/{number}"
        self._origin = origin

    def __repr__(self) -> str:
        return f"<Row {self.id} of {self._origin.benchmark}>"

    def __getitem__(self, column: str) -> Any:
        """The value of a column. Raises DataError when the row has no such column."""
        try:
            return self.values[column]
        except KeyError:
            there = ", ".join(map(repr, self.values)) or "none"
            raise self.error(f"expected a column {column!r}, but there is only {there}") from None

    def get(self, column: str, default: Any = None) -> Any:
        """The value of a column that rows may lack."""
        return self.values.get(column, default)

    def label(self, column: str) -> str | None:
        """The text in a column that rows may lack, such as a subject; None for an empty one. Raises DataError."""
        return None if self.values.get(column) is None else self.text(column) or None

    def text(self, column: str) -> str:
        """The text in a column. Raises DataError when it is anything else."""
        value = self[column]
        if isinstance(value, str):
            return value
        raise self._wrong(column, "text", value)

    def integer(self, column: str) -> int:
        """The whole number in a column, also one written as text ("3") or as 3.0. Raises DataError."""
        value = self[column]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, str):
            digits = value.strip()
            if digits.removeprefix("-").isascii() and digits.removeprefix("-").isdigit() and len(digits) < 20:
                return int(digits)
        raise self._wrong(column, "a whole number", value)

    def texts(self, column: str) -> list[str]:
        """The list of texts in a column. Raises DataError when it is anything else."""
        value = self[column]
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        raise self._wrong(column, "a list of texts", value)

    def gold(self, column: str) -> str:
        """The text of a gold answer. Raises DataError when it is not text, RowError when it is empty."""
        text = self.text(column)
        if not text.strip():
            raise self.unanswerable(f"expected a gold answer in column {column!r}, but it is empty")
        return text

    def unanswerable(self, message: str) -> RowError:
        """An error for a row that no answer can be measured by: its item alone ends with it, the run goes on."""
        return RowError(f"{self._origin.at(self.number)}: {message}")

    def error(self, message: str) -> DataError:
        """An error that says where this row is, for a benchmark to raise: `raise row.error("expected …, but …")`."""
        return DataError(f"{self._origin.at(self.number)}: {message}")

    def _wrong(self, column: str, expected: str, value: object) -> DataError:
        shown = repr(value)
        if len(shown) > 80:
            shown = f"{shown[:80]}…"
        return self.error(f"expected {expected} in column {column!r}, but got {shown} ({type(value).__name__})")
