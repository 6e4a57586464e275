"""Attacks that the sandbox runs against itself before it is trusted: each must find its way blocked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from swallow_metrics.sandbox.levels import Level
from swallow_metrics.sandbox.submission import CheckTests, Outcome, Submission

_TEST = "def check(candidate):\n    assert candidate() == 'blocked'\n"
_TIME_S = 10.0


@dataclass(frozen=True)
class Attack:
    """A statement that succeeds where nothing stops it, and the weakest level that must stop it."""

    name: str
    statement: str
    stopped_from: tuple[Level, ...]


_ISOLATED: tuple[Level, ...] = ("full", "no-namespaces", "no-landlock")
ATTACKS = (
    Attack(
        "open a socket", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))", _ISOLATED
    ),
    Attack("start a process", "pid = posix.fork()\n        pid or posix._exit(0)", _ISOLATED),
    Attack("run a program", "posix.execv('/bin/true', ['true'])", _ISOLATED),
    Attack("signal the parent", "posix.kill(posix.getppid() or 1 << 22, 0)", _ISOLATED),
    Attack("read the users", "open('/etc/passwd').read()", _ISOLATED),
    Attack("list the processes", "posix.listdir('/proc')", _ISOLATED),
    Attack("write outside", "open(NAME, 'x').close()\n        posix.unlink(NAME)", _ISOLATED),
    Attack("change a file's mode", "open('f', 'w').close()\n        posix.chmod('f', 0o777)", _ISOLATED),
    Attack("see the environment", "assert posix.environ", (*_ISOLATED, "weak")),
    Attack("write too long a file", "open('f', 'wb').truncate(1 << 33)", (*_ISOLATED, "weak")),
    Attack("take too much memory", "bytearray(1 << 36)", _ISOLATED),
)


def run(level: Level, execute: Callable[[Submission], Outcome]) -> tuple[dict[str, str], list[str]]:
    """Run every attack: "blocked" or "open" by name, and the names of those that had to be blocked and were not."""
    results: dict[str, str] = {}
    failed = []
    tests = CheckTests("attack", _TEST)
    for attack in ATTACKS:
        program = (
            "import posix, socket\nNAME = '/var/tmp/swallow-self-test-%d' % posix.getpid()\ndef attack():\n    try:\n"
            f"        {attack.statement}\n"
            "    except (OSError, MemoryError, AssertionError):\n        return 'blocked'\n    return 'open'\n"
        )
        passed = execute(Submission(program, tests, _TIME_S)).category == "passed"
        results[attack.name] = "blocked" if passed else "open"
        if not passed and level in attack.stopped_from:
            failed.append(attack.name)
    return results, failed
