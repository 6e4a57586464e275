"""SIGTERM and SIGHUP: what a scheduler sends ends a run as Ctrl-C does."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from endpoint import Endpoint
from projects import NO_OTHER_PLUGINS, write_jsonl
from timing import wait_for

ROWS = [{"question": f"Question {number}?", "answer": "A", "topic": "t"} for number in range(40)]


def started(mini, server, *more):
    write_jsonl(mini.path / "data" / "mini.jsonl", ROWS)
    command = [sys.executable, "-m", "pytest", *NO_OTHER_PLUGINS, "benchmarks", "--model", "m", "--base-url", server.url,
               "--data-dir", "data", "--max-in-flight", "4", "--run-dir", "run", *more]  # fmt: skip
    return subprocess.Popen(command, cwd=mini.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def ten_then_none():
    """Ten answers, and then a server that is stuck."""
    left = iter(range(10))
    return lambda body: None if next(left, None) is None else "A"


@pytest.mark.parametrize(
    ("number", "more"),
    [
        (signal.SIGTERM, ()),
        pytest.param(signal.SIGHUP, (), marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, ("-n", "2"), marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_a_run_as_an_interruption(mini, number, more):
    """Within seconds: a report that says it is incomplete and why, every answer in one journal, status 2."""
    with Endpoint(ten_then_none()) as server:
        run = started(mini, server, *more)
        wait_for(lambda: len(server.bodies) >= 14)
        wait_for(lambda: sum(f.read_bytes().count(b"\n") for f in (mini.path / "run").glob("responses*.jsonl")) == 10)
        start = time.monotonic()
        run.send_signal(number)
        output, _ = run.communicate(timeout=60)
        assert time.monotonic() - start < 40  # the server is stuck for 60 s
        asked = len(server.bodies)
        time.sleep(0.3)
        assert len(server.bodies) == asked, "a worker went on asking"
    assert run.returncode == 2, output
    assert "Traceback" not in output
    report = mini.report()["swallow"]
    assert report["incomplete"]["reason"] == signal.Signals(number).name
    assert report["incomplete"]["selected"] == 40
    assert len(mini.journal()) == 10
    assert [file.name for file in (mini.path / "run").glob("responses*")] == ["responses.jsonl"]
    with Endpoint(lambda body: "A") as server:
        assert mini.run("--model", "m", "--base-url", server.url, "--data-dir", "data", "--resume").ret == 0
        assert len(server.bodies) == 30
    assert mini.report()["swallow"]["incomplete"] is None


def test_a_second_signal_ends_at_once(mini):
    """Also where the first one is stuck, here in a test of the user's own."""
    with Endpoint(lambda body: None) as server:
        stuck = "def answer(*_):\n    import time\n    for _ in range(60):\n        time.sleep(1)\n"
        (mini.path / "conftest.py").write_text(f"{stuck}pytest_keyboard_interrupt = lambda excinfo: answer()\n")
        run = started(mini, server)
        wait_for(lambda: server.bodies)
        run.send_signal(signal.SIGTERM)
        time.sleep(0.02)
        run.send_signal(signal.SIGTERM)  # from a parent that passes its own on
        time.sleep(0.8)
        assert run.poll() is None
        for _ in range(5):  # a busy machine may have brought the first ones so late that the next is still the same
            run.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                run.wait(5)
        assert run.wait(5) == -signal.SIGTERM
        run.communicate()


def test_a_frame_without_a_line(mini):
    """Python has no line number for some moments; pytest shows a traceback of them all the same, and the report is written."""
    (mini.path / "conftest.py").write_text(
        "import types\n"
        "def interrupt():\n    raise KeyboardInterrupt\n"
        "nowhere = bytes([0xFF]) * 9  # eight instructions each\n"
        "interrupt = types.FunctionType(interrupt.__code__.replace(co_linetable=nowhere), {})\n"
        "def pytest_runtest_call(item):\n"
        "    if item.name == 'test_mini[2]':\n"
        "        try:\n            interrupt()\n        finally:\n            interrupt()\n"
    )
    result = mini.run("--full-trace", subprocess=True)
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*conftest.py:*: KeyboardInterrupt"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    assert mini.report()["swallow"]["benchmarks"]["mini"]["scored"] == 2


@pytest.mark.slow
def test_what_ignores_hangups_goes_on_ignoring_them(mini):
    """`nohup pytest …` outlives its terminal."""
    with Endpoint(lambda body: "A", latency_s=0.2) as server:
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            run = started(mini, server)
        finally:
            signal.signal(signal.SIGHUP, before)
        wait_for(lambda: server.bodies)
        os.kill(run.pid, signal.SIGHUP)
        output, _ = run.communicate(timeout=180)
    assert run.returncode == 0, output
    assert json.loads((mini.path / "run" / "report.json").read_text())["swallow"]["incomplete"] is None
