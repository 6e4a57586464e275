"""Hostile programs: contained, graded as they must be, and never passed, at every level and for every user."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from attacks import ATTACKS
from hostile_runner import manifest_programs, run_all

from places import SHARED
from running import started
from swallow_metrics.sandbox import CheckTests, Sandbox, Submission

RUNNER = Path(__file__).with_name("hostile_runner.py")
LEVELS = ("full", "no-namespaces", "no-landlock")
PROBLEM = {  # as in the shared manifest, for where there is none
    "entry_point": "weighted_sum",
    "prompt": "",
    "test": (
        "def check(candidate):\n    assert candidate([]) == 0\n    assert candidate([1]) == 1\n"
        "    assert candidate([3, 4]) == 11\n    assert abs(candidate([1, 1, 1]) - 6) < 1e-6\n"
        "    for n in range(2, 6):\n        xs = list(range(n))\n"
        "        assert candidate(xs) == sum((i + 1) * x for i, x in enumerate(xs))\n"
    ),
}
# At "weak" these reach files, the network or other processes: only their grades are looked at.
ENDANGERS_THE_TESTS = {
    "signals_everyone", "signals_by_descriptor_owner", "signals_by_timers_and_queues", "fork_bomb", "limits_the_parent",
}  # fmt: skip


def faults(results):
    return {name: result for name, result in results if result["faults"]}


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_all_programs_are_contained_at_every_isolating_level(request, level):
    """Ours and the shared ones, at each level below which the sandbox refuses to run."""
    programs = dict(ATTACKS)
    if SHARED.is_dir():
        _, hostile, controls = manifest_programs(SHARED)
        programs |= hostile | controls
    with started(level) as sandbox:
        assert faults(run_all(sandbox, programs, PROBLEM, CheckTests, Submission)) == {}


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="root can become another user, with setpriv"
)
@pytest.mark.parametrize("which", ["own", "shared"])
@pytest.mark.parametrize("level", ["full", "no-namespaces"])
def test_all_programs_are_contained_for_an_ordinary_user(shared, level, which):
    """The same for a user who is nobody special, with an interpreter that user can run."""
    # `env` is executed as that user, so that no capability of root is left for what follows.
    user = ["setpriv", "--reuid", "1001", "--regid", "1001", "--clear-groups", "env", "-i", "PATH=/usr/bin:/bin"]
    python = next((p for p in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3") if _runs(user, p)), None)
    if python is None:
        pytest.skip("needs a Python 3.11 that other users can run")
    command = [*user, python, "-B", str(RUNNER), level, str(shared), which]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert lines[0] == {"level": level, "uid": 1001}
    results = {name: result for line in lines[1:] for name, result in line.items() if isinstance(result, dict)}
    assert {name: result for name, result in results.items() if result["faults"]} == {}


def _runs(user, python):
    check = [*user, python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(check, cwd="/", capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.parametrize("without", [(), ("seccomp",)], ids=["with seccomp", "without"])
def test_nothing_passes_that_must_not_even_without_any_isolation(tmp_path, without):
    """The grader alone keeps every false pass out: no attack passes where nothing but limits confines it."""
    programs = {
        name: text for name, (must, text) in ATTACKS.items() if must == "fail" and name not in ENDANGERS_THE_TESTS
    }
    if SHARED.is_dir():
        _, hostile, _ = manifest_programs(SHARED)
        programs |= {name: text for name, (must, text) in hostile.items() if must == "fail"}
    tests = CheckTests(PROBLEM["entry_point"], PROBLEM["test"])
    (tmp_path / "keep.txt").write_text("keep me\n")
    tmp_path.chmod(0o777)
    passed = []
    with Sandbox("weak", workers=2, without=without) as sandbox:
        futures = {
            name: sandbox.submit(
                Submission(text.replace("@CANARY_DIR@", str(tmp_path)).replace("@CANARY_PORT@", "9"), tests, 2.0)
            )
            for name, text in programs.items()
        }
        for name, future in futures.items():
            if future.result().passed:
                passed.append(name)
    for base in ("/tmp", "/var/tmp", "/dev/shm"):
        for name in ("swallow-left-behind", "sem.swallow-left-behind"):
            Path(base, name).unlink(missing_ok=True)
    assert passed == []
