"""Another program's answers as a journal that `--replay` reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from swallow_metrics.datatypes import Request, Response, Sample
from swallow_metrics.errors import UsageError
from swallow_metrics.exchange.benchmark import questions
from swallow_metrics.exchange.foreign import Answers, read
from swallow_metrics.exchange.matching import Matcher, shown_order
from swallow_metrics.exchange.target import target
from swallow_metrics.extraction.reasoning import split_reasoning
from swallow_metrics.journal.writer import to_line

NAMED = 5  # places that a message names
NO_ORDER = "do not tell in which order the options were shown"
NO_ANSWER = "hold no answer"


@dataclass
class Imported:
    """The journal's lines, and what they are to.

    `lines` is (sample, turn, repeat) → line, `files` the file that each sample's answers are from, `questions` the
    benchmark's number of questions, `left_out` reason → places.
    """

    benchmark: str
    form: str
    questions: int
    lines: dict[tuple[str, int, int], bytes] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    left_out: dict[str, list[str]] = field(default_factory=dict)

    def add(self, sample: Sample, answers: Answers) -> None:
        """The answers to one question. Raises UsageError where something else has answered it."""
        last = answers.turn + len(answers.turns) - 1
        if last >= len(sample.turns):
            has = f"sample {sample.id!r} has {len(sample.turns)} turn{'s' * (len(sample.turns) > 1)}"
            raise UsageError(f"{answers.place} answers turn {last}, counted from 0, but {has}")
        if (known := self.files.setdefault(sample.id, answers.file)) != answers.file:
            raise UsageError(f"both {known} and {answers.file} answer sample {sample.id!r}; name one of them")
        for turn, texts in enumerate(answers.turns, answers.turn):
            first = answers.repeat
            if first is None:  # further generations follow those before them in the file
                first = next(n for n in range(len(self.lines) + 1) if (sample.id, turn, n) not in self.lines)
            for repeat, raw in enumerate(texts, first):
                if (sample.id, turn, repeat) in self.lines:
                    raise UsageError(f"{answers.place} answers repeat {repeat} of {sample.id!r} a second time")
                text, reasoning = split_reasoning(raw)
                request = Request(self.benchmark, sample.id, (), repeat=repeat, turn=turn, choices=sample.choices)
                self.lines[sample.id, turn, repeat] = to_line(request, Response(text, reasoning), "")

    def told(self) -> Iterator[str]:
        """A line for each count."""
        generations: dict[str, int] = {}
        for sample, _, _ in (place for place in self.lines if place[1] == 0):
            generations[sample] = generations.get(sample, 0) + 1
        numbers = sorted({min(generations.values(), default=0), max(generations.values(), default=0)})
        per = f"{' to '.join(map(str, numbers))} generation{'s' * (numbers[-1] != 1)} per question"
        of = f"{len(self.files):,} of {self.questions:,} questions"
        yield f"{len(self.lines):,} answers ({self.form}) to {of} of {self.benchmark}, {per}"
        for reason, places in self.left_out.items():
            more = f" and {len(places) - NAMED:,} more" if len(places) > NAMED else ""
            yield f"left out: {len(places):,} that {reason}: {', '.join(places[:NAMED])}{more}"


def import_answers(
    path: Path, form: str | None, benchmark: str, data_dir: Path | None, out: Path, *, force: bool
) -> Imported:
    """Write a journal with the answers of `path` to the questions of a benchmark. Raises UsageError, in one line."""
    form, found = read(path, form)
    asked = questions(benchmark, data_dir)
    turns = max((len(sample.turns) for _, sample in asked), default=1)
    if turns > 1 and form == "lighteval":
        raise UsageError(
            f"{benchmark} has {turns} turns per question, which lighteval's details do not tell apart; write lines "
            f'{{"id", "turn", "response"}} and import them with --from plain'
        )
    matcher, result = Matcher(asked), Imported(benchmark, form, len(asked))
    for answers in found:
        sample = matcher.match(answers) if any(answers.turns) else NO_ANSWER
        if isinstance(sample, Sample) and sample.choices is not None:
            # Which letter is right depends on the order that the model saw.
            order = answers.choices or shown_order(sample, answers.prompt)
            sample = NO_ORDER if order is None else replace(sample, choices=order)
        if isinstance(sample, Sample):
            result.add(sample, answers)
        else:
            result.left_out.setdefault(sample, []).append(answers.place)
    if not result.lines:
        reasons = ", ".join(f"{len(places):,} {reason}" for reason, places in result.left_out.items())
        (place, *_), *_ = result.left_out.values()
        first = next((sample.id for _, sample in asked), "none")
        raise UsageError(
            f"no answer in {path} can be scored as {benchmark}: {reasons} (first: {place}; the benchmark's first "
            f"question is {first!r}); check --benchmark, --data-dir and --from"
        )
    with target(out, force=force) as made:
        made.write_bytes(b"".join(result.lines.values()))
    return result
