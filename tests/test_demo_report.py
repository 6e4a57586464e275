"""The bundled demo of every benchmark, through the whole way, gives the recorded figures."""

import json
import subprocess
import sys

import pytest

from places import ROOT
from schema import checked

GOLDEN = json.loads((ROOT / "tests" / "demo_report.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """One demo run of everything."""
    run_dir = tmp_path_factory.mktemp("demo") / "run"
    command = [sys.executable, "-m", "pytest", "benchmarks", "-q", "-p", "no:cacheprovider", "--run-dir", str(run_dir)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "DEMO" in done.stdout
    return checked(json.loads((run_dir / "report.json").read_text("utf-8")))["swallow"]


def test_every_benchmark_has_a_demo(demo):
    """The golden file, the report and the registered markers name the same benchmarks."""
    from swallow_metrics.plugin.selection import BENCHMARKS

    assert demo["mode"] == "demo"
    assert set(demo["benchmarks"]) == set(GOLDEN) == set(BENCHMARKS)


@pytest.mark.parametrize("benchmark", GOLDEN)
def test_demo_figures(demo, benchmark):
    """Samples, troubles and the mean of every metric are as recorded, none too good to show anything."""
    figures = demo["benchmarks"][benchmark]
    found = {name: figures[name] for name in ("samples", "errors", "unextracted", "truncated")}
    assert found == {name: GOLDEN[benchmark][name] for name in found}
    means = {metric: values["mean"] for metric, values in figures["metrics"].items()}
    assert means == pytest.approx(GOLDEN[benchmark]["metrics"], abs=1e-8)
    assert 8 <= figures["samples"] <= 20
    primary = figures["metrics"][figures["primary"]]
    assert primary["ci95"][0] <= primary["mean"] <= primary["ci95"][1]


def test_the_example_run_is_what_a_run_writes():
    """reports/demo has today's files and figures, without a machine's paths (`.ci/example-run` makes it anew)."""
    files = {path.name: path.read_text("utf-8") for path in (ROOT / "reports/demo").iterdir() if path.name != ".lock"}
    assert set(files) == {"report.json", "responses.jsonl", "questions.jsonl", "run.toml"}
    assert not any(str(ROOT) in text for text in files.values())
    example = checked(json.loads(files["report.json"]))["swallow"]["benchmarks"]
    for name, figures in example.items():
        means = {metric: values["mean"] for metric, values in figures["metrics"].items()}
        assert means == pytest.approx(GOLDEN[name]["metrics"], abs=1e-8)
