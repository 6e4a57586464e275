"""Where vLLM's own words go while it loads, and what is found in them. Needs no vLLM."""

import multiprocessing.spawn
import os
from contextlib import suppress
from pathlib import Path

import pytest

from swallow_metrics.engines import vllm_log

CHILD_FAILED = """\
x INFO 7 vllm: fine
x ERROR 7 vllm.v1: ValueError: No room for the cache.
RuntimeError: Engine core initialization failed. See root cause above.
"""


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (CHILD_FAILED, "ValueError: No room for the cache."),
        ("torch.OutOfMemoryError: CUDA out of memory. Tried", "torch.OutOfMemoryError: CUDA out of memory. Tried"),
        ("Traceback (most recent call last):\n  File x\nKeyError: 'lm_head'\n", "KeyError: 'lm_head'"),
        ("all is well\nno error here", None),
        ("", None),
    ],
)
def test_the_cause_is_found_in_a_log(log, cause):
    """The last error counts that does not merely report another process's end."""
    assert vllm_log.cause_in(log) == cause


def test_loading_leaves_no_trace_in_this_process(tmp_path, monkeypatch):
    """While a model loads environment and interpreter are changed; afterwards they are as before, also on failure."""
    monkeypatch.setenv("VLLM_WORKER_MULTIPROC_METHOD", "fork")
    for name in ("VLLM_LOGGING_CONFIG_PATH", "VLLM_CONFIGURE_LOGGING", "VLLM_LOGGING_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    before = dict(os.environ), multiprocessing.spawn.get_executable()
    with suppress(ZeroDivisionError), vllm_log.into_log(tmp_path / "log"):
        assert os.environ["VLLM_WORKER_MULTIPROC_METHOD"] == "fork"
        assert Path(os.environ["VLLM_LOGGING_CONFIG_PATH"]).is_file()
        assert multiprocessing.spawn.get_executable() != before[1]
        raise ZeroDivisionError
    assert (dict(os.environ), multiprocessing.spawn.get_executable()) == before


@pytest.mark.parametrize("how", ["verbose", "VLLM_LOGGING_LEVEL"])
def test_who_wants_the_log_gets_it(tmp_path, monkeypatch, how):
    """With `verbose`, or logging set up by the user, nothing is sent to a file."""
    if how != "verbose":
        monkeypatch.setenv(how, "DEBUG")
    before = multiprocessing.spawn.get_executable()
    with vllm_log.into_log(tmp_path / "log", verbose=how == "verbose"):
        assert "VLLM_LOGGING_CONFIG_PATH" not in os.environ
        assert multiprocessing.spawn.get_executable() == before


def _write(text):
    os.write(1, text.encode())
    os.write(2, b"to the other one")


def test_a_child_process_writes_to_the_log(tmp_path, capfd):
    """Processes that are started while a model loads write to the log, whatever they use to write."""
    with vllm_log.into_log(tmp_path / "log"):
        child = multiprocessing.get_context("spawn").Process(target=_write, args=("hello",))
        child.start()
    child.join()
    assert (tmp_path / "log").read_text() == "helloto the other one"
    assert capfd.readouterr() == ("", "")
