"""The bundled demo of every benchmark, through the whole way, gives the recorded figures."""

import json
import subprocess
import sys

import pytest

from conftest import ROOT

GOLDEN = json.loads((ROOT / "tests" / "demo_report.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """One demo run of everything."""
    run_dir = tmp_path_factory.mktemp("demo") / "run"
    command = [sys.executable, "-m", "pytest", "benchmarks", "-q", "-p", "no:cacheprovider", "--run-dir", str(run_dir)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "DEMO" in done.stdout
    return json.loads((run_dir / "report.json").read_text("utf-8"))["swallow"]


def test_every_benchmark_has_a_demo(demo):
    """The golden file, the report and the registered markers name the same benchmarks."""
    from swallow_metrics.plugin.markers import BENCHMARKS

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
