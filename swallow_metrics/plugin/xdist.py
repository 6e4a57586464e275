"""`-n N`: one engine a run, every question asked once.

The controller collects too, so that everything wrong is said once and before anything runs. Worker k of N gets the
items k, k + N, k + 2N, … from the start and keeps them: its pipeline works ahead, so stolen items would be asked twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from swallow_metrics.errors import SwallowError

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


@dataclass(frozen=True, slots=True)
class Share:
    """Which process of a run this is: worker `index` of `count`, or the only one."""

    index: int = 0
    count: int = 1
    worker: str | None = None  # xdist's name of the worker, such as "gw0"

    def of(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The items this process runs, as the scheduler deals them. Empty for a replacement of a crashed worker."""
        return (
            list(items) if self.count == 1 and self.index == 0 else list(items[self.index :: self.count])[: len(items)]
        )


def worker_input(config: pytest.Config) -> dict[str, Any] | None:
    """What the controller told this worker, or None when this process is no worker."""
    data = getattr(config, "workerinput", None)
    return None if data is None else data.get("swallow", {})


def is_controller(config: pytest.Config) -> bool:
    """Whether this process only distributes items to xdist workers."""
    return config.pluginmanager.hasplugin("dsession")


def asks_questions(config: pytest.Config) -> bool:
    """Whether a path on the command line holds an evaluation module: decided before anything is collected."""
    names = [name for pattern in config.getini("python_files") if (name := Path(pattern).name)]
    for argument in config.args:
        path = config.invocation_params.dir / argument.split("::", 1)[0]
        files = [file for name in names for file in path.rglob(name)] if path.is_dir() else [path]
        if any(file.is_file() and b"llm_eval" in file.read_bytes() for file in files):
            return True
    return False


def number_of(worker: str) -> int:
    """3 for "gw3"."""
    digits = "".join(character for character in worker if character.isdigit())
    return int(digits or 0)


def make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A scheduler that deals every item at the start and never takes one back from a living worker."""
    from xdist.scheduler import WorkStealingScheduling

    class ShareScheduling(WorkStealingScheduling):  # type: ignore[misc]  # untyped base; importing xdist is not free
        def schedule(self) -> None:
            if self.tests() is None and self._check_nodes_have_same_collection():
                collection: list[str] = next(iter(self.node2collection.values()))
                self.collection = collection
                nodes = sorted(self.node2pending, key=lambda node: number_of(node.gateway.id))
                for index, node in enumerate(nodes):
                    self.pending[:] = range(index, len(collection), len(nodes))
                    self._send_tests(node, len(self.pending))
            self.check_schedule()

        def tests(self) -> list[str] | None:
            """All node ids, once every worker has the same ones."""
            found: list[str] | None = vars(self)["collection"]
            return found

        def check_schedule(self) -> None:
            up = [node for node in self.node2pending if not node.shutting_down]
            for index, node in enumerate(up):  # what a crashed worker left
                if self.pending:
                    self._send_tests(node, -(-len(self.pending) // (len(up) - index)))
            for node in up:
                # A worker holds its last item back until it hears of a next one: this tells it there is none.
                if len(self.node2pending[node]) < 2 and not self.pending:
                    node.shutdown()

    return ShareScheduling(config, log)


class Controller:
    """Hooks of the process that distributes. Registered only when xdist distributes an evaluation."""

    def __init__(self, run_dir: Path, server: Any = None) -> None:
        self.run_dir = run_dir
        self.server = server
        self.workers = 0

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self, specs: Sequence[object]) -> None:
        """Remember how many workers share the items; start the model that they will ask."""
        self.workers = len(specs)
        if self.server is not None:
            try:
                self.server.start()
            except SwallowError as error:
                raise pytest.UsageError(f"the model could not be started: {error}") from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: WorkerController) -> None:
        """Tell a worker its share, the run's folder and where the model is served."""
        data: dict[str, Any] = {"run_dir": str(self.run_dir), "workers": self.workers}
        if self.server is not None:
            served = {name: getattr(self.server, name) for name in ("base_url", "api_key", "identity", "extra_body")}
            data |= {**served, "describe": self.server.describe()}
        node.workerinput["swallow"] = data

    def pytest_unconfigure(self) -> None:
        """The model ends with the run, however that ended."""
        if self.server is not None:
            self.server.stop()

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Our scheduler, whatever --dist says: the others move items between workers."""
        return make_scheduler(config, log)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Collect here as well: the workers' problems are then found here first."""
        session.perform_collect()
        return True
