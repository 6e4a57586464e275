"""The form of lm-evaluation-harness: `<model>/results_<time>.json` and `<model>/samples_<task>_<time>.jsonl`.

A task is a benchmark. Field names are those of the harness's logged samples and results, version 0.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from swallow_metrics.boards.results import rows_of
from swallow_metrics.exchange.asked import Asked, as_text, asked, clean, file_name, moment, numbers
from swallow_metrics.io import dumps
from swallow_metrics.runs import Run


def write_lm_eval(run: Run, folder: Path) -> None:
    """Write results and samples below `folder`."""
    time = moment(run)
    stamp = time.strftime("%Y-%m-%dT%H-%M-%S.%f")
    name = "__".join(map(file_name, clean(run.model).strip("/").split("/")))  # as the harness names models
    own = folder / name
    own.mkdir(parents=True)
    hashes = {}
    for task in run.benchmarks:
        hashes[task] = _write_samples(run, task, own / f"samples_{file_name(task)}_{stamp}.jsonl")
    parts = run.benchmarks
    document: dict[str, Any] = {
        "results": {task: _results(task, part) for task, part in parts.items()},
        "group_subtasks": {task: [] for task in parts},
        "configs": {task: _config(task, part) for task, part in parts.items()},
        "versions": {task: str((part.get("dataset") or {}).get("revision") or "N/A") for task, part in parts.items()},
        "n-shot": dict.fromkeys(parts, 0),
        "higher_is_better": {task: dict.fromkeys(part["metrics"], True) for task, part in parts.items()},
        "n-samples": {task: {"original": rows_of(part), "effective": part["scored"]} for task, part in parts.items()},
        "config": {"model": run.mode, "model_args": {"model": clean(run.model)}, "limit": None},
        "date": time.timestamp(),
        "model_source": run.mode,
        "model_name": clean(run.model),
        "model_name_sanitized": name,
        "task_hashes": hashes,
    }
    (own / f"results_{stamp}.json").write_bytes(dumps(document))


def _results(task: str, part: Mapping[str, Any]) -> dict[str, Any]:
    results: dict[str, Any] = {"alias": task, "sample_len": part["scored"]}
    for metric, figure in part["metrics"].items():
        stderr = figure.get("stderr")
        results[f"{metric},none"] = figure["mean"]
        results[f"{metric}_stderr,none"] = "N/A" if stderr is None else stderr
    return results


def _config(task: str, part: Mapping[str, Any]) -> dict[str, Any]:
    dataset = part.get("dataset") or {}
    return {
        "task": task,
        "dataset_path": dataset.get("path"),
        "output_type": "generate_until",
        "generation_kwargs": part.get("sampling") or {},
        "num_fewshot": 0,
        "metadata": {"revision": dataset.get("revision"), "prompt_sha256": part.get("prompt_sha256")},
    }


def _write_samples(run: Run, task: str, path: Path) -> str:
    """Write a line for each question; returns a hash of what they all asked."""
    total = sha256()
    sampling = run.benchmarks[task].get("sampling") or {}
    with path.open("wb") as stream:
        for number, each in enumerate(asked(run, task)):
            line = _sample(number, each, sampling)
            total.update((line["doc_hash"] + line["prompt_hash"] + line["target_hash"]).encode())
            stream.write(dumps(line))
    return total.hexdigest()


def _sample(number: int, each: Asked, sampling: Mapping[str, Any]) -> dict[str, Any]:
    record = each.record
    doc = {
        "id": clean(record.sample), "group": record.group, "question": each.prompt, "target": each.target,
        "choices": each.choices,
    }  # fmt: skip
    prompts = ["\n\n".join(message["content"] for message in each.messages), *each.later_turns]
    turns = max([len(prompts), *map(len, each.generations)])
    by_turn = [[clean(own[turn].text) for own in each.generations if turn < len(own)] for turn in range(turns)]
    scores = numbers(record.scores)
    return {
        "doc_id": number,
        "doc": doc,
        "target": each.target,
        "arguments": {
            f"gen_args_{turn}": {"arg_0": prompt, "arg_1": dict(sampling)} for turn, prompt in enumerate(prompts)
        },
        "resps": by_turn,
        "filtered_resps": [as_text(record.extracted)],
        "filter": "none",
        "metrics": list(scores),
        "doc_hash": _hash(dumps(doc)),
        "prompt_hash": _hash(each.prompt.encode()),
        "target_hash": _hash(each.target.encode()),
        **({"error": clean(record.error)} if record.error is not None else {}),
        **scores,
    }


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
