"""The form of lighteval, as swallow-evaluation-instruct writes it: results by task and subset, and their details.

`results/<model>/results_<time>.json` has keys `suite|task:subset|shots` (rule AG-1),
`details/<model>/<time>/details_<key>_<time>.parquet` a row for each question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from pathlib import Path
from typing import Any

from swallow_metrics.boards.results import results_of, tasks_of
from swallow_metrics.exchange.asked import Asked, as_text, asked, clean, file_name, moment
from swallow_metrics.io import dumps
from swallow_metrics.runs import Run

SUITE = "swallow"


def write_lighteval(run: Run, folder: Path) -> None:
    """Write results and details below `folder`."""
    stamp = moment(run).strftime("%Y-%m-%dT%H-%M-%S.%f")
    model = Path(*map(file_name, clean(run.model).strip("/").split("/")[-2:]))  # organisation and name
    results, details = folder / "results" / model, folder / "details" / model / stamp
    results.mkdir(parents=True)
    details.mkdir(parents=True)
    for benchmark, task, records in tasks_of(run):
        name = f"details_{SUITE}|{file_name(task, keep=': ')}|0_{stamp}.parquet"
        _write_details([*asked(run, benchmark, records)], details / name)
    (results / f"results_{stamp}.json").write_bytes(dumps(_document(run)))


def _document(run: Run) -> dict[str, Any]:
    found = {result.task: result for result in results_of(run)}
    results = {f"{SUITE}|{task}|0": dict(result.metrics) for task, result in found.items()}
    subsets: dict[str, list[Mapping[str, float]]] = {}
    for task, result in found.items():
        base, _, subset = task.partition(":")
        if subset:
            subsets.setdefault(base, []).append(result.metrics)
    for base, parts in subsets.items():
        if len(parts) > 1:
            results[f"{SUITE}|{base}:_average|0"] = _means(parts)
    rows = {task: result.rows for task, result in found.items()}
    return {
        "config_general": {
            "model_name": clean(run.model), "max_samples": None, "num_fewshot_seeds": 1, "job_id": "",
            "end_time": moment(run).timestamp(),
        },
        "results": {**results, "all": _means([result.metrics for result in found.values()])},
        "versions": dict.fromkeys(results, 0),
        "config_tasks": {
            f"{SUITE}|{task}": {
                "name": task, "suite": [SUITE], "original_num_docs": number, "effective_num_docs": number,
                "num_fewshots": 0,
            }
            for task, number in rows.items()
        },
        "summary_tasks": {},
        "summary_general": {},
    }  # fmt: skip


def _means(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each metric over the tasks that have it, each task counting once."""
    names = dict.fromkeys(name for metrics in parts for name in metrics)
    values = {name: [metrics[name] for metrics in parts if name in metrics] for name in names}
    return {name: fsum(own) / len(own) for name, own in values.items()}


def _write_details(questions: Sequence[Asked], path: Path) -> None:
    import pyarrow as pa
    from pyarrow.parquet import write_table

    text, whole = pa.string(), pa.int64()
    metrics = {name: pa.string() for each in questions for name in each.record.scores}
    for name in metrics:
        if all(isinstance(each.record.scores.get(name, 0), int | float) for each in questions):
            metrics[name] = pa.float64()
    schema = pa.schema(
        [("example", text), ("full_prompt", text), ("instruction", text)]
        + [(name, pa.list_(text)) for name in ("choices", "gold", "predictions", "extracted")]
        + [(name, pa.list_(whole)) for name in ("gold_index", "input_tokens", "cont_tokens", "pred_logits")]
        + [(name, whole) for name in ("truncated", "padded", "num_asked_few_shots", "num_effective_few_shots")]
        + [("specifics", pa.struct([("sample", text), ("group", text), ("error", text)]))]
        + [("metrics", pa.struct(list(metrics.items())) if metrics else pa.struct([("none", text)]))]
    )
    write_table(pa.Table.from_pylist([_row(each, metrics) for each in questions], schema=schema), path)


def _row(each: Asked, metrics: Mapping[str, Any]) -> dict[str, Any]:
    record, choices = each.record, each.choices
    scores = {
        name: value if str(metrics[name]) == "double" else as_text(value) for name, value in record.scores.items()
    }
    systems = [message["content"] for message in each.messages if message["role"] == "system"]
    return {
        "example": each.prompt,
        "full_prompt": each.prompt,
        "instruction": "\n\n".join(systems),
        "choices": choices,
        "gold": [each.target] if each.question is not None else [],
        "gold_index": [choices.index(each.target)] if each.target in choices else [],
        "predictions": [clean(answer.text) for answer in each.answers],
        "extracted": [] if record.extracted is None else [as_text(record.extracted)],
        "input_tokens": [], "cont_tokens": [], "pred_logits": [],
        "truncated": record.counts.get("truncated", 0), "padded": 0,
        "num_asked_few_shots": 0, "num_effective_few_shots": 0,
        "specifics": {
            "sample": clean(record.sample), "group": record.group and clean(record.group),
            "error": record.error and clean(record.error),
        },
        "metrics": scores,
    }  # fmt: skip
