"""A mixed suite with faults on, again and again in one process: does anything grow?

`python tests/faults/soak.py [MINUTES]` (default 30) prints a line for each round: seconds, resident memory, threads,
descriptors, child processes, temporary files, lines of the journal. The figures of a round must be those of the first.
"""

import gc
import itertools
import os
import random
import sys
import tempfile
import threading
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from endpoint import HALF, RESET
from faulty import Suite, answer, children, verdict, without_times

FAULTS = [
    RESET,
    HALF,
    (500, {}, "no"),
    (429, {"Retry-After": "0.02"}, "{}"),
    (200, {}, "{"),
    (200, {}, '{"choices": []}'),
]


def with_faults(says, seed):
    """One answer in five is a fault; nothing of a question is."""
    draw = random.Random(seed)
    return lambda body: draw.choice(FAULTS) if draw.random() < 0.2 else says(body)


def resident_mib():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(minutes):
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    until = time.monotonic() + 60 * minutes
    with Suite(folder, questions=300, dialogues=2, programs=3, latency_s=0.001) as suite:
        suite.quick()
        suite.model.answer, suite.judge.answer = with_faults(answer, 1), with_faults(verdict, 2)
        tempfile.tempdir = os.environ["TMPDIR"] = str(folder / "tmp")
        os.environ["OPENAI_API_KEY"] = "k"
        os.chdir(folder)
        first = None
        print("round seconds    MiB threads descriptors children temporary lines same", flush=True)
        for number in itertools.count(1):
            start = time.monotonic()
            # pytest-rerunfailures leaves a thread and a socket behind in each.
            arguments = suite.command("run", "-p", "no:rerunfailures", "-q", "--max-retries", "20")[3:]
            with Path("out.txt").open("w") as out, redirect_stdout(out), redirect_stderr(out):
                status = pytest.main(arguments)
            assert status == 0, Path("out.txt").read_text()
            lines = len(suite.journal("run"))
            figures = without_times(suite.report("run")["swallow"]["benchmarks"])
            first = first or figures
            for file in (folder / "run").iterdir():
                file.unlink()
            suite.model.bodies.clear(), suite.model.headers.clear(), suite.model.asked.clear()
            suite.judge.bodies.clear(), suite.judge.headers.clear(), suite.judge.asked.clear()
            gc.unfreeze()
            gc.collect()
            print(f"{number:5} {time.monotonic() - start:7.1f} {resident_mib():6.0f} {threading.active_count():7} "
                  f"{len(os.listdir('/proc/self/fd')):11} {len(children(os.getpid())):8} {len(suite.temporary()):9} "
                  f"{lines:5} {figures == first}", flush=True)  # fmt: skip
            if time.monotonic() > until:
                break


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
