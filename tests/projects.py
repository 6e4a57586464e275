"""A tiny evaluation project for tests of the plugin, and how its runs are read."""

import json

# Runs inside of this process must not load what this one does without; hypothesis takes offence.
NO_OTHER_PLUGINS = ("-p", "no:anyio", "-p", "no:hypothesispytest")

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


def write_jsonl(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def read_jsonl(path):
    """The values of a file of JSON Lines. Only a line feed ends one: a text may hold other separators of Unicode."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


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
        """Pytest over the project's benchmarks, reporting to `run/`, without a page unless one is asked for."""
        page = [] if "--report-lang" in arguments else ["--no-html"]
        if not any(str(a).startswith("--run-dir") for a in arguments):
            arguments = (*arguments, "--run-dir", "run")
        run = self.pytester.runpytest_subprocess if subprocess else self.pytester.runpytest_inprocess
        return run(*NO_OTHER_PLUGINS, *page, "benchmarks", *arguments)

    def report(self, folder="run"):
        from schema import checked

        return checked(json.loads((self.path / folder / "report.json").read_text()))

    def journal(self, folder="run"):
        return read_jsonl(self.path / folder / "responses.jsonl")
