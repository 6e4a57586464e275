"""Runs hostile programs with canaries around them and says what leaked.

Also a script, for another user: `python hostile_runner.py LEVEL SHARED_FOLDER WHICH` prints one JSON line a program.
"""

import json
import os
import re
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

WALL_S = 3.0
TRIES = 5
MEMORY = 2 << 30
SECRET = "sk-canary-7f3a9c"


class Canaries:
    """A folder, a listener and a secret that no program may touch; `touched` says which were."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="canary-"))
        self.keep = self.folder / "keep.txt"
        self.keep.write_text("keep me\n")
        self.keep.chmod(0o644)
        self.folder.chmod(0o777)  # the file permissions alone would let programs in
        self.before = self._state()
        self.contacts = []
        self.signals = []
        self.sockets = self._listen()
        self.done = False
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()
        self.handlers = {
            s: signal.signal(s, lambda number, _: self.signals.append(number))
            for s in (signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP, signal.SIGIO)
        }
        self.limits = resource.getrlimit(resource.RLIMIT_CPU), os.getpriority(os.PRIO_PROCESS, 0)
        os.environ["OPENAI_API_KEY"] = SECRET

    def _state(self):
        status = self.keep.stat()
        return self.keep.read_text(), status.st_mode, status.st_ino, status.st_nlink, status.st_mtime_ns

    def _listen(self):
        tcp = socket.create_server(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self.port))
        stream = socket.socket(socket.AF_UNIX)
        stream.bind(f"\0canary-{self.port}")
        stream.listen()
        datagram = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        datagram.bind(f"\0canary-dgram-{self.port}")
        return {"tcp": tcp, "udp": udp, "unix": stream, "unix datagram": datagram}

    def _accept(self):
        for s in self.sockets.values():
            s.setblocking(False)
        while not self.done:
            for name, s in self.sockets.items():
                try:
                    s.accept() if name in ("tcp", "unix") else s.recv(100)
                    self.contacts.append(name)
                except OSError:
                    pass
            time.sleep(0.02)

    def substitute(self, text):
        return text.replace("@CANARY_DIR@", str(self.folder)).replace("@CANARY_PORT@", str(self.port))

    def touched(self):
        found = [f"{name} contact" for name in self.contacts] + [f"signal {s}" for s in self.signals]
        found += [f"new file {name}" for name in os.listdir(self.folder) if name != "keep.txt"]
        if not self.keep.exists() or self._state() != self.before:
            found.append("keep.txt changed")
        if self.limits != (resource.getrlimit(resource.RLIMIT_CPU), os.getpriority(os.PRIO_PROCESS, 0)):
            found.append("limits of the harness changed")
        return found

    def close(self):
        self.done = True
        self.thread.join()
        for s in self.sockets.values():
            s.close()
        for s, handler in self.handlers.items():
            signal.signal(s, handler)
        del os.environ["OPENAI_API_KEY"]
        self.keep.unlink(missing_ok=True)
        self.folder.rmdir()


def sandbox_processes(harness=None):
    """Ids of the processes that descend from the harness, this process by default: those of its sandboxes."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stat = Path(f"/proc/{name}/stat").read_text()
                parents[int(name)] = int(stat.rpartition(")")[2].split()[1])
            except OSError:
                continue
    ours, found = {harness or os.getpid()}, set()
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
        found |= more
    return found


class PeakMemory(threading.Thread):
    """Samples the private memory of the sandboxes' processes."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak = 0
        self.done = threading.Event()
        self.start()

    def run(self):
        while not self.done.wait(0.05):
            total = 0
            for pid in sandbox_processes():
                try:
                    pages = Path(f"/proc/{pid}/statm").read_text().split()
                    total += (int(pages[1]) - int(pages[2])) * resource.getpagesize()
                except OSError:
                    continue
            self.peak = max(self.peak, total)


def verdict_ok(must, category):
    passed, timeout = category == "passed", category == "timeout"
    return {
        "fail": not passed and not timeout,
        "timeout": timeout,
        "fail_or_timeout": not passed,
        "pass": passed,
        "any": True,
    }[must]


def lateness(must, outcome, wall, wall_s):
    """What of a run took too long: another try may show that it was the machine."""
    late = []
    if outcome.category == "timeout" and must in ("fail", "pass"):
        late.append("its time was up")
    if wall > 2 * wall_s + 3:  # its time may be spent once while loading and once in the test
        late.append(f"took {wall:.1f} s")
    if outcome.category == "timeout" and outcome.seconds % wall_s > 0.25:
        late.append(f"killed {outcome.seconds % wall_s:.2f} s after its time")
    return late


def run_all(sandbox, programs, problem, check_tests, submission, wall_s=WALL_S):
    """`programs`: name -> (must, text). Yields name -> {"category", "detail", "faults"}; the last is for all."""
    canaries = Canaries()
    tests = check_tests(problem["entry_point"], problem["test"], problem["prompt"])
    solution = "def weighted_sum(xs):\n    return sum((i + 1) * x for i, x in enumerate(xs))\n"
    right = submission(solution, tests, wall_s)
    for text in (solution, solution + "# numpy"):  # a worker of its own
        assert sandbox.run(submission(text, tests, 10.0)).passed
    expected = len(sandbox_processes())
    try:
        for name, (must, text) in programs.items():
            memory = PeakMemory()
            for _ in range(TRIES):  # a busy machine is late now and then
                start = time.monotonic()
                outcome = sandbox.run(submission(canaries.substitute(text), tests, wall_s))
                wall = time.monotonic() - start
                if not (late := lateness(must, outcome, wall, wall_s)):
                    break
            memory.done.set()
            memory.join()
            faults = canaries.touched() + late
            if not verdict_ok(must, outcome.category):
                faults.append(f"must {must}, is {outcome.category}")
            if SECRET in repr(outcome):
                faults.append("the secret is in the outcome")
            if len(repr(outcome)) > 2000:
                faults.append("the outcome is long")
            if memory.peak > MEMORY + (512 << 20):
                faults.append(f"used {memory.peak >> 20} MB")
            if not sandbox.run(right).passed:
                faults.append("the next program fails")
            until = time.monotonic() + 10
            while len(left := sandbox_processes()) > expected and time.monotonic() < until:
                time.sleep(0.1)
            if len(left) > expected:
                faults.append(f"left {len(left) - expected} processes")
            yield name, {"category": outcome.category, "detail": outcome.detail, "seconds": wall, "faults": faults}
        time.sleep(3)
        yield "afterwards", {"category": "", "detail": "", "seconds": 0, "faults": canaries.touched()}
    finally:
        canaries.close()


def manifest_programs(shared):
    """The programs of the shared folder: (problem, hostile, controls)."""
    folder = Path(shared) / "conformance" / "hostile"
    manifest = json.loads((folder / "manifest.json").read_text())
    controls = json.loads((folder / "controls" / "manifest.json").read_text())

    def read(base, entries):
        return {e["file"].removesuffix(".py"): (e["must"], (base / e["file"]).read_text()) for e in entries}

    return manifest["problem"], read(folder, manifest["snippets"]), read(folder / "controls", controls["snippets"])


def main(level, shared, which):
    sys.path[:0] = [str(Path(__file__).parents[2])]
    from attacks import ATTACKS

    from swallow_metrics.sandbox import CheckTests, Sandbox, Submission

    problem, hostile, controls = manifest_programs(shared)
    programs = {"own": ATTACKS, "shared": hostile | controls}[which]
    with Sandbox(level, workers=1) as sandbox:
        print(json.dumps({"level": sandbox.start(), "uid": os.getuid()}), flush=True)
        for name, result in run_all(sandbox, programs, problem, CheckTests, Submission):
            print(json.dumps({name: result}), flush=True)
    left = sandbox_processes()
    folders = [n for n in os.listdir(tempfile.gettempdir()) if re.match("swallow-sandbox-", n)]
    print(
        json.dumps(
            {"close": {"category": "", "faults": [f"{len(left)} processes"] if left else []}, "folders": folders}
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
