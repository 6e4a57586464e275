"""Programs that failed for want of what the reference does not give them, told apart from wrong ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.extraction.program_doubts import program_doubt
from swallow_metrics.sandbox.inside.compare import differs_by_rounding, same_output


def block(program):
    return f"```python\n{program}\n```"


@pytest.mark.parametrize(
    ("text", "detail", "doubt"),
    [
        (block("import sys\nprint(sys.stdin.buffer.read())"), "AttributeError", "stand_in"),
        (block("print(open(0).read())"), "OSError", "stand_in"),
        (block("from sys import stdin\nfor line in stdin: print(line)"), "test 0", "stand_in"),
        (block("n = 0\ndef f():\n    global n\n    n += 1\nf()"), "NameError: name 'n' is not defined", "stand_in"),
        (block("n = 0\ndef f():\n    global n\n    n += 1\nf()"), "test 0", None),
        (block("print(1 / 3)"), "test 0, by rounding", "rounding"),
        (block("print(1)") + "\nOutput:\n```\n2 3\n5\n```", "SyntaxError", "other_block"),
        (block("print(1)") + "\nRun:\n```bash\npython main.py\n```", "SyntaxError", "other_block"),
        (block("print(1)") + "\nOutput:\n```\n5\n```", "no statement to run", "other_block"),
        (block("print(1)"), "test 0", None),
        ("no program", "SyntaxError", None),
        ("", "", None),
    ],
)
def test_doubts(text, detail, doubt):
    """One a program, and none about an ordinary wrong one."""
    assert program_doubt(text, detail) == doubt


@pytest.mark.parametrize(
    ("output", "expected", "close"),
    [
        ("0.3333333333333333\n", "0.333333333333\n", True),
        ("a 1.0000001", "a 1.0", True),
        ("1.5", "1.6", False),
        ("1000001", "1000002", False),
        ("a", "b", False),
        ("1.0 2.0", "1.0", False),
    ],
)
def test_rounding(output, expected, close):
    """Only numbers with decimals are close; none of these is the same output, which decides the score."""
    assert differs_by_rounding(output, expected) is close
    assert not same_output(output, expected)


@given(st.text(), st.text())
def test_any_text_has_an_answer(text, detail):
    """No answer and no detail of an outcome stops a run."""
    assert program_doubt(text, detail) in (None, "rounding", "other_block", "stand_in")
