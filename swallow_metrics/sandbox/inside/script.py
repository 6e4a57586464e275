"""A program that reads standard input becomes a function that can be called once per test (CO-25, CO-26)."""

from __future__ import annotations

import ast

FUNCTION = "run_program"
_MAIN = "__name__ == '__main__'"


def as_function(program: str) -> str:
    """The program's text with all statements except imports inside `FUNCTION`; comments vanish.

    The body of a last `if __name__ == '__main__':` takes the place of that statement. A text that does not parse
    is returned as it is, and without any statement to run no function is made.
    """
    try:
        statements = ast.parse(program).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return program
    if statements and isinstance(last := statements[-1], ast.If) and ast.unparse(last.test) == _MAIN:
        statements[-1:] = last.body
    imports = [s for s in statements if isinstance(s, (ast.Import, ast.ImportFrom))]
    rest = [s for s in statements if not isinstance(s, (ast.Import, ast.ImportFrom))]
    text = ast.unparse(ast.Module(body=[*imports], type_ignores=[]))
    if not rest:
        return text
    function = ast.parse(f"def {FUNCTION}(): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = rest
    return f"{text}\n{ast.unparse(function)}"
