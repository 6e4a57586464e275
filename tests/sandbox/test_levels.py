"""Levels: what the kernel offers decides, nothing is missing without saying so, and the weak is never silent."""

import json
import os

import pytest

from running import sandbox  # noqa: F401  # a fixture
from swallow_metrics.errors import SandboxError, UsageError
from swallow_metrics.sandbox import CheckTests, Limits, Sandbox, Submission, levels, selftest

RIGHT = Submission("def f(x):\n    return x", CheckTests("f", "def check(candidate):\n    assert candidate(1) == 1\n"))


def layers(*on):
    names = ("namespaces", "view", "landlock", "seccomp", "limits")
    return {name: {"on": name in on, "reason": "" if name in on else f"no {name} here"} for name in names}


@pytest.mark.parametrize(
    ("on", "level"),
    [
        (("namespaces", "view", "landlock", "seccomp"), "full"),
        (("namespaces", "landlock", "seccomp"), "full"),
        (("landlock", "seccomp"), "no-namespaces"),
        (("namespaces", "view", "seccomp"), "no-landlock"),
        (("namespaces", "seccomp"), "weak"),
        (("namespaces", "view", "landlock"), "weak"),
        (("landlock",), "weak"),
        (("seccomp",), "weak"),
        ((), "weak"),
    ],
)
def test_the_layers_make_the_level(on, level):
    """The strongest level whose layers are all on; "auto" takes it, unless it is weak."""
    assert levels.reached(layers(*on)) == level
    if level == "weak":
        with pytest.raises(UsageError, match="--sandbox=weak") as error:
            levels.accept("auto", layers(*on))
        assert "\n" not in str(error.value)
        assert all(f"no {name} here" in str(error.value) for name in {"landlock", "seccomp"} - set(on))
    else:
        assert levels.accept("auto", layers(*on)) == level
    assert levels.accept("weak", layers(*on)) == "weak"


@pytest.mark.parametrize("level", ["full", "no-namespaces", "no-landlock"])
def test_a_named_level_is_that_level_or_an_error(level):
    """Who asks for a level gets no other one."""
    assert levels.accept(level, layers(*levels.NEEDED[level])) == level
    with pytest.raises(UsageError, match="seccomp: no seccomp here"):
        levels.accept(level, layers(*levels.NEEDED[level] - {"seccomp"}))


def test_an_unknown_level_names_the_known_ones():
    """`none` does not exist."""
    with pytest.raises(UsageError, match="auto, full, no-namespaces, no-landlock, weak; got 'none'"):
        Sandbox("none")


@pytest.fixture(scope="module")
def offered(sandbox):
    return sandbox.describe()["layers"]


def needs(offered, *names):
    for name in names:
        if not offered[name]["on"]:
            pytest.skip(f"{name} is not available here: {offered[name]['reason']}")


@pytest.mark.parametrize("layer", ["namespaces", "landlock", "seccomp"])
def test_a_layer_that_is_left_out_is_reported(offered, layer):
    """Each layer switched off changes the report; without enough of them the sandbox does not start."""
    needs(offered, "namespaces", "view", "landlock", "seccomp")
    with Sandbox(workers=1, without=(layer,)) as sandbox:
        if layer == "seccomp":
            with pytest.raises(UsageError, match="seccomp: not part of this level"):
                sandbox.start()
            return
        description = sandbox.describe()
        assert description["layers"][layer] == {"on": False, "reason": "not part of this level"}
        assert description["level"] == {"namespaces": "no-namespaces", "landlock": "no-landlock"}[layer]
        assert sandbox.run(RIGHT).passed


@pytest.mark.parametrize("level", ["full", "no-namespaces", "no-landlock", "weak"])
def test_every_level_describes_itself_in_plain_json(offered, level):
    """Level, layers with reasons, limits, self-test, kernel and filter are in the report; programs run."""
    needs(offered, *levels.NEEDED[level])
    with Sandbox(level, workers=1, limits=Limits(memory=1 << 30)) as sandbox:
        description = json.loads(json.dumps(sandbox.describe()))
        assert description["level"] == level
        assert description["limits"]["memory"] == 1 << 30
        assert len(description["bpf_sha256"]) == 64
        assert description["uid"] != 0
        assert all(layer["on"] == (layer["reason"] == "") for layer in description["layers"].values())
        stopped = {a.name for a in selftest.ATTACKS if level in a.stopped_from}
        assert stopped == {n for n, r in description["self_test"].items() if r == "blocked"} & stopped
        assert sandbox.run(RIGHT).passed


def test_a_hole_found_by_the_self_test_stops_the_sandbox(monkeypatch):
    """An attack that gets through is an error before any program runs, naming the attack."""
    hole = selftest.Attack("add one and one", "1 + 1", ("full", "no-namespaces", "no-landlock", "weak"))
    monkeypatch.setattr(selftest, "ATTACKS", (hole,))
    with Sandbox("weak", workers=1) as sandbox, pytest.raises(SandboxError, match="could add one and one"):
        sandbox.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give up")
def test_root_becomes_an_unprivileged_user_or_refuses(monkeypatch):
    """As root, programs run as another user; where that user does not exist, nothing runs."""
    monkeypatch.setattr("swallow_metrics.sandbox.worker.UNPRIVILEGED", 2**32 - 1)  # no user has this number
    with Sandbox(workers=1) as sandbox, pytest.raises(SandboxError, match="does not start"):
        sandbox.start()
