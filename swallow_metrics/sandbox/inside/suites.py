"""What a program is tested with, inside the grader."""

from __future__ import annotations

import ast
import builtins
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any


class BadSuite(Exception):  # noqa: N818  # says what is bad
    """The test cases are not what their mode needs: a fault of the dataset, not of a program."""


class BadTest(Exception):  # noqa: N818  # see above
    """The test text does not compile, load or define `check`: every program fails, as in the reference (CO-15)."""


@dataclass
class CheckSuite:
    """A test text that defines `check(candidate)` (CO-14).

    `helpers` are the names that the test uses and nobody but the program defines. They come from the program, or,
    with `helpers_from` "prompt", from the prompt.
    """

    entry_point: str
    test: str
    prompt: str
    helpers_from: str
    names: dict[str, Any]
    mode: str = "check"
    helpers: list[str] = field(init=False)
    outline: str = field(init=False)

    def __post_init__(self) -> None:
        """Compile the test once for all programs."""
        try:
            self.code: CodeType | None = compile(self.test, "<test>", "exec", dont_inherit=True)
            self.outline = _outline(self.test)
        except (SyntaxError, ValueError):
            self.code, self.outline = None, ""
        known = set(self._defined()) | set(dir(builtins))
        missing = sorted(_names_used(self.code) - known) if self.code else []
        self.helpers = [n for n in missing if self.helpers_from == "program" or n == self.entry_point]

    def check_function(self, found: dict[str, Any]) -> Callable[[Any], Any]:
        """A fresh `check` that sees the program's helpers. Raises BadTest."""
        if self.code is None:
            raise BadTest("the test does not compile")
        space = self._defined()
        space.update({name: found[name] for name in self.helpers if name in found})
        check = space.get("check")
        if check is None:
            raise BadTest("the test defines no function 'check'")
        return check  # type: ignore[no-any-return]  # the dataset's

    def _defined(self) -> dict[str, Any]:
        """What the test's own text, the prelude and perhaps the prompt define."""
        space = dict(self.names)
        try:
            if self.helpers_from == "prompt":
                _try_exec(self.prompt, space)
                space.pop(
                    self.entry_point, None
                )  # the prompt has it without a body; tests that name it mean the program's
            if self.code:
                exec(self.code, space)  # noqa: S102  # the dataset's test, in its own confined process
        except Exception as error:  # noqa: BLE001  # whatever it raises
            raise BadTest(f"the test does not load: {type(error).__name__}: {error}") from None
        return space


@dataclass(frozen=True)
class CaseSuite:
    """Pairs of input and expected output, in order (CO-20)."""

    mode: str
    function: str
    cases: list[tuple[str, str]]

    def calls(self) -> Iterator[tuple[list[Any], Any]]:
        """Arguments and expected value of each case (CO-23)."""
        for text, expected in self.cases:
            yield [json.loads(line) for line in text.split("\n") if line.strip()], json.loads(expected)


Suite = CheckSuite | CaseSuite


def make_suite(head: dict[str, Any], texts: list[str], names: dict[str, Any]) -> Suite:
    """The suite from its head and the texts of its cases (input, output, input, …). Raises BadSuite."""
    if head["mode"] == "check":
        try:
            return CheckSuite(head["entry_point"], head["test"], head["prompt"], head["helpers"], names)
        except BadTest:
            # Programs are still run, since they may fail otherwise; then `check_function` says why.
            return CheckSuite(head["entry_point"], "", "", "prompt", names)
    suite = CaseSuite(head["mode"], head["function"], list(zip(texts[::2], texts[1::2], strict=True)))
    if suite.mode == "call":
        try:
            for _ in suite.calls():
                pass
        except (ValueError, RecursionError) as error:
            raise BadSuite(f"expected test cases in JSON: {error}") from None
    return suite


def _try_exec(text: str, space: dict[str, Any]) -> None:
    try:
        code = compile(text, "<prompt>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return  # one prompt of JHumanEval is not valid Python
    exec(code, space)  # noqa: S102  # the dataset's prompt, in its own confined process


def _names_used(code: CodeType) -> set[str]:
    """Every name the code and its functions look up (also attributes, which do no harm)."""
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return set(code.co_names).union(*map(_names_used, inner))


def _outline(test: str) -> str:
    """What the test does to the module's names, without what it tests.

    Program and test share one module in the reference: the test's imports serve the program, and its functions
    replace the program's of the same name (CO-16).
    """
    lines = []
    for statement in ast.parse(test).body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            lines.append(ast.unparse(statement))
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            lines.append(_STUB.format(statement.name))
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            lines += [_STUB.format(name.id) for t in targets for name in ast.walk(t) if isinstance(name, ast.Name)]
    return "\n".join(lines) + "\n"


_STUB = "def {0}(*_, **__):\n    raise TypeError('{0} belongs to the test')"
