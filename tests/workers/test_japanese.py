"""Japanese characters are counted in a process: the harness keeps its signals, and a bad text costs no run."""

import signal

import pytest

from swallow_metrics.metrics.japanese_ratio import Counts
from swallow_metrics.workers import japanese
from swallow_metrics.workers.process import WorkerGone


def test_counts():
    """What is visible is counted, lone surrogates and all."""
    assert japanese.japanese_counts(["こんにちは world**太字**", "あ\ud800"]) == Counts(8, 15)
    assert japanese.japanese_counts(["<![あ", "い"]) == Counts(2, 5, plain=1)


def test_no_signal_handler_of_the_harness_is_touched(monkeypatch):
    """The limit on time is set in the process alone."""
    monkeypatch.setattr(signal, "signal", lambda *_: pytest.fail("a handler was set"))
    monkeypatch.setattr(signal, "setitimer", lambda *_: pytest.fail("an alarm was set"))
    assert japanese.japanese_counts(["あ"]) == Counts(1, 1)


def test_a_process_that_dies(monkeypatch):
    """Texts over which the process dies are counted as they stand, and told."""

    class Dying:
        def ask(self, _message, _seconds):
            raise WorkerGone(late=False, signal_number=11)

    monkeypatch.setattr(japanese, "_worker", Dying)
    assert japanese.japanese_counts(["**あ**", "い"]) == Counts(2, 6, plain=2)
