"""Records to a benchmark's figures."""

import pytest

from swallow_metrics.datatypes import Benchmark, Dataset, Metric, Record
from swallow_metrics.report.summary import averages, families, primary_figure, summarize


def test_errors_stay_outside_of_every_mean():
    """A question that could not be measured counts as an error and as nothing else."""
    benchmark = Benchmark("b", "B", Dataset("p", "test", (), 3), lambda row, prompt: None, (Metric("m", "f1"),))
    records = [
        Record("b", "0", "g", {"m": 1.0}, counts={"unextracted": 1}),
        Record("b", "1", "g", {"m": 0.0}),
        Record("b", "2", "h", {}, error="lost", counts={"truncated": 1}),
    ]
    summary = summarize(benchmark, records, {"g": 3, "h": 1})
    assert (summary.samples, summary.scored, summary.errors, summary.skipped) == (4, 2, 1, 1)
    assert summary.metrics["m"]["partial"] == {"n": 2, "of": 4}
    assert summary.groups["g"]["m"]["partial"] == {"n": 2, "of": 3}
    assert summary.metrics["m"]["mean"] == 0.5
    assert set(summary.groups) == {"g"}
    assert summary.counts == {"unextracted": 1, "truncated": 1}
    found = families([(benchmark, summary)], {"b": {"partial": {"n": 1, "of": 2}}})
    assert found == {"f1": {"mean": 0.5, "benchmarks": ["b"], "missing": [], "partial": ["b"]}}
    assert averages(found) == {"exact_match": None, "f1": 0.5, "judge": None}


def benchmark(*metrics, name="b"):
    return Benchmark(name, "B", Dataset("p", "test", (), 3), lambda row, prompt: None, metrics)


def repeated(*each):
    return [Record("b", str(n), None, {"m": 0.5}, details={"repeats": {"m": values}}) for n, values in enumerate(each)]


@pytest.mark.parametrize(
    ("each", "values"),
    [
        (([1.0, 0.0], [1.0, 1.0]), [1.0, 0.5]),
        (([1.0, 0.0, 1.0], [1.0, 1.0]), [1.0, 0.5]),  # those that all questions have
        (([1.0, None], [0.0, 1.0]), [0.5, 1.0]),  # what is known of a repeat
        (([1.0, None], [0.0, None]), None),  # nothing is known of the second one
        (([1.0], [0.0, 1.0]), None),
    ],
)
def test_repeats(each, values):
    """The score of each repeat alone, where there are two or more of every question."""
    found = summarize(benchmark(Metric("m")), repeated(*each), {None: 2}).metrics["m"].get("repeats")
    assert (found and found["values"]) == values
    if values:
        assert found["mean"] == pytest.approx(sum(values) / 2)
        assert found["stdev"] == pytest.approx(abs(values[0] - values[1]) / 2**0.5)


def test_what_counts_of_a_question_in_error():
    """Only metrics that say so; a signature comes from the records that were scored."""
    metrics = Metric("m"), Metric("known", unmeasured=True, signature=lambda records: f"n:{len(records)}")
    records = [Record("b", "0", None, {"m": 1.0, "known": 1.0}), Record("b", "1", None, {"known": 0.0}, error="lost")]
    found = summarize(benchmark(*metrics), records, {None: 2}).metrics
    assert (found["m"]["mean"], found["known"]["mean"], found["known"]["signature"]) == (1.0, 0.5, "n:2")
    assert "partial" in found["m"]
    assert "partial" not in found["known"]
    assert primary_figure(benchmark(*metrics), records)["mean"] == 1.0
    assert primary_figure(benchmark(*metrics), []) is None


def test_a_family_without_a_figure_has_no_average():
    """A benchmark that measured nothing is missing; one without a family is in no average."""
    lost = benchmark(Metric("m", "f1"))
    other = benchmark(Metric("m"))
    found = families([(each, summarize(each, [], {None: 1})) for each in (lost, other)], {})
    assert found == {"f1": {"mean": None, "benchmarks": [], "missing": ["b"], "partial": []}}
    assert averages(found) == {"exact_match": None, "f1": None, "judge": None}


def test_an_average_is_over_benchmarks():
    """Each counts the same, however many questions it has; one without a figure is named, and the rest is no average."""
    many, few = (benchmark(Metric("m", "f1"), name=name) for name in ("many", "few"))
    lost = benchmark(Metric("m", "f1"), name="lost")
    pairs = [
        (many, summarize(many, [Record("many", str(n), None, {"m": 1.0}) for n in range(9)], {None: 9})),
        (few, summarize(few, [Record("few", "0", None, {"m": 0.25})], {None: 1})),
    ]
    found = families(pairs, {"few": {"partial": {"n": 1, "of": 4}}})
    assert found == {"f1": {"mean": 0.625, "benchmarks": ["many", "few"], "missing": [], "partial": ["few"]}}
    assert averages(found)["f1"] == 0.625
    found = families([*pairs, (lost, summarize(lost, [], {None: 1}))], {})
    assert (found["f1"]["mean"], found["f1"]["missing"], averages(found)["f1"]) == (0.625, ["lost"], None)


def test_only_means_have_variances():
    """A metric with statistics of its own has no number per generation to compare."""
    own = Metric("m", statistics=lambda value: (float(value), 1.0))
    records = [Record("b", str(n), None, {"m": n / 2}, details={"repeats": {"m": [0.0, 1.0]}}) for n in range(3)]
    summary = summarize(benchmark(own), records, {None: 3})
    assert "within" not in summary.metrics["m"]


def test_variances_are_of_all_questions():
    """Within and between questions, where each has several generations; else neither."""
    every = summarize(benchmark(Metric("m")), repeated([0.0, 1.0], [1.0, 1.0]), {None: 2}).metrics["m"]
    assert every["within"] == pytest.approx(0.25)
    assert "between" in every
    records = [*repeated([0.0, 1.0], [1.0, 1.0]), Record("b", "2", None, {"m": 0.5})]
    assert "within" not in summarize(benchmark(Metric("m")), records, {None: 3}).metrics["m"]


def test_a_metrics_note_stands_beside_its_figure():
    """What its sums say a reader could misunderstand; without one there is no such key."""
    noted = Metric("m", note=lambda sums: f"{sums[0]:.0f} right" if sums[0] else None)
    right = summarize(benchmark(noted), [Record("b", "0", None, {"m": 1.0})], {None: 1})
    assert right.metrics["m"]["note"] == "1 right"
    wrong = summarize(benchmark(noted), [Record("b", "0", None, {"m": 0.0})], {None: 1})
    assert "note" not in wrong.metrics["m"]
