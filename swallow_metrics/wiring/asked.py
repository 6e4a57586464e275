"""`questions.jsonl`: every question of a run as it is asked, written before the first answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from swallow_metrics.datatypes import Sample
from swallow_metrics.errors import UsageError
from swallow_metrics.pipeline.converse import opening
from swallow_metrics.runs.questions import Question, to_line


def write_questions(
    path: Path,
    asked: Iterable[tuple[str, Sample]],
    doubts: Mapping[str, Mapping[str, Sequence[str]]],
    system_prompt: str | None,
) -> None:
    """Write the questions (benchmark, sample) one by one, under their final name once all are there.

    `doubts` is benchmark → sample → why its row cannot measure. Raises UsageError.
    """
    part = path.with_name(f".{path.name}")
    try:
        with part.open("wb") as stream:
            for benchmark, sample in asked:
                stream.write(to_line(_question(benchmark, sample, doubts.get(benchmark, {}), system_prompt)))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(f"cannot write {path}: {error.strerror}; choose another --run-dir") from error


def _question(
    benchmark: str, sample: Sample, doubts: Mapping[str, Sequence[str]], system_prompt: str | None
) -> Question:
    several = len(sample.turns) > 1
    return Question(
        benchmark,
        sample.id,
        sample.group,
        messages=() if several or sample.error else opening(sample.turns[0], system_prompt),
        turns=sample.turns if several else None,
        target=sample.target,
        choices=sample.choices or sample.options,
        doubts=doubts.get(sample.id, ()),
    )


def chance(samples: Iterable[Sample]) -> float | None:
    """The score of guessing, from the numbers of options; None unless all questions that can be asked have options."""
    options = [sample.choices or sample.options for sample in samples if sample.error is None]
    if not options or not all(options):
        return None
    return sum(1 / len(each) for each in options if each) / len(options)
