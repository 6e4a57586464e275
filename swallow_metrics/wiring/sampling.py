"""How a benchmark's answers are drawn, and who decided it: the user, the model, else the benchmark."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from swallow_metrics.datatypes import Benchmark, Sampling
from swallow_metrics.engines.dialect import drawn
from swallow_metrics.reference import REFERENCES
from swallow_metrics.settings import Settings


def sampling_for(benchmark: Benchmark, settings: Settings, group: str | None) -> Sampling:
    """The user's sampling where given, else the benchmark's recommendation, a group's own temperature first.

    In version 202508 the group's temperature holds whatever the user says (JU-3); in 202604 it is a default (JU2-4).

    An OpenAI reasoning model at an endpoint takes no recommended temperature.
    """
    settings = settings.of(benchmark.id)
    recommended, given = benchmark.sampling, settings.sampling
    if group is not None and group in benchmark.temperatures:
        recommended = replace(recommended, temperature=benchmark.temperatures[group])
        if REFERENCES[settings.reference].own_temperatures:
            given = replace(given, temperature=None)
    model = settings.model if settings.base_urls else None
    return drawn(recommended, given, settings.left_out, model or "")


def sampling_report(benchmark: Benchmark, settings: Settings) -> dict[str, Any]:
    """A benchmark's sampling for the report, with who decided each value; None is one that is not sent."""
    settings = settings.of(benchmark.id)
    given = {*settings.sampling.to_json(), *settings.left_out}
    sampling = sampling_for(benchmark, settings, None).to_json()
    recommended = benchmark.sampling.to_json()
    not_sent = [name for name in recommended if name not in sampling]
    own = REFERENCES[settings.reference].own_temperatures or "temperature" not in given
    if benchmark.temperatures and "temperature" not in not_sent and own:
        given.discard("temperature")
        sampling["temperature"] = dict(benchmark.temperatures)
    sources = {name: "user" if name in given else "benchmark" for name in sampling}
    sources |= {name: "user" if name in given else "model" for name in not_sent}
    repeats = "user" if settings.repeats else "benchmark"
    return {
        **sampling,
        **dict.fromkeys(not_sent),
        "repeats": settings.repeats or benchmark.repeats,
        "source": {**sources, "repeats": repeats},
    }
