"""Changes central lines one at a time and looks whether a default test notices.

    uv run --with "cosmic-ray>=8.7" python tests/mutation/run.py gate report --sample 60 --seed 1

Works on a copy of the project, a process per mutant. Prints each survivor as a diff, then the share that was killed;
a run that is stopped has said which were tested.
cosmic-ray makes the mutants; mutmut was not taken, since it imports the tests into one process and this project's tests
start pytest themselves.
"""

from __future__ import annotations

import argparse
import ast
import random
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from time import perf_counter

from cosmic_ray.commands.init import _all_work_items
from cosmic_ray.mutating import mutate_and_test, mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.testing import run_tests
from cosmic_ray.work_item import TestOutcome

ROOT = Path(__file__).parents[2]
TABLE = {  # what is changed, and the tests that must notice
    "extraction": ("extraction", "tests/extraction"),
    "metrics": ("metrics", "tests/metrics tests/extraction/test_hostile_texts.py"),
    "report": ("report", "tests/report tests/plugin/test_issues.py"),
    "gate": ("gate", "tests/gate"),
    "journal": ("journal", "tests/journal tests/plugin/test_wrong_journals.py tests/plugin/test_run_folder.py"),
    "statistics": ("statistics", "tests/statistics"),
    "selection": (
        "plugin/selection.py plugin/shards.py wiring/questions.py runs/select.py",
        (
            "tests/plugin/test_selection.py tests/runs tests/test_wrong_rows.py tests/plugin/test_shards.py "
            "tests/plugin/test_workers.py tests/plugin/test_usage.py tests/plugin/test_rows.py"
        ),
    ),
    "engines": (
        "engines/answer.py engines/dialect.py engines/endpoint.py engines/fleet.py engines/openai.py engines/pace.py",
        (
            "tests/engines/test_pace.py tests/engines/test_fleet.py tests/engines/test_answer.py "
            "tests/engines/test_refusals.py tests/engines/test_openai.py tests/engines/test_faults.py "
            "tests/plugin/test_sending.py"
        ),
    ),
    "secrets": ("io.py", "tests/test_io.py"),
}
METRICS = "tests/metrics/test_"
NARROW = {  # parts that some of their row's tests are enough for: a mutant then takes seconds, not minutes
    "metrics/bleu.py": f"{METRICS}bleu.py",
    "metrics/following": f"{METRICS}ifbench.py {METRICS}ifeval.py {METRICS}ifeval_scans.py",
    "metrics/ifbench": f"{METRICS}ifbench.py {METRICS}ifbench_texts.py",
    "metrics/ifeval": f"{METRICS}ifeval.py {METRICS}ifeval_scans.py",
    "metrics/japanese_ratio.py": f"{METRICS}japanese_ratio.py",
    "metrics/math": (
        f"{METRICS}math.py {METRICS}conformance_answers.py {METRICS}scored_answers.py "
        "tests/extraction/test_hostile_texts.py"
    ),
    "metrics/open_qa.py": f"{METRICS}open_qa.py {METRICS}conformance_answers.py",
    "metrics/pass_at_k.py": f"{METRICS}pass_at_k.py {METRICS}scored_answers.py",
    "metrics/several.py": f"{METRICS}several.py",
    "plugin/selection.py": "tests/plugin/test_selection.py",
    "plugin/shards.py": "tests/plugin/test_shards.py",
    "runs/select.py": "tests/runs",
    "wiring/questions.py": (
        "tests/plugin/test_selection.py tests/test_wrong_rows.py tests/plugin/test_rows.py tests/plugin/test_usage.py"
    ),
}
LIMIT_S = 120.0  # a mutant that runs longer is killed; so is one that takes more than four times as long as no mutant


def annotations(tree: ast.AST) -> list[tuple[int, int, int, int]]:
    """Where annotations begin and end: they never run."""
    found = []
    for node in ast.walk(tree):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        found += [(part.lineno, part.col_offset, part.end_lineno, part.end_col_offset) for part in parts if part]
    return found


def mutants(paths: list[Path]) -> list:
    """All mutants of some files, without those in annotations, which change nothing."""
    found = []
    for path in paths:
        spans = annotations(ast.parse(path.read_text("utf-8")))
        for item in _all_work_items([path], {}):
            (mutation,) = item.mutations
            if not any(span[:2] <= tuple(mutation.start_pos) < span[2:] for span in spans):
                found.append(mutation)
    return found


def is_python(mutation) -> bool:
    """Whether a mutant can be made and read: cosmic-ray takes the `*` of a signature for an operator."""
    operator = get_operator(mutation.operator_name)(**mutation.operator_args)
    try:
        ast.parse(mutate_code(mutation.module_path.read_text("utf-8"), operator, mutation.occurrence))
    except (SyntaxError, AttributeError):  # the second is cosmic-ray's own, at `except module.Error:`
        return False
    return True


@cache
def limit_of(command: str) -> float:
    """Seconds that a mutant's tests may take, by what they take with no line changed."""
    start = perf_counter()
    outcome, output = run_tests(command, LIMIT_S)
    if outcome != TestOutcome.SURVIVED:
        raise SystemExit(f"expected that the tests pass before a line is changed, found\n{command}\n{output}")
    return min(LIMIT_S, 20 + 4 * (perf_counter() - start))


def run(name: str, sample: int, seed: int, only: list[int]) -> tuple[int, int]:
    """Mutants tested and killed of one row of the table; with `only`, those with these numbers in the sample."""
    changed, tests = TABLE[name]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv*", "__pycache__", "20*"))
        shared = ROOT.parent / "shared"
        if shared.exists():
            (copy.parent / "shared").symlink_to(shared.resolve())
        package, paths = copy / "swallow_metrics", []
        for part in changed.split():
            path = package / part
            paths += sorted(path.rglob("*.py")) if path.is_dir() else [path]
        found = mutants(paths)
        chosen = list(enumerate(random.Random(seed).sample(found, min(sample, len(found))), 1))
        counts = dict.fromkeys(("survived", "killed", "killed by the time limit", "not made"), 0)
        for number, mutation in chosen:
            if only and number not in only:
                continue
            near = (NARROW[part] for part in NARROW if mutation.module_path.is_relative_to(package / part))
            command = f"env --chdir {copy} PYTHONPATH={copy} {sys.executable} -m pytest -x -q -p no:cacheprovider "
            command += next(near, tests)
            result = mutate_and_test([mutation], command, limit_of(command)) if is_python(mutation) else None
            if result is None or result.test_outcome == TestOutcome.INCOMPETENT:  # no test has seen it
                end = "not made"
            elif result.test_outcome == TestOutcome.SURVIVED:
                end = "survived"
            else:
                end = "killed by the time limit" if result.output == "timeout" else "killed"  # cosmic-ray's word
            counts[end] += 1
            print(f"{name} {number}: {end}", *([result.diff] if end == "survived" else []), sep="\n", flush=True)
        print(
            f"{name}: {len(found)} mutants;", ", ".join(f"{count} {end}" for end, count in counts.items()), flush=True
        )
        killed = counts["killed"] + counts["killed by the time limit"]
        return killed + counts["survived"], killed


def main() -> None:
    """The rows that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", choices=[*TABLE, []], help="rows of the table; all when none is given")
    parser.add_argument("--sample", type=int, default=100, help="mutants per row, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, nargs="*", default=[], help="numbers in the sample, such as its survivors")
    given = parser.parse_args()
    counts = [run(name, given.sample, given.seed, given.only) for name in given.rows or TABLE]
    tested, killed = map(sum, zip(*counts, strict=True))
    print(f"all: {killed} of {tested} killed ({killed / tested:.1%})")


if __name__ == "__main__":
    main()
