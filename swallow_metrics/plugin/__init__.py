"""The pytest plugin: dormant, and nearly free, until a test asks a question with `@pytest.mark.llm_eval`."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.plugin import markers
from swallow_metrics.plugin.options import add_options, is_given

if TYPE_CHECKING:
    from swallow_metrics.datatypes import Conversation, Response
    from swallow_metrics.plugin.collection import Collection
    from swallow_metrics.plugin.items import Scorer
    from swallow_metrics.sandbox import Outcome
    from swallow_metrics.workers.math_verifier import MathVerifier

COLLECTION: pytest.StashKey[Collection] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks that a project may implement."""
    from swallow_metrics.plugin import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Check the options, before anything is collected."""
    markers.register(config)
    if is_given(config):
        collection_of(config)


def collection_of(config: pytest.Config) -> Collection:
    """The session's evaluation, made when the first option or question asks for it: other runs never pay for it."""
    if COLLECTION not in config.stash:
        from swallow_metrics.plugin.collection import Collection
        from swallow_metrics.plugin.settings import read_settings

        try:
            config.stash[COLLECTION] = Collection(config, read_settings(config))
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[COLLECTION]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Under xdist, the controller prepares what the workers will share."""
    config = session.config
    if not config.pluginmanager.hasplugin("dsession") or markers.only_looks(config):
        return
    from swallow_metrics.plugin.xdist import asks_questions

    if asks_questions(config):
        from swallow_metrics.plugin.start import make_controller

        try:
            make_controller(config, collection_of(config))
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None


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
    if collection is not None and (collection.seen or collection.settings.gates):
        from swallow_metrics.plugin.collection import drop_placeholders
        from swallow_metrics.plugin.start import start_run

        drop_placeholders(config, items)
        try:
            start_run(session, collection, items)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
    return result


@pytest.fixture
def conversations(request: pytest.FixtureRequest) -> tuple[Conversation, ...]:
    """All generations of the item's question, by repeat, each with its turns and verdicts."""
    from swallow_metrics.plugin.items import state_of
    from swallow_metrics.plugin.run import RUN

    state = state_of(request.node)
    if state is None:
        raise pytest.UsageError(f"{request.node.nodeid} asks for answers but has no @pytest.mark.llm_eval(BENCHMARK)")
    if not state.conversations:
        state.conversations = request.config.stash[RUN].take(request.node)
    return state.conversations


@pytest.fixture
def responses(conversations: tuple[Conversation, ...]) -> list[Response]:
    """The answer to the first turn, of every generation."""
    from swallow_metrics.plugin.items import first_turns

    return first_turns(conversations)


@pytest.fixture
def response(responses: list[Response]) -> Response:
    """The answer of the first generation: for benchmarks that only ever ask once."""
    return responses[0]


@pytest.fixture
def outcomes(request: pytest.FixtureRequest) -> list[Outcome]:
    """What came of the program in each generation (`swallow_metrics.sandbox.Outcome`), by repeat."""
    from swallow_metrics.plugin.run import RUN

    return request.config.stash[RUN].outcomes(request.node)


@pytest.fixture
def score(request: pytest.FixtureRequest) -> Scorer:
    """`score(metric, value, extracted=...)`: see `swallow_metrics.plugin.items.Scorer`."""
    from swallow_metrics.plugin.items import state_of

    state = state_of(request.node)
    if state is None:
        raise pytest.UsageError(f"{request.node.nodeid} scores but has no @pytest.mark.llm_eval(BENCHMARK)")
    return state.scorer


@pytest.fixture(scope="session")
def math_verifier() -> Iterator[MathVerifier]:
    """Compares mathematical answers, in a process of its own with limits on time and memory."""
    from swallow_metrics.workers.math_verifier import shared_verifier

    verifier = shared_verifier()
    yield verifier
    verifier.close()
