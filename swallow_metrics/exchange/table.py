"""One row per question, as Parquet or CSV.

Answers, traces, finish reasons, tokens and latencies are lists: generation by generation, in each turn by turn. In CSV
a list is JSON. A metric is a column `score.<metric>`, empty for a question that could not be measured; values that are
no single number (the statistics of corpus BLEU, one value per instruction) are JSON.

A CSV text that a spreadsheet would run as a formula has an apostrophe before it, since it may be a model's. Parquet
has it bare.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from swallow_metrics.exchange.asked import Asked, as_text, asked, clean
from swallow_metrics.io import dumps, inert_in_csv
from swallow_metrics.runs import Run

_ROWS = 1000  # of a row group: all texts of a run may not fit into memory
_TEXTS = ("benchmark", "sample", "group", "target", "extracted", "error", "issues")
_LISTS = {
    "messages": "messages", "choices": "texts", "answers": "texts", "reasoning": "texts", "finish_reasons": "texts",
    "prompt_tokens": "counts", "completion_tokens": "counts", "latency_s": "numbers",
}  # fmt: skip


def write_parquet(run: Run, path: Path) -> None:
    """Write a Parquet file."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    text = pa.string()
    kinds = {
        "texts": pa.list_(text), "counts": pa.list_(pa.int64()), "numbers": pa.list_(pa.float64()),
        "messages": pa.list_(pa.struct([("role", text), ("content", text)])),
    }  # fmt: skip
    metrics = _metrics(run)
    schema = pa.schema(
        [(name, text) for name in _TEXTS]
        + [(name, kinds[kind]) for name, kind in _LISTS.items()]
        + [(name, pa.float64() if is_number else text) for name, is_number in metrics.items()]
    )
    with ParquetWriter(path, schema) as writer:
        rows = _rows(run, metrics)
        while part := list(islice(rows, _ROWS)):
            writer.write_table(pa.Table.from_pylist(part, schema=schema))


def write_csv(run: Run, path: Path) -> None:
    """Write a CSV file; it starts with a byte order mark, without which spreadsheets misread Japanese."""
    metrics = _metrics(run)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, [*_TEXTS, *_LISTS, *metrics])
        writer.writeheader()
        for row in _rows(run, metrics):
            cells = row | {name: dumps(row[name]).decode().rstrip() for name in _LISTS}
            writer.writerow({name: inert_in_csv(value) for name, value in cells.items()})


def _metrics(run: Run) -> dict[str, bool]:
    """The column of each metric of the run, and whether all its values are numbers."""
    columns: dict[str, bool] = {}
    for records in run.records.values():
        for record in records.values():
            for name, value in record.scores.items():
                column = f"score.{name}"
                columns[column] = columns.get(column, True) and isinstance(value, int | float)
    return columns


def _rows(run: Run, metrics: dict[str, bool]) -> Iterator[dict[str, Any]]:
    for benchmark in run.benchmarks:
        for each in asked(run, benchmark):
            yield _row(each, metrics)


def _row(each: Asked, metrics: dict[str, bool]) -> dict[str, Any]:
    record, answers = each.record, list(each.answers)
    row: dict[str, Any] = {
        "benchmark": record.benchmark,
        "sample": clean(record.sample),
        "group": None if record.group is None else clean(record.group),
        "target": each.target if each.question is not None else None,
        "extracted": None if record.extracted is None else as_text(record.extracted),
        "error": None if record.error is None else clean(record.error),
        "issues": as_text(record.counts) if record.counts else None,
        "messages": each.messages,
        "choices": each.choices,
        "answers": [clean(answer.text) for answer in answers],
        "reasoning": [None if answer.reasoning is None else clean(answer.reasoning) for answer in answers],
        "finish_reasons": [None if reason is None else clean(reason) for reason in record.finish_reasons],
        "prompt_tokens": [answer.prompt_tokens for answer in answers],
        "completion_tokens": [answer.completion_tokens for answer in answers],
        "latency_s": [answer.latency_s for answer in answers],
    }
    if each.later_turns:
        row["messages"] = each.messages + [{"role": "user", "content": turn} for turn in each.later_turns]
    for column, is_number in metrics.items():
        value = record.scores.get(column.removeprefix("score."))
        row[column] = None if value is None else float(value) if is_number else as_text(value)
    return row
