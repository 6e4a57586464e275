"""Fenced blocks as CommonMark sees them, and which of them is the program (CO-5, CO-6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.extraction.code_block import code_blocks, function_block, last_block

FENCE = "```"


@pytest.mark.parametrize(
    ("answer", "function", "last"),
    [
        ("```python\ndef f(): 1\n```\n\n```\nprint(f())\n```", "def f(): 1\n", "print(f())\n"),
        ("def f(): …", None, "def f(): …"),
        ("", None, ""),
        ("Sure:\n```python\ndef f(): 1\n", "def f(): 1\n", "def f(): 1\n"),
        ("Write ```f()``` to call it.", None, "Write ```f()``` to call it."),
        ("1. so:\n   ```\n   def f():\n       return 1\n   ```", "def f():\n    return 1\n", "def f():\n    return 1\n"),
        ("> ```\n> def f(): 1\n> ```", "def f(): 1\n", "def f(): 1\n"),
        ("````\n```\ndef f(): 1\n```\n````", "```\ndef f(): 1\n```\n", "```\ndef f(): 1\n```\n"),
        ("~~~\ndef f(): 1\n~~~", "def f(): 1\n", "def f(): 1\n"),
        ("    def f(): 1\n", None, "    def f(): 1\n"),
        ("```\nx = 1\n```\n\n```\ny = 2\n```", "y = 2\n", "y = 2\n"),
        ("```\ndef foo(): 1\n```\n\n```\ny = 2\n```", "def foo(): 1\n", "y = 2\n"),
        ("```\ndef f(): 1\n```\n\n```\ndef f(): 2\n```\n\n```\nf()\n```", "def f(): 2\n", "f()\n"),
        ("```\n```", "", ""),
        ("```\r\ndef f(): 1\r\n```\r\n", "def f(): 1\n", "def f(): 1\n"),
        ("text\n```py title='x'\ndef f(): 1\n```", "def f(): 1\n", "def f(): 1\n"),
        ("  ```\n  def f():\n    1\n  ```", "def f():\n  1\n", "def f():\n  1\n"),
        ("````separate````", None, "````separate````"),
        # A blank line ends an HTML block in a list, even one that goes on elsewhere; later releases go on.
        ("1. <!-- a\n\n   ```\n   def f(): 1\n   ```", "def f(): 1\n", "def f(): 1\n"),
        ("- <pre>\n\n  ```\n  def f(): 1\n  ```", "def f(): 1\n", "def f(): 1\n"),
        ("<!-- a\n\n```\ndef f(): 1\n```\n-->", None, "<!-- a\n\n```\ndef f(): 1\n```\n-->"),
        ("<div>\n```\ndef f(): 1\n```\n</div>", None, "<div>\n```\ndef f(): 1\n```\n</div>"),
    ],
)  # fmt: skip
def test_the_block_that_counts(answer, function, last):
    """HumanEval takes the last block that defines the function, else the last; LiveCodeBench simply the last."""
    assert function_block(answer, "f") == function
    assert last_block(answer) == last


@given(st.lists(st.from_regex(r"[a-z =()]{1,20}", fullmatch=True), max_size=4))
def test_every_fenced_text_is_found_in_order(lines):
    """What is put between fences comes out, in order, whatever stands between the blocks."""
    text = "\n\nand\n\n".join(f"{FENCE}\n{line}\n{FENCE}" for line in lines)
    assert code_blocks(text) == [f"{line}\n" for line in lines]


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    """No answer makes the extraction fail."""
    assert isinstance(last_block(text), str)
    assert function_block(text, "f") is None or code_blocks(text)
