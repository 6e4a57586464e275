"""How much slower than vLLM's own `LLM.chat` are we? Prints wall times of one run, and their ratios.

    VLLM_CPU_KVCACHE_SPACE=1 .venv-vllm/bin/python tests/perf/bench_vllm.py [--questions N] [--rounds N]

Both are asked the same questions with the same engine settings, a tiny Llama on CPU, one after the other: an idle
engine beside a busy one takes processor time from it. `VLLMEngine` is driven as the pipeline drives it: an event loop
in a thread of its own, a bounded number of requests in flight, while the main thread takes the answers in order.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter, process_time
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "vllm"))
DATA = Path(os.environ.get("SWALLOW_SHARED", ROOT / "../shared")) / "data" / "swallow_jmmlu"
SETTINGS: dict[str, Any] = {
    "enforce_eager": True,
    "max_num_seqs": 256,
    "enable_prefix_caching": False,  # else whoever asks second is spared the reading
    "disable_log_stats": True,
}
WINDOWS = (64, 256, 1024, 4096)
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


def main() -> None:
    """Load both, ask in turns, print."""
    from tiny_llama import make_tiny_llama

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    prompts = questions(options.questions)
    with tempfile.TemporaryDirectory() as folder:
        model = str(make_tiny_llama(Path(folder), context=8192, corpus=prompts))
        ours = measure_engine(model, prompts, options.rounds)
        chat = measure_chat(model, prompts, options.rounds)
    print(f"{len(prompts)} questions, {MAX_TOKENS} tokens each, {options.rounds} rounds; ratios of medians and minima")
    show("LLM.chat", chat, chat)
    for window, costs in ours.items():
        show(f"window {window}", costs, chat)


def show(name: str, costs: Sequence[Cost], chat: Sequence[Cost]) -> None:
    """One line: medians, and their ratios to `LLM.chat`'s, of medians and of the best rounds."""
    line = f"{name:12}"
    for kind in Cost._fields:
        ours, theirs = ([getattr(cost, kind) for cost in some] for some in (costs, chat))
        ratios = f"{median(ours) / median(theirs):.3f} x, best {min(ours) / min(theirs):.3f} x"
        line += f"  {kind} {median(ours):6.2f} s ({ratios})"
    print(line, [round(cost.wall, 2) for cost in costs])


def measure_engine(model: str, prompts: Sequence[str], rounds: int) -> dict[int, list[Cost]]:
    """What each round, for each window."""
    from swallow_metrics.engines.vllm import VLLMEngine

    engine = VLLMEngine(model, engine_args=SETTINGS)
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, daemon=True).start()
    start = perf_counter()
    asyncio.run_coroutine_threadsafe(engine.open(), loop).result()
    print(f"VLLMEngine loads in {perf_counter() - start:.1f} s", flush=True)
    through_engine(engine, loop, prompts[:64], 64)
    costs: dict[int, list[Cost]] = {window: [] for window in WINDOWS}
    for _ in range(rounds):
        for window in WINDOWS:
            costs[window].append(through_engine(engine, loop, prompts, window))
    asyncio.run_coroutine_threadsafe(engine.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    return costs


def measure_chat(model: str, prompts: Sequence[str], rounds: int) -> list[Cost]:
    """What each round of `LLM.chat`."""
    from vllm import LLM

    start = perf_counter()
    llm = LLM(model, **SETTINGS)
    print(f"LLM loads in {perf_counter() - start:.1f} s", flush=True)
    through_chat(llm, prompts[:64])
    return [through_chat(llm, prompts) for _ in range(rounds)]


if __name__ == "__main__":
    main()
