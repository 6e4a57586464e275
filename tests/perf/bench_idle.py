"""Whether scoring makes a model wait: requests in flight over time, while code, mathematics and instructions are scored.

    python tests/perf/bench_idle.py [questions per benchmark] (300 by default)

An endpoint on loopback answers each question after 0.5 to 2 s with a bundled answer, of which some are programs. The
open requests are looked at every 5 ms, from the first full window until the last question was sent: the share of the
window that was empty is what a GPU would have idled for lack of requests.
"""

import json
import random
import sys
import tempfile
import threading
import time

from measure import PYTEST, machine, measure  # isort: skip  # it puts the folder of the next on the path
from endpoint import Endpoint
from places import ROOT, SHARED

WINDOW = 64
BENCHMARKS = "swallow_jmmlu or humaneval or mifeval_ja or jemhopqa"


class Slow(Endpoint):
    """Takes 0.5 to 2 s for each answer."""

    draw = random.Random(1)
    latency_s = property(lambda self: self.draw.uniform(0.5, 2.0), lambda self, value: None)


def answers():
    """The bundled answers of the benchmarks."""
    files = [ROOT / f"benchmarks/demo/{name}.responses.jsonl" for name in BENCHMARKS.split(" or ")]
    return [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").split("\n") if line]


def main():
    if not (SHARED / "data" / "swallow_jmmlu").is_dir():
        sys.exit(f"needs the datasets in {SHARED}/data")
    limit = sys.argv[1] if len(sys.argv) > 1 else "300"
    print(machine())
    texts, looks, over = answers(), [], threading.Event()
    with Slow(lambda body: random.Random(str(body["messages"])).choice(texts)) as server:

        def look():
            while not over.wait(0.005):
                looks.append((server.open, len(server.bodies)))

        thread = threading.Thread(target=look)
        thread.start()
        with tempfile.TemporaryDirectory() as folder:
            asked = ["benchmarks", "-m", BENCHMARKS, "--data-dir", str(SHARED / "data"), "--limit", limit]
            sent = ["--model", "m", "--base-url", server.url, "--max-in-flight", str(WINDOW)]
            start = time.perf_counter()
            whole = measure([*PYTEST, *asked, *sent, "--run-dir", f"{folder}/run"])
            seconds = time.perf_counter() - start
        over.set()
        thread.join()
    full = next(at for at, (count, _) in enumerate(looks) if count == WINDOW)
    last = next(at for at, (_, number) in enumerate(looks) if number == len(server.bodies))
    counts = [count for count, _ in looks[full:last]]
    print(f"{len(server.bodies):,} requests, {WINDOW} at a time, in {seconds:.1f} s: {whole}")
    print(f"empty part of the window: {1 - sum(counts) / len(counts) / WINDOW:.2%}, the fewest open: {min(counts)}")


if __name__ == "__main__":
    main()
