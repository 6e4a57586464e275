"""A server that is killed or stopped in the middle of a run: the run goes on when it is back, or ends and names it."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from faulty import Suite, end, left_over, places
from places import ROOT
from timing import wait_for


def free_port():
    """A port that no connection of others is given in the meantime: the kernel takes theirs from 32768 on."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as free:
            free.bind(("127.0.0.1", port))
            return port


class Server:
    """`tests/endpoint.py` as a process of its own, at one port."""

    def __init__(self, text):
        self.port = free_port()
        self.url, self.text = f"http://127.0.0.1:{self.port}/v1", text

    def start(self):
        command = [sys.executable, str(ROOT / "tests" / "endpoint.py"), str(self.port), "0.05", self.text]
        self.process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
        wait_for(self.listens)

    def listens(self):
        with contextlib.suppress(URLError, OSError):
            urlopen(f"{self.url}/none", timeout=1)
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def signal(self, number):
        os.kill(self.process.pid, number)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def journal_lines(suite, role):
    return sum(line["role"] == role for line in suite.journal_so_far("run")) if (suite.path / "run").is_dir() else 0


CASES = [(role, fault, back) for role in ("model", "judge") for fault in ("killed", "paused") for back in (True, False)]


@pytest.mark.slow
@pytest.mark.parametrize(("role", "fault", "back"), CASES, ids=str)
def test_a_server_that_goes_away(tmp_path, role, fault, back):
    with Suite(tmp_path, questions=30, dialogues=2, programs=0) as suite, Server("[[8]] A") as server:
        suite.judge.answer = lambda body: "[[3]]"
        option = "--base-url" if role == "model" else "--judge-base-url"
        retries = "5" if back else "1"
        more = (option, server.url, "--request-timeout", "2", "--max-retries", retries)
        run = suite.start("run", *more)
        try:
            wait_for(lambda: journal_lines(suite, role) >= 4)
            server.signal(signal.SIGKILL if fault == "killed" else signal.SIGSTOP)
            gone = time.monotonic()
            if back:
                time.sleep(3)
                if fault == "killed":
                    server.process.wait()
                    server.start()
                else:
                    server.signal(signal.SIGCONT)
            status = run.wait(180)
            seconds = time.monotonic() - gone
        finally:
            end(run)
        output = suite.output("run")
        assert "Traceback" not in output
        assert not left_over(suite.path / "run")
        if back:
            assert status == 0, output
        else:
            assert status == 1, output
            assert f"127.0.0.1:{server.port}" in output
            assert seconds < 90  # 20 where nothing else runs
            kept = len(suite.journal("run"))
            if fault == "killed":
                server.process.wait()
                server.start()
            else:
                server.signal(signal.SIGCONT)
            status, output = suite.run("run", option, server.url, "--resume")
            assert status == 0, output
            assert len(suite.journal("run")) > kept
        assert suite.report("run")["swallow"]["incomplete"] is None
        assert suite.report("run")["swallow"]["benchmarks"]["mini"]["scored"] == 30
        assert max(places(suite.journal("run")).values()) == 1
        print(f"\n{role} {fault} {'back' if back else 'for ever'}: {seconds:.1f} s")
