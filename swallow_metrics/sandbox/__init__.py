r"""Run untrusted programs: judged outside the process they run in, confined by what the kernel offers.

    with Sandbox() as sandbox:
        tests = CheckTests(entry_point="add", test="def check(candidate):\n    assert candidate(1, 2) == 3\n")
        outcome = sandbox.run(Task("def add(a, b):\n    return a + b\n", tests))

See `docs/sandbox.md` for what is covered and what is not.
"""

from swallow_metrics.sandbox.levels import Choice, Level
from swallow_metrics.sandbox.private_cases import decode_cases
from swallow_metrics.sandbox.sandbox import Sandbox
from swallow_metrics.sandbox.tasks import CATEGORIES, CaseTests, Category, CheckTests, Limits, Outcome, Task

__all__ = [
    "CATEGORIES",
    "CaseTests",
    "Category",
    "CheckTests",
    "Choice",
    "Level",
    "Limits",
    "Outcome",
    "Sandbox",
    "Task",
    "decode_cases",
]
