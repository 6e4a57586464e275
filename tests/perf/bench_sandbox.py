"""What the sandbox costs, as ratios within one run.

    python tests/perf/bench_sandbox.py [rounds]

A trivial program of HumanEval's size (8 calls) on one core, medians of interleaved rounds: forked and exec'd bare, with
nothing around it, and in the sandbox at its levels; the same while this process holds 2 GB; two workers on two cores;
how late a program is killed. Goals: 1.6 times bare, isolation at most 1.0 ms, 1.1 times with 2 GB, 1.7 times with two
workers, 0.25 s.
"""

import os
import statistics
import sys
import time
from collections import defaultdict
from contextlib import contextmanager

from measure import machine
from swallow_metrics.errors import UsageError
from swallow_metrics.sandbox import CheckTests, Sandbox, Submission

PROGRAM = "def weighted_sum(xs):\n    return sum((i + 1) * x for i, x in enumerate(xs))\n"
TEST = (
    "def check(candidate):\n    assert candidate([]) == 0\n    assert candidate([1]) == 1\n"
    "    assert candidate([3, 4]) == 11\n    assert abs(candidate([1, 1, 1]) - 6) < 1e-6\n"
    "    for n in range(2, 6):\n        xs = list(range(n))\n"
    "        assert candidate(xs) == sum((i + 1) * x for i, x in enumerate(xs))\n"
)
TASK = Submission(PROGRAM, CheckTests("weighted_sum", TEST), 10.0)
BATCH = 10  # runs of one kind before the next kind has its turn
GIGABYTES = 2


def bare():
    """The same program and test in a forked child, with nothing else: the yardstick."""
    if (pid := os.fork()) == 0:
        space = {}
        exec(PROGRAM + TEST, space)
        space["check"](space["weighted_sum"])
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def sandboxes():
    """Name -> sandbox, for each level that this machine offers."""
    for name, level, without in (
        ("full", "full", ()),
        ("no-namespaces", "no-namespaces", ()),
        ("no-landlock", "no-landlock", ()),
        ("limits only", "weak", ("seccomp",)),
    ):
        sandbox = Sandbox(level, workers=1, without=without)
        try:
            sandbox.start()
        except UsageError as error:
            sandbox.close()
            print(f"{name}: {error}")
        else:
            yield name, sandbox


def medians(kinds, rounds):
    """Name -> median milliseconds, all kinds taking turns."""
    times = defaultdict(list)
    for _ in range(rounds):
        for name, run in kinds.items():
            for _ in range(BATCH):
                start = time.perf_counter()
                run()
                times[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(values) for name, values in times.items()}


def run_in(sandbox):
    """One program through the sandbox's own door, thread pool included."""

    def run():
        assert sandbox.run(TASK).passed

    return run


@contextmanager
def ballast():
    """Hold some gigabytes, every page of them written."""
    held = bytearray(GIGABYTES << 30)
    held[::4096] = b"\1" * len(held[::4096])
    yield
    del held


def in_a_large_process(kinds, rounds):
    """How much longer each kind takes with the ballast than just before: a machine's speed drifts from minute to minute."""
    ratios = defaultdict(list)
    for _ in range(rounds):
        small = medians(kinds, 2)
        with ballast():
            large = medians(kinds, 2)
        for name in kinds:
            ratios[name].append(large[name] / small[name])
    told = (f"{name} {statistics.median(values):.2f} ×" for name, values in ratios.items())
    print(f"  with {GIGABYTES} GB in this process: {'; '.join(told)}")


def on_one_core(rounds):
    """Cost of each level against bare, and of a large harness."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    opened = dict(sandboxes())
    kinds = {"bare": bare} | {name: run_in(sandbox) for name, sandbox in opened.items()}
    medians(kinds, 1)  # everything starts and warms up
    small = medians(kinds, rounds)
    for name, milliseconds in small.items():
        print(
            f"  {name:14} {milliseconds:7.2f} ms  {milliseconds / small['bare']:5.2f} × bare  {1000 / milliseconds:5.0f}/s"
        )
    for name in opened.keys() - {"limits only"}:
        print(f"  isolation of {name}: {small[name] - small['limits only']:+.2f} ms")
    strongest = next(iter(opened))
    with Sandbox(workers=1) as late:
        with ballast():
            late.start()  # by a process that is large already
        in_a_large_process(
            {strongest: kinds[strongest], "started then": run_in(late), "bare": bare}, max(3, rounds // 3)
        )
    for sandbox in opened.values():
        sandbox.close()


def on_two_cores(rounds, cores):
    """Programs a second of two workers on two cores, against one worker on one core and on both, taking turns."""
    rates = defaultdict(list)
    several = [TASK] * (10 * BATCH)
    os.sched_setaffinity(0, {max(cores)})
    with Sandbox(workers=1) as pinned:
        pinned.run(TASK)  # its processes stay on that core
        os.sched_setaffinity(0, cores)
        with Sandbox(workers=1) as one, Sandbox(workers=2) as two:
            for _ in range(rounds + 1):
                for name, sandbox in (("pinned", pinned), ("one", one), ("two", two)):
                    os.sched_setaffinity(0, {max(cores)} if name == "pinned" else cores)
                    start = time.perf_counter()
                    for future in [sandbox.submit(submission) for submission in several]:
                        assert future.result().passed
                    rates[name].append(len(several) / (time.perf_counter() - start))
    os.sched_setaffinity(0, cores)
    pinned_rate, one_rate, two_rate = (statistics.median(rates[name][1:]) for name in ("pinned", "one", "two"))
    print(
        f"  two workers {two_rate:.0f}/s: {two_rate / pinned_rate:.2f} x one worker on one core ({pinned_rate:.0f}/s),",
        end=" ",
    )
    print(f"{two_rate / one_rate:.2f} x one whose processes share both ({one_rate:.0f}/s)")


def lateness():
    """How long after its limit a program's outcome is there."""
    late = []
    with Sandbox(workers=1) as sandbox:
        for program in ("while True: pass", "def weighted_sum(xs): return max(iter(range(10 ** 10)))") * 3:
            sandbox.run(TASK)
            start = time.perf_counter()
            assert sandbox.run(Submission(program, TASK.tests, 1.0)).category == "timeout"
            late.append(time.perf_counter() - start - 1.0)
    print(f"  outcome after the time limit: {1000 * max(late):.0f} ms at most of {len(late)}")


def starting():
    """How long until the first outcome."""
    start = time.perf_counter()
    with Sandbox(workers=1) as sandbox:
        sandbox.start()
        tested = time.perf_counter()
        sandbox.run(TASK)
        print(
            f"  start with self-test {tested - start:.2f} s, first program {1000 * (time.perf_counter() - tested):.0f} ms"
        )


def main(rounds):
    print(machine())
    cores = os.sched_getaffinity(0)
    starting()
    on_one_core(rounds)
    os.sched_setaffinity(0, cores)
    if len(cores) > 1:
        on_two_cores(max(3, rounds // 3), cores)
    lateness()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
