"""Starting, failing, ending: nothing is left behind, and the sandbox's own failures are never a program's."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import wait
from pathlib import Path

import pytest
from hostile_runner import sandbox_processes

from swallow_metrics.errors import SandboxError
from swallow_metrics.sandbox import CheckTests, Sandbox, Submission, paths
from swallow_metrics.sandbox.inside import scratch
from swallow_metrics.sandbox.scratch_folder import ScratchFolder
from timing import quickest

ROOT = Path(__file__).parents[2]
TESTS = CheckTests("f", "def check(candidate):\n    assert candidate(1) == 1\n")
RIGHT = Submission("def f(x):\n    return x", TESTS)
SLEEP = Submission("import time\ndef f(x):\n    time.sleep(60)", TESTS, 30.0)


@pytest.fixture(autouse=True)
def _own_parent_of_folders(monkeypatch):
    """Other runs on this machine make folders beside ours."""
    with tempfile.TemporaryDirectory(dir=paths.scratch_parent()) as parent:
        Path(parent).chmod(0o1777)  # as its parent: programs run as other users
        monkeypatch.setattr(paths, "scratch_parent", lambda: parent)
        yield


def folders():
    return set(Path(paths.scratch_parent()).glob("swallow-sandbox-*"))


@pytest.fixture
def own():
    with Sandbox(workers=2) as sandbox:
        yield sandbox


def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_nothing_starts_before_the_first_program_and_nothing_stays():
    """Processes and folders exist between the first program and `close`, and only then."""
    processes, before = sandbox_processes(), folders()
    sandbox = Sandbox(workers=2)
    assert sandbox_processes() == processes
    assert all(f.result().passed for f in [sandbox.submit(RIGHT) for _ in range(8)])
    assert sandbox_processes() > processes
    sandbox.close()
    sandbox.close()
    assert sandbox_processes() == processes
    assert folders() == before
    with pytest.raises(SandboxError, match="closed"):
        sandbox.submit(RIGHT)


def test_folders_of_the_killed_go_with_the_next_run():
    """Where a harness and its workers are killed at once nobody is left to remove them; those in use stay."""
    parent = Path(paths.scratch_parent())
    hold = "import sys; from swallow_metrics.sandbox import paths; paths.scratch_parent = lambda: sys.argv[1]\n"
    hold += "from swallow_metrics.sandbox.scratch_folder import ScratchFolder; mine = ScratchFolder()\n"
    hold += "print(mine.path, flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        theirs = Path(other.stdout.readline().strip())
        (theirs / "file").write_text("of a program")
        first = ScratchFolder()
        assert folders() == {theirs, Path(first.path)}
        other.kill()
        other.wait()
        second = ScratchFolder()
        assert folders() == {Path(first.path), Path(second.path)}
    first.remove()
    first.remove()
    second.remove()
    assert folders() == set()


def test_programs_run_side_by_side_from_any_thread(own):
    """Two workers sleep at the same time, whoever submits; every caller gets its own outcome."""
    nap = Submission("import time\ntime.sleep(0.5)\ndef f(x):\n    return x", TESTS)
    own.run(RIGHT)

    def four_naps():
        results = []
        threads = [threading.Thread(target=lambda: results.append(own.run(nap))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [r.passed for r in results] == [True] * 4

    assert quickest(four_naps, 4 * 0.5) < 4 * 0.5


def test_closing_ends_programs_that_run(own):
    """`close` does not wait for a program's time limit; its future says that the sandbox was closed."""
    futures = [own.submit(SLEEP) for _ in range(4)]
    assert until(lambda: sum(f.running() for f in futures) == 2)
    time.sleep(0.5)
    start = time.monotonic()
    own.close()
    assert time.monotonic() - start < 20  # its time limit is 30
    wait(futures, 60)
    for future in futures:
        assert future.cancelled() or isinstance(future.exception(), SandboxError)


def kill_one(own, name):
    """SIGKILL a process of the worker: its start file's process, or the newest below it."""
    (worker,) = own._workers
    found = sorted(sandbox_processes())
    os.kill({"forkserver": worker.process.pid, "newest": found[-1]}[name], signal.SIGKILL)


@pytest.mark.parametrize("name", ["forkserver", "newest"])
def test_a_lane_that_dies_between_programs_is_replaced(name):
    """The next program runs in a new worker and gets its right outcome."""
    with Sandbox(workers=1) as own:
        assert own.run(RIGHT).passed
        kill_one(own, name)
        time.sleep(0.1)
        assert own.run(RIGHT).passed


def test_a_lane_that_dies_twice_is_an_error_of_the_sandbox():
    """A failure during the program is retried once, then raised; it is never an outcome."""
    with Sandbox(workers=1) as own:
        own.run(RIGHT)
        future = own.submit(Submission(SLEEP.program, TESTS, 20.0))
        killed = set()
        for _ in range(2):
            assert until(lambda: [worker for worker in own._workers if worker.process.pid not in killed])
            time.sleep(1.0)
            killed.add(next(iter(own._workers)).process.pid)
            kill_one(own, "forkserver")
        with pytest.raises(SandboxError, match="the sandbox failed"):
            future.result(60)
        assert own.run(RIGHT).passed


def test_a_harness_that_is_killed_leaves_nothing(tmp_path):
    """When the harness dies without a word, its sandbox ends by itself, with a program still running."""
    script = (
        "from swallow_metrics.sandbox import *\n"
        "s = Sandbox(workers=1)\n"
        "s.run(Submission('def f(x): return x', t := CheckTests('f', 'def check(c): assert c(1) == 1')))\n"
        "print([worker.scratch.path for worker in s._workers][0], flush=True)\n"
        "s.run(Submission('while True: pass', t, 50))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as harness:
        folder = Path(harness.stdout.readline().strip())
        assert until(lambda: len(sandbox_processes(harness.pid)) >= 3)
        time.sleep(0.5)
        children = sandbox_processes(harness.pid)
        harness.kill()
    assert until(lambda: not any(Path(f"/proc/{p}").exists() for p in children))
    assert until(lambda: not folder.exists())


def test_environment_and_memory_of_the_harness_are_not_inherited(own, monkeypatch):
    """Programs see an empty environment, whatever the harness has in its own."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    test = CheckTests("f", "def check(candidate):\n    assert candidate() == []\n")
    program = "import os, posix\ndef f(): return [*os.environ, *posix.environ]"
    assert own.run(Submission(program, test)).passed


def test_programs_do_not_see_each_others_files(own):
    """The working folder is empty for every program."""
    test = CheckTests("f", "def check(candidate):\n    assert candidate() == []\n")
    program = "import os\nfound = os.listdir('.')\nopen('left', 'w').write('x')\ndef f(): return found"
    assert all(own.run(Submission(program, test)).passed for _ in range(5))


@pytest.mark.parametrize(
    "change",
    [
        "posix.rename(here, here + 'x')",
        "posix.rmdir(here)",
        "posix.rename(here, here + 'x'); posix.symlink(OUTSIDE, here)",
    ],
    ids=["renamed", "removed", "replaced by a link"],
)
def test_a_program_without_isolation_that_takes_its_folder_away_is_judged(tmp_path, change):
    """The next program runs, the folder is removed in the end, and what a link in its place names is not touched."""
    before = folders()
    (tmp_path / "keep").write_text("x")
    program = f"import posix\nOUTSIDE = {str(tmp_path)!r}\nhere = posix.getcwd()\n{change}\ndef f(x): return 2"
    with Sandbox("weak", workers=1) as own:
        assert own.run(Submission(program, TESTS)).category == "wrong"
        assert own.run(RIGHT).passed
    assert (tmp_path / "keep").exists()
    links = {folder for folder in folders() - before if folder.is_symlink()}  # a file of the program's own making
    for link in links:
        link.unlink()
    assert folders() == before


def test_time_is_up_at_the_limit_and_hardly_later(own):
    """A program that never ends is stopped within a quarter of a second after its limit."""
    own.run(RIGHT)
    for program in ("while True: pass", "def f(x):\n    while True: pass", "def f(x): return max(iter(range(10**10)))"):

        def run_it(program=program):
            assert own.run(Submission(program, TESTS, 0.5)).category == "timeout"

        assert 0.5 <= quickest(run_it, 0.5 + 1.0) < 0.5 + 1.0  # the goal is 0.25; the machine may be busy


def test_scratch_folders_are_emptied_whatever_they_hold(tmp_path):
    """Closed folders, deep ones and links go; what links point to stays."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_text("x")
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "closed").mkdir()
    (folder / "closed" / "link").symlink_to(outside)
    (folder / "closed" / "inner").mkdir(mode=0)
    (folder / "closed").chmod(0)
    deep = folder
    here = os.open(folder, os.O_RDONLY)
    for _ in range(600):  # the path is longer than any the kernel takes
        os.mkdir("d" * 20, dir_fd=here)
        inner = os.open("d" * 20, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    assert scratch.holds_more_than(0, str(deep))
    scratch.clear(str(folder))
    assert list(folder.iterdir()) == []
    assert (outside / "keep").exists()
