"""What holds for any two runs: figures from their questions alone, tests and intervals that agree, verdicts that follow."""

import math
from pathlib import Path

import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from recorded import record, report
from swallow_metrics.compare.compare import compare_runs
from swallow_metrics.datatypes import Record
from swallow_metrics.errors import UsageError
from swallow_metrics.runs.fingerprint import differences
from swallow_metrics.runs.report import by_benchmark
from swallow_metrics.runs.run import Run

SAMPLES = [str(number) for number in range(12)]
SCORES = st.one_of(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.none())  # None: in error


@st.composite
def run_scores(draw):
    """Benchmark → sample → score, of one or two benchmarks."""
    binary = draw(st.booleans())
    values = st.sampled_from([0.0, 1.0, None]) if binary else SCORES
    names = draw(st.sampled_from([("x",), ("x", "y")]))
    return {name: draw(st.dictionaries(st.sampled_from(SAMPLES), values, min_size=1)) for name in names}


def run_of(name, scores):
    records = [
        record(
            sample, 0.0 if score is None else score, benchmark=benchmark, error=None if score is not None else "lost"
        )
        for benchmark, own in scores.items()
        for sample, score in own.items()
    ]
    swallow = report(records)["swallow"]
    return Run(Path(name), None, swallow, by_benchmark([Record(**each) for each in records], swallow), print)


def both_measured(first, second, benchmark):
    """Pairs of scores, by sample, of the questions that both runs measured."""
    a, b = first[benchmark], second[benchmark]
    return {sample: (a[sample], b[sample]) for sample in a if None not in (a[sample], b.get(sample))}


@given(run_scores(), run_scores())
@settings(max_examples=150, deadline=None)
def test_any_two_runs(first, second):
    """Errors are not scores; every number follows from the questions that both measured; every verdict from its numbers."""
    pairs = {name: found for name in first if name in second and (found := both_measured(first, second, name))}
    runs = run_of("a", first), run_of("b", second)
    if not pairs:
        with pytest.raises(UsageError, match="in common"):
            compare_runs(*runs)
        return
    found, _ = compare_runs(*runs)
    assert [each.benchmark for each in found] == list(pairs)
    for each in found:
        a, b = zip(*pairs[each.benchmark].values(), strict=True)
        assert (each.n, each.a, each.b) == (len(a), pytest.approx(sum(a) / len(a)), pytest.approx(sum(b) / len(b)))
        assert each.difference == pytest.approx(each.b - each.a)
        assert each.ci95[0] <= each.difference + 1e-12 and each.difference <= each.ci95[1] + 1e-12
        gained, lost = sum(y > x for x, y in zip(a, b, strict=True)), sum(y < x for x, y in zip(a, b, strict=True))
        assert (each.gained, each.lost) == (gained, lost)
        if {*a, *b} <= {0.0, 1.0}:
            exact = scipy.stats.binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
            assert (each.method, each.p) == ("mcnemar-exact", pytest.approx(exact))
        else:
            assert each.method == "permutation"
        assert 0 < each.p <= each.p_holm <= min(1.0, len(found) * max(other.p for other in found)) + 1e-12
        assert (each.verdict in ("better", "worse")) == (each.p_holm < 0.05)
        if each.p_holm < 0.05:
            assert (each.verdict == "better") == (each.difference > 0)
        else:
            assert (each.verdict == "underpowered") == (each.shown > 0.01)
        measured = [{sample for sample, score in own[each.benchmark].items() if score is not None}
                    for own in (first, second)]  # fmt: skip
        assert (set(each.only_a), set(each.only_b)) == (measured[0] - measured[1], measured[1] - measured[0])


@given(run_scores(), run_scores(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_neither_order_matters(first, second, random):
    """Exchanged runs have the mirrored result; questions in another order the same one."""
    try:
        found, _ = compare_runs(run_of("a", first), run_of("b", second))
    except UsageError:
        return
    back, _ = compare_runs(run_of("b", second), run_of("a", first))
    mirrored = {"better": "worse", "worse": "better"}
    for there in found:
        here = next(each for each in back if each.benchmark == there.benchmark)
        assert here.difference == pytest.approx(-there.difference)
        assert here.ci95 == pytest.approx((-there.ci95[1], -there.ci95[0]))
        assert (here.p, here.gained, here.lost) == (pytest.approx(there.p), there.lost, there.gained)
        assert here.verdict == mirrored.get(there.verdict, there.verdict)
    shuffled = {name: dict(random.sample(sorted(own.items()), len(own))) for name, own in first.items()}
    again, _ = compare_runs(run_of("a", shuffled), run_of("b", second))
    for one, other in zip(found, again, strict=True):
        assert math.isclose(one.p, other.p, rel_tol=1e-9)
        assert one.ci95 == pytest.approx(other.ci95)
        assert one.verdict == other.verdict


@pytest.mark.parametrize(("benchmarks", "verdict"), [(1, "better"), (3, "underpowered")])
def test_verdicts_are_corrected(benchmarks, verdict):
    """Six questions won and none lost show a difference (p = 0.03), but not as one of three comparisons."""
    names = [f"b{number}" for number in range(benchmarks)]
    first, second = ({name: dict.fromkeys(SAMPLES[:6], score) for name in names} for score in (0.0, 1.0))
    found, _ = compare_runs(run_of("a", first), run_of("b", second))
    assert [each.verdict for each in found] == [verdict] * benchmarks


FIELDS = st.dictionaries(
    st.sampled_from(["dataset.sha256", "dataset.revision", "sampling.top_p", "metrics.m", "engine.e", "reference"]),
    st.sampled_from([None, "a", "b"]),
)


@given(FIELDS, FIELDS)
def test_fingerprints_differ_both_ways(first, second):
    """In the same fields, with the values exchanged; and never from themselves."""
    there, back = differences(first, second), differences(second, first)
    assert there == {field: (b, a) for field, (a, b) in back.items()}
    assert differences(first, first) == {}
