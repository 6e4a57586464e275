"""MT-Bench against a local endpoint of 0.2 s: 800 answers and 800 verdicts, 64 in flight, beside the ideal time.

    python tests/perf/bench_mt_bench.py [latency in seconds]

Needs the questions of the shared folder beside the project, or of $SWALLOW_SHARED. Prints the time of the whole
process and of its requests alone (from the first one to the last answer), each as a multiple of the ideal: the
time that as many requests take with 64 of them always open, without anything around them. The same run also measures
the bare client, which shows what of it is this machine: two loops of 800 requests, 64 open in each.
"""

import sys
import tempfile
import time

sys.path.insert(0, str(__import__("pathlib").Path(__file__).parents[1]))

from endpoint import Endpoint
from measure import PYTEST, machine, measure
from places import SHARED

IN_FLIGHT = 64
REQUESTS = 80 * 5 * 2 * 2


LOOP = """
import asyncio
from swallow_metrics.datatypes import Request, Sampling
from swallow_metrics.engines.openai import OpenAIEngine
async def ask(engine, slot, number):
    async with slot:
        message = {{"role": "user", "content": f"{{number}} " + "text " * 400}}
        await engine.generate(Request("b", "0", (message,), Sampling(temperature=0.0)))
async def main():
    engines = [OpenAIEngine(name, "{url}", "none") for name in ("candidate", "judge")]
    slots = [asyncio.Semaphore({in_flight}) for _ in engines]
    await asyncio.gather(*[ask(e, s, n) for n in range({requests} // 2) for e, s in zip(engines, slots)])
    for engine in engines:
        await engine.close()
asyncio.run(main())
"""


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


def show(name, cost, server, ideal):
    """One line of figures."""
    busy = server.last - server.first
    print(f"{name:<17} {cost}  {len(server.bodies)} requests, at most {server.peak} open")
    print(f"    process / ideal: {cost.wall / ideal:.2f}    requests / ideal: {busy / ideal:.2f}")
    assert len(server.bodies) == REQUESTS


def main():
    latency = float(sys.argv[1]) if len(sys.argv) > 1 else 0.2
    data = SHARED / "data"
    if not (data / "japanese_mt_bench.jsonl").is_file():
        sys.exit(f"needs the questions in {data}/japanese_mt_bench.jsonl")
    ideal = REQUESTS * latency / IN_FLIGHT
    print(machine())
    print(f"ideal, {REQUESTS} requests of {latency} s, {IN_FLIGHT} at a time: {ideal:.2f} s")
    with Watched(answer, latency_s=latency) as server:
        code = LOOP.format(url=server.url, in_flight=IN_FLIGHT, requests=REQUESTS)
        show("bare client", measure([sys.executable, "-c", code]), server, ideal)
    for extra in ([], ["-n", "2"]):
        with Watched(answer, latency_s=latency) as server, tempfile.TemporaryDirectory() as folder:
            run = [
                *PYTEST, "benchmarks/test_mt_bench.py", "-m", "japanese_mt_bench", "--data-dir", str(data),
                "--model", "candidate", "--base-url", server.url, "--judge-model", "judge",
                "--judge-base-url", server.url, "--max-in-flight", str(IN_FLIGHT), "--run-dir", f"{folder}/run",
            ]  # fmt: skip
            show(f"whole run {' '.join(extra)}", measure([*run, *extra]), server, ideal)


if __name__ == "__main__":
    main()
