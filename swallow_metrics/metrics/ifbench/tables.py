"""Checks of tables in CSV (`custom:csv_*`; IB-51 to IB-53)."""

from __future__ import annotations

import csv
import re
from io import StringIO

from swallow_metrics.metrics.ifbench.text import Text

_CITY = ["ID", "Country", "City", "Year", "Count"]
_SPECIAL = re.compile(r"[^\w\s]")
_FIELD_LIMIT = 131_072  # characters; Python's own


def _header(columns: str, separator: str) -> re.Pattern[str]:
    """Each column with or without quotes."""
    return re.compile(separator.join(f'(?:{name}|"{name}")' for name in columns.split()))


_STUDENTS = _header("StudentID Subject Grade Semester Score", "\t *")
_PRODUCTS = _header("ProductID Category Brand Price Stock", ",[ \t]*")


def _rows(text: str, delimiter: str = ",") -> list[list[str]]:
    """The rows, blank ones too; none for what ends the reference's run (IB-8): its Python reads no NUL either."""
    limit = csv.field_size_limit(_FIELD_LIMIT)
    try:
        return [] if "\0" in text else list(csv.reader(StringIO(text), delimiter=delimiter))
    except csv.Error:
        return []
    finally:
        csv.field_size_limit(limit)


def csv_city(text: Text) -> bool:
    """A header and seven rows of five fields, which may be empty."""
    rows = _rows(text.value)
    return len(rows) == 8 and rows[0] == _CITY and all(len(row) == 5 for row in rows)


def csv_quotes(text: Text) -> bool:
    """A header and three rows of five fields, between tabs, each in quotes."""
    rows = _rows_with_quotes(text, _STUDENTS, "\t")
    return len(rows) == 4 and all(len(row) == 5 and all(map(_is_quoted, row)) for row in rows)


def csv_special_character(text: Text) -> bool:
    """A header and 14 rows; rows have five fields up to one with a special character in quotes."""
    rows = _rows_with_quotes(text, _PRODUCTS, ",")
    if len(rows) != 15:
        return False
    for row in rows[1:]:
        if len(row) != 5:
            return False
        if any(map(_has_special_character, row)):
            return True
    return False


def _rows_with_quotes(text: Text, header: re.Pattern[str], delimiter: str) -> list[list[str]]:
    """The rows with their quotes kept, each of which is tripled to be read; none behind another header."""
    if not header.fullmatch(text.lines[0].strip()):
        return []
    return _rows(text.value.replace('"', '"""'), delimiter)


def _is_quoted(field: str) -> bool:
    inner = field.strip()
    return inner.startswith('"') and inner.endswith('"')


def _has_special_character(field: str) -> bool:
    """A quote at the start, another one on the same line, and a special character between."""
    line = field.split("\n", 1)[0]
    return line.startswith('"') and bool(_SPECIAL.search(line[1 : line.rfind('"')]))
