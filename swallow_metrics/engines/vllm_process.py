"""vLLM's async engine with the processes it starts: loaded off the event loop, ended whatever happens."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from swallow_metrics.engines.vllm_log import cause_in, into_log
from swallow_metrics.engines.vllm_model import fetch_config, one_line
from swallow_metrics.engines.vllm_scratch import Scratch
from swallow_metrics.engines.vllm_setup import Setup
from swallow_metrics.errors import EngineDown, UsageError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from vllm.v1.engine.async_llm import AsyncLLM

LOOK_EVERY_S = 0.2
KILL_AFTER_S = 5.0


class EngineProcess:
    """Starts a model once and ends it. `log` as for `VLLMEngine`."""

    def __init__(self, setup: Setup, log: Path | None, *, verbose: bool) -> None:
        self._setup = setup
        self._log = log
        self._verbose = verbose
        self._scratch: Scratch | None = None
        self._children: list[BaseProcess] = []
        self._llm: AsyncLLM | None = None

    async def start(self) -> AsyncLLM:
        """Load the model; minutes for a large one. Raises UsageError, EngineDown. Cancelling ends vLLM's processes."""
        self._scratch = Scratch(self._log, self._setup.arguments)
        others = multiprocessing.active_children()
        loading = asyncio.ensure_future(asyncio.to_thread(_without_interrupts, self._load))
        try:
            while not loading.done():
                await asyncio.wait([loading], timeout=LOOK_EVERY_S)
                self._children = [child for child in multiprocessing.active_children() if child not in others]
                for child in self._children:
                    if child.pid is not None:
                        self._scratch.watch(child.pid)
            loading.result()
        except BaseException:
            # A thread cannot be cancelled, but it ends soon when the processes it waits for are gone.
            for child in self._children:
                child.kill()
            await asyncio.wait([loading], timeout=KILL_AFTER_S)
            raise
        assert self._llm is not None
        return self._llm

    def _load(self) -> None:
        """In a thread of its own: importing vLLM and loading a model block for long.

        Returns nothing: some library keeps an exception of its import, with it this thread's frames, and with them
        whatever they return, until the interpreter ends.
        """
        setup, scratch = self._setup, self._scratch
        assert scratch is not None
        fetch_config(setup.model, setup.arguments)
        with into_log(scratch.log, verbose=self._verbose):
            from vllm.engine.arg_utils import AsyncEngineArgs
            from vllm.usage.usage_lib import UsageContext
            from vllm.v1.engine.async_llm import AsyncLLM

            try:
                # Batch sizes for throughput, as vLLM's own offline `LLM` takes them, not for a server's latency.
                arguments = AsyncEngineArgs(model=setup.model, **setup.arguments)
                config = arguments.create_engine_config(UsageContext.LLM_CLASS)
            except Exception as error:
                raise UsageError(f"vLLM refuses {setup.model}: {_reason(error)}") from error
            try:
                self._llm = AsyncLLM.from_vllm_config(config, disable_log_stats=arguments.disable_log_stats)
            except Exception as error:
                raise EngineDown(f"vLLM could not load {setup.model}: {self.cause() or one_line(error)}") from error

    def cause(self) -> str | None:
        """The last error that vLLM's processes wrote to the log, or how they ended, and where to read on."""
        if self._scratch is None:
            return None
        ended = [child for child in self._children if child.exitcode is not None]
        cause = cause_in(self._scratch.written()) or next(map(_ending, ended), "no cause named")
        return f"{cause}{self._scratch.where()}"

    async def stop(self) -> None:
        """End vLLM and its processes; seconds. Safe to call at any time."""
        llm, self._llm = self._llm, None
        if llm is not None:
            await asyncio.to_thread(llm.shutdown)
            del llm
            # It refers to itself; collected only when the interpreter ends its finalizer would fail and complain.
            gc.collect()
        for child in self._children:
            if child.is_alive():
                child.kill()
        for child in self._children:
            child.join(KILL_AFTER_S)
        self._children = []
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None


def _ending(child: BaseProcess) -> str:
    """How a process ended, in words."""
    code = child.exitcode or 0
    how = f"signal {-code}" if code < 0 else f"status {code}"
    killed = "; out of memory, or somebody killed it" if code == -signal.SIGKILL else ""
    return f"its process {child.name} ended with {how}{killed}"


def _without_interrupts(function: Callable[[], None]) -> None:
    """Call it with Ctrl-C's signal blocked, for processes that it starts inherit that.

    Otherwise Ctrl-C would end vLLM at the same time as us, and its processes would report each other's death.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        function()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _reason(error: Exception) -> str:
    """One line for what vLLM's configuration classes raise; pydantic's own text has several."""
    errors = getattr(error, "errors", None)
    if callable(errors):
        found = errors()[0]
        place = f"{found['loc'][0]}: " if found.get("loc") else ""
        said = found["msg"].removeprefix("Value error, ")
        got = "" if isinstance(found.get("input"), dict) else f", but got {found.get('input')!r}"
        return " ".join(f"{place}{said}{got}".split())[:400]
    return f"{type(error).__name__}: {one_line(error, 400)}"
