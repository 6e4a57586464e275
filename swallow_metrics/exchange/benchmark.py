"""A benchmark by its id, outside of pytest, with its rows and questions."""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Sample
from swallow_metrics.errors import UsageError
from swallow_metrics.prompts import load_prompt
from swallow_metrics.prompts.folder import builtin_folder
from swallow_metrics.wiring.questions import make_samples

_PARTS = re.compile(r"^\[\[\w+\]\]$|\{\w+\}", re.MULTILINE)  # of a template: heads of variants, and placeholders


def questions(benchmark_id: str, data_dir: Path | None) -> list[tuple[Row, Sample]]:
    """Every row of a benchmark's dataset with the question made of it. Raises UsageError.

    The questions' turns hold what comes from the row, and no words of a prompt template.
    """
    benchmark, folder = find_benchmark(benchmark_id)
    text = ""
    if benchmark.fields:
        template = load_prompt(benchmark.id, benchmark.fields, folder / "prompts", None).text
        text = "\n".join(_PARTS.findall(template.replace("{{", "").replace("}}", "")))
    if data_dir is not None:
        from swallow_metrics.datasets.local import load_local

        rows = load_local(benchmark.id, benchmark.dataset, data_dir).rows
    elif benchmark.dataset.path:
        from swallow_metrics.datasets.hub import load_hub

        rows = load_hub(benchmark.id, benchmark.dataset, None, False).rows
    else:
        raise UsageError(f"{benchmark_id} has no dataset on the hub; give --data-dir DIR with its rows")
    return list(zip(rows, make_samples(benchmark, rows, text), strict=True))


def find_benchmark(benchmark_id: str) -> tuple[Benchmark, Path]:
    """The benchmark of a test in the folder `benchmarks` here, or in ours; and that folder. Raises UsageError."""
    known: dict[str, tuple[Benchmark, Path]] = {}
    for folder in (Path("benchmarks").absolute(), builtin_folder().parent):
        for path in sorted(folder.glob("test_*.py")):
            for benchmark in _declared(_module(path)):
                known.setdefault(benchmark.id, (benchmark, folder))
        if benchmark_id in known:
            return known[benchmark_id]
    near = get_close_matches(benchmark_id, known, n=3, cutoff=0.4) or sorted(known)
    raise UsageError(f"there is no benchmark {benchmark_id!r}; nearest: {', '.join(near)}")


def _module(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"_swallow_import_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"cannot import {path}: {type(error).__name__}: {error}") from error
    return module


def _declared(module: ModuleType) -> list[Benchmark]:
    """What the module's tests are marked with: `@pytest.mark.llm_eval(BENCHMARK)`."""
    marks = [mark for value in vars(module).values() for mark in _marks(value) if mark.name == "llm_eval"]
    return [argument for mark in marks for argument in mark.args if isinstance(argument, Benchmark)]


def _marks(value: object) -> list[Any]:
    found = getattr(value, "pytestmark", [])
    return found if isinstance(found, list) else []
