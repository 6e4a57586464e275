"""What a user has who installed the wheel: benchmarks by name, and a project of their own as the documentation says.

The default tests lay the packages out as the wheel does; the slow one builds the wheel and installs it.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from places import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The packages side by side in a folder, as in site-packages."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "benchmarks", folder / "swallow_benchmarks", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "swallow_metrics").symlink_to(ROOT / "swallow_metrics")
    return folder


def run(site, folder, *arguments, python=sys.executable):
    environment = {**os.environ, "PYTHONPATH": str(site) if site else ""}
    command = [
        python,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:anyio",
        "-p",
        "no:hypothesispytest",
        *arguments,
    ]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def report(folder):
    (path,) = folder.glob("reports/*/report.json")
    return json.loads(path.read_text())


def test_a_benchmark_by_its_module(installed, tmp_path):
    """`pytest --pyargs swallow_benchmarks.test_jmmlu` in an empty folder runs the demo."""
    done = run(installed, tmp_path, "--pyargs", "swallow_benchmarks.test_jmmlu")
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(report(tmp_path)["swallow"]["benchmarks"]) == ["swallow_jmmlu"]


def test_a_checkouts_benchmark_is_the_same_one(installed, tmp_path):
    """Both given ask every question twice: one line says so."""
    checkout = str(ROOT / "benchmarks" / "test_hellaswag.py")
    done = run(installed, tmp_path, "--pyargs", "swallow_benchmarks.test_hellaswag", checkout)
    assert done.returncode == 4, done.stdout + done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    assert "swallow_benchmarks.test_hellaswag::test_hellaswag[" in line
    assert "benchmarks/test_hellaswag.py::test_hellaswag[" in line
    assert not (tmp_path / "reports").exists()


def test_selection_works_as_in_a_checkout(installed, tmp_path):
    """`-m`, `-k`, node ids and `--collect-only`."""
    done = run(
        installed,
        tmp_path,
        "--pyargs",
        "swallow_benchmarks",
        "-m",
        "hellaswag",
        "-k",
        "hellaswag[1",
        "--collect-only",
        "-q",
    )
    ids = [line for line in done.stdout.splitlines() if "::" in line]
    assert ids[0] == "swallow_benchmarks.test_hellaswag::test_hellaswag[1]"
    assert all("test_hellaswag[1" in line for line in ids)
    done = run(installed, tmp_path, "--pyargs", "swallow_benchmarks.test_hellaswag", "--collect-only", "-q")
    (printed,) = [line for line in done.stdout.splitlines() if line.endswith("::test_hellaswag[3]")]
    done = run(installed, tmp_path, "--pyargs", printed, "-v")
    assert f"\n{printed} " in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    assert [test["metadata"]["sample"] for test in report(tmp_path)["tests"]] == ["3"]


def test_with_workers(installed, tmp_path):
    """`-n 2` gives the same report."""
    done = run(installed, tmp_path, "--pyargs", "swallow_benchmarks.test_hellaswag", "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    found = report(tmp_path)
    assert len(found["tests"]) == found["swallow"]["benchmarks"]["hellaswag"]["scored"] > 7
    assert len({test["nodeid"] for test in found["tests"]}) == len(found["tests"])


def project(folder):
    """The files of docs/adding-a-benchmark.md, each under the name that stands before it."""
    text = (ROOT / "docs/adding-a-benchmark.md").read_text("utf-8")
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        for name, content in re.findall(
            r"`([\w./]+)`[^`\n]*:\n\n```\w+\n(.*?)^```$", section, re.MULTILINE | re.DOTALL
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nmarkers =\n    geography: about places\n")
    (folder / "conftest.py").write_text(
        "from swallow_metrics import FakeEngine\n"
        "def answer(request):\n"
        "    text = request.messages[-1]['content']\n"
        "    known = {'Japan': 'Tokyo', 'Kenya': 'Mombasa', 'Paris': 'Answer: A', 'sure': '8', 'Nile': 'Thames'}\n"
        "    return next((value for key, value in known.items() if key in text), 'six')\n"
        "def pytest_swallow_make_engine(config, model):\n"
        "    return FakeEngine(answer)\n"
    )


def check_project(site, folder, python=sys.executable):
    project(folder)
    plain = run(site, folder, "-rs", python=python)
    assert plain.returncode == 0, plain.stdout + plain.stderr
    assert plain.stdout.count("no demo: give --model or --replay") == 3
    done = run(site, folder, "--model", "m", "--data-dir", "data", python=python)
    assert done.returncode == 0, done.stdout + done.stderr
    found = report(folder)["swallow"]["benchmarks"]
    means = {name: data["metrics"][data["primary"]]["mean"] for name, data in found.items()}
    assert means == {"capitals": 0.5, "rivers": 0.5, "second_thought": 1.0}
    assert sorted(found["capitals"]["groups"]) == ["Africa", "Asia"]
    assert found["rivers"]["metrics"]["extractive_match"]["n"] == 2


def test_the_documented_benchmarks_run_in_a_project_of_their_own(installed, tmp_path):
    """Every file of the page: skipped without a model, scored with one."""
    check_project(installed, tmp_path)


@pytest.mark.slow
def test_the_wheel(tmp_path):
    """Built, installed into an empty environment, and used there."""
    if (uv := shutil.which("uv")) is None:
        pytest.skip("building the wheel needs uv")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "venv")], check=True)
    python = str(tmp_path / "venv/bin/python")
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, str(wheel)], check=True)
    empty, own = tmp_path / "empty", tmp_path / "own"
    empty.mkdir()
    own.mkdir()
    done = run("", empty, "--pyargs", "swallow_benchmarks.test_jmmlu", "-n", "2", python=python)
    assert done.returncode == 0, done.stdout + done.stderr
    export = subprocess.run([str(tmp_path / "venv/bin/swallow"), "prompts", "export", "mine"], cwd=empty, check=False)
    assert export.returncode == 0
    assert (empty / "mine/swallow_jmmlu.txt").is_file()
    check_project("", own, python)
