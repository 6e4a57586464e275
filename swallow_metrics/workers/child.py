"""The inside of a worker process: limits, messages, and the end with the harness."""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from time import sleep
from typing import Any

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def serve(prepare: Callable[[], Answer], settings: dict[str, Any]) -> None:
    """Answer messages until the harness closes the connection. Main thread only.

    `prepare` imports what is needed and returns the function that answers. `settings` are those of `WorkerProcess`;
    memory is limited to its `memory_mb` MiB of address space. When the harness is gone the process ends within a
    second, also in the middle of a computation.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, settings["memory_mb"] << 20)
    threading.Thread(target=_watch, args=(settings["parent"],), daemon=True).start()

    answer = prepare()
    gc.collect()
    gc.freeze()  # what is imported stays: no collection need look at it again
    gc.set_threshold(50_000, 20, 100)
    with Connection(settings["connection"]) as connection, suppress(EOFError, ConnectionError):
        reply: dict[str, Any] = {"ready": True}
        while True:
            connection.send_bytes(json.dumps(reply).encode())
            reply = answer(json.loads(connection.recv_bytes()))


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
