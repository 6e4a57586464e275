"""Beside ten popular plugins, installed for real: the same numbers, in any order, with and without each."""

import os
import subprocess
import sys

import pytest

from faulty import Suite, without_times
from places import ROOT

PLUGINS = {  # package: its name as a plugin, and options that switch it on
    "pytest-randomly": ("randomly", ("--randomly-seed=3",)),
    "pytest-rerunfailures": ("rerunfailures", ("--reruns", "2")),
    "pytest-timeout": ("timeout", ("--timeout", "60")),
    "pytest-cov": ("pytest_cov", ("--cov", "swallow_metrics.gate", "--cov-report", "xml:cov.xml")),
    "pytest-asyncio": ("asyncio", ("--asyncio-mode", "auto")),
    "pytest-benchmark": ("benchmark", ("--benchmark-disable-gc",)),
    "pytest-html": ("html", ("--html", "page.html")),
    "pytest-sugar": ("sugar", ("--force-sugar",)),
    "pytest-split": ("pytest-split", ("--splits", "1", "--group", "1")),
}
NEEDED = ("py-cpuinfo", "termcolor", "pytest-metadata")  # by some of them, and not by us


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with all of them, beside the packages of this environment."""
    folder = tmp_path_factory.mktemp("plugins")
    command = ["uv", "pip", "install", "--quiet", "--no-deps", "--python", sys.executable, "--target", str(folder)]
    try:
        subprocess.run([*command, *PLUGINS, *NEEDED], check=True, capture_output=True, timeout=120, text=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        pytest.skip(f"needs uv and a package index: {said.strip().splitlines()[-1][:200]}")
    return folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory, installed):
    """A suite, and the numbers of a run without any of them."""
    with Suite(tmp_path_factory.mktemp("suite"), questions=40, dialogues=1, programs=2) as suite:
        yield suite, numbers(suite, "alone", installed, off=set(PLUGINS))


def numbers(suite, folder, installed, *more, off=()):
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", ""), str(ROOT)])
    names = [argument for package in off for argument in ("-p", f"no:{PLUGINS[package][0]}")]
    on = [argument for package in PLUGINS if package not in off for argument in PLUGINS[package][1]]
    status, output = suite.run(folder, *names, *on, *more, env={"PYTHONPATH": path})
    assert status == 0, output
    report = without_times(suite.report(folder))
    report["swallow"].get("sandbox", {}).pop("workers", None)
    tests = {test["nodeid"]: (test["outcome"], test.get("metadata")) for test in report["tests"]}
    return report["swallow"]["benchmarks"], tests, report["swallow"]["incomplete"]


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--randomly-seed=99",), ("-n", "2")], ids=["one", "another order", "workers"])
def test_all_of_them_at_once(alone, installed, tmp_path, more):
    suite, expected = alone
    assert numbers(suite, tmp_path.name, installed, *more) == expected


@pytest.mark.slow
@pytest.mark.parametrize("package", PLUGINS)
def test_each_of_them(alone, installed, tmp_path, package):
    suite, expected = alone
    assert numbers(suite, tmp_path.name, installed, off=set(PLUGINS) - {package}) == expected
