"""`responses.jsonl`: one generation per line, appended as it arrives. The one format of journal, replay and resume.

A line torn by a crash can only be the last one of a file: it is left out with a warning. Every line is written with
one system call, and cut away again when the disk takes only part of it, so what is there can always be read.
"""

from __future__ import annotations

import os
import shutil
from errno import ENOSPC
from pathlib import Path
from threading import Lock
from typing import Any

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.errors import EngineDown, UsageError
from swallow_metrics.io import dumps

JOURNAL = "responses.jsonl"


def to_line(request: Request, response: Response, key: str) -> bytes:
    """The journal line of one generation."""
    line: dict[str, Any] = {
        "benchmark": request.benchmark,
        "sample": request.sample,
        "repeat": request.repeat,
        "turn": request.turn,
        "role": request.role,
        "text": response.text,
        "key": key,
        "reasoning": response.reasoning,
        "finish_reason": response.finish_reason,
        "usage": {"prompt_tokens": response.prompt_tokens, "completion_tokens": response.completion_tokens},
        "latency_s": response.latency_s,
    }
    if response.reasoning_tokens is not None:
        line["usage"]["reasoning_tokens"] = response.reasoning_tokens
    if response.model:
        line["model"] = response.model
    if response.trouble:
        line["trouble"] = response.trouble
    if request.choices is not None:
        line["choices"] = request.choices
    if request.judge:
        line["judge"] = request.judge
    if request.attempt:
        line["attempt"] = request.attempt
    if request.sampling.seed is not None:
        line["seed"] = request.sampling.seed
    return dumps(line)


class JournalWriter:
    """Appends lines to a journal. Thread-safe; one process writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            self._size = _cut_torn_line(self._fd)
        except OSError as error:
            msg = f"cannot write the journal {path}: {error.strerror}; choose another --run-dir"
            raise UsageError(msg) from error

    def append(self, request: Request, response: Response, key: str) -> None:
        """Write one line. Raises EngineDown when the disk does not take it: going on would lose answers."""
        self._write(to_line(request, response, key))

    def copy(self, line: bytes) -> None:
        """Write a line of another journal, without its line feed, as it is. Raises EngineDown."""
        self._write(line + b"\n")

    def extend(self, part: Path) -> None:
        """Append the whole lines of another journal, as they are, unless they were the last. Raises EngineDown.

        A run killed between this and the removal of `part` has them already.
        """
        data = part.read_bytes()
        lines = data[: data.rfind(b"\n") + 1]
        if os.pread(self._fd, len(lines), max(0, self._size - len(lines))) != lines:
            self._write(lines)

    def _write(self, lines: bytes) -> None:
        with self._lock:
            try:
                written = os.write(self._fd, lines)
                if written != len(lines):
                    raise OSError(ENOSPC, os.strerror(ENOSPC))
            except OSError as error:
                os.ftruncate(self._fd, self._size)  # what is there stays readable
                msg = f"cannot append to the journal {self.path}: {error.strerror}; make room, then go on with --resume"
                raise EngineDown(msg) from error
            self._size += len(lines)

    def close(self) -> None:
        """Close the file; later appends fail. Whoever removed it meanwhile gets it back: it cost hours."""
        with open(self._fd, "rb") as stream:  # noqa: PTH123  # of a descriptor
            if os.fstat(self._fd).st_nlink == 0:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("wb") as again:
                    stream.seek(0)
                    shutil.copyfileobj(stream, again)


def _cut_torn_line(fd: int) -> int:
    """Drop what follows the last line feed, so that an append starts a line. Returns the size in bytes."""
    size = os.fstat(fd).st_size
    kept = size
    while kept:
        start = max(0, kept - 65536)
        chunk = os.pread(fd, kept - start, start)
        newline = chunk.rfind(b"\n")
        if newline >= 0:
            kept = start + newline + 1
            break
        kept = start
    if kept != size:
        os.ftruncate(fd, kept)
    return kept
