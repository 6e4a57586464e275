"""The folder a run writes to: journal, report, and nothing of another run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from swallow_metrics.errors import UsageError
from swallow_metrics.journal.lock import FolderLock
from swallow_metrics.journal.writer import JOURNAL, JournalWriter

REPORT = "report.json"
QUESTIONS = "questions.jsonl"


class RunDir:
    """A run's folder. Nothing is written before `create`."""

    def __init__(self, path: Path, *, resume: bool, worker: str | None = None) -> None:
        self.path = path
        self.resume = resume
        # Each xdist worker appends to a file of its own: appends of several machines or processes to one file are
        # not safe on the network file systems that clusters use.
        self.journal = path / (f"responses.{worker}.jsonl" if worker else JOURNAL)
        self.vllm_log = path / "vllm.log"  # kept where vLLM failed
        self._lock = FolderLock(path) if worker is None else None  # workers write for the run that holds it

    def check(self) -> None:
        """Refuse a folder that holds a run, unless it is to go on, and one that is written now. Raises UsageError."""
        if self.path.exists() and not self.path.is_dir():
            raise UsageError(f"--run-dir must be a folder, but {self.path} is a file")
        if self._lock is not None:
            self._lock.check()
        if not self.resume and any(self.journals()):
            raise UsageError(
                f"{self.path} already holds a run's {JOURNAL}; go on with --resume or choose another --run-dir"
            )

    def journals(self) -> list[Path]:
        """The journals in the folder: the run's own, and what a stopped `-n` run has left."""
        return sorted(self.path.glob("responses*.jsonl"))

    def create(self) -> None:
        """Make the folder and lock it. Raises UsageError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"cannot make the run's folder {self.path}: {error.strerror}; choose another --run-dir"
            ) from error
        if self._lock is not None:
            self._lock.acquire()

    def release(self) -> None:
        """Nothing more is written."""
        if self._lock is not None:
            self._lock.release()

    def merge(self) -> None:
        """Join the workers' journals into the run's one, in the workers' order. Raises UsageError, EngineDown.

        Also before a run goes on: then a stopped run's temporary files go as well.
        """
        for torn in self.path.glob(f".{REPORT}.*"):
            torn.unlink(missing_ok=True)
        parts = [path for path in self.journals() if path.name != JOURNAL]
        if not parts:
            return
        journal = JournalWriter(self.path / JOURNAL)
        try:
            for part in parts:
                journal.extend(part)
                part.unlink()
        finally:
            journal.close()


def default_path(root: Path, name: str) -> Path:
    """`reports/<UTC time>-<name>` below `root`, with a number behind it when that exists."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name.rstrip("/").rsplit("/", 1)[-1]).strip("-.") or "run"
    path = root / "reports" / f"{stamp}-{plain}"
    number = 1
    while path.exists():
        number += 1
        path = path.with_name(f"{stamp}-{plain}-{number}")
    return path
