"""Long generations: 1,000 questions at once at an endpoint that takes 10 ms for each new token.

    python tests/perf/bench_paced.py [numbers of new tokens] (256 2048 16384 by default: about four minutes)

Prints for each length the whole run beside the time the endpoint takes, what the run adds to it, and the processor time
of the harness while 1,000 requests are open. A run of one question tells what starting and reporting cost.
"""

import asyncio
import subprocess
import sys
import tempfile

from bench_endpoint import free_port, wait_for

from measure import PYTEST, machine, measure
from places import ROOT, SHARED

QUESTIONS = 1000
TOKEN_S = 0.01
WORD = "reason "  # as long as an English token with its space, about


def run(tokens, questions, folder):
    """What a run costs whose answers have so many tokens."""
    port = free_port()
    seconds = tokens * TOKEN_S
    text = WORD * tokens + "A"
    command = [sys.executable, str(ROOT / "tests/endpoint.py"), str(port), str(seconds), text]
    with subprocess.Popen(command) as server:
        try:
            asyncio.run(wait_for(port))
            asked = ["benchmarks/test_jmmlu.py", "--data-dir", str(SHARED / "data"), "--limit", str(questions)]
            sent = ["--model", "m", "--base-url", f"http://127.0.0.1:{port}/v1", "--max-in-flight", str(QUESTIONS)]
            return measure([*PYTEST, *asked, *sent, "--run-dir", f"{folder}/{tokens}-{questions}"])
        finally:
            server.terminate()


def main():
    if not (SHARED / "data" / "swallow_jmmlu").is_dir():
        sys.exit(f"needs the JMMLU rows in {SHARED}/data/swallow_jmmlu")
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        one = run(0, 1, folder)
        print(f"1 question at once             {one}")
        for tokens in [int(word) for word in sys.argv[1:]] or [256, 2048, 16384]:
            whole = run(tokens, QUESTIONS, folder)
            ideal = tokens * TOKEN_S
            more = whole.wall - ideal
            print(
                f"{QUESTIONS:,} questions, {tokens:>6,} tokens  {whole}  endpoint {ideal:.1f} s, {more:.1f} s more "
                f"({more / ideal:.1%}), without the start {(more - one.wall) / ideal:.1%}"
            )


if __name__ == "__main__":
    main()
