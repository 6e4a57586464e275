"""`--dry-run`: every prompt made and counted, the first of each benchmark shown, and what the run takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from swallow_metrics.datatypes import Benchmark, Request, Sample
from swallow_metrics.engines.dialect import body_of
from swallow_metrics.io import printable
from swallow_metrics.judge.prompts import JudgePrompts
from swallow_metrics.outlook.benchmark import BenchmarkOutlook, first_request, outlook_of
from swallow_metrics.outlook.cost import totals
from swallow_metrics.outlook.measured import Measured
from swallow_metrics.outlook.tokens import Counter
from swallow_metrics.report.table import aligned
from swallow_metrics.settings import Settings

SHOWN_TOO_LONG = 10
Asked = Mapping[str, tuple[Benchmark, Sequence[Sample]]]  # by benchmark: its questions, at least one
THEN = {
    "error": "are errors in the run; --on-long-prompt can cut or skip them",
    "skip": "are skipped in the run (--on-long-prompt skip)",
    "truncate-left": "are cut from the left (--on-long-prompt truncate-left)",
}


def look(
    asked: Asked, settings: Settings, counter: Counter, measured: Measured | None, judged: Mapping[str, JudgePrompts]
) -> Iterator[str]:
    """The dry run's lines. `judged`: the judges' prompts, by the benchmarks that judges are asked about."""
    yield f"prompts: counted with {counter.how}"
    parts = []
    for name, (benchmark, samples) in asked.items():
        parts.append(outlook_of(benchmark, samples, settings, counter, measured, judged.get(name)))
        yield ""
        yield f"{name} {samples[0].id}, as it is sent:"
        yield from _shown(first_request(benchmark, samples[0], settings), settings, counter)
    yield ""
    rows = [("benchmark", "questions", "requests", "judge requests", "prompt tokens: mean", "longest")]
    for part in parts:
        mean = f"{sum(part.first) / len(part.first):,.0f}" if part.first else "-"
        longest = f"{max(part.first):,}" if part.first else "-"
        numbers = (f"{part.questions:,}", f"{part.requests:,}", f"{part.judgements:,}")
        rows.append((part.benchmark.id, *numbers, mean, longest))
    yield from aligned(rows)
    yield from _fit(parts, settings, counter)
    yield from totals(parts, settings, measured)


def _fit(parts: Sequence[BenchmarkOutlook], settings: Settings, counter: Counter) -> Iterator[str]:
    """What does not fit, and what becomes of it."""
    unfit = [text for part in parts for text in part.unfit]
    for lines in (unfit, tight := [text for part in parts for text in part.tight]):
        yield from lines[:SHOWN_TOO_LONG]
        if len(lines) > SHOWN_TOO_LONG:
            yield f"{lines[0].partition(':')[0]}: {len(lines) - SHOWN_TOO_LONG:,} more"
    if too_long := sum(text.startswith("does not fit") for text in unfit):
        yield f"fit: {too_long:,} prompts do not fit; they {THEN[settings.on_long_prompt]}"
    if tight:
        yield f"fit: {len(tight):,} prompts leave less than --max-tokens; their answers end where the context does"
    if counter.limit is None:
        yield "fit: the model's context is not known here; the server refuses what is too long"
    elif not (unfit or tight):
        yield f"fit: every prompt fits into the context of {counter.limit:,} tokens"


def _shown(request: Request, settings: Settings, counter: Counter) -> Iterator[str]:
    rendered = None if settings.base_urls else counter.render(request)
    if rendered is None:
        body: dict[str, Any] = body_of(settings.model or "demo", request.messages, request.sampling)
        rendered = json.dumps(body, ensure_ascii=False, indent=2)
    else:
        yield f"  sampling: {json.dumps(request.sampling.to_json(), ensure_ascii=False)}"
    yield from (f"  | {printable(line)}" for line in rendered.split("\n"))
