"""Child processes end with their owner, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from swallow_metrics.engines.watchdog import Watchdog, end
from timing import wait_for

# An owner with a guarded child that leads a group, and a grandchild in that group. It prints their ids and waits.
OWNER = """
import signal, subprocess, sys, time
from pathlib import Path
from swallow_metrics.engines.watchdog import Watchdog
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in what a shell runs in the background
watchdog = Watchdog(Path(sys.argv[1]))
sleep = "import time; time.sleep(300)"
parent = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {sleep!r}]).pid, flush=True); {sleep}"
child = subprocess.Popen([sys.executable, "-c", parent], start_new_session=True, stdout=subprocess.PIPE, text=True)
watchdog.watch(child.pid, group=True)
print(child.pid, child.stdout.readline().strip(), flush=True)
time.sleep(300)
"""
# An owner that ends in the middle of its own cleaning, as a daemon thread does at the end of the interpreter.
CUT_OFF = """
import os, shutil
from swallow_metrics.engines.vllm_scratch import Scratch
scratch = Scratch(None, {})
scratch.log.write_text("text")
print(scratch.folder, flush=True)
shutil.rmtree = lambda *_, **__: os._exit(3)
scratch.remove()
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(300)
"""


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_watched_group_ends_when_its_owner_is_ended(tmp_path, number):
    """Child, grandchild and folder are gone soon after the process that made them, even when that was killed."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "log").write_text("text")
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as owner:
        watched = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(watched) == 2
        assert all(map(is_running, watched))
        owner.send_signal(number)
    wait_for(lambda: not any(map(is_running, watched)), 60)
    wait_for(lambda: not folder.exists(), 60)


def test_a_folder_goes_even_where_its_removal_is_cut_off(tmp_path):
    """The watchdog outlasts the cleaning: there is no moment at which neither of the two would remove the folder."""
    run = subprocess.run(
        [sys.executable, "-c", CUT_OFF],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3, run.stderr
    folder = Path(run.stdout.strip())
    assert folder.parent == tmp_path
    wait_for(lambda: not folder.exists(), 60)


def test_a_released_guard_ends_nothing(tmp_path):
    """What was watched lives on when the watchdog is released, and the watchdog's own process is gone."""
    watchdog = Watchdog(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"]) as child:
        watchdog.watch(child.pid)
        watchdog.release()
        assert watchdog._child.returncode is not None
        time.sleep(0.1)
        assert child.poll() is None
        assert tmp_path.exists()
        child.kill()


def test_what_ignores_the_polite_signal_is_killed():
    """`end` kills what is still there after the grace period."""
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True) as child:
        child.stdout.readline()
        end([child.pid], grace_s=0.2)
        assert child.wait(timeout=60) == -signal.SIGKILL


def test_ending_a_process_that_is_gone_is_nothing():
    """`end` returns at once for process ids that no longer exist."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    start = time.monotonic()
    end([child.pid, -child.pid])
    assert time.monotonic() - start < 5
