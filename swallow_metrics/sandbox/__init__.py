r"""Run untrusted programs: graded outside the process they run in, confined by what the kernel offers.

    with Sandbox() as sandbox:
        tests = CheckTests(entry_point="add", test="def check(candidate):\n    assert candidate(1, 2) == 3\n")
        outcome = sandbox.run(Submission("def add(a, b):\n    return a + b\n", tests))

See `docs/sandbox.md` for what is covered and what is not.
"""

from swallow_metrics.sandbox.levels import Choice, Level
from swallow_metrics.sandbox.private_cases import decode_cases
from swallow_metrics.sandbox.sandbox import Sandbox
from swallow_metrics.sandbox.submission import CATEGORIES, CaseTests, Category, CheckTests, Limits, Outcome, Submission

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
    "Submission",
    "decode_cases",
]
