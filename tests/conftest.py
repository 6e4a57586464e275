"""Shared by all tests: where real data is, and a tiny evaluation project."""

import json
import os
from pathlib import Path

# pytester forgets the modules that its runs import: numpy cannot be imported twice, the others are slow to import.
import httpx2  # noqa: F401
import numpy  # noqa: F401, ICN001
import openai  # noqa: F401
import pytest
import scipy.special  # noqa: F401

# Runs inside of this process must not load what this one does without; hypothesis takes offence.
NO_OTHER_PLUGINS = ("-p", "no:anyio", "-p", "no:hypothesispytest")
ROOT = Path(__file__).parents[1]

MINI_BENCHMARK = """
import pytest
from swallow_metrics.datatypes import Benchmark, Dataset, Metric, Sample

def sample(row, prompt):
    if row.text("answer") not in "ABCD":
        raise row.error("expected answer to be one of A, B, C, D, but got " + repr(row.text("answer")))
    return Sample(row.id, (prompt.format(Question=row.text("question")),), row.text("answer"), group=row.get("topic"))

MINI = Benchmark(
    id="mini",
    title="Mini",
    dataset=Dataset(path="nobody/mini", split="test", columns=("question", "answer"), rows=6),
    sample=sample,
    metrics=(Metric("extractive_match", family="exact_match"), Metric("length")),
    fields=("Question",),
)

@pytest.mark.english
@pytest.mark.llm_eval(MINI)
def test_mini(sample, responses, score):
    for response in responses:
        letter = next((c for c in response.text if c in "ABCD"), None)
        score("extractive_match", letter == sample.target, extracted=letter)
        score("length", len(response.text))
"""
MINI_ROWS = [
    {"question": f"Question {number}?", "answer": "ABCD"[number % 4], "topic": f"topic {number % 2}"}
    for number in range(6)
]
MINI_ANSWERS = ["A", "B", "I say C", "no idea", "B", "B, surely"]  # right, right, right, unextracted, wrong, right
FAKE_ENGINE = """
from swallow_metrics.engines.fake import FakeEngine
ENGINES = []
def answer(request):
    {body}
def pytest_swallow_make_engine(config, model):
    ENGINES.append(FakeEngine(answer))
    return ENGINES[-1]
"""


def usage_line(result):
    """The one line of a usage error."""
    assert result.ret == 4, result.stdout.str() + result.stderr.str()
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    lines = [line for line in result.stderr.lines if line.startswith("ERROR: ")]
    assert len(lines) == 1, result.stderr.lines
    return lines[0]


def pytest_collection_modifyitems(items):
    """In our own tests a warning is an error; in evaluations, which read the same pyproject.toml, it is not."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests"):
            item.add_marker(pytest.mark.filterwarnings("error"))


def write_jsonl(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def mini(pytester, monkeypatch):
    """A project with one benchmark of six questions, its demo, and `mini(...)` to run pytest in it."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return MiniProject(pytester)


class MiniProject:
    def __init__(self, pytester):
        self.pytester = pytester
        self.path = pytester.path
        folder = self.path / "benchmarks"
        (folder / "prompts").mkdir(parents=True)
        (folder / "test_mini.py").write_text(MINI_BENCHMARK)
        (folder / "prompts" / "mini.txt").write_text("Answer A, B, C or D.\n\n{Question}\n")
        write_jsonl(folder / "demo" / "mini.jsonl", MINI_ROWS)
        write_jsonl(self.path / "data" / "mini.jsonl", MINI_ROWS)
        self.write_answers(folder / "demo" / "mini.responses.jsonl", MINI_ANSWERS)
        self.write_answers(self.path / "answers.jsonl", MINI_ANSWERS)

    def write_answers(self, path, answers):
        lines = [{"benchmark": "mini", "sample": str(n), "text": text} for n, text in enumerate(answers)]
        write_jsonl(path, lines)

    def engine(self, body):
        """Give the project a FakeEngine whose answer is `body`, a function body over `request`."""
        lines = "\n    ".join(body.strip().splitlines())
        (self.path / "conftest.py").write_text(FAKE_ENGINE.replace("{body}", lines))

    def run(self, *arguments, subprocess=False):
        """Pytest over the project's benchmarks, reporting to `run/`."""
        if not any(str(a).startswith("--run-dir") for a in arguments):
            arguments = (*arguments, "--run-dir", "run")
        run = self.pytester.runpytest_subprocess if subprocess else self.pytester.runpytest_inprocess
        return run(*NO_OTHER_PLUGINS, "benchmarks", *arguments)

    def report(self, folder="run"):
        return json.loads((self.path / folder / "report.json").read_text())

    def journal(self, folder="run"):
        return [json.loads(line) for line in (self.path / folder / "responses.jsonl").read_text().splitlines()]


@pytest.fixture(scope="session")
def shared():
    """The folder with real datasets and conformance vectors; the test is skipped where there is none."""
    folder = Path(os.environ.get("SWALLOW_SHARED", ROOT.parent / "shared"))
    if not (folder / "conformance").is_dir():
        pytest.skip(f"needs the shared datasets and vectors; there is no {folder.name} folder beside the project")
    return folder
