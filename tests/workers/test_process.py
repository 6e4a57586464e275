"""Worker processes: messages pass unharmed, limits hold, and no process stays behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from swallow_metrics.errors import MeasurementError
from swallow_metrics.workers.process import WorkerGone, WorkerProcess


@pytest.fixture
def start():
    """Start probe children; they are dead after the test."""
    started = []

    def start(**settings):
        started.append(WorkerProcess("probe_child", settings))
        return started[-1]

    yield start
    for worker in started:
        worker.stop()


def is_running(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii")
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def wait_until_gone(pid, seconds=20):
    end = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_running(pid)


@pytest.mark.parametrize("text", ["", "a\nb\0c\u2028", "\ud800 lone", "𝔘" * 700_000])
def test_messages_pass_unharmed(start, text):
    """Any text makes the way there and back, also longer than a pipe holds and beside what libraries print."""
    worker = start()
    for _ in range(2):
        assert worker.ask({"echo": text}, 60) == {"text": text}


def test_a_late_child_is_killed(start):
    """When the time is over the child is dead, whatever it was doing."""
    worker = start()
    with pytest.raises(WorkerGone) as gone:
        worker.ask({"sleep": 600}, 0.2)
    assert gone.value.late
    assert not worker.alive


@pytest.mark.parametrize(
    ("message", "number"),
    [({"exit": 3}, None), ({"kill": signal.SIGKILL}, signal.SIGKILL), ({"burn": 1}, signal.SIGXCPU)],
)
def test_a_dead_child_is_noticed(start, message, number):
    """A child that dies, also by its limit of processor time, ends the wait at once and says what ended it."""
    worker = start()
    with pytest.raises(WorkerGone) as gone:
        worker.ask(message, 60)
    assert (gone.value.late, gone.value.signal) == (False, number)


def test_memory_is_limited(start):
    """More memory than allowed is refused, less is given."""
    worker = start(memory_mb=400)
    assert worker.ask({"allocate": 100 << 20}, 60) == {"bytes": 100 << 20}
    assert worker.ask({"allocate": 1 << 30}, 60) == {"bytes": None}


def test_a_child_that_cannot_start_says_why(start):
    """The error names the module and repeats the child's last words."""
    with pytest.raises(MeasurementError, match=r"probe_child ended while it started.*no such module"):
        start(broken=True).ask({"echo": ""}, 60)


def test_nothing_secret_and_no_ctrl_c_reaches_the_child(start, monkeypatch):
    """The child gets few variables, its own session, and ignores the interrupt that is meant for the harness."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    worker = start()
    told = worker.ask({"environment": True}, 60)
    assert "sk-secret" not in told["environment"].values()
    assert told["session"] == worker.pid
    assert told["ignored"]


HARNESS = """
import sys
sys.path[:0] = [{folder!r}]
from swallow_metrics.workers.process import WorkerProcess
worker = WorkerProcess("probe_child", {{}})
worker.ask({{"echo": ""}}, 60)
print(worker.pid, flush=True)
{then}
"""


@pytest.mark.parametrize("then", ["input()", "worker.ask({'sleep': 600}, 600)", "worker.ask({'burn': 600}, 600)"])
def test_no_child_outlives_the_harness(then):
    """A child ends with a harness that is killed, whether it waits, sleeps or computes."""
    code = HARNESS.format(folder=str(Path(__file__).parent), then=then)
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as harness:
        child = int(harness.stdout.readline())
        assert is_running(child)
        harness.kill()
    assert wait_until_gone(child)


def test_stop_is_harmless_twice(start):
    """Stopping ends the child and may be repeated."""
    worker = start()
    assert worker.alive
    worker.stop()
    worker.stop()
    assert not is_running(worker.pid)
