"""The aggregated row of a model from its run folders."""

from __future__ import annotations

from collections.abc import Sequence

from swallow_metrics.boards.results import common_version, in_part, not_in_column, results_of
from swallow_metrics.boards.row import Row, aggregated
from swallow_metrics.errors import UsageError
from swallow_metrics.runs import Run


def aggregate_runs(runs: Sequence[Run], *, version: str | None, model: str | None) -> tuple[Row, str, list[str]]:
    """The row, the model's name, and a sentence for each thing that is left out of it. Raises UsageError."""
    models = list(dict.fromkeys(run.model for run in runs))
    name = model or models[0]
    if name not in models:
        raise UsageError(f"no run is of the model {name!r}; there are {', '.join(map(repr, models))}")
    if model is None and len(models) > 1:
        raise UsageError(f"the runs are of {len(models)} models ({', '.join(models)}); name one with --model")
    own = [run for run in runs if run.model == name]
    version = common_version(own, version)
    warnings = [
        why
        for run in own
        for benchmark in run.benchmarks
        if benchmark.endswith("_mt_bench") and (why := not_in_column(run, benchmark))
    ]
    warnings += [text for run in own for text in in_part(run)]
    warnings += [f"{run.path} is a demo run: no model answered" for run in own if run.mode == "demo"]
    for run in own:
        if (incomplete := run.report.get("incomplete")) is not None:
            missing, selected = incomplete.get("missing"), incomplete.get("selected")
            warnings.append(f"{run.path} is incomplete: {missing} of {selected} questions were not measured")
    return aggregated([result for run in own for result in results_of(run)], version), name, warnings
