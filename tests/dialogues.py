"""MT-Bench in a project of its own, with fake engines for candidate and judge."""

import json
import shutil

import pytest

from places import ROOT
from projects import read_jsonl

CONFTEST = """
from swallow_metrics.engines.fake import FakeEngine
from swallow_metrics.errors import EngineDown, EngineError
ASKED = []
def answer(request):
    ASKED.append(request)
    {answer}
def verdict(request):
    ASKED.append(request)
    {verdict}
def named(name, function):
    engine = FakeEngine(function)
    engine.identity = name
    return engine
def pytest_swallow_make_engine(config, model):
    return named(model, answer)
def pytest_swallow_make_judge(config, model):
    return named(model, verdict)
def pytest_sessionfinish(session):
    import json, pathlib
    file = pathlib.Path("asked.json")
    file.write_text(json.dumps([[r.role, r.judge, r.sample, r.repeat, r.turn, r.sampling.temperature] for r in ASKED]))
"""
MODEL = ("--model", "m", "--data-dir", "data")


class Project:
    """The real benchmark module in a folder of its own, with the demo's questions as its data."""

    def __init__(self, pytester):
        self.pytester, self.path = pytester, pytester.path
        own = ROOT / "benchmarks"
        folder = self.path / "benchmarks"
        folder.mkdir()
        shutil.copy(own / "test_mt_bench.py", folder / "test_dialogues.py")
        shutil.copytree(own / "judge_prompts", folder / "judge_prompts")
        for path in (own / "demo").glob("*_mt_bench*"):
            (folder / "demo").mkdir(exist_ok=True)
            shutil.copy(path, folder / "demo")
        (self.path / "data").mkdir()
        for name in ("japanese", "english"):
            shutil.copy(own / "demo" / f"{name}_mt_bench.jsonl", self.path / "data")

    def engines(self, answer='return f"answer {request.turn}"', verdict='return "Rating: [[8]]"'):
        """Fake engines for candidate and judge; each is a function body over `request`."""
        text = CONFTEST
        for name, body in (("answer", answer), ("verdict", verdict)):
            text = text.replace(f"{{{name}}}", "\n    ".join(body.strip().splitlines()))
        (self.path / "conftest.py").write_text(text)

    def run(self, *arguments, language="english", subprocess=False, run_dir="run"):
        """Pytest over one language, reporting to `run_dir`."""
        run = self.pytester.runpytest_subprocess if subprocess else self.pytester.runpytest_inprocess
        options = ("-p", "no:anyio", "-p", "no:hypothesispytest", "-m", f"{language}_mt_bench")
        folder = () if run_dir is None else ("--run-dir", run_dir)
        return run("benchmarks", *options, *folder, *arguments)

    def report(self, folder="run"):
        return json.loads((self.path / folder / "report.json").read_text())

    def figures(self, folder="run", language="english"):
        return self.report(folder)["swallow"]["benchmarks"][f"{language}_mt_bench"]

    def journal(self, folder="run"):
        return read_jsonl(self.path / folder / "responses.jsonl")

    def asked(self, role=None):
        requests = json.loads((self.path / "asked.json").read_text())
        return [request for request in requests if role in (None, request[0])]


@pytest.fixture
def mt(pytester, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return Project(pytester)
