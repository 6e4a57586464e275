"""How much slower than vLLM's own `LLM.chat` are we? Prints ratios of wall and processor time.

    VLLM_CPU_KVCACHE_SPACE=1 .venv-vllm/bin/python tests/perf/bench_vllm.py [--questions N] [--pairs N] [--window N]

Both are asked the same questions with the same engine settings, a tiny Llama on CPU, in pairs one after the other, and
each pair in the other order: rounds vary more than the two differ. `VLLMEngine` is driven as the pipeline drives it: an event loop
in a thread of its own, a bounded number of requests in flight, while the main thread takes the answers in order.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter, process_time
from typing import Any, NamedTuple

import measure  # noqa: F401  # puts the folder above on the path
from places import ROOT, SHARED

sys.path.insert(0, str(ROOT / "tests" / "vllm"))
DATA = SHARED / "data" / "swallow_jmmlu"
SETTINGS: dict[str, Any] = {
    "enforce_eager": True,
    "max_num_seqs": 256,
    "enable_prefix_caching": False,  # else whoever asks second is spared the reading
    "disable_log_stats": True,
}
MAX_TOKENS = 32


class Cost(NamedTuple):
    """Seconds of wall time, and of processor time of this process: vLLM's own processes work alike for both."""

    wall: float
    cpu: float


def questions(wanted: int) -> list[str]:
    """JMMLU's questions where they are, else made-up ones of the same length."""
    prompt = (ROOT / "benchmarks" / "prompts" / "swallow_jmmlu.txt").read_text("utf-8")
    rows = [json.loads(line) for file in sorted(DATA.glob("*.jsonl")) for line in file.open(encoding="utf-8")]
    if not rows:
        print(f"no questions in {DATA}: made-up ones", file=sys.stderr)
        rows = [
            {"question": f"{i}番目の問題です。" * 8, **dict.fromkeys("ABCD", "選択肢の一つ")} for i in range(wanted)
        ]
    chosen = rows[:: max(1, len(rows) // wanted)][:wanted]
    return [prompt.format(Question=row["question"], **{letter: row[letter] for letter in "ABCD"}) for row in chosen]


def through_engine(engine: Any, loop: asyncio.AbstractEventLoop, prompts: Sequence[str], window: int) -> Cost:
    """Cost until the main thread has all answers in order, at most `window` requests in flight."""
    from swallow_metrics.datatypes import Request, Sampling

    sampling = Sampling(temperature=0.0, max_tokens=MAX_TOKENS)
    answers: list[Future[Any]] = [Future() for _ in prompts]

    async def ask(number: int, slots: asyncio.Semaphore) -> None:
        try:
            message = {"role": "user", "content": prompts[number]}
            answers[number].set_result(await engine.generate(Request("bench", str(number), (message,), sampling)))
        except Exception as error:  # noqa: BLE001  # the main thread must hear of it
            answers[number].set_exception(error)
        finally:
            slots.release()

    async def ask_all() -> None:
        slots = asyncio.Semaphore(window)
        running = set()
        for number in range(len(prompts)):
            await slots.acquire()
            task = asyncio.ensure_future(ask(number, slots))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)

    start, cpu = perf_counter(), process_time()
    done = asyncio.run_coroutine_threadsafe(ask_all(), loop)
    for answer in answers:
        answer.result()
    done.result()
    return Cost(perf_counter() - start, process_time() - cpu)


def through_chat(llm: Any, prompts: Sequence[str]) -> Cost:
    """What `LLM.chat` takes for all prompts at once."""
    from vllm import SamplingParams

    start, cpu = perf_counter(), process_time()
    llm.chat(
        [[{"role": "user", "content": prompt}] for prompt in prompts],
        SamplingParams(temperature=0.0, max_tokens=MAX_TOKENS),
        use_tqdm=False,
    )
    return Cost(perf_counter() - start, process_time() - cpu)


def processes(before: set[int]) -> set[int]:
    """Process ids of everything that this process has started since."""
    import psutil

    return {child.pid for child in psutil.Process().children(recursive=True)} - before


@contextmanager
def stopped(pids: set[int]) -> Iterator[None]:
    """An idle engine takes processor time from a busy one, so its processes are stopped meanwhile."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def main() -> None:
    """Load both, ask in turns, print."""
    from vllm import LLM

    from swallow_metrics.engines.vllm import VLLMEngine
    from swallow_metrics.wiring.engines import LOCAL_IN_FLIGHT
    from tiny_llama import make_tiny_llama

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--window", type=int, default=LOCAL_IN_FLIGHT)
    options = parser.parse_args()
    prompts = questions(options.questions)
    with tempfile.TemporaryDirectory() as folder:
        model = str(make_tiny_llama(Path(folder), context=8192, corpus=prompts))
        start = perf_counter()
        llm = LLM(model, **SETTINGS)
        print(f"LLM is loaded in {perf_counter() - start:.1f} s", flush=True)
        theirs = processes(set())
        engine = VLLMEngine(model, engine_args=SETTINGS)
        loop = asyncio.new_event_loop()
        Thread(target=loop.run_forever, daemon=True).start()
        start = perf_counter()
        asyncio.run_coroutine_threadsafe(engine.open(), loop).result()
        print(f"VLLMEngine is loaded in {perf_counter() - start:.1f} s, with vLLM imported already", flush=True)
        own = processes(theirs)

        def ours() -> Cost:
            with stopped(theirs):
                return through_engine(engine, loop, prompts, options.window)

        def chat() -> Cost:
            with stopped(own):
                return through_chat(llm, prompts)

        ours(), chat()  # not counted: what is done once
        pairs = []
        for number in range(options.pairs):
            first, second = (ours, chat) if number % 2 else (chat, ours)
            costs = {first: first(), second: second()}
            pairs.append((costs[ours], costs[chat]))
            print(
                f"pair {number + 1}: VLLMEngine {costs[ours].wall:.2f} s, LLM.chat {costs[chat].wall:.2f} s", flush=True
            )
        asyncio.run_coroutine_threadsafe(engine.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
    print(f"{len(prompts)} questions, {MAX_TOKENS} tokens each, window {options.window}, {options.pairs} pairs")
    for kind in Cost._fields:
        ratios = sorted(getattr(own, kind) / getattr(their, kind) for own, their in pairs)
        print(f"{kind}: {median(ratios):.3f} x LLM.chat, pairs {', '.join(f'{ratio:.3f}' for ratio in ratios)}")


if __name__ == "__main__":
    main()
