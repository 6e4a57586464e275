"""`--base-url` beside pytest-base-url, which declares it too: both work, in any order of loading.

The default tests load a stand-in with the same distribution, name and option; the slow one installs the real packages.
"""

import ast
import shutil
import subprocess
import sys

import pytest

from endpoint import Endpoint
from places import ROOT
from projects import NO_OTHER_PLUGINS, usage_line

STAND_IN = """
import os
import pytest

def pytest_addoption(parser):
    parser.addoption("--base-url", metavar="url", default=os.getenv("PYTEST_BASE_URL"))

@pytest.fixture(scope="session")
def base_url(request):
    return request.config.getoption("base_url")
"""
LOOK = """
from swallow_metrics.plugin import collection_of, is_given

def pytest_collection_finish(session):
    config = session.config
    ours = collection_of(config).settings.base_urls if is_given(config) else ()
    print("SEEN", getattr(config.option, "base_url", "nothing"), ours)
"""
ONE, TWO = "http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"
ORDERS = [["pytest_base_url.plugin", "swallow_metrics.plugin"], ["swallow_metrics.plugin", "pytest_base_url.plugin"]]


@pytest.fixture
def beside(pytester, monkeypatch):
    """`beside(plugins, *arguments)` is a run that says what the other plugin's tests see, and the endpoints of ours."""
    for name in ("PYTEST_BASE_URL", "PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    pytester.mkpydir("pytest_base_url").joinpath("plugin.py").write_text(STAND_IN)
    info = pytester.mkdir("pytest_base_url-2.1.0.dist-info")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest-base-url\nVersion: 2.1.0\n")
    pytester.makeconftest(LOOK)
    pytester.makepyfile("def test_plain(): pass")
    pytester.syspathinsert()

    def run(plugins, *arguments):
        named = [argument for name in plugins for argument in ("-p", name)]
        return pytester.runpytest_inprocess(*NO_OTHER_PLUGINS, *named, "--collect-only", "-q", "-s", *arguments)

    return run


def seen(result):
    assert result.ret == 0, result.stderr.str()
    (line,) = [line for line in result.outlines if line.startswith("SEEN ")]
    _, theirs, ours = line.split(" ", 2)
    return theirs, ast.literal_eval(ours)


@pytest.mark.parametrize("order", ORDERS)
def test_both_read_the_option(beside, order):
    """Repeated ones are ours; the other plugin has the last, as without us."""
    result = beside(order, "--model", "m", "--base-url", ONE, f"--base-url={TWO}")
    assert seen(result) == (TWO, (ONE, TWO))


@pytest.mark.parametrize("order", ORDERS)
def test_tests_of_a_page_are_not_ours(beside, order, monkeypatch):
    """Without --model the option, and whatever else sets it, says nothing to us."""
    assert seen(beside(order, "--base-url", "localhost:3000")) == ("localhost:3000", ())
    monkeypatch.setenv("PYTEST_BASE_URL", ONE)
    assert seen(beside(order)) == (ONE, ())
    assert seen(beside(order, "--model", "m")) == (ONE, ())


def test_added_arguments_are_read(beside, pytester, monkeypatch):
    """`addopts` of the ini file, $PYTEST_ADDOPTS, and a run file, whose addresses leave the other plugin alone."""
    monkeypatch.setenv("PYTEST_ADDOPTS", f"--base-url {ONE}")
    pytester.makeini(f"[pytest]\naddopts = --base-url {TWO}\n")
    assert seen(beside(ORDERS[0], "--model", "m")) == (ONE, (ONE, TWO))
    monkeypatch.delenv("PYTEST_ADDOPTS")
    pytester.makeini("[pytest]\n")
    (pytester.path / "run.toml").write_text(f'model = "m"\nbase_url = ["{TWO}"]\n')
    assert seen(beside(ORDERS[0], "--run-config", "run.toml")) == ("None", (TWO,))


@pytest.mark.parametrize(
    "blocked", [["swallow_metrics.plugin", "no:base_url"], ["no:base_url", "swallow_metrics.plugin"]]
)
def test_blocked_it_is_ours_alone(beside, blocked):
    """`-p no:base_url`: nobody else declares the option, so we do."""
    result = beside(blocked, "--model", "m", "--base-url", ONE, "--base-url", TWO)
    assert seen(result) == ("nothing", (ONE, TWO))
    assert "--base-url needs --model" in usage_line(beside(blocked, "--base-url", ONE))


def test_a_wrong_address_is_one_line(beside):
    """Refused as without the other plugin."""
    assert "--base-url must be a URL" in usage_line(beside(ORDERS[0], "--model", "m", "--base-url", "here"))
    assert "empty text" in usage_line(beside(ORDERS[0], "--model", "m", "--base-url", ""))


@pytest.mark.slow
def test_the_real_packages(tmp_path):
    """pytest-playwright alone, then with pytest-base-url: a page's test, and a run over two endpoints with workers."""
    if (uv := shutil.which("uv")) is None:
        pytest.skip("installing the packages needs uv")
    python = str(tmp_path / "venv/bin/python")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "venv")], check=True)

    def install(*packages):
        command = [uv, "pip", "install", "--quiet", "--python", python, *packages]
        if (done := subprocess.run(command, capture_output=True, text=True, check=False)).returncode:
            pytest.skip(f"the packages cannot be installed here: {done.stderr.strip()[:200]}")

    def run(*arguments):
        command = [python, "-m", "pytest", "-q", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def check(theirs):
        page = tmp_path / "test_page.py"
        page.write_text("def test_page(base_url):\n    assert base_url == 'http://localhost:3000'\n")
        run("-p", theirs, str(page), "--base-url", "http://localhost:3000")
        run("-p", "swallow_metrics.plugin", str(page), "--base-url", "http://localhost:3000")
        models = {"m": "m"}
        with Endpoint(lambda _: "A", models=models) as one, Endpoint(lambda _: "A", models=models) as two:
            urls = ["--base-url", one.url, "--base-url", two.url, "--data-dir", str(ROOT / "benchmarks/demo")]
            benchmark = ["--pyargs", "swallow_benchmarks.test_jmmlu", "--model", "m", "--limit", "8"]
            run(*benchmark, *urls, "-n", "2")
            run(*benchmark, *urls, "-p", "no:base_url", "-p", "no:playwright")
            assert len(one.bodies) + len(two.bodies) == 16

    install("pytest-playwright", str(ROOT))
    check("playwright")
    install("pytest-base-url")
    check("base_url")
