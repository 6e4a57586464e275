"""The inside of a worker process: limits, messages, and the end with the harness."""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from time import sleep
from typing import Any

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def serve(prepare: Callable[[], Answer], *, parent: int, memory_mb: int) -> None:
    """Answer messages until the input ends. `prepare` imports what is needed and returns the function that answers.

    Memory is limited to `memory_mb` MiB of address space. When `parent` is gone the process ends within a second, also
    in the middle of a computation. What libraries print goes nowhere. Main thread only.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory_mb << 20)
    output = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()

    answer = prepare()
    gc.collect()
    gc.freeze()  # what is imported stays: no collection need look at it again
    gc.set_threshold(50_000, 20, 100)
    _send(output, {"ready": True})
    for line in _lines():
        _send(output, answer(json.loads(line)))


def limit_cpu(seconds: float) -> None:
    """From now on, the kernel ends the process after about this much processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 1, soft_only=True)


def _limit(kind: int, value: int, *, soft_only: bool = False) -> None:
    """Lower a limit, as far as the system knows it: some refuse limits of address space."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(kind, (value, hard if soft_only else value))
    except (ValueError, OSError):
        print(f"limit {kind} cannot be set to {value}", file=sys.stderr)  # noqa: T201  # the harness keeps it


def _watch(parent: int) -> None:
    """End the process when there is nobody left to compute for."""
    while os.getppid() == parent:
        sleep(1.0)
    os._exit(0)


def _lines() -> Iterator[bytes]:
    pending = b""
    while received := os.read(0, 1 << 20):
        *lines, pending = (pending + received).split(b"\n")
        yield from lines


def _send(descriptor: int, message: dict[str, Any]) -> None:
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(descriptor, data) :]
