"""The sandbox of a session: programs in, outcomes out, from any thread."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from hashlib import sha256
from threading import Lock, local
from typing import Any, Self

from swallow_metrics.errors import SandboxError, UsageError
from swallow_metrics.sandbox import levels, selftest
from swallow_metrics.sandbox.levels import Choice, Level
from swallow_metrics.sandbox.submission import CheckTests, Limits, Outcome, Submission
from swallow_metrics.sandbox.worker import Worker, WorkerError, filter_bytes

_ATTEMPTS = 2  # a worker that fails is replaced once
_LAYERS_TO_LEAVE_OUT = ("landlock", "namespaces", "seccomp")


class Sandbox:
    """Runs untrusted programs, one a worker at a time, on as many workers as there are cores.

    `level` is what is accepted: "auto" takes the strongest the kernel offers and refuses to be weak; a name takes
    exactly that level. `without` names layers to leave out, for trying a weaker kernel. Nothing is started before
    the first program or `start`; `close` ends everything. Safe to use from several threads.
    """

    def __init__(
        self,
        level: Choice = "auto",
        *,
        workers: int | None = None,
        limits: Limits | None = None,
        without: tuple[str, ...] = (),
    ) -> None:
        self.choice = level
        self.limits = limits or Limits()
        self.workers = workers or _cores()
        self._wanted = levels.wanted(level) - set(without)
        self._lock = Lock()
        self._own = local()
        self._workers: set[Worker] = set()
        self._spare: Worker | None = None
        self._description: dict[str, Any] | None = None
        self._closed = False
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="sandbox")

    def start(self) -> Level:
        """Find out what the kernel offers, test it, and return the level reached.

        Raises UsageError where the level cannot be had, SandboxError where nothing can be started at all or the
        self-test finds a hole.
        """
        with self._lock:
            if self._description is None:
                self._description = self._start()
            level: Level = self._description["level"]
            return level

    def submit(self, submission: Submission) -> Future[Outcome]:
        """Queue a program. The future raises as `run`."""
        self.start()
        try:
            return self._pool.submit(self._run, submission)
        except RuntimeError:
            raise SandboxError("the sandbox was closed: make a new one") from None

    def run(self, submission: Submission) -> Outcome:
        """Run a program and wait. Raises SandboxError where the sandbox failed, twice; see also `start`."""
        return self.submit(submission).result()

    def describe(self) -> dict[str, Any]:
        """Level, layers with the kernel's reasons, limits and self-test, as plain JSON for the report."""
        self.start()
        assert self._description
        return self._description

    def close(self) -> None:
        """End all processes and remove their folders; programs still running raise SandboxError. Safe to repeat."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.close()
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> dict[str, Any]:
        try:
            worker = self._open((), trial=True)
            level = levels.accept(self.choice, worker.layers)
            results, failed = selftest.run(level, worker.run)
        except WorkerError as error:
            self._close_workers()
            raise SandboxError(f"the sandbox does not start: {error}") from error
        except UsageError:
            self._close_workers()
            raise
        if failed:
            self._close_workers()
            raise SandboxError(f"the sandbox does not hold: its self-test could {', '.join(failed)}")
        self._wanted = frozenset(n for n in _LAYERS_TO_LEAVE_OUT if worker.layers.get(n, {"on": False})["on"])
        self._spare = worker
        program = filter_bytes()
        return {
            "level": level,
            "layers": worker.layers,
            "limits": asdict(self.limits),
            "self_test": results,
            **worker.facts,
            "bpf_sha256": sha256(program).hexdigest() if program else None,
            "workers": self.workers,
        }

    def _close_workers(self) -> None:
        while self._workers:
            self._workers.pop().close()

    def _run(self, submission: Submission) -> Outcome:
        why: WorkerError | None = None
        for _ in range(_ATTEMPTS):
            if self._closed:
                break
            worker = None
            try:
                worker = self._worker(submission.preload)
                outcome = _with_helpers_checked(worker, submission, worker.run(submission))
                # Nothing to run is run: the prelude alone has an `add`, which passes in the reference (CO-7, CO-14).
                return outcome if outcome.passed or submission.program.strip() else replace(outcome, category="no code")
            except WorkerError as error:
                why = error
                self._drop(worker, submission.preload)
        raise SandboxError(f"the sandbox failed: {why or 'it was closed'}") from why

    def _worker(self, preload: tuple[str, ...]) -> Worker:
        """This thread's worker with these modules loaded."""
        mine: dict[tuple[str, ...], Worker] = self._own.__dict__.setdefault("workers", {})
        if preload not in mine:
            with self._lock:
                spare, self._spare = (self._spare, None) if not preload else (None, self._spare)
            mine[preload] = spare or self._open(preload, trial=False)
        return mine[preload]

    def _open(self, preload: tuple[str, ...], *, trial: bool) -> Worker:
        worker = Worker(self._wanted, self.limits, preload, trial=trial)
        self._workers.add(worker)
        if self._closed:  # meanwhile
            worker.close()
            raise WorkerError("it was closed")
        return worker

    def _drop(self, worker: Worker | None, preload: tuple[str, ...]) -> None:
        if worker is not None:
            worker.close()
            self._workers.discard(worker)
            self._own.__dict__["workers"].pop(preload, None)


def _with_helpers_checked(worker: Worker, submission: Submission, outcome: Outcome) -> Outcome:
    """Run a program that passed once more where its own helper functions were called by the test: do they lie?"""
    tests = (
        submission.tests.with_the_prompts_helpers
        if outcome.passed and isinstance(submission.tests, CheckTests)
        else None
    )
    if tests is None:
        return outcome
    return replace(outcome, own_helper=not worker.run(replace(submission, tests=tests)).passed)


def _cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
