"""Replay of 1,000 to 100,000 questions: time and memory per question beside plain pytest's, and two such runs compared.

    python tests/perf/bench_scale.py [sizes]

Prints processor time per question (which does not wait for others) and the largest memory, each minus what the
smallest size took, so that start-up is not counted.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from measure import PYTEST, machine, measure
from projects import MINI_BENCHMARK, write_jsonl

QUIET = ["-p", "no:anyio", "-p", "no:hypothesispytest", "-p", "no:timeout", "-p", "no:rerunfailures"]
TRIVIAL = "import pytest\n@pytest.mark.parametrize('n', range({n}))\ndef test_n(n): assert n >= 0\n"
TEXT = "A question of ordinary length about one of many subjects, with four options. " * 4


def project(folder, questions):
    """A benchmark of so many questions, their recorded answers, and as many trivial tests."""
    (folder / "benchmarks" / "prompts").mkdir(parents=True)
    (folder / "benchmarks/test_mini.py").write_text(MINI_BENCHMARK.replace("rows=6", f"rows={questions}"))
    (folder / "benchmarks/prompts/mini.txt").write_text("Answer A, B, C or D.\n\n{Question}\n")
    (folder / "test_trivial.py").write_text(TRIVIAL.format(n=questions))
    rows = [{"question": f"{n}: {TEXT}", "answer": "ABCD"[n % 4], "topic": f"t{n % 57}"} for n in range(questions)]
    write_jsonl(folder / "data/mini.jsonl", rows)
    answers = ({"benchmark": "mini", "sample": str(n), "text": f"{TEXT}\nB"} for n in range(questions))
    (folder / "answers.jsonl").write_text("".join(json.dumps(answer) + "\n" for answer in answers))


def main():
    sizes = [int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000]
    print(machine())
    first = None
    with tempfile.TemporaryDirectory() as parent:
        for size in sizes:
            folder = Path(parent) / str(size)
            project(folder, size)
            plain = measure([*PYTEST, *QUIET, "-p", "no:swallow_metrics.plugin", "test_trivial.py"], cwd=folder)
            run = ["benchmarks", "--data-dir", "data", "--replay", "answers.jsonl", "--run-dir", "run", "--no-html"]
            whole = measure([*PYTEST, *QUIET, "-p", "swallow_metrics.plugin", "--rootdir", ".", *run], cwd=folder)
            print(f"{size:7,} trivial tests       {plain}\n{size:7,} questions replayed  {whole}")
            if first is None:
                first = size, plain, whole
                continue
            more = size - first[0]
            ms = [(now.cpu - then.cpu) / more * 1000 for now, then in zip((plain, whole), first[1:], strict=True)]
            kb = [(now.memory - then.memory) / more * 1024 for now, then in zip((plain, whole), first[1:], strict=True)]
            print(f"        per question: {ms[1]:.2f} ms CPU (pytest {ms[0]:.2f}), {kb[1]:.1f} KB (pytest {kb[0]:.1f})")
        report = (folder / "run/report.json").stat().st_size / 2**20
        shutil.copytree(folder / "run", folder / "other")
        both = measure([sys.executable, "-m", "swallow_metrics", "compare", "run", "other"], cwd=folder)
        print(f"report.json {report:.0f} MB; two of them compared: {both}")


if __name__ == "__main__":
    main()
