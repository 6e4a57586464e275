"""Whether a sample id still names the question that it named in an earlier run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.io import installed_version
from swallow_metrics.journal.folder import REPORT
from swallow_metrics.runs.questions import QUESTIONS, prompt_digest, prompt_digests
from swallow_metrics.runs.report import read_swallow
from swallow_metrics.wiring.questions import Collected

_PACKAGE = "pytest-swallow"


@dataclass(slots=True)
class Differing:
    """What is asked otherwise than before, by sample id: `others` are other questions, with why that is certain.

    `reworded` may be the same question in other words, for certain where `same_rows`. `known` are all that were asked
    before.
    """

    known: int = 0
    others: dict[str, str] = field(default_factory=dict)
    reworded: list[str] = field(default_factory=list)
    same_rows: bool = False


class Before:
    """The questions of an earlier run, from its folder. A folder without `questions.jsonl` tells nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _prompts(self) -> dict[str, dict[str, bytes]]:
        path = self._folder / QUESTIONS
        return prompt_digests(path) if path.is_file() else {}

    @cached_property
    def _report(self) -> dict[str, Any]:
        try:
            return read_swallow(self._folder / REPORT)
        except UsageError:
            return {}  # a run that was stopped has none

    def differing(self, collected: Collected) -> Differing:
        """Compare a benchmark's questions with those of the run, once: what is known of it is then dropped.

        Raises UsageError for a file of questions that cannot be read.
        """
        before, found = self._prompts.pop(collected.benchmark.id, {}), Differing()
        differ = {}
        for sample in collected.samples:
            if sample.error is None and (earlier := before.get(sample.id)) is not None:
                found.known += 1
                if earlier != (digest := prompt_digest(sample.turns)):
                    differ[sample.id] = digest
        if not differ:
            return found
        found.same_rows, same_template = self._alike(collected)
        named = {digest: sample for sample, digest in before.items()}
        for sample_id, digest in differ.items():
            if digest in named:
                found.others[sample_id] = f"this one was {named[digest]!r} there"
            elif same_template and not found.same_rows:
                found.others[sample_id] = "the data has changed, and no prompt template"
            else:
                found.reworded.append(sample_id)
        return found

    def _alike(self, collected: Collected) -> tuple[bool, bool]:
        """Whether rows and prompt template are the run's. False where that is not known.

        A benchmark without a template words its questions in code, which may have changed with its own project; so may
        ours from version to version.
        """
        part = self._report.get("benchmarks", {}).get(collected.benchmark.id, {})
        packages = self._report.get("environment", {}).get("packages", {})
        rows, template = (part.get("dataset") or {}).get("sha256"), part.get("prompt_sha256")
        return (
            rows is not None and rows == collected.dataset.get("sha256"),
            rows is not None
            and template is not None
            and template == collected.prompt_sha256
            and packages.get(_PACKAGE) == installed_version(_PACKAGE),
        )


def check_replayed(collected: Collected, before: Before, run: Path) -> str | None:
    """Questions that recorded answers were not given to become errors of their items; the warning about it, if any.

    Raises UsageError for a file of questions that cannot be read.
    """
    name, found = collected.benchmark.id, before.differing(collected)
    if not (differ := len(found.others) + len(found.reworded)):
        return None
    if found.others:
        collected.samples = [
            replace(sample, error=_error(sample.id, found.others[sample.id], run))
            if sample.id in found.others
            else sample
            for sample in collected.samples
        ]
    first = next(iter(found.others), None) or found.reworded[0]
    what = "other questions" if found.others else "other questions, or to these in other words,"
    if found.same_rows and not found.others:
        what = "these questions in other words"
    errors = f"; {len(found.others):,} of them are errors, as the ids surely name other questions" * bool(found.others)
    return (
        f"{name}: the answers to {differ:,} of {found.known:,} questions, such as {first!r}, were given to {what} in "
        f"{run}; check --data-dir and --prompts{errors}"
    )


def _error(sample: str, why: str, run: Path) -> str:
    return f"sample {sample!r}: its answer in {run} was given to another question ({why}); check --data-dir"


def check_selected(collected: Collected, before: Before, run: Path) -> str | None:
    """The warning about questions that an earlier run chose by how it did on others. Raises UsageError.

    Other words for the same questions are what a second run is often for: they are no warning.
    """
    name, found = collected.benchmark.id, before.differing(collected)
    if not (others := found.others):
        return None
    return (
        f"{name}: {len(others):,} of {found.known:,} questions chosen by --select, such as {next(iter(others))!r}, are "
        f"other questions than in {run}; check --data-dir"
    )


Check = Callable[[Collected, Before, Path], str | None]
