"""Run folders made from numbers, for whatever reads runs back."""

import json

from swallow_metrics.compare.known import metric_named


def record(sample, score, *, benchmark="mini", metric="extractive_match", **more):
    """One question's metadata in a report."""
    data = {"benchmark": benchmark, "sample": sample, "group": None, "scores": {metric: score}, "extracted": None}
    return {**data, "finish_reasons": ["stop"], "error": None, **more}


def benchmark_part(records, primary="extractive_match", **more):
    """One benchmark's part of a report, with the figures that readers rely on."""
    measured = [r for r in records if r["error"] is None]
    metrics = (
        {name: _figures(name, [r["scores"][name] for r in measured if r["scores"]]) for name in measured[0]["scores"]}
        if measured
        else {}
    )
    part = {"title": "Mini", "primary": primary, "samples": len(records), "scored": len(measured)}
    return {**part, "errors": len(records) - len(measured), "metrics": metrics, "groups": {}, **more}


def _figures(name, values):
    metric = metric_named(name, values[0])
    total = (
        0.5
        if metric is None
        else metric.total([sum(column) for column in zip(*map(metric.statistics, values), strict=True)])
    )
    return {
        "mean": total,
        "stderr": None,
        "ci95": [0.0, metric.scale if metric else 1.0],
        "method": "score",
        "n": len(values),
    }


def report(records, *, mode="model", name="model", metric="extractive_match", parts=None, **more):
    """A report.json with these records."""
    by_name = {}
    for each in records:
        by_name.setdefault(each["benchmark"], []).append(each)
    benchmarks = {b: benchmark_part(r, metric, **(parts or {})) for b, r in by_name.items()}
    swallow = {"schema": 1, "mode": mode, "model": {"name": name}, "environment": {}, "incomplete": None,
               "warnings": [], "benchmarks": benchmarks, "averages": {}, "gates": [], **more}  # fmt: skip
    tests = [{"nodeid": f"test_mini.py::test_mini[{r['sample']}]", "outcome": "passed", "metadata": r} for r in records]
    return {"created": 1.0, "duration": 1.0, "exitcode": 0, "tests": tests, "swallow": swallow}


def run_folder(path, records, *, questions=None, answers=None, **more):
    """A run's folder; `questions` and `answers` are the lines of its other files."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "report.json").write_text(json.dumps(report(records, **more)), "utf-8")
    for name, lines in (("questions.jsonl", questions), ("responses.jsonl", answers)):
        if lines is not None:
            (path / name).write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path
