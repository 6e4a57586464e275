"""Fixtures for the tests of this folder: a sandbox, and what most of them run in it."""

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.sandbox import CheckTests, Sandbox, Submission


def started(level, **options):
    """A sandbox of one worker at this level; skips where the machine does not offer it."""
    sandbox = Sandbox(level, workers=1, **options)
    try:
        sandbox.start()
    except UsageError as error:
        sandbox.close()
        pytest.skip(str(error))
    return sandbox


@pytest.fixture(scope="session")
def sandbox():
    """The strongest sandbox this machine offers, shared by all tests that only run programs."""
    with Sandbox() as sandbox:
        try:
            sandbox.start()
        except UsageError as error:
            pytest.skip(str(error))
        yield sandbox


@pytest.fixture
def run(sandbox):
    """`run(program, test)`: the outcome of a program whose function is `f`; `body` is what `check` does."""

    def run(program, body="assert candidate(2) == 4", *, test=None, time_s=10.0, entry_point="f", **tests):
        test = f"def check(candidate):\n    {body}\n" if test is None else test
        return sandbox.run(Submission(program, CheckTests(entry_point, test, **tests), time_s))

    return run
