"""Prompts that do not fit into the context of a model run here, found before its weights are loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from swallow_metrics.datatypes import Benchmark, Sample
from swallow_metrics.engines.vllm_files import context_of
from swallow_metrics.errors import MeasurementError
from swallow_metrics.outlook.benchmark import first_request
from swallow_metrics.outlook.look import THEN
from swallow_metrics.outlook.tokens import Counter, token_counter
from swallow_metrics.settings import Settings

TEMPLATE = 1024  # tokens that a chat template may add, and more than it does


def too_long(asked: Mapping[str, tuple[Benchmark, Sequence[Sample]]], settings: Settings) -> Iterator[str]:
    """A line for each benchmark with such prompts: how many, the longest, and what becomes of them.

    Nothing where the model's tokenizer is not on this machine. A token is at least a byte, so short prompts are not
    counted, and the tokenizer is loaded only for long ones. Raises UsageError for a chat template that fails.
    """
    limit = context_of(settings.model or "", settings.engine_args)
    counter: Counter | None = None
    for name, (benchmark, samples) in asked.items():
        long = [sample for sample in samples if limit and len(sample.turns[0].encode()) + TEMPLATE >= limit]
        if not (long and limit):
            continue
        counter = counter or token_counter(settings)
        if not counter.exact:
            return
        lengths = [(_length(benchmark, sample, settings, counter), sample.id) for sample in long]
        unfit = [found for found in lengths if found[0] >= limit]
        if unfit:
            longest, sample_id = max(unfit)
            yield (
                f"{len(unfit):,} of {len(samples):,} prompts of {name} do not fit into the context of {limit:,}, "
                f"the longest is {sample_id!r} with {longest:,} tokens; they {THEN[settings.on_long_prompt]}; "
                f"--engine-arg max_model_len=N sets the context"
            )


def _length(benchmark: Benchmark, sample: Sample, settings: Settings, counter: Counter) -> int:
    try:
        return counter.count(first_request(benchmark, sample, settings))
    except MeasurementError:  # the template refuses the messages: that is told in its item
        return 0
