"""What a command costs before anything is asked: medians of several rounds, each thing once per round.

python tests/perf/bench_start.py [rounds]
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from measure import PYTEST, machine, measure
from places import SHARED
from swallow_metrics.plugin.selection import BENCHMARKS

QUIET = ["-p", "no:anyio", "-p", "no:hypothesispytest", "-p", "no:timeout", "-p", "no:rerunfailures"]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_other.py").write_text("def test_nothing(): pass\n")
        other = [*PYTEST, *QUIET, folder]
        demo = [*PYTEST, *QUIET, "benchmarks/test_jmmlu.py", "--run-dir"]
        numbers = iter(range(10**6))
        commands = {
            "swallow --help": lambda: measure([Path(sys.executable).with_name("swallow"), "--help"]),
            "an unrelated project, without the plugin": lambda: measure(
                [*other, "-p", "no:swallow_metrics.plugin", "-p", "no:pytest_jsonreport"], cwd=folder
            ),
            "an unrelated project": lambda: measure([*other, "-p", "no:pytest_jsonreport"], cwd=folder),
            "demo of JMMLU": lambda: measure([*demo, f"{folder}/{next(numbers)}"]),
            "demo of JMMLU, no page": lambda: measure([*demo, f"{folder}/{next(numbers)}", "--no-html"]),
        }
        if (SHARED / "data").is_dir():
            there = {path.name.split(".")[0] for path in (SHARED / "data").iterdir()} & set(BENCHMARKS)
            full = ["benchmarks", "-m", " or ".join(sorted(there)), "--model", "m", "--data-dir", SHARED / "data"]
            collect = [*PYTEST, *QUIET, "--collect-only", *full]
            commands[f"collect the full data of {len(there)} benchmarks"] = lambda: measure(collect)
        costs = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                costs[name].append(command())
    print(machine(), subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip())
    for name, found in costs.items():
        wall, cpu = median(cost.wall for cost in found), median(cost.cpu for cost in found)
        print(f"{name:42} {wall:6.3f} s wall  {cpu:6.3f} s CPU")
    pairs = zip(costs["an unrelated project"], costs["an unrelated project, without the plugin"], strict=True)
    print(f"the plugin there: {median(one.cpu - two.cpu for one, two in pairs) * 1000:.0f} ms CPU")


if __name__ == "__main__":
    main()
