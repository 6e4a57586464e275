"""The form of inspect_ai: an `.eval` log per benchmark, which `inspect view --log-dir FOLDER` shows.

A log is a zip file: `header.json`, `summaries.json` and `samples/<id>_epoch_<n>.json`, in log schema 2. A question is
one sample of epoch 1, since scores are those of a question: all its generations are the output's choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from swallow_metrics.datatypes import Response
from swallow_metrics.exchange.asked import Asked, as_text, asked, clean, file_name, moment
from swallow_metrics.io import dumps
from swallow_metrics.runs import Run

_STOPS = {"length": "max_tokens", "stop": "stop", "content_filter": "content_filter", "tool_calls": "tool_calls"}


def write_inspect(run: Run, folder: Path) -> None:
    """Write a log for each benchmark into `folder`."""
    folder.mkdir(parents=True)
    for task in run.benchmarks:
        identity = _hash(f"{run.path}/{task}/{moment(run)}")
        time = moment(run).strftime("%Y-%m-%dT%H-%M-%S+00-00")
        path = folder / f"{time}_{file_name(task).replace('_', '-')}_{identity}.eval"
        with ZipFile(path, "w", ZIP_DEFLATED) as log:
            summaries = []
            for each in asked(run, task):
                sample = _sample(each, clean(run.model), identity)
                log.writestr(f"samples/{sample['id']}_epoch_1.json", dumps(sample))
                summaries.append(_summary(sample))
            log.writestr("summaries.json", dumps(summaries))
            log.writestr("header.json", dumps(_header(run, task, identity)))


def _header(run: Run, task: str, identity: str) -> dict[str, Any]:
    part, dataset = run.benchmarks[task], run.benchmarks[task].get("dataset") or {}
    records = run.records[task].values()
    time = moment(run).isoformat()
    ended = {name: run.report.get(name) for name in ("incomplete", "reference")}
    return {
        "version": 2,
        "status": "success" if run.report.get("incomplete") is None else "cancelled",
        "eval": {
            "eval_id": identity, "run_id": _hash(str(run.path)), "task_id": _hash(task), "created": time, "task": task,
            "task_display_name": part.get("title"), "model": clean(run.model), "config": {"epochs": 1},
            "dataset": {
                "name": task, "location": dataset.get("path"), "samples": len(records), "shuffled": False,
                "sample_ids": [clean(record.sample) for record in records],
            },
            "packages": (run.report.get("environment") or {}).get("packages") or {},
            "scorers": [{"name": metric, "metrics": [{"name": "mean"}]} for metric in part["metrics"]],
            "metadata": {
                **ended, "mode": run.mode, "dataset": dataset, "prompt_sha256": part.get("prompt_sha256"),
                "sampling": part.get("sampling"),
            },
        },
        "plan": {"name": "plan", "steps": [], "config": {}},
        "results": {
            "total_samples": part["samples"],
            "completed_samples": part["scored"],
            "scores": [_figure(metric, figure, part) for metric, figure in part["metrics"].items()],
        },
    }  # fmt: skip


def _figure(metric: str, figure: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    values = {"mean": figure["mean"], "stderr": figure.get("stderr")}
    low, high = figure["ci95"]
    values |= {"ci95_low": low, "ci95_high": high}
    return {
        "name": metric,
        "scorer": metric,
        "scored_samples": figure["n"],
        "unscored_samples": part["samples"] - figure["n"],
        "metrics": {name: {"name": name, "value": value} for name, value in values.items() if value is not None},
    }


def _sample(each: Asked, model: str, identity: str) -> dict[str, Any]:
    record, told = each.record, [*each.messages]
    for turn, answer in enumerate(each.generations[0] if each.generations else ()):
        told.append(_assistant(answer))
        told += [{"role": "user", "content": text} for text in each.later_turns[turn : turn + 1]]
    last = [own[-1] for own in each.generations]
    sample: dict[str, Any] = {
        "id": clean(record.sample),
        "epoch": 1,
        "input": each.messages or "",
        "target": each.target,
        "messages": told,
        "output": {
            "model": model,
            "choices": [{"message": _assistant(answer), "stop_reason": _stop(answer)} for answer in last],
            "completion": clean(last[0].text) if last else "",
            **_usage(each),
        },
        "scores": {metric: _score(value, record.extracted) for metric, value in record.scores.items()},
        "metadata": {"group": record.group, "counts": dict(record.counts), "details": dict(record.details)},
        "uuid": _hash(f"{identity}/{record.sample}"),
    }
    if each.choices:
        sample["choices"] = each.choices
    if usage := sample["output"].get("usage"):
        sample["model_usage"] = {model: usage}
    if record.error is not None:
        sample["error"] = {"message": clean(record.error), "traceback": "", "traceback_ansi": ""}
    return sample


def _score(value: Any, extracted: Any) -> dict[str, Any]:
    plain = value if isinstance(value, int | float | list) else as_text(value)
    return {"value": plain, "answer": None if extracted is None else as_text(extracted)}


def _assistant(answer: Response) -> dict[str, Any]:
    text = clean(answer.text)
    if not answer.reasoning:
        return {"role": "assistant", "content": text}
    trace = {"type": "reasoning", "reasoning": clean(answer.reasoning)}
    return {"role": "assistant", "content": [trace, {"type": "text", "text": text}]}


def _stop(answer: Response) -> str:
    return _STOPS.get(answer.finish_reason or "", "unknown")


def _usage(each: Asked) -> dict[str, Any]:
    prompt, completion = (
        sum(getattr(answer, name) or 0 for answer in each.answers) for name in ("prompt_tokens", "completion_tokens")
    )
    if not prompt and not completion:
        return {}
    return {"usage": {"input_tokens": prompt, "output_tokens": completion, "total_tokens": prompt + completion}}


def _summary(sample: Mapping[str, Any]) -> dict[str, Any]:
    """What the list of samples shows of one: inspect_ai shortens texts there as well."""
    names = ("id", "epoch", "target", "choices", "scores", "uuid", "model_usage")
    user = [message["content"] for message in sample["input"] or () if message["role"] == "user"]
    summary = {name: sample[name] for name in names if name in sample}
    summary |= {"input": user[0][:1024] if user else "", "metadata": {"group": sample["metadata"]["group"]}}
    if "error" in sample:
        summary["error"] = sample["error"]["message"]
    return summary | {"target": sample["target"][:1024], "completed": True, "message_count": len(sample["messages"])}


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:22]
