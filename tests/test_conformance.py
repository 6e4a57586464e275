"""Every recorded sample scores as the reference scored it, through the normal command line."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from places import ROOT

MODULES = {
    "swallow_jmmlu": "test_jmmlu",
    "jemhopqa": "test_jemhopqa",
    "mmlu_pro_english": "test_mmlu_pro_english",
    "mmlu_prox_japanese": "test_mmlu_prox",
    "hellaswag": "test_hellaswag",
    "gpqa_diamond": "test_gpqa_diamond",
    "swallow_gpqa_ja": "test_gpqa_ja",
    "wmt20_en_ja": "test_wmt20",
    "wmt20_ja_en": "test_wmt20",
    "mifeval_ja": "test_mifeval_ja",
    "math_500": "test_math_500",
    "math_100_japanese": "test_math_100_japanese",
    "aime": "test_aime",
    "swallow_jhumaneval": "test_humaneval",
    "humaneval": "test_humaneval",
    "japanese_mt_bench": "test_mt_bench",
    "english_mt_bench": "test_mt_bench",
}

OF_202604 = {  # a file of vectors → the benchmark that it is of, and its module
    **dict.fromkeys(("jamcqa", "jamcqa_cot"), "test_jamcqa"),
    **dict.fromkeys(("jgpqa_diamond", "jgpqa_main", "jgpqa_extended"), "test_jgpqa"),
    "polymath_japanese": "test_polymath_japanese",
    "gpqa_diamond": "test_gpqa_diamond",
    "aime": "test_aime",
    "math_100_japanese": "test_math_100_japanese",
    "jgpqa_diamond_N4": "test_jgpqa",
    "swallow_gpqa_ja_N8": "test_gpqa_ja",
    "polymath_japanese_N8": "test_polymath_japanese",
    "math_500_N16": "test_math_500",
    **dict.fromkeys(("wmt20_en_ja", "wmt20_ja_en"), "test_wmt20"),
}

# Many seconds each. Default tests compare the same vectors without a run: metrics/test_conformance_answers.py,
# metrics/test_ifeval.py, metrics/test_bleu.py, sandbox/test_conformance_programs.py.
HEAVY = "humaneval swallow_jhumaneval math_500 math_500_N16 math_100_japanese mifeval_ja polymath_japanese wmt20_en_ja"


def runs(files):
    """The vectors that runs replay, as parameters: light ones together, since a run starts slower than it scores them.

    Several vectors of one benchmark are of different runs. A heavy one is a slow run of its own.
    """
    light = {}
    for file in files:
        if file not in HEAVY.split():
            light.setdefault(file.partition("_N")[2] != "", []).append(file)
    heavy = [pytest.param([file], marks=pytest.mark.slow) for file in files if file in HEAVY.split()]
    return [*light.values(), *heavy]


def replay(folder, modules, run_dir, reference="202508"):
    """The report of a run that replays the answers in a folder of vectors, given each benchmark's module."""
    journal = run_dir.with_name("answers.jsonl")
    journal.write_bytes(b"".join((folder / "responses" / f"{name}.jsonl").read_bytes() for name in modules))
    command = [
        sys.executable, "-m", "pytest", "-q", *{f"benchmarks/{module}.py": None for module in modules.values()},
        "-m", " or ".join(modules), "-p", "no:cacheprovider", "--no-html", "--data-dir", str(folder / "data"),
        "--replay", str(journal), "--run-dir", str(run_dir), "--reference", reference,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return json.loads((run_dir / "report.json").read_text())


def expectations(shared, benchmark, part=""):
    folder = shared / "conformance" / part / "expected"
    lines = (folder / f"{benchmark}.jsonl").read_text("utf-8").split("\n")
    summary = json.loads((folder / f"{benchmark}.summary.json").read_text("utf-8"))
    return [json.loads(line) for line in lines if line], summary


def records(report, benchmark):
    """What the report says of each question of a benchmark."""
    return [test["metadata"] for test in report["tests"] if test["metadata"]["benchmark"] == benchmark]


def check(report, benchmark, expected, summary):
    """Equal per-sample scores, and corpus values that agree to 1e-9."""
    got = {data["sample"]: data["scores"] for data in records(report, benchmark)}
    assert len(got) == len(expected)
    for sample in expected:
        scores = {metric: got[sample["sample"]].get(metric) for metric in sample["scores"]}
        for metric, value in sample["scores"].items():
            exact = value if isinstance(value, list) else pytest.approx(value, abs=1e-12)
            assert scores[metric] == exact, f"{benchmark}, sample {sample['sample']}"
    metrics = report["swallow"]["benchmarks"][benchmark]["metrics"]
    for metric, value in summary.items():
        if metric != "per_model":
            assert metrics[metric]["mean"] == pytest.approx(value, abs=1e-9), (benchmark, metric)


@pytest.mark.parametrize("benchmarks", runs(MODULES), ids="+".join)
def test_scores_equal_the_reference(shared, tmp_path, benchmarks):
    """Through --data-dir and --replay, every metric of every sample has the value that the reference gives."""
    report = replay(shared / "conformance", {name: MODULES[name] for name in benchmarks}, tmp_path / "run")
    for name in benchmarks:
        check(report, name, *expectations(shared, name))


@pytest.mark.slow  # metrics/test_ifeval.py compares the same without a run
def test_boundary_responses_of_mifeval(shared, tmp_path):
    """The made-up boundary cases of instruction following."""
    report = replay(shared / "conformance/edge", {"mifeval_ja": "test_mifeval_ja"}, tmp_path / "run")
    check(report, "mifeval_ja", *expectations(shared, "mifeval_ja", "edge"))


def test_ifbench(shared, tmp_path, monkeypatch):
    """The 58 instructions of IFBench, with the tagger reduced to first tokens."""
    monkeypatch.setenv("NLTK_DATA", str(shared / "data/nltk"))
    report = replay(shared / "conformance/ifbench", {"ifbench": "test_ifbench"}, tmp_path / "run")
    check(report, "ifbench", *expectations(shared, "ifbench", "ifbench"))


@pytest.mark.parametrize("files", runs(OF_202604), ids="+".join)
def test_scores_equal_the_reference_of_202604(shared, tmp_path, files):
    """The vectors of version 202604, per sample, per group and for the corpus; keys and right answers by generation."""
    names = {re.sub(r"_N\d+$", "", file): file for file in files}
    for folder in ("data", "responses"):
        (tmp_path / folder).mkdir()
        for name, file in names.items():
            shutil.copy(shared / "conformance/v202604" / folder / f"{file}.jsonl", tmp_path / folder / f"{name}.jsonl")
    modules = {name: OF_202604[file] for name, file in names.items()}
    report = replay(tmp_path, modules, tmp_path / "run", reference="202604")
    for name, file in names.items():
        check_202604(report, name, *expectations(shared, file, "v202604"))


def check_202604(report, benchmark, expected, summary):
    """What only version 202604 has, then what both have."""
    details = {data["sample"]: data.get("details", {}) for data in records(report, benchmark)}
    for sample in expected:
        own = details[sample["sample"]]
        assert own.get("answers") == sample.get("answers")
        each = sample.get("per_repeat", ())
        assert own.get("answer_keys", []) == [generation["answer"] for generation in each]
        assert own.get("repeats", {"extractive_match": []})["extractive_match"] == [g["extractive_match"] for g in each]
    groups = report["swallow"]["benchmarks"][benchmark]["groups"]
    for group, figures in summary.pop("per_group", {}).items():
        assert groups[group]["extractive_match"]["n"] == figures.pop("rows")
        for metric, value in figures.items():
            assert groups[group][metric]["mean"] == pytest.approx(value, abs=1e-9), (group, metric)
    check(report, benchmark, expected, summary)


def test_every_vector_is_used(shared):
    """No folder of vectors is left unused."""
    there = {
        path.name.removesuffix(".summary.json") for path in (shared / "conformance/expected").glob("*.summary.json")
    }
    assert there == set(MODULES)
