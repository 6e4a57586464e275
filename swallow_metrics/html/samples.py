"""Every question with its answers, packed: an index that is read at once, texts in parts that are read when needed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from swallow_metrics.datatypes import Record, Response
from swallow_metrics.html.packer import OverBudgetError, Packer
from swallow_metrics.html.spans import reading_span
from swallow_metrics.runs import Question, Run

BUDGET = 21_000_000  # characters of packed texts: a page of 12,000 samples stays below 25 MB; twice that from 24,000
LONGEST = 65_536  # characters of one text
SHORTEST = 200  # no text is cut to fewer
PREVIEW = 60  # characters of a question in the table
SAME = 30  # characters that make two lines of prompts the same
SHORT = 24  # characters of a reading or a gold answer in the table

WRONG, PARTLY, RIGHT, ERROR, UNSCORED, ABSENT = range(6)  # how a question ended in a run
UNEXTRACTED, TRUNCATED, FOUND = 1, 2, 4  # flags beside it; FOUND: the audit has found something

Clip = Callable[[str], Any]  # a text, or [start, characters left out, end] of a long one
Findings = Mapping[tuple[str, str], Sequence[str]]  # (benchmark, sample) → kinds of audit findings


@dataclass(frozen=True)
class Packed:
    """`index` is columns over all questions; `parts` are texts, `starts` the first question of each.

    `longest` is the number of characters at which texts were cut.
    """

    index: dict[str, Any]
    parts: list[str]
    starts: list[int]
    longest: int


def pack(runs: Sequence[Run], findings: Sequence[Findings] = (), budget: int | None = None) -> Packed:
    """All questions of all runs. Texts are shortened in the middle as far as the budget asks for. Raises UsageError."""
    asked = list(places(runs))
    budget = budget or int(BUDGET * min(2.0, max(1.0, len(asked) / 12_000)))
    longest = LONGEST
    while True:
        lengths: list[int] = []
        with Packer(budget if longest > SHORTEST else None) as parts:
            try:
                index = _index(runs, asked, findings, _clipper(longest, lengths), parts)
                return Packed(index, parts.packed(), parts.starts, longest)
            except OverBudgetError as error:
                # What has been packed by now filled the budget; all of it must fit, at the same length.
                wanted = sum(lengths) * error.seen / len(asked) * 0.9
                longest = max(SHORTEST, min(longest * 3 // 4, _level(lengths, wanted)))


def _level(lengths: Sequence[int], total: float) -> int:
    """The length at which to cut texts so that together they have `total` characters."""
    rest, left = total, len(lengths)
    for length in sorted(lengths):
        if length * left >= rest:
            return max(SHORTEST, int(rest / left))
        rest -= length
        left -= 1
    return LONGEST


def places(runs: Sequence[Run]) -> Iterator[tuple[str, str]]:
    """Every (benchmark, sample) of any run, in the order of the runs, benchmarks together."""
    for benchmark in dict.fromkeys(name for run in runs for name in run.benchmarks):
        for sample in dict.fromkeys(sample for run in runs for sample in run.records.get(benchmark, ())):
            yield benchmark, sample


def _index(
    runs: Sequence[Run],
    asked: Sequence[tuple[str, str]],
    findings: Sequence[Findings],
    clip: Clip,
    parts: Packer,
) -> dict[str, Any]:
    """The columns; every sample goes to `parts`. Raises OverBudgetError, UsageError."""
    benchmarks = list(dict.fromkeys(name for run in runs for name in run.benchmarks))
    number = {name: k for k, name in enumerate(benchmarks)}
    groups: dict[str, int] = {}
    columns: dict[str, list[Any]] = {name: [] for name in ("benchmark", "sample", "group", "gold", "preview")}
    per_run: list[dict[str, list[Any]]] = [
        {name: [] for name in ("state", "flags", "score", "length", "latency", "read")} for _ in runs
    ]
    for benchmark, sample in asked:
        records = [run.records.get(benchmark, {}).get(sample) for run in runs]
        question = next((q for run in runs if (q := run.question(benchmark, sample)) is not None), None)
        group = next(
            (r.group for r in records if r is not None and r.group is not None), question.group if question else None
        )
        columns["benchmark"].append(number[benchmark])
        columns["sample"].append(sample)
        columns["group"].append(-1 if group is None else groups.setdefault(group, len(groups)))
        columns["preview"].append(_first_prompt(question))
        sides: list[Any] = []
        choices: Sequence[str] = (question and question.choices) or ()
        for k, (run, record) in enumerate(zip(runs, records, strict=True)):
            answers = run.answers(benchmark, sample) if record is not None else {}
            choices = next((a.choices for a in answers.values() if a.choices), choices)
            primary = str(run.benchmarks[benchmark]["primary"]) if record is not None else ""
            kinds = findings[k].get((benchmark, sample), ()) if k < len(findings) else ()
            _add_row(per_run[k], record, primary, list(answers.values()), kinds)
            sides.append(record and _side(run, record, answers, kinds, clip))
        columns["gold"].append(_short(_lettered(question.target, choices)) if question else "")
        parts.add(_json({"question": _question(question, choices, clip), "runs": sides}))
    _shorten_previews(columns)
    return {**columns, "benchmarks": benchmarks, "groups": list(groups), "runs": per_run}


def _json(value: Any) -> bytes:
    """JSON of anything a report or journal can hold: lone surrogates as escapes, NaN as null, other types as text."""
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        finite = json.loads(json.dumps(value, default=str), parse_constant=lambda _: None)
        return json.dumps(finite).encode("ascii")


def score_of(value: Any) -> float | None:
    """A question's score as one number; None for what only adds up over a corpus (BLEU)."""
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, list | tuple) and value and all(isinstance(each, bool) for each in value):
        return sum(value) / len(value)
    return None


def state_of(record: Record | None, score: float | None) -> int:
    """One of WRONG, PARTLY, RIGHT, ERROR, UNSCORED and ABSENT."""
    if record is None:
        return ABSENT
    if record.error is not None:
        return ERROR
    if score is None:
        return UNSCORED
    return RIGHT if score >= 1 else WRONG if score <= 0 else PARTLY


def _add_row(
    rows: dict[str, list[Any]],
    record: Record | None,
    primary: str,
    answers: Sequence[Response],
    kinds: Sequence[str],
) -> None:
    score = None if record is None or record.error is not None else score_of(record.scores.get(primary))
    counts = record.counts if record is not None else {}
    latencies = [a.latency_s for a in answers if isinstance(a.latency_s, int | float)]
    flags = (UNEXTRACTED if counts.get("unextracted") else 0) | (TRUNCATED if counts.get("truncated") else 0)
    rows["state"].append(state_of(record, score))
    rows["flags"].append(flags | (FOUND if kinds else 0))
    rows["score"].append(score if score is None else round(score, 6))
    rows["length"].append(sum(len(a.text) for a in answers) if answers else None)
    rows["latency"].append(round(sum(latencies), 3) if latencies else None)
    rows["read"].append(_short(record.extracted) if record is not None else "")


def _short(value: Any) -> str:
    """A reading or a gold answer in a few characters."""
    if isinstance(value, list | tuple):
        kinds = list(dict.fromkeys(_short(each) for each in value[:20]))
        value = ", ".join(kind for kind in kinds if kind)
    if value is None or isinstance(value, Mapping):
        return ""
    text = " ".join(str(value)[: SHORT * 4].split())
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _first_prompt(question: Question | None) -> str:
    if question is None:
        return ""
    if question.turns:
        return question.turns[0][:4000]
    users = [str(m.get("content")) for m in question.messages if m.get("role") == "user"]
    return users[-1][:4000] if users else ""


def _shorten_previews(columns: dict[str, list[Any]]) -> None:
    """Previews show what differs: lines that every second prompt of a benchmark starts in the same way are left out."""
    by_benchmark: dict[int, list[int]] = {}
    for k, benchmark in enumerate(columns["benchmark"]):
        by_benchmark.setdefault(benchmark, []).append(k)
    previews = columns["preview"]
    for rows in by_benchmark.values():
        lines = {k: [line for line in previews[k].splitlines() if line.strip()] for k in rows}
        starts = Counter(start for k in rows for start in {line[:SAME] for line in lines[k]})
        for k in rows:
            own = [line for line in lines[k] if len(rows) < 3 or starts[line[:SAME]] * 2 < len(rows)]
            previews[k] = " ".join(" ".join(own or lines[k])[: PREVIEW * 3].split())[:PREVIEW]


def _clipper(longest: int, lengths: list[int]) -> Clip:
    def clip(text: str) -> Any:
        """The text, or [start, characters left out, end] of a long one."""
        lengths.append(min(len(text), LONGEST))
        if len(text) <= longest:
            return text
        head = longest * 2 // 3
        return [text[:head], len(text) - longest, text[len(text) - (longest - head) :]]

    return clip


def _lettered(target: Any, choices: Sequence[str]) -> Any:
    """A gold answer that is one of the options, with its letter."""
    return f"{chr(65 + choices.index(target))}: {target}" if target in choices else target


def _question(question: Question | None, choices: Sequence[str], clip: Clip) -> Any:
    if question is None:
        return None
    if question.turns:
        messages = [["user", clip(turn)] for turn in question.turns]
    else:
        messages = [[str(m.get("role")), clip(_content(m.get("content")))] for m in question.messages]
    target = _lettered(question.target, choices)
    if isinstance(target, str):
        target = clip(target)
    elif target is not None and len(encoded := _json(target)) > LONGEST:
        target = clip(encoded.decode("utf-8"))
    options = [clip(str(choice)) for choice in choices]
    return {"messages": messages, "turns": bool(question.turns), "gold": target, "choices": options}


def _content(content: Any) -> str:
    return content if isinstance(content, str) else _json(content).decode("utf-8")


def _side(run: Run, record: Record, answers: Mapping[Any, Response], kinds: Sequence[str], clip: Clip) -> Any:
    """One run's part of a sample."""
    replies = run.answers(record.benchmark, record.sample, role="judge")
    judge = record.details.get("judge")
    ratings = judge.get("judges", {}) if isinstance(judge, Mapping) else {}
    outcomes = record.details.get("outcomes")
    return {
        "scores": record.scores,
        "read": clip(x) if isinstance(x := record.extracted, str) else x,
        "error": record.error and clip(record.error),
        "counts": record.counts,
        "found": list(kinds),
        "outcomes": [_outcome(each, clip) for each in outcomes] if isinstance(outcomes, list) else [],
        "ratings": {name: each.get("ratings") for name, each in ratings.items() if isinstance(each, Mapping)},
        "answers": [_answer(place, answer, record, clip) for place, answer in answers.items()],
        "verdicts": [[p[5], p[2], p[3], p[6], clip(reply.text)] for p, reply in replies.items()],
    }


def _outcome(outcome: Any, clip: Clip) -> Any:
    if not isinstance(outcome, Mapping):
        return {"category": str(outcome), "results": [], "detail": ""}
    results = outcome.get("results")
    return {
        "category": str(outcome.get("category")),
        "results": results[:200] if isinstance(results, list) else [],
        "detail": clip(str(outcome.get("detail") or "")),
    }


def _answer(place: Any, answer: Response, record: Record, clip: Clip) -> Any:
    shown: dict[str, Any] = {
        "repeat": place[2],
        "turn": place[3],
        "text": (text := clip(answer.text)),
        "finish": answer.finish_reason,
        "tokens": answer.completion_tokens,
        "latency": answer.latency_s if isinstance(answer.latency_s, int | float) else None,
    }
    if answer.reasoning is not None:
        shown["reasoning"] = clip(answer.reasoning)
    read = record.extracted
    if isinstance(read, list):
        read = read[place[2]] if place[2] < len(read) else None
    if isinstance(text, str) and (span := reading_span(text, read)) is not None:
        shown["span"] = [_utf16(text[: span[0]]), _utf16(text[: span[1]])]
    return shown


def _utf16(text: str) -> int:
    """Its length as JavaScript counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
