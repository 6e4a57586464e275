"""Runs that something happens to: a suite of questions, judged dialogues and programs as a process of its own."""

import contextlib
import hashlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from endpoint import Endpoint
from places import ROOT
from projects import MINI_BENCHMARK, NO_OTHER_PLUGINS, read_jsonl, write_jsonl

WINDOW = 8  # --max-in-flight of these runs
TIMES = {"created", "duration", "latency_s", "command", "setup", "call", "teardown", "time_s", "cpu_s", "lines"}
TIMES |= {"passed_at", "environment"}


def draw(body, choices):
    """One of the choices, the same whenever the same is asked."""
    digest = hashlib.sha256(json.dumps(body["messages"], ensure_ascii=False).encode()).digest()
    return choices[digest[0] % len(choices)]


def answer(body):
    """What the model says."""
    text = body["messages"][-1]["content"]
    if "def " in text:
        return draw(body, ["```python\n" + text + "\n    pass\n```", "```python\nraise SystemExit\n```"])
    return draw(body, ["A", "B", "I say C", "no idea"])


def verdict(body):
    """What the judge says; some verdicts are unreadable and asked again."""
    return draw(body, ["[[3]]", "[[8]]", "Rating: [[10]]", "I would say 8"])


class Suite:
    """A project in `path`: 60 questions, 2 judged dialogues of five generations, 3 programs of ten."""

    def __init__(self, path, *, questions=60, dialogues=2, programs=3, latency_s=0.01):
        self.path = path
        (path / "tmp").mkdir()
        folder = path / "benchmarks"
        (folder / "prompts").mkdir(parents=True)
        (folder / "test_mini.py").write_text(MINI_BENCHMARK.replace("rows=6", f"rows={questions}"))
        (folder / "prompts" / "mini.txt").write_text("Answer A, B, C or D.\n\n{Question}\n")
        rows = [{"question": f"Question {n}?", "answer": "ABCD"[n % 4], "topic": f"t{n % 2}"} for n in range(questions)]
        write_jsonl(path / "data" / "mini.jsonl", rows)
        self.files = [folder]
        for name, module, number in (
            ("english_mt_bench", "test_mt_bench.py::test_english_mt_bench", dialogues),
            ("humaneval", "test_humaneval.py::test_humaneval", programs),
        ):
            if number:
                lines = (ROOT / "benchmarks" / "demo" / f"{name}.jsonl").read_text("utf-8").split("\n")[:number]
                (path / "data" / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
                self.files.append(f"{ROOT}/benchmarks/{module}")
        self.model = Endpoint(answer, latency_s=latency_s)
        self.judge = Endpoint(verdict, latency_s=latency_s)

    def __enter__(self):
        self.model.__enter__()
        self.judge.__enter__()
        return self

    def __exit__(self, *_):
        self.model.__exit__()
        self.judge.__exit__()

    def command(self, folder, *more):
        given = {"--model": "m", "--base-url": self.model.url, "--judge-model": "j", "--judge-base-url": self.judge.url,
                 "--data-dir": "data", "--max-in-flight": str(WINDOW), "--run-dir": folder}  # fmt: skip
        given = [text for pair in given.items() if pair[0] not in more for text in pair]
        plugins = (*NO_OTHER_PLUGINS, "-p", "swallow_metrics.plugin", "-p", "no:cacheprovider")
        files = [str(file) for file in self.files]
        return [sys.executable, "-m", "pytest", *plugins, "--rootdir", ".", *files, *given, *map(str, more)]

    def start(self, folder, *more, env=None, **popen):
        """Start a run; its output goes to `FOLDER.out`."""
        with (self.path / f"{folder}.out").open("ab") as output:
            return subprocess.Popen(
                self.command(folder, *more),
                cwd=self.path,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "OPENAI_API_KEY": "k",
                    "TMPDIR": str(self.path / "tmp"),
                    **(env or {}),
                },
                start_new_session=True,
                **popen,
            )

    def run(self, folder, *more, **how):
        """A run to its end. Returns exit status and output."""
        process = self.start(folder, *more, **how)
        try:
            status = process.wait(300)
        finally:
            end(process)
        return status, self.output(folder)

    def quick(self):
        """Pauses between attempts of milliseconds."""
        (self.path / "conftest.py").write_text(
            "import swallow_metrics.engines.openai as client\nclient.FIRST_PAUSE_S = 0.002\n"
        )

    def temporary(self):
        """What the runs left in the folder for temporary files; pytest keeps its own there."""
        return sorted(file.name for file in (self.path / "tmp").iterdir() if not file.name.startswith("pytest-of-"))

    def output(self, folder):
        return (self.path / f"{folder}.out").read_text("utf-8", "replace")

    def report(self, folder):
        return json.loads((self.path / folder / "report.json").read_text("utf-8"))

    def journal(self, folder):
        """Every line of the run's journals; each must be whole."""
        files = sorted((self.path / folder).glob("responses*.jsonl"))
        return [line for file in files for line in read_jsonl(file)]

    def journal_so_far(self, folder):
        """The same while it is written, or where that was cut off: without a line that has no end yet."""
        files = sorted((self.path / folder).glob("responses*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_bytes().split(b"\n")[:-1]]

    def asked(self):
        return len(self.model.bodies) + len(self.judge.bodies)

    def settle(self):
        """Wait until all that was sent to the endpoints is counted: what is sent after it, is answered after it."""
        for endpoint in (self.model, self.judge):
            for _ in range(3):  # several turns of the endpoint's loop
                connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=120)
                connection.request("GET", "/settle")
                connection.getresponse().read()
                connection.close()


def places(lines):
    """How often each place has a line."""
    return Counter(
        tuple(line.get(name) for name in ("benchmark", "sample", "repeat", "turn", "role", "judge", "attempt"))
        for line in lines
    )


def without_times(value):
    """A report without what differs between two runs of the same."""
    if isinstance(value, dict):
        return {name: without_times(part) for name, part in value.items() if name not in TIMES}
    if isinstance(value, list):
        return [without_times(part) for part in value]
    return value


def left_over(folder):
    """What a run must not leave in its folder."""
    return [
        file.name
        for file in folder.iterdir()
        if (file.name.startswith(".") and file.name != ".lock") or ".gw" in file.name
    ]


def end(process):
    """Kill a run with everything it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def children(pid):
    """Process ids and command lines of a process's children, the oldest first."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):  # no process, or gone
            number = int(folder.name)
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append((number, (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()))
    return sorted(found)


def workers_of(run):
    """The process ids of a run's xdist workers, the oldest first. Where setproctitle is installed, xdist renames them."""
    names = ("stdin.readline", "[pytest-xdist")
    return [pid for pid, command in children(run.pid) if any(name in command for name in names)]


def copied(suite, source, target):
    shutil.copytree(suite.path / source, suite.path / target)
