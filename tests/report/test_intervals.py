"""Intervals: against published and independently computed values."""

import math

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.datatypes import Benchmark, Dataset, Metric, Record
from swallow_metrics.report.intervals import figures, wilson
from swallow_metrics.report.summary import averages, summarize


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (0, 20), (7, 20), (4000, 7097), (7097, 7097)])
def test_wilson_equals_scipy(successes, n):
    """Wilson's interval without continuity correction."""
    expected = scipy.stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert wilson(successes / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30).filter(lambda v: len(set(v)) > 2))
def test_means_use_students_t(values):
    """Values that are no proportion: the t interval on the samples, within the score's bounds."""
    computed = figures(Metric("m"), [(v, 1.0) for v in values])
    stderr = scipy.stats.sem(values)
    low, high = (
        scipy.stats.t.interval(0.95, len(values) - 1, sum(values) / len(values), stderr) if stderr else (None,) * 2
    )
    assert computed["method"] == "t"
    assert computed["stderr"] == pytest.approx(stderr, abs=1e-12)
    if stderr > 1e-9:
        assert computed["ci95"] == pytest.approx([max(0, low), min(1, high)], abs=1e-9)


def test_corpus_metrics_are_resampled_reproducibly():
    """A ratio of sums: point estimate exact, interval from a seeded bootstrap over samples."""
    metric = Metric("micro", statistics=lambda v: (sum(v), len(v)), total=lambda t: t[0] / t[1])
    values = [[True], [False, False, False], [True, True], [True, False]] * 20
    first = figures(metric, [metric.statistics(v) for v in values])
    assert first["mean"] == 0.5
    assert first["method"] == "bootstrap"
    assert first["ci95"][0] < 0.5 < first["ci95"][1]
    assert figures(metric, [metric.statistics(v) for v in values]) == first


def test_too_few_samples_have_no_interval():
    """Nothing measured is no figure, one sample no error bar except Wilson's."""
    assert figures(Metric("m"), []) is None
    single = figures(Metric("m"), [(0.3, 1.0)])
    assert (single["mean"], single["stderr"], single["ci95"]) == (0.3, None, [None, None])
    assert figures(Metric("m"), [(1.0, 1.0)])["ci95"][1] == 1.0


def test_errors_stay_outside_of_every_mean():
    """A question that could not be measured counts as an error and as nothing else."""
    benchmark = Benchmark("b", "B", Dataset("p", "test", (), 3), lambda row, prompt: None, (Metric("m", "f1"),))
    records = [
        Record("b", "0", "g", {"m": 1.0}, counts={"unextracted": 1}),
        Record("b", "1", "g", {"m": 0.0}),
        Record("b", "2", "h", {}, error="lost", counts={"truncated": 1}),
    ]
    summary = summarize(benchmark, records, samples=4)
    assert (summary.samples, summary.scored, summary.errors) == (4, 2, 1)
    assert summary.metrics["m"]["mean"] == 0.5
    assert set(summary.groups) == {"g"}
    assert summary.counts == {"unextracted": 1, "truncated": 0}
    assert averages([(benchmark, summary)]) == {"exact_match": None, "f1": 0.5, "judge": None}


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=50))
def test_figures_do_not_depend_on_order(values):
    """The order in which items finish changes nothing, to the last bit."""
    statistics = [(v, 1.0) for v in values]
    assert figures(Metric("m"), statistics) == figures(Metric("m"), statistics[::-1])
    assert math.isclose(figures(Metric("m"), statistics)["mean"], sum(values) / len(values))
