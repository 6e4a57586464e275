"""How long the run takes, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from swallow_metrics.judge.check.asking import TOKENS_PER_REPLY
from swallow_metrics.judge.panel import judge_names
from swallow_metrics.outlook.benchmark import BenchmarkOutlook
from swallow_metrics.outlook.measured import Measured
from swallow_metrics.settings import Settings


def totals(parts: Sequence[BenchmarkOutlook], settings: Settings, measured: Measured | None) -> Iterator[str]:
    """Requests, time and cost, a line each."""
    requests, judgements = sum(part.requests for part in parts), sum(part.judgements for part in parts)
    yield f"requests: {requests:,} to the model, {judgements:,} to judges"
    for part in parts:
        if part.is_estimated:
            answers = f"answers of {part.answer.tokens:,.0f} tokens ({part.answer.how})"
            yield f"{part.benchmark.id}: prompts that hold earlier answers are counted with {answers}"
    if measured is None:
        yield "time: not known; ask some questions first (--limit 20) and give that run's folder with --run-dir"
    else:
        told = (
            f"{measured.answers_per_second:.2f} answers per second in {measured.folder} ({measured.answers:,} answers)"
        )
        yield f"time: about {_duration(requests / measured.answers_per_second)}, at {told}"
    if not settings.prices:
        yield "cost: not known; give --prices FILE"
        return
    yield _cost_of_model(parts, settings)
    judged = [part for part in parts if part.judgements]
    for name in judge_names(settings) if judged else ():
        yield _cost_of_judge(judged, name, settings, measured)


def _cost_of_model(parts: Sequence[BenchmarkOutlook], settings: Settings) -> str:
    if (price := settings.prices.get(settings.model or "")) is None:
        return f"cost of the model: --prices has no table for {settings.model!r}"
    prompts = sum(part.prompt_tokens for part in parts)
    dollars = prompts * price["prompt"] / 1e6
    known = {part.answer.how for part in parts}
    if "assumed" in known:
        return f"cost of the model: {dollars:.2f} USD for prompts; answers are not known without --run-dir of a run"
    answers = sum(part.answer.tokens * part.requests for part in parts)
    dollars += answers * price["completion"] / 1e6
    bound = "at most" if "the most" in known else "about"
    return f"cost of the model: {bound} {dollars:.2f} USD for {prompts:,.0f} and {answers:,.0f} tokens"


def _cost_of_judge(parts: Sequence[BenchmarkOutlook], name: str, settings: Settings, measured: Measured | None) -> str:
    if (price := settings.prices.get(name)) is None:
        return f"cost of the judge: --prices has no table for {name!r}"
    prompts, replies, how = 0.0, 0.0, "measured"
    for part in parts:
        reply = measured.length(part.benchmark.id, "judge") if measured is not None else None
        if reply is None:
            reply, how = TOKENS_PER_REPLY, "assumed"
        prompts += part.judge_tokens
        replies += reply * part.judgements / len(judge_names(settings))
    dollars = (prompts * price["prompt"] + replies * price["completion"]) / 1e6
    tokens = f"{prompts:,.0f} and {replies:,.0f} tokens (length of verdicts {how})"
    return f"cost of the judge {name}: about {dollars:.2f} USD for {tokens}"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} seconds"
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"
