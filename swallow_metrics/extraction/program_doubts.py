r"""Why a program may have failed although it solves the problem: what the reference's stand-in does not give it.

Nothing here changes a score (see `extraction.doubts`). Asked only of programs that failed.

| doubt | example |
| --- | --- |
| `stand_in` | `sys.stdin.buffer`, `open(0)`, `global`: the reference runs it in a function, on a stand-in for stdin |
| `other_block` | the last code block is its output or a shell command, an earlier one is Python |
| `rounding` | 0.3333333333333333 was printed where 0.333333333333 was expected |
"""

from __future__ import annotations

import ast
import re

from swallow_metrics.extraction.code_block import code_blocks

STAND_IN, OTHER_BLOCK, ROUNDING = "stand_in", "other_block", "rounding"
LONGEST = 200_000  # characters of an answer that are looked at

_FAILED = re.compile(r"_io\.(?:StringIO|TextIOWrapper)|fileno|UnsupportedOperation")
_NEEDS_REAL = re.compile(
    r"std(?:in|out)\.buffer|open\(0|os\.(?:read|write)\(|\.fileno\(|std(?:in|out)\.reconfigure"
    r"|from sys import .*\bstd(?:in|out)\b"
)
_GLOBAL = re.compile(r"^\s+global\s", re.MULTILINE)


def program_doubt(text: str, detail: str) -> str | None:
    """The first doubt about a program that failed, None where there is none.

    `text` is the whole answer, `detail` the outcome's (`swallow_metrics.sandbox.Outcome`). Never raises.
    """
    if detail.endswith("by rounding"):
        return ROUNDING
    *earlier, last = code_blocks(text[:LONGEST]) or [text[:LONGEST]]
    if not _is_python(last) and any(map(_is_python, earlier)):
        return OTHER_BLOCK
    needs = _FAILED.search(detail) or _NEEDS_REAL.search(last)
    return STAND_IN if needs or ("NameError" in detail and _GLOBAL.search(last)) else None


def _is_python(program: str) -> bool:
    """Whether it parses and does more than to name values, as plain numbers and words would."""
    try:
        statements = ast.parse(program).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(not isinstance(s, ast.Expr) or isinstance(s.value, ast.Call) for s in statements)
