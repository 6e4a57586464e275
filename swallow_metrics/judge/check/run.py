"""One check from its first request to its last, with every reply on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from swallow_metrics.datatypes import Sampling
from swallow_metrics.engines.base import Engine
from swallow_metrics.errors import UsageError
from swallow_metrics.journal.journaled import JournaledEngine
from swallow_metrics.journal.reader import JournalReader
from swallow_metrics.journal.writer import JournalWriter
from swallow_metrics.judge.check.asking import Verdict, ask_all
from swallow_metrics.judge.check.dialogues import read_dialogues
from swallow_metrics.judge.judge import Judge
from swallow_metrics.judge.prompts import JudgePrompts


def journal_of(output: Path) -> Path:
    """Where the replies of a check go: beside its file."""
    return output.with_name(f"{output.stem}.responses.jsonl")


def prepare_output(output: Path, *, resume: bool) -> None:
    """Make sure that a check writes over nothing. Raises UsageError."""
    if output.exists():
        raise UsageError(f"{output} is there already; give another --out")
    if (journal := journal_of(output)).exists() and not resume:
        raise UsageError(f"{journal} has the replies of an interrupted check; add --resume, or give another --out")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {output.parent} ({error.strerror or error})") from error


def run_check(
    engine: Engine,
    name: str,
    prompts: Mapping[str, JudgePrompts],
    output: Path,
    keep: Callable[[Verdict], None],
    warn: Callable[[str], None],
    *,
    retries: int,
    repeats: int,
    slots: int,
    sampling: Sampling,
    seeds: bool = True,
) -> None:
    """Ask for every verdict and hand it to `keep`; replies of an interrupted check are not asked for again.

    `sampling` says how verdicts are drawn, `seeds` whether a verdict is asked for again with a seed.
    """
    path = journal_of(output)
    known = JournalReader([path], warn) if path.exists() else None
    journal = JournalWriter(path)
    live = JournaledEngine(engine, journal, known)

    async def run() -> None:
        semaphore = asyncio.Semaphore(slots)
        judges = {lang: Judge(name, live, semaphore, own, retries, sampling, seeds) for lang, own in prompts.items()}
        await engine.open()
        try:
            await ask_all(read_dialogues(), judges, repeats, keep)
        finally:
            await engine.close()

    try:
        asyncio.run(run())
    finally:
        journal.close()
