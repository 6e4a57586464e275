"""What a program of the HumanEval kind leads to: categories and the reference's result lists (CO-5 to CO-16)."""

import pytest

from running import run, sandbox  # noqa: F401  # fixtures
from swallow_metrics.sandbox import CheckTests, Outcome, Submission

DOUBLE = "def f(x):\n    return 2 * x\n"


@pytest.mark.parametrize(
    ("program", "category", "results"),
    [
        (DOUBLE, "passed", (True,)),
        ("def f(x):\n    return 3 * x", "wrong", (False,)),
        ("def f(x):\n    raise ValueError", "exception", (False,)),
        ("def f(x):\n    return 2 * y", "exception", (False,)),
        ("def f(x, y):\n    return 2 * x", "exception", (False,)),
        ("f = 4", "wrong", (False,)),
        ("def g(x):\n    return 2 * x", "exception", (-4,)),
        ("def f(x)\n    return 2 * x", "syntax", (-4,)),
        ("x = 1\0", "syntax", (-4,)),
        ("x = " + "(" * 300 + ")" * 300, "syntax", (-4,)),
        (DOUBLE + "raise ValueError", "exception", (-4,)),
        (DOUBLE + "import no_such_module", "exception", (-4,)),
        (DOUBLE + "while True: pass", "timeout", (-4,)),
        ("def f(x):\n    while True: pass", "timeout", (-3,)),
        (DOUBLE + "raise SystemExit(0)", "crash", (-2,)),
        (DOUBLE + "import sys\nsys.exit()", "crash", (-2,)),
        ("def f(x):\n    exit()", "crash", (-2,)),
        ("import os\ndef f(x):\n    os._exit(0)", "crash", (-2,)),
        ("def f(x):\n    raise KeyboardInterrupt", "crash", (-2,)),
        ("import ctypes\ndef f(x):\n    ctypes.string_at(0)", "crash", (-2,)),
        ("def f(x):\n    return bytearray(1 << 34)", "memory", (False,)),
        ("big = bytearray(1 << 34)\n" + DOUBLE, "memory", (-4,)),
        ("def f(x):\n    return 'x' * (20 << 20)", "output", (-2,)),
        ("class Solution:\n    def f(self, x):\n        return 2 * x", "exception", (-4,)),
        ("# class Solution\n" + DOUBLE, "exception", (-4,)),
        (DOUBLE + "'class Solution'", "exception", (-4,)),
        ("from __future__ import annotations\n" + DOUBLE, "syntax", (-4,)),
        ("def f(x: List[int]) -> int:\n    return math.floor(sum([x, x]))", "passed", (True,)),
        ("def f(x):\n    return 2 * x if __name__ == 'tmp_sol' else 0", "passed", (True,)),
        ("def f(x):\n    os = __import__('os')\n    return os.getcwd() and 2 * x", "exception", (False,)),
        ("import os\ndef f(x):\n    return 4 if os.unlink is os.kill is os.fork is None else 0", "passed", (True,)),
        ("import shutil, subprocess\ndef f(x):\n    return 4 if shutil.rmtree is subprocess.Popen else 0", "passed", (True,)),
        ("def f(x):\n    return 4 if quit is help is None else 0", "passed", (True,)),
        ("import tkinter\n" + DOUBLE, "exception", (-4,)),
        ("def check(candidate):\n    assert False\n" + DOUBLE, "passed", (True,)),
        ("def check(x):\n    return 2 * x\ndef f(x):\n    return check(x)", "exception", (False,)),
        ("def f(x):\n    return len(str(10 ** 49_999)) - 49_996", "passed", (True,)),
        ("def f(x):\n    return len(str(10 ** 50_500))", "exception", (False,)),
        ("def d(n):\n    return n and 1 + d(n - 1)\ndef f(x):\n    return d(20_000) - 19_996", "passed", (True,)),
        ("def f(x):\n    print('x' * 3_000_000)\n    return 2 * x", "passed", (True,)),
        ("import random\ndef f(x):\n    return 4 if random.random() < 2 else 0", "passed", (True,)),
    ],
)  # fmt: skip
def test_programs_lead_to_the_references_results(run, program, category, results):
    """Every program ends in its category, with the result list that the reference has."""
    outcome = run(program, time_s=1.5 if category == "timeout" else 20.0)  # a busy machine takes its time
    assert (outcome.category, outcome.results) == (category, results), outcome


def test_no_program_fails_as_no_code_unless_the_prelude_has_the_function(run):
    """An answer without a program is "no code"; where the prelude defines the name, its function is tested."""
    assert run("").category == "no code"
    assert run("", entry_point="add", body="assert candidate(1, 2) == 3").passed
    assert run(" \n", entry_point="add", body="assert candidate(1, 2) == 4") == Outcome(
        "no code", (False,), "AssertionError: ", pytest.approx(0, abs=5)
    )


@pytest.mark.parametrize(
    ("program", "body"),
    [
        ("def f(*a): return a", "assert candidate(*[1, 2], 3) == (1, 2, 3)"),
        ("def f(**k): return k", "assert candidate(a=1, b=[2]) == {'a': 1, 'b': [2]}"),
        ("def f(x): return x", "assert candidate({1: {2, 3}, (4,): None}) == {1: {2, 3}, (4,): None}"),
        ("def f(x): return x", "assert type(candidate((1, 2))) is tuple and type(candidate([1])) is list"),
        ("def f(x): return x", "assert candidate(1.5e300) == 1.5e300 and candidate(0.1 + 0.2) == 0.1 + 0.2"),
        ("def f(x): return x", "assert candidate(True) is True and candidate(None) is None"),
        ("def f(x): return x", "assert candidate(1 + 2j) == 1 + 2j and candidate(b'a\\xff') == b'a\\xff'"),
        ("def f(x): return x", "assert candidate('\\ud800 日本') == '\\ud800 日本'"),
        ("def f(x): return x", "assert candidate(7 ** 9000) == 7 ** 9000 and candidate(-(1 << 500000)) < 0"),
        ("def f(x): return float('nan')", "import math\n    assert math.isnan(candidate(1))"),
        ("def f(x): return map(str, x)", "assert list(candidate([1, 2])) == ['1', '2'] and candidate([1]) != ['1']"),
        ("def f(x):\n    yield from x", "assert sorted(candidate([2, 1])) == [1, 2]"),
        ("def f(x): return {1: 2}.keys()", "assert candidate(0) == {1} and list(candidate(0)) == [1]"),
        ("def f(x): return Counter(x)", "assert candidate('aab') == {'a': 2, 'b': 1}"),
        ("from collections import namedtuple\nP = namedtuple('P', 'a b')\ndef f(x): return P(1, 2)", "assert candidate(0) == (1, 2)"),
        ("from enum import IntEnum\nclass E(IntEnum): A = 3\ndef f(x): return E.A", "assert candidate(0) == 3"),
        ("from decimal import Decimal\ndef f(x): return Decimal('1.10')", "assert str(candidate(0)) == '1.10'"),
        ("from fractions import Fraction\ndef f(x): return Fraction(1, 3)", "assert candidate(0) * 3 == 1"),
        ("def f(x): return range(3)", "assert candidate(0) == range(3)"),
        ("def f(x): return deque([1])", "assert candidate(0) == __import__('collections').deque([1])"),
        ("def f(g, x): return g(g(x))", "assert candidate(lambda x: x + 1, 1) == 3"),
        ("def f(g): return g(3) if callable(g) else g * g", "assert candidate(candidate) == 9"),
        ("def f(x): return lambda y: x + y", "assert candidate(1)(2) == 3"),
        ("def f(x):\n    if x: raise IndexError('no ' + str(x))", "try: candidate(5)\n    except IndexError as e: assert str(e) == 'no 5'\n    else: assert False"),
        ("class E(KeyError): pass\ndef f(x): raise E", "try: candidate(5)\n    except KeyError: pass"),
        ("def f(x):\n    b'\\xff'.decode()", "try: candidate(5)\n    except UnicodeDecodeError: pass"),
        ("def f(x):\n    x.append(1)\n    return x", "xs = []\n    assert candidate(xs) == [1] and xs == []"),
        ("def f(x): return x", "assert candidate(list(range(200_000))) == list(range(200_000))"),
        ("import re\ndef f(x): return re.match('a', x)", "assert candidate('a') and not candidate('b')"),
    ],
)  # fmt: skip
def test_values_and_functions_cross_the_pipe(run, program, body):
    """Plain data, functions, iterators and exceptions look to the test as if the program were in its process."""
    outcome = run(program, body)
    assert outcome.passed, outcome


def test_an_object_of_an_own_class_equals_nothing(run):
    """What is not plain data comes back as a value that is equal to nothing, whatever it says of itself."""
    program = "class C:\n    def __eq__(self, other): return True\ndef f(x): return C() if x == 2 else [C()]"
    assert run(program, "assert candidate(2) == 4").category == "wrong"
    assert run(program, "v = candidate(2)\n    assert v == v").category == "wrong"
    assert run(program, "assert candidate(1) == [4]").category == "wrong"
    assert run(program, "assert candidate(2) in [1, 2, 3]").category == "wrong"


HELPER_TEST = "def check(candidate):\n    assert candidate(helper(2)) == 5\n"
HELPER_PROMPT = "def helper(x):\n    return 2 * x\n\ndef f(x):\n    '''Adds one.'''\n"


def test_helpers_come_from_the_answer_or_from_the_prompt(run):
    """A name only the program defines is called there; with helpers="prompt" the prompt's own is used instead."""
    without = "def f(x):\n    return x + 1\n"
    assert run(without + "def helper(x): return 2 * x", test=HELPER_TEST).passed
    assert run(without + "def helper(x): return 3 * x", test=HELPER_TEST).category == "wrong"
    assert run(without, test=HELPER_TEST).results == (False,)
    from_prompt = {"test": HELPER_TEST, "prompt": HELPER_PROMPT, "helpers": "prompt"}
    assert run(without, **from_prompt).passed
    assert run(without + "def helper(x): return 3 * x", **from_prompt).passed
    assert run(without, test=HELPER_TEST, prompt="def (", helpers="prompt").results == (False,)


def test_a_pass_by_a_helper_that_lies_is_marked(run):
    """It stays a pass, as in the reference; with the prompt's helper it would be none, and that is said."""
    lies = run("def helper(x): return -1\ndef f(x): return 5 if x == -1 else 0", test=HELPER_TEST, prompt=HELPER_PROMPT)
    assert lies.passed
    assert lies.own_helper
    assert lies.to_json()["own_helper"] is True
    for program in (
        "def helper(x): return x + x\ndef f(x): return x + 1",
        "def helper(x): return 3\ndef f(x): return 3",
    ):
        honest = run(program, test=HELPER_TEST, prompt=HELPER_PROMPT)
        assert not honest.own_helper
        assert "own_helper" not in honest.to_json()
    assert CheckTests("f", HELPER_TEST, HELPER_PROMPT, "prompt").with_the_prompts_helpers is None
    assert CheckTests("helper", HELPER_TEST, HELPER_PROMPT).with_the_prompts_helpers is None
    assert CheckTests("f", HELPER_TEST, "def (").with_the_prompts_helpers is None
    assert CheckTests("f", "def helper(x): return 1\n" + HELPER_TEST, HELPER_PROMPT).with_the_prompts_helpers is None


def test_a_program_cannot_replace_names_that_the_test_has_elsewhere(run):
    """Built-ins, the prelude and the test's own names are never the program's."""
    program = "def abs(x): return 0\ndef tolerance(): return 99\nfabs = len = sum = abs\ndef f(x): return 1"
    test = "def tolerance(): return 1e-6\ndef check(candidate):\n    assert abs(candidate(2) - 4) < tolerance()\n    assert math.fabs(-1) == 1\n"
    assert run(program, test=test).category == "wrong"


def test_the_tests_imports_serve_the_program(run):
    """Program and test share one module in the reference: what the test imports, the program may use."""
    test = "import textwrap as tw\nfrom base64 import *\ndef check(candidate):\n    assert candidate(2) == 'a'\n"
    assert run("def f(x): return tw.dedent('  a') if b64encode else 0", test=test).passed


@pytest.mark.parametrize(
    "test",
    ["def check(candidate)\n    pass", "raise ValueError", "def verify(candidate): pass", "check = 5\nassert None"],
)
def test_a_broken_test_fails_every_program(run, test):
    """A test text that does not compile, load or define `check` gives -4, as in the reference."""
    assert run(DOUBLE, test=test).results == (-4,)


def test_a_test_that_never_calls_the_program_passes(run):
    """What the test's `check` accepts is right, even when it looks at nothing."""
    assert run("def f(): pass", body="pass").passed
    assert run("def f(): pass", body="return False").passed


def test_one_grader_serves_many_programs_and_survives_all_of_them(sandbox):
    """A grader whose tests hang, recurse or exhaust memory is replaced; the programs after that are graded right."""
    right = Submission(DOUBLE, CheckTests("f", "def check(candidate):\n    assert candidate(2) == 4\n"), 20.0)
    for body in ("while True: pass", "check(candidate)", "bytearray(1 << 34)", "exit()", "import os; os._exit(0)"):
        bad = CheckTests("f", f"def check(candidate):\n    candidate(1)\n    {body}\n")
        if "_exit" in body:  # a test text that ends the grader is a fault of the dataset, and never a grade
            with pytest.raises(Exception, match="the sandbox failed"):
                sandbox.run(Submission(DOUBLE, bad, 0.5))
        else:
            assert not sandbox.run(Submission(DOUBLE, bad, 0.5)).passed
        assert sandbox.run(right).passed


def test_numpy_is_there_and_its_values_compare(run):
    """Programs and tests may use numpy; scalars come back as Python's, arrays as arrays."""
    test = "import numpy as np\ndef check(candidate):\n    np.testing.assert_allclose(candidate([1.0, 2.0]), 3.0)\n"
    assert run("def f(x): return np.sum(x)", test=test, time_s=10.0).passed
    assert run(
        "import numpy\ndef f(x): return numpy.array(x)", "assert (candidate([1, 2]) == [1, 2]).all()", time_s=10.0
    ).passed
    assert run("import numpy\ndef f(x): return numpy.int64(x) * 2", time_s=10.0).passed


def test_programs_draw_the_same_random_numbers_in_every_run(run):
    """The generator starts alike in every program, so that a score does not depend on luck."""
    program = "import random\ndef f(x): return [random.random(), random.randrange(10 ** 9)]"
    outcomes = [run(program, "assert candidate(1) == 0, candidate(2)") for _ in range(3)]
    assert {o.category for o in outcomes} == {"wrong"}
    assert len({o.detail for o in outcomes}) == 1 < len(outcomes[0].detail)


def test_tests_draw_the_same_random_numbers_for_every_program(sandbox):
    """Whether a program passes a test that draws numbers does not depend on what ran before it."""
    tests = CheckTests("f", "import random\ndef check(candidate):\n    raise ValueError(random.random())\n")
    details = {sandbox.run(Submission(DOUBLE, tests)).detail for _ in range(3)}
    assert len(details) == 1
