"""vLLM's and its processes' output: into a file while a model loads, and the cause of a failure out of it."""

from __future__ import annotations

import atexit
import json
import logging
import multiprocessing.spawn
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
_ERROR = re.compile(r"(?:^|\s)((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|OutOfMemory)\b: .+)$")
_CONSEQUENCE = (
    "Engine core initialization failed", "Executor failed", "WorkerProc initialization failed", "EngineDeadError",
)  # fmt: skip


@contextmanager
def into_log(log: Path, *, verbose: bool = False) -> Iterator[None]:
    """Let vLLM and the processes it starts write to `log`, and start those afresh instead of as copies of this one.

    `verbose` shows everything on the terminal instead. Environment and start method are as before afterwards; what
    the user set for vLLM's logging or processes stays untouched.
    """
    own = {"VLLM_LOGGING_CONFIG_PATH", "VLLM_CONFIGURE_LOGGING", "VLLM_LOGGING_LEVEL"}
    # Copies (fork) of a process that already runs threads can hang, and would hold its files and sockets open.
    wanted = {"VLLM_WORKER_MULTIPROC_METHOD": "spawn"}
    quiet = not verbose and not own & os.environ.keys()
    if quiet:
        wanted["VLLM_LOGGING_CONFIG_PATH"] = str(_logging_config(log))
    before = {name: os.environ.get(name) for name in wanted}
    python = multiprocessing.spawn.get_executable()
    os.environ.update({name: value for name, value in wanted.items() if name not in os.environ})
    if quiet and (interpreter := _writing_to(log)) is not None:
        multiprocessing.spawn.set_executable(str(interpreter))
    early = logging.FileHandler(log, delay=True)  # for what vLLM says before it reads that configuration
    logger = logging.getLogger("vllm")
    if quiet:
        logger.addHandler(early)
        logger.propagate = False
        atexit.register(_silence)  # before vLLM's own, so that it runs after them
    try:
        yield
    finally:
        logger.removeHandler(early)
        early.close()
        multiprocessing.spawn.set_executable(python)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _logging_config(log: Path) -> Path:
    file = log.with_name(log.name + ".logging.json")
    config = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": _FORMAT}},
        "handlers": {"file": {"class": "logging.FileHandler", "filename": str(log), "formatter": "line"}},
        "loggers": {"vllm": {"handlers": ["file"], "level": "INFO", "propagate": False}},
    }
    file.write_text(json.dumps(config), "utf-8")
    return file


def _silence() -> None:
    """Send what libraries below vLLM complain of after Python has ended to nowhere."""
    with suppress(AttributeError, OSError, ValueError):  # there is none, or it is closed
        sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _writing_to(log: Path) -> Path | None:
    """A Python interpreter that writes its output to `log`; None where programs may not be run from there.

    Libraries below vLLM print to the file descriptors themselves, so nothing within Python can catch them.
    """
    file = log.with_name(log.name + ".python")
    file.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@" >>{shlex.quote(str(log))} 2>&1\n', "utf-8")
    file.chmod(0o700)
    return file if os.access(file, os.X_OK) else None


def cause_in(text: str) -> str | None:
    """The last error named in a log that is not itself the consequence of another process's failure."""
    for line in reversed(text.splitlines()):
        if (found := _ERROR.search(line)) and not any(consequence in line for consequence in _CONSEQUENCE):
            return " ".join(found[1].split())[:400]
    return None


def last_lines(text: str, count: int = 5) -> str:
    """The last lines of a log that are not empty, joined with " | "."""
    return " | ".join([line.strip() for line in text.splitlines() if line.strip()][-count:])[-1000:]
