"""7,097 JMMLU questions against a local endpoint that answers at once: whole process, beside what it is made of.

    python tests/perf/bench_endpoint.py [shared folder beside the project, or $SWALLOW_SHARED]

Prints the whole run, and in the same run: the bare client loop over the same requests, plain pytest over as many
trivial items, and the demo. Ratios are what to compare; the machine's speed drifts.
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
            print(machine())
            plain = measure([*PYTEST, "-p", "no:anyio", "-p", "no:hypothesispytest", folder], cwd=folder)
            print(f"plain pytest, 7,097 trivial items   {plain}")
            plain_two = measure([*PYTEST, "-p", "no:anyio", "-p", "no:hypothesispytest", "-n", "2", folder], cwd=folder)
            print(f"plain pytest with -n 2              {plain_two}")
            loop = measure([sys.executable, "-c", LOOP.format(url=url, data=data / "swallow_jmmlu")])
            print(f"bare client loop, 7,097 requests    {loop}")
            run = ["benchmarks/test_jmmlu.py", "--data-dir", str(data), "--model", "m", "--base-url", url]
            whole = measure([*PYTEST, *run, "--run-dir", f"{folder}/run"])
            print(f"whole run, 7,097 questions          {whole}")
            bare = measure([*PYTEST, *run, "--run-dir", f"{folder}/bare", "--no-html"])
            print(f"whole run without report.html       {bare}")
            two = measure([*PYTEST, *run, "--run-dir", f"{folder}/two", "-n", "2"])
            print(f"whole run with -n 2                 {two}")
            demo = measure([*PYTEST, "benchmarks/test_jmmlu.py", "--run-dir", f"{folder}/demo"])
            print(f"demo                                {demo}")
        print(f"whole run / bare client loop: {whole.wall / loop.wall:.2f} x wall, {whole.cpu / loop.cpu:.2f} x CPU")
        both = loop.cpu + plain.cpu
        print(
            f"whole run / (loop + plain pytest): {whole.cpu / both:.2f} x CPU, {bare.cpu / both:.2f} x without the page"
        )
        print(f"-n 2 / whole run: {two.wall / whole.wall:.2f} x wall, {two.cpu / whole.cpu:.2f} x CPU")
        print(f"-n 2 of plain pytest: {plain_two.wall / plain.wall:.2f} x wall, {plain_two.cpu / plain.cpu:.2f} x CPU")
    finally:
        server.terminate()
        server.wait(10)


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
