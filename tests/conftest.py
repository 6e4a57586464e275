"""Fixtures that all tests share; helpers are in `places.py`, `projects.py` and other modules beside them."""

import gc
import os
import signal
import sys
from importlib import import_module
from importlib.metadata import PathDistribution
from pkgutil import iter_modules

# pytester forgets the modules that its runs import: numpy cannot be imported twice, the others are slow to import.
import aiohttp  # noqa: F401
import huggingface_hub.file_download  # noqa: F401
import jinja2  # noqa: F401
import numpy  # noqa: F401, ICN001
import pytest
import scipy.special  # noqa: F401
import vl_convert  # noqa: F401
from hypothesis import HealthCheck, settings

import swallow_metrics.plugin
from places import NO_SHARED, ROOT, SHARED
from projects import MiniProject

for module in iter_modules(swallow_metrics.plugin.__path__, "swallow_metrics.plugin."):
    import_module(module.name)  # it imports most of them when a run begins, for each run anew

# Machines are busy, and the first example waits for libraries to load.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session):
    """Our own tests ask nothing themselves, so xdist's controller need not collect them before its workers do."""
    if session.config.pluginmanager.hasplugin("swallow-controller"):
        session.config.pluginmanager.unregister(name="swallow-controller")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """The project is compiled once for the hundreds of runs that tests start, also where an environment forbids it.

    What tests write is never kept compiled: Python takes two files of one size and one second for the same.
    """
    sys.dont_write_bytecode = False
    try:
        return (yield)
    finally:
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def pytest_collection_finish():
    """Thousands of items stay to the end: garbage collections need not walk them again and again."""
    gc.freeze()


def pytest_collection_modifyitems(items):
    """In our own tests a warning is an error; in evaluations, which read the same pyproject.toml, it is not."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests"):
            item.add_marker(pytest.mark.filterwarnings("error"))


@pytest.fixture(autouse=True, scope="session")
def _signals_as_in_a_terminal():
    """Runs that tests start obey a hang-up and Ctrl-C, also where this one was started by nohup or as `pytest … &`."""
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    ignored = [number for number in usual if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, usual[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(autouse=True, scope="session")
def _packages_are_described_once():
    """Every run asks for names and versions of all installed packages, which stay as they are: a tenth of a short run."""
    known = {}
    read = PathDistribution.metadata.fget

    def metadata(distribution):
        path = str(distribution._path)
        if path not in known:
            known[path] = read(distribution)
        return known[path]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PathDistribution, "metadata", property(metadata))
        yield


@pytest.fixture
def mini(pytester, monkeypatch):
    """A project with one benchmark of six questions, its demo, and `mini(...)` to run pytest in it."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return MiniProject(pytester)


@pytest.fixture(scope="session")
def shared():
    """The folder with real datasets and conformance vectors; the test is skipped where there is none."""
    if not (SHARED / "conformance").is_dir():
        pytest.skip(NO_SHARED)
    return SHARED
