"""`--dry-run`: instead of the items' loop, what the run would send and take. Nothing is asked or written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.judge.panel import asks, problems, prompts_of
from swallow_metrics.outlook.look import look
from swallow_metrics.outlook.measured import read_measured
from swallow_metrics.outlook.tokens import token_counter
from swallow_metrics.plugin.collection import Collection
from swallow_metrics.plugin.items import asked_of


class DryRun:
    """Registered in place of a run."""

    def __init__(self, config: pytest.Config, collection: Collection, items: Iterable[pytest.Item]) -> None:
        if config.pluginmanager.hasplugin("dsession"):
            raise UsageError("--dry-run asks nothing, so it needs no workers; leave -n out")
        self._config = config
        settings = self._settings = collection.settings
        self._asked = asked_of(items)
        self._measured = read_measured(settings.run_dir) if settings.run_dir is not None else None
        if settings.run_dir is not None and self._measured is None:
            raise UsageError(
                f"--run-dir {settings.run_dir} holds no finished run; with --dry-run it names an earlier run, "
                "whose rate is taken"
            )
        replayed, judged = collection.replayed(), collection.judged(self._asked)
        self._judged = {
            name: prompts_of(benchmark, folder, settings)
            for name, (benchmark, folder) in judged.items()
            if asks(settings, name, replayed)
        }
        own = bool(config.hook.pytest_swallow_make_judge.get_hookimpls())
        self._needs = problems(settings, judged, replayed, own_engine=own)
        self._counter = token_counter(settings)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        """Print instead of run."""
        reporter: Any = self._config.pluginmanager.getplugin("terminalreporter")
        reporter.write_sep("=", "swallow dry run: nothing is asked")
        for line in look(self._asked, self._settings, self._counter, self._measured, self._judged):
            reporter.write_line(line)
        for need in self._needs:
            reporter.write_line(f"before the run itself: {need}", yellow=True)
        return True
