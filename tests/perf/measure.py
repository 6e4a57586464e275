"""Run a command and tell what it took: shared by the benchmark scripts beside it."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from places import ROOT  # the folder above is on the path only now

PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


@dataclass
class Cost:
    """Seconds of wall and processor time of a child process with its children, and its largest memory in MB."""

    wall: float
    cpu: float
    memory: float
    output: str

    def __str__(self):
        return f"{self.wall:6.2f} s wall  {self.cpu:6.2f} s CPU  {self.memory:5.0f} MB"


def measure(command, *, cwd=ROOT, env=None):
    """Run a command to its end, with compiled files as users have them; a failure shows its output."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | (env or {})
    before = time.perf_counter()
    with subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - before
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{output[-3000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def one_core():
    """Keep this process and its children on one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def machine():
    """How busy the machine is: timings on a loaded one say little."""
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, load {load:.1f}, Python {sys.version.split()[0]}"
