"""7,097 JMMLU questions against a local endpoint that answers at once: whole process, beside what it is made of.

    python tests/perf/bench_endpoint.py [rounds]

Prints the whole run, and in the same run: the bare client loop over the same requests, and plain pytest over as many
trivial items. Needs the real rows. Of several rounds the one with the least processor time counts: machines drift.
"""

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import PYTEST, machine, measure
from places import ROOT, SHARED

TRIVIAL = "import pytest\n@pytest.mark.parametrize('n', range(7097))\ndef test_n(n): assert n >= 0\n"
LOOP = """
import asyncio, json, pathlib
from swallow_metrics.datatypes import Request, Sampling
from swallow_metrics.engines.openai import OpenAIEngine
async def main():
    engine = OpenAIEngine("m", "{url}", "none")
    slot = asyncio.Semaphore(64)
    async def ask(text):
        async with slot:
            await engine.generate(Request("b", "0", ({{"role": "user", "content": text}},), Sampling(temperature=0.0)))
    rows = [json.loads(l) for f in sorted(pathlib.Path("{data}").glob("*.jsonl")) for l in f.read_text().split("\\n") if l]
    await asyncio.gather(*[ask(row["question"]) for row in rows])
    await engine.close()
asyncio.run(main())
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    data = SHARED / "data"
    if not (data / "swallow_jmmlu").is_dir():
        sys.exit(f"needs the JMMLU rows in {data}/swallow_jmmlu")
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1"
    server = subprocess.Popen([sys.executable, str(ROOT / "tests" / "endpoint.py"), str(port)])
    try:
        asyncio.run(wait_for(port))
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "test_trivial.py").write_text(TRIVIAL)
            trivial = [*PYTEST, "-p", "no:anyio", "-p", "no:hypothesispytest", folder]
            run = [*PYTEST, "benchmarks/test_jmmlu.py", "--data-dir", data, "--model", "m", "--base-url", url]
            commands = {
                "plain pytest, 7,097 trivial items": trivial,
                "bare client loop, 7,097 requests": [
                    sys.executable,
                    "-c",
                    LOOP.format(url=url, data=data / "swallow_jmmlu"),
                ],
                "whole run, 7,097 questions": run,
                "whole run without report.html": [*run, "--no-html"],
                "whole run with -n 2": [*run, "-n", "2"],
                "plain pytest with -n 2": [*trivial, "-n", "2"],
            }
            numbers = iter(range(10**6))
            costs = {name: [] for name in commands}
            for _ in range(rounds):
                for name, command in commands.items():
                    new = ["--run-dir", f"{folder}/{next(numbers)}"] if "whole" in name else []
                    costs[name].append(measure([*command, *new], cwd=folder if "plain" in name else ROOT))
    finally:
        server.terminate()
        server.wait(10)
    print(machine())
    least = {name: min(found, key=lambda cost: cost.cpu) for name, found in costs.items()}
    for name, cost in least.items():
        print(f"{name:34}  {cost}")
    plain, loop, whole, bare, two, plain_two = least.values()
    both = loop.cpu + plain.cpu
    print(f"whole run / (loop + plain pytest): {whole.cpu / both:.2f} x CPU, {bare.cpu / both:.2f} x without the page")
    print(f"-n 2 / whole run: {two.wall / whole.wall:.2f} x wall, {two.cpu / whole.cpu:.2f} x CPU")
    print(f"-n 2 of plain pytest: {plain_two.wall / plain.wall:.2f} x wall, {plain_two.cpu / plain.cpu:.2f} x CPU")


async def wait_for(port):
    deadline = time.monotonic() + 20
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


if __name__ == "__main__":
    main()
