"""`-n N`: one engine a run, every question asked once.

The controller collects too, before it starts the workers, so that everything wrong is said once and before anything
runs. Worker k of N gets the items k, k + N, k + 2N, … from the start and keeps them: its pipeline works ahead, so
stolen items would be asked twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from swallow_metrics.errors import SwallowError
from swallow_metrics.plugin.usage import said_as_usage

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

    from swallow_metrics.engines.base import Served
    from swallow_metrics.engines.vllm_server import VLLMServer


@dataclass(frozen=True, slots=True)
class Told:
    """What the controller told this worker: its name, how many share the items, where they write, who answers.

    `left` are the indices of the items that a dead worker left to this one; None for a worker of the beginning.
    """

    worker: str
    workers: int
    run_dir: Path
    served: Served | None
    left: tuple[int, ...] | None = None

    @property
    def index(self) -> int:
        """Which of the workers this is, from 0."""
        return number_of(self.worker)

    def share_of(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The items this worker runs, as the scheduler deals them."""
        return list(items[self.index :: self.workers]) if self.left is None else [items[index] for index in self.left]


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is one of xdist's workers."""
    return hasattr(config, "workerinput")


def is_controller(config: pytest.Config) -> bool:
    """Whether this process only distributes items to xdist workers."""
    return config.pluginmanager.hasplugin("dsession")


def told(config: pytest.Config) -> Told | None:
    """What a worker was told; None in every other process, and in a worker whose controller did not look."""
    data: dict[str, Any] = getattr(config, "workerinput", {})
    if (swallow := data.get("swallow")) is None:
        return None
    from swallow_metrics.engines.base import Served

    served = Served(**swallow["served"]) if swallow["served"] else None
    left = None if swallow["left"] is None else tuple(swallow["left"])
    return Told(data["workerid"], swallow["workers"], Path(swallow["run_dir"]), served, left)


def number_of(worker: str) -> int:
    """3 for "gw3"."""
    digits = "".join(character for character in worker if character.isdigit())
    return int(digits or 0)


def make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A scheduler that deals every item at the start and never takes one back from a living worker.

    What a dead worker leaves waits for its replacement, which works ahead of these items and finds the answers that
    are in the journal already.
    """
    from xdist.scheduler import WorkStealingScheduling

    class ShareScheduling(WorkStealingScheduling):  # type: ignore[misc]  # untyped base; importing xdist is not free
        def __init__(self, config: pytest.Config, log: Any) -> None:
            super().__init__(config, log)
            self.left: dict[str, list[int]] = {}  # items of dead workers, by the id of the replacement

        def leave_to(self, worker: str) -> list[int] | None:
            """The items that a new worker takes over; None before the items are dealt."""
            if self.tests() is None:
                return None
            claimed = {index for indices in self.left.values() for index in indices}
            self.left[worker] = [index for index in self.pending if index not in claimed]
            return self.left[worker]

        def remove_node(self, node: WorkerController) -> str | None:
            self.left.pop(node.gateway.id, None)
            crashed: str | None = super().remove_node(node)
            return crashed

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
            up = [node for node in self.node2collection if node in self.node2pending and not node.shutting_down]
            for node in up:
                indices = self.left.pop(node.gateway.id, [])
                if self.pending and indices:
                    self.pending[:] = indices + [index for index in self.pending if index not in set(indices)]
                    self._send_tests(node, len(indices))
            for node in up:
                # A worker holds its last item back until it hears of a next one: this tells it there is none.
                if len(self.node2pending[node]) < 2 and not self.pending:
                    node.shutdown()

    return ShareScheduling(config, log)


class Controller:
    """Hooks of the process that distributes. Registered only where a question may be asked.

    `prepare(items)` is called once the items are collected. It gives the run's folder and, where workers share an
    in-process model, its server; None where nothing is asked, and then nothing is done. Raises UsageError.
    """

    def __init__(
        self,
        session: pytest.Session,
        prepare: Callable[[Sequence[pytest.Item]], tuple[Path, VLLMServer | None] | None],
    ) -> None:
        self._session = session
        self._prepare = prepare
        self._run_dir: Path | None = None
        self._server: VLLMServer | None = None
        self._workers = 0

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_xdist_setupnodes(self, specs: Sequence[object]) -> None:
        """Before any worker starts: collect, and start the model that the workers will ask."""
        self._session.perform_collect()
        self._workers = len(specs)
        try:
            with said_as_usage():
                if (prepared := self._prepare(self._session.items)) is not None:
                    self._run_dir, server = prepared
                    if server is not None:
                        self._server = server
                        server.start()
        except SwallowError as error:
            raise pytest.UsageError(f"the model could not be started: {error}") from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: WorkerController) -> None:
        """Tell a worker how many share the items, the run's folder and where the model is served."""
        if self._run_dir is not None:
            served = asdict(self._server.served()) if self._server is not None else None
            scheduler = getattr(self._session.config.pluginmanager.getplugin("dsession"), "sched", None)
            left = scheduler.leave_to(node.gateway.id) if scheduler is not None else None
            told = {"run_dir": str(self._run_dir), "workers": self._workers, "served": served, "left": left}
            node.workerinput["swallow"] = told

    def pytest_unconfigure(self) -> None:
        """The model ends with the run, however that ended."""
        if self._server is not None:
            self._server.stop()

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Our scheduler, whatever --dist says: the others move items between workers."""
        return None if self._run_dir is None else make_scheduler(config, log)
