"""MT-Bench against a local endpoint of 0.2 s: 800 answers and 800 verdicts, 64 in flight, beside the ideal time.

    python tests/perf/bench_mt_bench.py [latency in seconds]

Needs the questions of the shared folder beside the project, or of $SWALLOW_SHARED. Prints the time of the whole
process and of its questions alone (from the first request to the last answer), each as a multiple of the ideal: the
time that as many requests take with 64 of them always open, without anything around them.
"""

import sys
import tempfile
import time

sys.path.insert(0, str(__import__("pathlib").Path(__file__).parents[1]))

from endpoint import Endpoint
from measure import PYTEST, SHARED, machine, measure

IN_FLIGHT = 64
REQUESTS = 80 * 5 * 2 * 2


class Watched(Endpoint):
    """An endpoint that remembers when it was first and last busy, and how many requests of each model were open."""

    first = last = None

    async def handle(self, request):
        self.first = self.first or time.perf_counter()
        answer = await super().handle(request)
        self.last = time.perf_counter()
        return answer


def answer(body):
    return "説明です。\n\n評価：[[7]]" if body["model"] == "judge" else "答えです。" * 100


def main():
    latency = float(sys.argv[1]) if len(sys.argv) > 1 else 0.2
    data = SHARED / "data"
    if not (data / "japanese_mt_bench.jsonl").is_file():
        sys.exit(f"needs the questions in {data}/japanese_mt_bench.jsonl")
    ideal = REQUESTS * latency / IN_FLIGHT
    print(machine())
    print(f"ideal, {REQUESTS} requests of {latency} s, {IN_FLIGHT} at a time: {ideal:.2f} s")
    for extra in ([], ["-n", "2"]):
        with Watched(answer, latency_s=latency) as server, tempfile.TemporaryDirectory() as folder:
            run = [
                *PYTEST, "benchmarks/test_mt_bench.py", "-m", "japanese_mt_bench", "--data-dir", str(data),
                "--model", "candidate", "--base-url", server.url, "--judge-model", "judge",
                "--judge-base-url", server.url, "--max-in-flight", str(IN_FLIGHT), "--run-dir", f"{folder}/run",
            ]  # fmt: skip
            cost = measure([*run, *extra])
            asked, busy = len(server.bodies), server.last - server.first
            name = f"whole run {' '.join(extra)}".ljust(17)
            print(f"{name} {cost}  {asked} requests, at most {server.peak} open")
            print(f"    process / ideal: {cost.wall / ideal:.2f}    questions / ideal: {busy / ideal:.2f}")
            assert asked == REQUESTS


if __name__ == "__main__":
    main()
