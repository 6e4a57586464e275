"""Every recorded sample scores as the reference scored it, through the normal command line."""

import json
import subprocess
import sys

import pytest

from conftest import ROOT

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


def replay(shared, benchmark, module, run_dir, part=""):
    folder = shared / "conformance" / part
    command = [
        sys.executable, "-m", "pytest", "-q", f"benchmarks/{module}.py", "-m", benchmark, "-p", "no:cacheprovider",
        "--data-dir", str(folder / "data"), "--replay", str(folder / "responses" / f"{benchmark}.jsonl"),
        "--run-dir", str(run_dir),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return json.loads((run_dir / "report.json").read_text())


def expectations(shared, benchmark, part=""):
    folder = shared / "conformance" / part / "expected"
    lines = (folder / f"{benchmark}.jsonl").read_text("utf-8").split("\n")
    summary = json.loads((folder / f"{benchmark}.summary.json").read_text("utf-8"))
    return [json.loads(line) for line in lines if line], summary


def check(report, benchmark, expected, summary):
    """Equal per-sample scores, and corpus values that agree to 1e-9."""
    got = {test["metadata"]["sample"]: test["metadata"]["scores"] for test in report["tests"]}
    assert len(got) == len(expected)
    for sample in expected:
        scores = {metric: got[sample["sample"]].get(metric) for metric in sample["scores"]}
        assert scores == sample["scores"], f"sample {sample['sample']}"
    metrics = report["swallow"]["benchmarks"][benchmark]["metrics"]
    for metric, value in summary.items():
        if metric != "per_model":
            assert metrics[metric]["mean"] == pytest.approx(value, abs=1e-9), metric


@pytest.mark.parametrize("benchmark", MODULES)
def test_scores_equal_the_reference(shared, tmp_path, benchmark):
    """Through --data-dir and --replay, every metric of every sample has the value that the reference gives."""
    report = replay(shared, benchmark, MODULES[benchmark], tmp_path / "run")
    check(report, benchmark, *expectations(shared, benchmark))


def test_boundary_responses_of_mifeval(shared, tmp_path):
    """The made-up boundary cases of instruction following."""
    report = replay(shared, "mifeval_ja", "test_mifeval_ja", tmp_path / "run", "edge")
    check(report, "mifeval_ja", *expectations(shared, "mifeval_ja", "edge"))


def test_every_vector_is_used(shared):
    """No folder of vectors is left unused."""
    there = {
        path.name.removesuffix(".summary.json") for path in (shared / "conformance/expected").glob("*.summary.json")
    }
    assert there == set(MODULES)
