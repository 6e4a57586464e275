"""Runs compared from their folders: numbers, verdicts, and everything that cannot be compared."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest
import scipy.stats

from recorded import record, report, run_folder
from swallow_metrics.cli.main import WRONG_USAGE, main
from swallow_metrics.compare.compare import compare_runs
from swallow_metrics.errors import UsageError
from swallow_metrics.metrics.bleu import BLEU
from swallow_metrics.runs import read_run
from timing import crowding

KEYS = {
    "benchmark",
    "metric",
    "a",
    "b",
    "n",
    "difference",
    "ci95",
    "p",
    "p_holm",
    "method",
    "gained",
    "lost",
    "verdict",
}


def scored(values, benchmark="mini", **more):
    return [record(str(n), value, benchmark=benchmark, **more) for n, value in enumerate(values)]


@pytest.fixture
def compared(tmp_path, capsys):
    """`compared(records, records, *options)`: the JSON that `swallow compare` prints."""

    def compare(first, second, *options, **more):
        paths = [str(run_folder(tmp_path / name, data, **more)) for name, data in (("a", first), ("b", second))]
        assert main(["compare", *paths, "--format", "json", *options]) == 0
        return json.loads(capsys.readouterr().out)["comparisons"]

    return compare


def refusal(tmp_path, capsys, *arguments):
    """The one line of a refusal."""
    assert main(["compare", *map(str, arguments)]) == WRONG_USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_scores_of_0_and_1(compared):
    """McNemar on the questions that both measured; the contract's fields."""
    first = [1.0] * 50 + [0.0] * 50
    second = [1.0] * 45 + [0.0] * 5 + [1.0] * 25 + [0.0] * 25
    (found,) = compared(scored(first), scored(second))
    assert found.keys() >= KEYS
    assert (found["a"], found["b"], found["n"], found["gained"], found["lost"]) == (0.5, 0.7, 100, 25, 5)
    assert found["difference"] == pytest.approx(0.2)
    assert found["p"] == found["p_holm"] == pytest.approx(scipy.stats.binomtest(5, 30).pvalue)
    assert (found["method"], found["verdict"]) == ("mcnemar-exact", "better")
    assert found["ci95"][0] < 0.2 < found["ci95"][1]
    (back,) = compared(scored(second), scored(first))
    assert back["verdict"] == "worse"
    assert back["ci95"] == pytest.approx([-bound for bound in found["ci95"][::-1]])


def test_generations_are_clustered_by_question(compared):
    """A question's mean over its generations is what is flipped."""
    (found,) = compared(scored([0.25, 0.5, 0.75] * 20), scored([0.5, 0.5, 0.75] * 20))
    assert (found["method"], found["n"], found["gained"], found["lost"]) == ("permutation", 60, 20, 0)
    assert found["verdict"] == "better"


def test_corpus_metrics(compared):
    """BLEU from the records' counts, resampled question by question."""
    first = scored([[12, 12, 9, 5, 3, 2, 12, 11, 10, 9], [9, 9, 8, 7, 5, 4, 9, 8, 7, 6]] * 30, metric="bleu")
    second = scored([[12, 12, 12, 11, 10, 9, 12, 11, 10, 9], [9, 9, 8, 7, 5, 4, 9, 8, 7, 6]] * 30, metric="bleu")
    a, b = (BLEU.total(np.sum([r["scores"]["bleu"] for r in run], axis=0).tolist()) for run in (first, second))
    (found,) = compared(first, second, metric="bleu")
    assert (found["a"], found["b"], found["method"]) == (pytest.approx(a), pytest.approx(b), "bootstrap")
    assert (found["gained"], found["lost"], found["verdict"]) == (30, 0, "better")


def test_less_is_better(compared):
    """More missing verdicts are worse, and lost."""
    first = scored([[0, 4]] * 60, metric="judge_missing")
    second = scored([[2, 4], [0, 4]] * 30, metric="judge_missing")
    (found,) = compared(first, second, metric="judge_missing")
    assert found["difference"] == pytest.approx(0.25)
    assert (found["gained"], found["lost"], found["verdict"]) == (0, 30, "worse")
    (back,) = compared(second, first, metric="judge_missing")
    assert (back["gained"], back["lost"], back["verdict"]) == (30, 0, "better")


def test_questions_that_were_chosen_by_their_results(tmp_path, capsys):
    """Where only wrong answers are asked again nothing can be lost: said beside the difference."""
    a = run_folder(tmp_path / "a", scored([0.0] * 30))
    b = run_folder(tmp_path / "b", scored([1.0, 0.0] * 15), select="score<1")
    for paths in ((a, b), (b, a)):
        assert main(["compare", *map(str, paths)]) == 0
        assert "its questions were chosen by their results (score<1)" in capsys.readouterr().out
        assert compare_runs(*(read_run(path, print) for path in paths))[0][0].to_json()["chosen_by"] == "score<1"
    c = run_folder(tmp_path / "c", scored([1.0, 0.0] * 15))
    assert compare_runs(read_run(a, print), read_run(c, print))[0][0].chosen_by is None


@pytest.mark.parametrize("stopped", ["a", "b"])
def test_a_run_that_stopped_early(tmp_path, capsys, stopped):
    """Its score leans away from its gates, and a difference with it."""
    early = {"early": {"decided_after": 30, "not_needed": 70}}
    paths = [
        run_folder(tmp_path / name, scored([1.0, 0.0] * 15), parts=early if name == stopped else None) for name in "ab"
    ]
    assert main(["compare", *map(str, paths)]) == 0
    assert "a run stopped asking once its gates were decided" in capsys.readouterr().out
    assert compare_runs(*(read_run(path, print) for path in paths))[0][0].to_json()["early"] is True


def test_every_line_names_its_metric(tmp_path, capsys):
    """Where a benchmark has several."""
    records = [each | {"scores": each["scores"] | {"f1_score": 0.5}} for each in scored([1.0, 0.0])]
    paths = [str(run_folder(tmp_path / name, records)) for name in "ab"]
    for form, start in (("table", "mini       {}"), ("md", "| mini | {} |")):
        assert main(["compare", *paths, "--format", form, "--all-metrics"]) == 0
        lines = capsys.readouterr().out.replace("\\_", "_").splitlines()
        for metric in ("extractive_match", "f1_score"):
            assert sum(line.startswith(start.format(metric)) for line in lines) == 1


def test_verdicts(compared):
    """No difference is only shown where one of the size that matters would have been seen."""
    same = [1.0, 0.0] * 50
    assert compared(scored(same), scored(same))[0]["verdict"] == "underpowered"
    assert compared(scored(same), scored(same), "--smallest-difference", "0.2")[0]["verdict"] == "no difference shown"
    assert compared(scored(same * 50), scored(same * 50))[0]["verdict"] == "no difference shown"


def test_holm_over_benchmarks(compared):
    """Adjusted for the number of benchmarks; one metric of each, or all."""

    def runs(extra):
        return [
            each
            for name in ("x", "y", "z")
            for each in scored([float(n % 3 == 0) if n > extra else 1.0 for n in range(60)], name)
        ]

    found = compared(runs(0), runs(12))
    assert [each["benchmark"] for each in found] == ["x", "y", "z"]
    assert all(each["p_holm"] == pytest.approx(3 * each["p"]) for each in found)
    records = [each | {"scores": each["scores"] | {"length": 3.0}} for each in runs(0)]
    assert {each["metric"] for each in compared(records, records, "--all-metrics")} == {"extractive_match", "length"}


def test_questions_of_one_run_are_counted_and_named(tmp_path, capsys):
    """Errors are not answers: a question that one run could not measure is in the other run only."""
    first = [*scored([1.0, 0.0, 1.0]), record("lost", 0.0, error="no answer")]
    second = [*scored([1.0, 1.0]), *(record(f"new/{n}", 1.0) for n in range(8)), record("lost", 1.0)]
    a, b = run_folder(tmp_path / "a", first), run_folder(tmp_path / "b", second)
    (found,), _ = compare_runs(read_run(a, print), read_run(b, print))
    assert found.n == 2
    assert list(found.only_a) == ["2"]
    assert len(found.only_b) == 9
    assert main(["compare", str(a), str(b)]) == 0
    out = capsys.readouterr().out
    assert "1 question in A only: 2\n" in out
    assert "9 questions in B only: new/0, new/1, new/2, new/3, new/4 and 4 more" in out


def test_benchmarks_of_one_run_are_named(tmp_path):
    """In one sentence for each run."""
    a, b = (
        read_run(run_folder(tmp_path / name, [r for x in benchmarks for r in scored([1.0], x)]), print)
        for name, benchmarks in (("a", "xyz"), ("b", "wx"))
    )
    assert compare_runs(a, b)[1] == [f"y, z: only in {tmp_path / 'a'}", f"w: only in {tmp_path / 'b'}"]


def test_any_number_of_runs(tmp_path, capsys):
    """Each further run against the first, as table and as Markdown; no line of the table is wider than 80 columns."""
    names = ("swallow_jhumaneval", "mmlu_pro_english")
    paths = [
        str(run_folder(tmp_path / name, [r for b in names for r in scored([float(n % k == 0) for n in range(200)], b)], name=f"m_{name}*"))
        for name, k in (("a", 2), ("b", 3), ("c", 5))
    ]  # fmt: skip
    assert main(["compare", *paths, "--out", str(tmp_path / "out.md"), "--format", "md"]) == 0
    text = (tmp_path / "out.md").read_text()
    assert text.count("| swallow\\_jhumaneval | 0.500 |") == 2
    assert "m\\_c\\*" in text
    assert main(["compare", *paths]) == 0
    out = capsys.readouterr().out
    assert out.count("no difference shown") + out.count("worse") + out.count("underpowered") >= 4
    table = [line for line in out.splitlines() if line.startswith(names) and " … " in line]
    assert len(table) == 4
    assert max(map(len, table)) <= 80


@pytest.mark.parametrize(
    ("field", "parts", "others"),
    [
        ("prompt_sha256", {"prompt_sha256": "aa"}, {"prompt_sha256": "bb"}),
        ("dataset.sha256", {"dataset": {"sha256": "aa"}}, {"dataset": {"sha256": "bb"}}),
        ("dataset.revision", {"dataset": {"revision": "aa"}}, {"dataset": {"revision": "bb"}}),
        ("sampling.temperature", {"sampling": {"temperature": 0.0}}, {"sampling": {"temperature": 1.0}}),
        ("sampling.repeats", {"sampling": {"repeats": 1}}, {"sampling": {"repeats": 4}}),
        ("engine.system_prompt", {"fingerprint": {"engine": {"system_prompt": None}}}, {"fingerprint": {"engine": {"system_prompt": "x"}}}),
    ],
)  # fmt: skip
def test_different_fingerprints_are_refused(tmp_path, capsys, field, parts, others):
    """Naming the field and both values, unless it is allowed."""
    a = run_folder(tmp_path / "a", scored([1.0, 0.0]), parts=parts)
    b = run_folder(tmp_path / "b", scored([1.0, 0.0]), parts=others)
    err = refusal(tmp_path, capsys, a, b)
    assert f"the runs differ in {field}: " in err
    assert f"--allow {field}" in err
    assert main(["compare", str(a), str(b), "--allow", field]) == 0
    assert main(["compare", str(a), str(b), "--allow", field.split(".")[0]]) == 0
    assert main(["compare", str(a), str(b), "--allow", field[:-1]]) == WRONG_USAGE


def test_what_makes_no_difference(tmp_path):
    """Seeds, who chose a setting, and revisions with the same rows."""
    a = {
        "sampling": {"temperature": 0.0, "seed": 1, "source": {"temperature": "user"}},
        "dataset": {"revision": "a", "sha256": "x"},
    }
    b = {"sampling": {"temperature": 0.0, "seed": 2, "source": {}}, "dataset": {"revision": "b", "sha256": "x"}}
    runs = [read_run(run_folder(tmp_path / n, scored([1.0]), parts=p), print) for n, p in (("a", a), ("b", b))]
    assert compare_runs(*runs)


def test_runs_that_cannot_be_compared(tmp_path, capsys):
    """Each is one line."""
    good = run_folder(tmp_path / "good", scored([1.0, 0.0]))
    link = tmp_path / "link"
    link.symlink_to(good)
    demo = run_folder(tmp_path / "demo", scored([1.0, 0.0]), mode="demo")
    other = run_folder(tmp_path / "other", scored([1.0], "else"))
    apart = run_folder(tmp_path / "apart", [record("99", 1.0)])
    edited = run_folder(tmp_path / "edited", scored([1.0, 1.0]))
    path = edited / "report.json"
    path.write_text(
        path.read_text().replace('"scores": {"extractive_match": 1.0}', '"scores": {"extractive_match": 0.0}')
    )
    wrong = run_folder(tmp_path / "wrong", scored([1.0, 0.0]))
    path = wrong / "report.json"
    path.write_text(
        path.read_text().replace('"scores": {"extractive_match": 1.0}', '"scores": {"extractive_match": "yes"}')
    )
    assert "expected at least two runs" in refusal(tmp_path, capsys, good)
    assert "compared with itself" in refusal(tmp_path, capsys, good, link)
    assert "compared with itself" in refusal(tmp_path, capsys, good, good / "report.json")
    assert "is a demo run" in refusal(tmp_path, capsys, good, demo)
    assert "no benchmark in common" in refusal(tmp_path, capsys, good, other)
    assert "no question in common" in refusal(tmp_path, capsys, good, apart)
    assert "was edited: mini has extractive_match 1.0, but its questions give 0.0" in refusal(
        tmp_path, capsys, good, edited
    )
    assert "was edited: " in refusal(tmp_path, capsys, good, wrong)
    assert "does not exist" in refusal(tmp_path, capsys, good, tmp_path / "nothing")
    assert "'sampling.temprature'" in refusal(tmp_path, capsys, good, wrong, "--allow", "sampling.temprature")


def test_metrics_that_only_their_benchmark_knows(tmp_path):
    """Statistics of an unknown metric cannot be added up: said, and everything else is compared."""
    records = [each | {"scores": each["scores"] | {"mine": [1, 2]}} for each in scored([1.0, 0.0])]
    runs = [read_run(run_folder(tmp_path / name, records), print) for name in "ab"]
    found, notes = compare_runs(*runs, all_metrics=True)
    assert [each.metric for each in found] == ["extractive_match"]
    assert notes == ["mini: how mine adds up is not known outside of its benchmark"]


@pytest.mark.slow
def test_speed(tmp_path):
    """12,000 questions in under 2 s, seven benchmarks of 50,000 in under 6 s, whatever the scores."""
    random = np.random.default_rng(0)
    for sizes, limit in (((12_000,), 2), ((12_000, 12_000, 12_000, 7_000, 4_000, 2_000, 1_000), 6)):
        paths = []
        for name in "ab":
            path = tmp_path / f"{name}{limit}.json"
            records = [r for k, n in enumerate(sizes) for r in scored(random.random(n).tolist(), f"b{k}")]
            path.write_text(json.dumps(report(records)))
            paths.append(str(path))
        start = time.process_time()
        assert main(["compare", *paths, "--format", "json"]) == 0
        assert time.process_time() - start < limit * crowding()


@pytest.mark.slow
def test_memory(tmp_path):
    """Two reports of 100,000 questions are compared within 300 MB, the interpreter and its libraries included."""
    for name in "ab":
        records = scored(
            [float(n % 2) for n in range(100_000)], group="anatomy", extracted=["A"], counts={"tokens": 300}
        )
        (tmp_path / f"{name}.json").write_text(json.dumps(report(records)))
    code = f"""
from swallow_metrics.cli.main import main
assert main(["compare", {str(tmp_path / "a.json")!r}, {str(tmp_path / "b.json")!r}, "--format", "json"]) == 0
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout.splitlines()[-1]) / 1024 < 300


def test_an_unknown_option_is_one_line(tmp_path, capsys):
    """As everywhere."""
    a, b = (run_folder(tmp_path / name, scored([1.0])) for name in "ab")
    assert "smallest" in refusal(tmp_path, capsys, a, b, "--smallest-difference", "0")
    with pytest.raises(UsageError):
        compare_runs(read_run(a, print), read_run(a, print))


@pytest.mark.parametrize("older", [{"reference": "202508"}, {}])
def test_versions_of_the_reference_are_never_compared(tmp_path, capsys, older):
    """WMT20, MT-Bench and LiveCodeBench measure different things then, whatever --allow says."""
    records = [record(str(n), [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], benchmark="wmt20_en_ja", metric="bleu") for n in range(3)]
    folders = [
        run_folder(tmp_path / name, records, metric="bleu", parts=parts)
        for name, parts in (("a", older), ("b", {"reference": "202604"}))
    ]
    assert main(["compare", *map(str, folders), "--allow", "reference"]) == 4
    assert "follows version 202508 of the reference" in capsys.readouterr().err
