"""The pytest plugin: dormant, and nearly free, until a test asks a question with `@pytest.mark.llm_eval`."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.plugin import base_url, selection
from swallow_metrics.plugin.options import add_base_url, add_options, is_given
from swallow_metrics.plugin.usage import said_as_usage

if TYPE_CHECKING:
    from pathlib import Path

    from swallow_metrics.datatypes import Conversation, Response
    from swallow_metrics.plugin.asking import AskingEngine
    from swallow_metrics.plugin.collection import Collection
    from swallow_metrics.plugin.run import EvalRun
    from swallow_metrics.reference import Reference
    from swallow_metrics.sandbox import Outcome
    from swallow_metrics.scoring import Scorer
    from swallow_metrics.workers.math_verifier import MathVerifier

COLLECTION: pytest.StashKey[Collection] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options."""
    add_options(parser, ("--base-url",) if base_url.is_left(pluginmanager) else ())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser
) -> Generator[None, object, object]:
    """Declare what was left to another plugin, which has not done it."""
    result = yield
    if base_url.is_missing(early_config):
        add_base_url(parser)
    return result


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks that a project may implement."""
    from swallow_metrics.plugin import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Check the options, before anything is collected."""
    selection.register(config)
    base_url.read_base_urls(config)
    if not is_given(config):
        return
    from swallow_metrics.plugin.ini_file import check_ini_file

    with said_as_usage():
        check_ini_file(config)
        if config.getoption("--run-config") is not None:
            from swallow_metrics.plugin.runfile import apply_run_file

            apply_run_file(config)
    collection_of(config)


def collection_of(config: pytest.Config) -> Collection:
    """The session's evaluation, made when the first option or question asks for it: other runs never pay for it."""
    if COLLECTION not in config.stash:
        from swallow_metrics.plugin.collection import Collection
        from swallow_metrics.plugin.settings import read_settings

        with said_as_usage():
            config.stash[COLLECTION] = Collection(config, read_settings(config))
    return config.stash[COLLECTION]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Under xdist, the controller collects first and prepares what the workers will share."""
    config = session.config
    if not config.pluginmanager.hasplugin("dsession") or selection.only_looks(config):
        return
    if COLLECTION in config.stash or selection.may_ask(config):
        from swallow_metrics.plugin.start import prepare_workers
        from swallow_metrics.plugin.xdist import Controller

        controller = Controller(session, lambda items: prepare_workers(config, collection_of(config), items))
        config.pluginmanager.register(controller, "swallow-controller")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Under `--pyargs`, ids of the installed benchmarks begin with the module's name: an id can be given back.

    Pytest's own would be relative to the argument, which leaves `::test_jmmlu[6]`.
    """
    if module_path.parent.name != "swallow_benchmarks" or not parent.config.getoption("pyargs"):
        return None
    name = f"swallow_benchmarks.{module_path.stem}"
    return pytest.Module.from_parent(parent, path=module_path, nodeid=name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize `sample` of evaluation tests."""
    if metafunc.definition.get_closest_marker("llm_eval") is not None:
        collection_of(metafunc.config).generate(metafunc)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, object, object]:
    """When the selection is final and asks questions, set the run up, or say why it cannot be."""
    result = yield
    collection = config.stash.get(COLLECTION, None)
    if collection is not None:
        from swallow_metrics.plugin.asking import asks_itself

        model = config.getoption("--model")
        if model and not (collection.seen or selection.only_looks(config) or any(map(asks_itself, items))):
            with said_as_usage():
                raise UsageError(
                    f"--model {model}: nothing here asks it a question; name the benchmarks, such as "
                    f"benchmarks/test_jmmlu.py in a checkout, or --pyargs swallow_benchmarks -m swallow_jmmlu"
                )
        from swallow_metrics.plugin.items import check_asked_once, drop_placeholders
        from swallow_metrics.plugin.start import start_run

        drop_placeholders(config, items)
        with said_as_usage():
            check_asked_once(items)
            if collection.settings.shard is not None:
                from swallow_metrics.plugin.shards import keep_shard

                keep_shard(config, collection.settings, items)
            start_run(session, collection, items)
    return result


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was collected stays to the end.

    Garbage collections that walk thousands of items again and again, and the full ones when pytest and Python end,
    are a fifth of the work of a run that does not wait for a model.
    """
    if COLLECTION in session.config.stash:
        gc.unfreeze()  # of an earlier run in this process
        gc.freeze()


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> AskingEngine:
    """`engine.ask(messages, temperature=...)`: see `swallow_metrics.plugin.asking.AskingEngine`."""
    from swallow_metrics.plugin.run import run_of

    return run_of(request.config).asking_engine()


def _run_that_asks(item: pytest.Item) -> EvalRun:
    from swallow_metrics.plugin.items import state_of
    from swallow_metrics.plugin.run import run_of

    if state_of(item) is None:
        raise pytest.UsageError(f"{item.nodeid} asks for answers but has no @pytest.mark.llm_eval(BENCHMARK)")
    return run_of(item.config)


@pytest.fixture
def conversations(request: pytest.FixtureRequest) -> tuple[Conversation, ...]:
    """All generations of the item's question, by repeat, each with its turns and verdicts."""
    return _run_that_asks(request.node).conversations(request.node)


@pytest.fixture
def responses(request: pytest.FixtureRequest) -> list[Response]:
    """The answer to the first turn, of every generation."""
    return _run_that_asks(request.node).responses(request.node)


@pytest.fixture
def response(responses: list[Response]) -> Response:
    """The answer of the first generation: for benchmarks that only ever ask once."""
    return responses[0]


@pytest.fixture
def outcomes(request: pytest.FixtureRequest) -> list[Outcome]:
    """The outcome of the program in each generation (`swallow_metrics.sandbox.Outcome`), by repeat."""
    from swallow_metrics.plugin.run import run_of

    return run_of(request.config).outcomes(request.node)


@pytest.fixture
def score(request: pytest.FixtureRequest) -> Scorer:
    """`score(metric, value, extracted=...)`: see `swallow_metrics.scoring.Scorer`."""
    from swallow_metrics.plugin.run import scorer_of

    return scorer_of(request.node)


@pytest.fixture(scope="session")
def reference(pytestconfig: pytest.Config) -> Reference:
    """What is special to the version of the reference that this run follows (`--reference`)."""
    from swallow_metrics.reference import REFERENCES

    return REFERENCES[collection_of(pytestconfig).settings.reference]


@pytest.fixture(scope="session")
def math_verifier() -> Iterator[MathVerifier]:
    """Compares mathematical answers, in a process of its own with limits on time and memory."""
    from swallow_metrics.workers.math_verifier import shared_verifier

    verifier = shared_verifier()
    yield verifier
    verifier.close()
