"""What is run, under which limits, and the outcome."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

Category = Literal["passed", "wrong", "exception", "syntax", "timeout", "memory", "output", "crash", "no code"]
CATEGORIES: tuple[Category, ...] = get_args(Category)

_SLOW_MODULES = ("numpy",)

# Entries of a result list besides true and false (CO-4).
LOST = -1  # no result came back, one per test
DIFFERS = -2  # printed something else; also: the program's process ended or was killed
TIMED_OUT = -3  # in a test
NOT_LOADED = -4  # exception, compile error, function not found, time-out while loading


@dataclass(frozen=True, eq=False)
class CheckTests:
    """A test text that defines `check(candidate)`, as in HumanEval (CO-14).

    Names the test calls without defining them, such as `poly`, come from the program; with `helpers` "prompt" they
    come from the prompt. Reuse one object for all programs of a question: it is sent to a grader once.
    """

    entry_point: str
    test: str
    prompt: str = ""
    helpers: Literal["program", "prompt"] = "program"

    def head(self) -> dict[str, Any]:
        """What the grader is told first."""
        return {
            "mode": "check",
            "entry_point": self.entry_point,
            "test": self.test,
            "prompt": self.prompt,
            "helpers": self.helpers,
            "cases": 0,
        }

    def texts(self) -> Sequence[str]:
        """What the grader is sent after the head."""
        return ()

    def lost(self) -> tuple[int, ...]:
        """The results where none came back (CO-15)."""
        return (DIFFERS,)

    @cached_property
    def with_the_prompts_helpers(self) -> CheckTests | None:
        """The same with `helpers` "prompt", None where the test calls no helper that the prompt has (CO-14)."""
        try:
            of_prompt, of_test = _functions(self.prompt), _functions(self.test)
            used = {node.id for node in ast.walk(ast.parse(self.test)) if isinstance(node, ast.Name)}
        except (SyntaxError, ValueError, RecursionError):
            return None
        called = (of_prompt - of_test - {self.entry_point}) & used
        return replace(self, helpers="prompt") if called and self.helpers == "program" else None


def _functions(text: str) -> set[str]:
    return {statement.name for statement in ast.parse(text).body if isinstance(statement, ast.FunctionDef)}


@dataclass(frozen=True, eq=False)
class CaseTests:
    """Pairs of input and expected output, as in LiveCodeBench (CO-20 to CO-30).

    With `function` (a name) the input's lines are its arguments and the output its value, in JSON; without, they are
    standard input and output. Reuse one object for all programs of a question: it is sent to a grader once.
    """

    cases: Sequence[tuple[str, str]]
    function: str | None = None

    def head(self) -> dict[str, Any]:
        """What the grader is told first."""
        mode = "stdin" if self.function is None else "call"
        return {"mode": mode, "function": self.function or "", "cases": len(self.cases)}

    def texts(self) -> Sequence[str]:
        """What the grader is sent after the head."""
        return [text for case in self.cases for text in case]

    def lost(self) -> tuple[int, ...]:
        """The results where none came back (CO-4)."""
        return (LOST,) * len(self.cases)


Tests = CheckTests | CaseTests


@dataclass(frozen=True)
class Submission:
    """One program, "" where the answer holds none, and its tests.

    `time_s` is the limit of loading it and, again, of every test (CO-10, CO-11).
    """

    program: str
    tests: Tests
    time_s: float = 6.0

    @property
    def preload(self) -> tuple[str, ...]:
        """Modules the sandbox should have loaded before: those that are slow to import and named in the texts."""
        test = self.tests.test if isinstance(self.tests, CheckTests) else ""
        return tuple(name for name in _SLOW_MODULES if name in self.program or name in test)


@dataclass(frozen=True)
class Limits:
    """Of every program; sizes in bytes. `answer` bounds a returned value or printed output as it is sent."""

    memory: int = 2 << 30
    file: int = 64 << 20
    scratch: int = 128 << 20
    answer: int = field(default=16 << 20, init=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one program. `results` are those of the reference (CO-4); `detail` is at most a line.

    `own_helper`: it passed, and fails with the prompt's helper functions in place of its own.
    """

    category: Category
    results: tuple[bool | int, ...]
    detail: str = ""
    seconds: float = 0.0
    own_helper: bool = False

    @property
    def passed(self) -> bool:
        """Whether the program counts as correct: every result is a true test; an empty list passes (CO-4)."""
        return self.category == "passed" and all(result > 0 for result in self.results)

    def to_json(self) -> dict[str, Any]:
        """For records."""
        facts = {"category": self.category, "results": list(self.results), "detail": self.detail}
        return facts | ({"own_helper": True} if self.own_helper else {})
