"""Workers and the server of their model, with a made-up vLLM whose server answers and ends as it is told."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from projects import NO_OTHER_PLUGINS, write_jsonl
from timing import wait_for

# What `vllm serve` is to a run: it answers to its key, and ends after some answers; after none, it hangs. It writes its end to its log.
SERVER = """
import json, os, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

answers = int(os.environ["FAKE_ANSWERS"])
left, given, ending = threading.Semaphore(answers), threading.Semaphore(0), threading.Lock()

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, value):
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        self.reply({"data": [{"max_model_len": 2048}], "version": "0"})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if not left.acquire(blocking=False):
            if not answers:
                threading.Event().wait()  # it hangs
            ending.acquire()  # of the requests too many one ends it, when all answers are given
            for _ in range(answers):
                given.acquire()
            print("RuntimeError: out of everything, hf-secret", flush=True)
            os._exit(1)
        message = {"role": "assistant", "content": "A"}
        self.reply({"choices": [{"message": message, "finish_reason": "stop"}], "usage": {}})
        given.release()

    def log_message(self, *_):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""


@pytest.fixture
def served(mini, tmp_path):
    """Start a run of two workers over 40 questions with that server, which answers so many of them."""
    package = tmp_path / "packages" / "vllm"
    for folder in (package, package / "entrypoints", package / "entrypoints" / "openai"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    (package / "entrypoints" / "openai" / "api_server.py").write_text(SERVER)
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (tmp_path / "tmp").mkdir()
    rows = [{"question": f"Question {number}?", "answer": "A", "topic": "t"} for number in range(40)]
    write_jsonl(mini.path / "data" / "mini.jsonl", rows)

    def start(answers):
        places = [str(package.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        added = {"PYTHONPATH": os.pathsep.join(places), "FAKE_ANSWERS": str(answers), "TMPDIR": str(tmp_path / "tmp")}
        command = [sys.executable, "-m", "pytest", *NO_OTHER_PLUGINS, "benchmarks", "--model", str(model), "--no-html",
                   "--data-dir", "data", "--run-dir", "run", "-n", "2", "--engine-arg", "hf_token=hf-secret"]  # fmt: skip
        return subprocess.Popen(
            command, cwd=mini.path, env=os.environ | added, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    return start


def scratch(tmp_path):
    return list((tmp_path / "tmp").glob("swallow-vllm-*"))


@pytest.mark.skipif(sys.platform == "win32", reason="vLLM has no Windows")
def test_a_server_that_dies_ends_the_run_in_seconds(mini, served, tmp_path):
    """Why, where its log is and how to go on are said; the log has no secret; nothing stays in the temporary folder."""
    start = time.monotonic()
    run = served(10)
    output, _ = run.communicate(timeout=180)
    assert run.returncode == 1, output
    assert time.monotonic() - start < 90  # a tenth of it where nothing else runs
    report = mini.report()["swallow"]
    reason = report["incomplete"]["reason"]
    assert "ended with status 1: RuntimeError: out of everything" in reason
    assert "run/vllm.log" in reason
    assert "go on with --resume" in reason
    assert "go on with --resume" in output
    assert "Traceback" not in output
    assert "hf-secret" not in output + (mini.path / "run" / "vllm.log").read_text()
    assert 0 < len(mini.journal()) <= 10
    assert not scratch(tmp_path)


@pytest.mark.slow
def test_a_killed_run_leaves_nothing(mini, served, tmp_path):
    """The watchdog ends the server and removes its folder."""
    run = served(0)
    wait_for(lambda: list((tmp_path / "tmp").glob("swallow-vllm-*/vllm.log")))
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=180)
    wait_for(lambda: not scratch(tmp_path))


def test_what_killed_runs_left_is_removed(tmp_path, monkeypatch):
    """The next one removes it; the folder of a run that lives, and a log that a message names, stay."""
    from swallow_metrics.engines.vllm_scratch import LOCK, PREFIX, Scratch

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = tmp_path / f"{PREFIX}dead"
    dead.mkdir()
    (dead / LOCK).touch()
    failed = Scratch(None, {})
    failed.log.write_text("why")
    assert failed.keep_log() == failed.log
    failed.remove()
    living = Scratch(tmp_path / "run" / "vllm.log", {"hf_token": "secret", "dtype": "auto"})
    assert set(tmp_path.glob(f"{PREFIX}*")) == {failed.folder, living.folder}
    assert living.where() == ""
    living.log.write_text("secret auto")
    assert living.where() == f" (vLLM's log: {tmp_path / 'run' / 'vllm.log'})"
    assert living.keep_log() == tmp_path / "run" / "vllm.log"
    assert living.keep_log().read_text() == "*** auto"
    living.remove()
    assert set(tmp_path.glob(f"{PREFIX}*")) == {failed.folder}
    assert Path(failed.log).read_text() == "why"
