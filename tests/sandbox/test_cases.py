"""Programs graded by pairs of input and output: LiveCodeBench's two kinds (CO-20 to CO-30)."""

import pytest

from running import sandbox  # noqa: F401  # a fixture
from swallow_metrics.errors import SandboxError
from swallow_metrics.sandbox import CaseTests, Submission

PAIRS = CaseTests([("3\n1 2 3\n", "6\n"), ("2\n5 6", "11")])
ADD = "n = int(input())\nprint(sum(map(int, input().split())))"
CALLS = CaseTests([("[1,2]\n3", "[[1,2],3]"), ("[]\n1", "[[],1]")], "g")


@pytest.mark.parametrize(
    ("program", "results"),
    [
        (ADD, (True, True)),
        (f"def main():\n    n = input()\n    {ADD.splitlines()[1]}\nif __name__ == '__main__':\n    main()", (True, True)),
        (f'def main():\n    n = input()\n    {ADD.splitlines()[1]}\nif __name__ == "__main__": main()\nelse: exit()', (True, True)),
        (f"if '__main__' == __name__:\n    n = input()\n    {ADD.splitlines()[1]}", (-2,)),
        ("if __name__ == '__main__':\n    print(6)\nx = 1", (-2,)),
        ("import sys\nd = sys.stdin.read().split()\nprint(sum(map(int, d[1:])))", (True, True)),
        ("import sys\nn, *d = [l for l in sys.stdin]\nprint(sum(map(int, d[0].split())))", (True, True)),
        ("import sys\ninput = sys.stdin.readline\n" + ADD, (True, True)),
        ("from sys import stdin\nn = stdin.readline()\nprint(sum(map(int, stdin.readline().split())))", (True, True)),
        ("from sys import stdin\nd = stdin.read().split()\nprint(sum(map(int, d[1:])))", (True, True)),
        ("from sys import stdin\nfor line in stdin: pass\nprint(6)", (-4,)),
        ("from sys import stdin\nn, *d = [l for l in stdin]\nprint(sum(map(int, d[0].split())))", (-4,)),
        ("from sys import stdin\nn, d = stdin.readlines()\nprint(sum(map(int, d.split())))", (-4,)),
        ("from sys import stdin\nn, d, *_ = stdin.readlines()\nprint(sum(map(int, d.split())))", (True, True)),
        ("from sys import stdin\nn, d = stdin.read(), stdin.read(5).split()\nprint(sum(map(int, d[1:])))", (True, True)),
        ("from sys import stdin\nn, d = input(), stdin.readline()\nprint(6 if n == d else 11)", (True, -2)),
        ("from sys import stdin\nn, d = stdin.readline(), stdin.readline()[:-1]\nprint(sum(map(int, d.split())))", (-2,)),
        ("from sys import stdin\nl = [stdin.readline() for _ in range(3)]\nprint(sum(map(int, l[1].split())))", (True, -4)),
        ("from sys import stdin\nd = stdin.buffer.read().split()\nprint(d[0])", (-4,)),
        ("import sys\nprint(sys.stdin.buffer.read())", (-4,)),
        ("print(open(0).read())", (-2,)),
        ("import builtins\nn, d = builtins.open(0).read().splitlines()[:2]\nprint(sum(map(int, d.split())))", (True, True)),
        ("import builtins\nwith builtins.open(0) as f:\n    n = f.readline()\n    print(sum(map(int, next(f).split())))", (True, True)),
        (ADD + "\nexit()", (True, True)),
        (ADD + "\nimport sys\nsys.exit(1)\nprint('never')", (True, True)),
        (ADD + "\nimport sys\nsys.stdout.close()", (-4,)),
        ("from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n" + ADD, (True, True)),
        ("from dataclasses import dataclass\n@dataclass\nclass P:\n    x: 'int'\n" + ADD, (-4,)),
        (ADD + "\nraise ValueError", (-4,)),
        ("input()\nprint(6)", (True, -2)),
        ("class Solution:\n    pass\nprint(6)", (-4,)),
        ("# class Solution\n" + ADD, (True, True)),
        ("x = 0\ndef add():\n    global x\n    x += 1\nadd()\nprint(x)", (-4,)),
        ("x = [0]\ndef add():\n    x[0] += 1\nadd()\n" + ADD, (True, True)),
        ("", (-4,)),
        ("# nothing", (-4,)),
        ("import math", (-4,)),
        ("pass", (-2,)),
        ("print('a' 'b'", (-4,)),
        ("from __future__ import annotations\n" + ADD, (-4,)),
        ("input()\nprint(float(sum(map(int, input().split()))))", (True, True)),
        ("n = int(input())\nprint('', sum(map(int, input().split())), '', sep='\\n')", (True, True)),
        ("n = int(input())\nprint(sum(map(int, input().split())), 0)", (-2,)),
        ("import sys\nprint('note', file=sys.stderr)\n" + ADD, (True, True)),
        ("while True: pass", (-3,)),
        ("if int(input()) == 2:\n    while True: pass\nprint(6)", (True, -3)),
        ("import os\nos._exit(0)", (-1, -1)),
        ("import resource\n" + ADD, (-4,)),
        ("print('x' * 20_000_000)", (-2,)),
        ("import sys, threading\nthreading.stack_size(1 << 28)\nsys.setrecursionlimit(10 ** 6)\ndef main():\n    n = input()\n    print(sum(map(int, input().split())))\nt = threading.Thread(target=main)\nt.start()\nt.join()", (True, True)),
        ("import asyncio\nasync def main():\n    n = input()\n    print(sum(map(int, input().split())))\nasyncio.run(main())", (True, True)),
    ],
)  # fmt: skip
def test_standard_input_and_output(sandbox, program, results):
    """A program that reads and prints gets the reference's results, up to the first test it fails."""
    outcome = sandbox.run(Submission(program, PAIRS, 1.0 if -3 in results else 20.0))
    assert outcome.results == results, outcome


@pytest.mark.parametrize(
    ("program", "results"),
    [
        ("def g(a, b): return [a, b]", (True, True)),
        ("class Solution:\n    def g(self, a, b): return [a, b]", (True, True)),
        ("class Solution:\n    def __init__(self): 1 / 0\n    def g(self, a, b): return [a, b]", (-4,)),
        ("# class Solution\ndef g(a, b): return [a, b]", (-4,)),
        ("def g(a, b): return (a, b)", (True, True)),
        ("def g(a, b): return [tuple(a), b]", (False,)),
        ("def g(a, b): return [[float(x) for x in a], b == 1 or 3]", (True, True)),
        ("def g(a, b):\n    print(b)\n    a.append(1)\n    return [a[:-1], b]", (True, True)),
        ("def h(a, b): return [a, b]", (-4,)),
        ("def g(a, b): return 1 / b if not a else [a, b]", (True, False)),
        ("def g(a, b): return 1 / len(a) and [a, b]", (True, -4)),
        ("def g(a, b): return [a, b] if a else exit()", (-1, -1)),
        ("import time\ntime.sleep(60)\ndef g(a, b): return [a, b]", (-4,)),
        ("def g(a, b):\n    while not a: pass\n    return [a, b]", (True, -3)),
        ("def g(a, b): return iter([a, b])", (False,)),
        ("from collections import UserList\ndef g(a, b): return UserList([UserList(a), b])", (True, True)),
        ("from collections import UserList\ndef g(a, b): return UserList([a])", (False,)),
        ("from collections import UserList\ndef g(a, b):\n    x = UserList()\n    x.data = object()\n    return x", (False,)),
        ("import numpy as np\ndef g(a, b): return np.array([1, 2, 3])", (-4,)),
    ],
)  # fmt: skip
def test_function_calls(sandbox, program, results):
    """A function or method called with JSON arguments gets the reference's results."""
    endless = "sleep(60)" in program or "while not" in program
    outcome = sandbox.run(Submission(program, CALLS, 1.0 if endless else 20.0))  # a busy machine takes its time
    assert outcome.results == results, outcome


@pytest.mark.parametrize(
    ("output", "expected", "same"),
    [
        ("6.0", "6", True),
        ("1e1", "10", True),
        ("1  2", "1 2", True),
        ("6.0000001", "6", False),
        ("a  b", "a b", False),
        ("A", "a", False),
        ("1\n\n2", "1\n2", False),
        ("  1 \n 2\n\n", "1\n2", True),
        ("1\r\n2", "1\n2", True),
        ("", "", True),
        ("1 x", "1.0 x", False),
        ("nan", "NaN", False),
    ],
)
def test_printed_numbers_are_compared_as_decimals(sandbox, output, expected, same):
    """Lines are equal as trimmed text, or as exact decimals when all their words are numbers (CO-29)."""
    outcome = sandbox.run(Submission(f"print({output!r})", CaseTests([("", expected)])))
    assert outcome.results == ((True,) if same else (-2,))


def test_no_cases_pass(sandbox):
    """A problem without any test counts as solved when the program loads (CO-4)."""
    outcome = sandbox.run(Submission("print(1)", CaseTests([])))
    assert outcome.results == ()
    assert outcome.passed


def test_inputs_of_ten_megabytes(sandbox):
    """Inputs, arguments and answers of several megabytes arrive whole."""
    numbers = [123_456_789] * 1_000_000
    text = f"{len(numbers)}\n{' '.join(map(str, numbers))}"
    assert sandbox.run(Submission(ADD, CaseTests([(text, str(sum(numbers)))]), 20.0)).passed
    tests = CaseTests([(str(numbers), str(sum(numbers)))], "g")
    assert sandbox.run(Submission("def g(x): return sum(x)", tests, 20.0)).passed
    tests = CaseTests([("200000", str(list(range(200_000))))], "g")
    assert sandbox.run(Submission("def g(n): return list(range(n))", tests, 20.0)).passed


def test_cases_that_are_no_json_are_a_fault_of_the_dataset(sandbox):
    """Arguments or values that do not parse are an error of the item, not a wrong answer."""
    with pytest.raises(SandboxError, match="expected test cases in JSON"):
        sandbox.run(Submission("def g(x): return x", CaseTests([("{", "1")], "g")))
