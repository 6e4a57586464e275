"""Mathematical answers: the specification's examples, and equality of the search with math-verify's expressions."""

import gc
import tracemalloc
from itertools import groupby

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import Integer

from swallow_metrics.metrics.deadline import Deadline, OutOfTimeError
from swallow_metrics.metrics.math import compare, values
from swallow_metrics.metrics.math.compare import Comparator
from swallow_metrics.metrics.math.doubts import number_doubt
from swallow_metrics.metrics.math.environments import environments
from swallow_metrics.metrics.math.search import pools
from swallow_metrics.metrics.math.span import LatexSpan


@pytest.fixture
def _no_collection():
    """Hypothesis times garbage collections: an alarm that rings in its callback is reported, and fails the test."""
    gc.disable()
    yield
    gc.enable()


EXAMPLES = [
    # gold, prediction, equal; golds are LaTeX
    (r"\boxed{10}", "回答: 10", True),
    (r"\boxed{10}", "回答:10", False),
    (r"\boxed{10}", r"\boxed{10\text{個}}", True),
    (r"\boxed{10}", r"\boxed{10個}", False),
    (r"\boxed{7}", r"\boxed{3} then \boxed{7}", True),
    (r"\boxed{3}", r"\boxed{3} then \boxed{7}", False),
    (r"\boxed{2}", r"$\boxed{2}$ … $$\boxed{3}$$", False),
    (r"\boxed{7}", r"First \boxed{3}. … \boxed{7", False),
    (r"\boxed{204}", r"The final answer is $\boxed{204}$. I hope it is correct. Actually \boxed{205}", False),
    (r"\boxed{204}", "Answer: 204. But earlier x = 7", False),
    (r"\boxed{204}", "x = 7, and 204", True),
    (r"\boxed{204}", "The final answer is 204 because 3 + 4 = 7", True),
    (r"\boxed{1,2}", r"$\boxed{1}$ and $\boxed{2}$", True),
    (r"\boxed{1\pm\sqrt2}", r"\boxed{1+\sqrt2, 1-\sqrt2}", True),
    (r"\boxed{x=5}", r"\boxed{5}", True),
    (r"\boxed{5}", r"\boxed{x=5}", True),
    (r"\boxed{x+y=3}", r"\boxed{3}", True),
    (r"\boxed{x+1}", r"\boxed{1+x}", True),
    (r"\boxed{x+1}", r"\boxed{y+1}", False),  # another name is another answer
    (r"\boxed{90^\circ}", r"\boxed{90}", True),
    (r"\boxed{1{,}000}", r"\boxed{1000}", True),
    (r"\boxed{\$32{,}348}", r"\boxed{32348}", True),
    (r"\boxed{\text{(C)}}", r"\boxed{C}", True),
    (r"\boxed{\text{A, B}}", r"\boxed{A, B}", False),
    (r"\boxed{\text{Friday}}", "The answer is Friday.", False),
    (r"\boxed{\text{Friday}}", r"\boxed{Friday}", True),
    (r"\boxed{x<3}", r"\boxed{(-\infty,3)}", True),
    (r"\boxed{(-\infty,3)}", r"\boxed{x<3}", False),
    (r"\boxed{(1,2)}", "$1$, $2$", True),
    (r"\boxed{5}", r"\boxed{5.000001}", False),
    (r"\boxed{5}", r"\boxed{5.0}", True),
    (r"\boxed{\frac{1}{3}}", r"\boxed{0.33333}", True),
    (r"\boxed{\frac{1}{3}}", r"\boxed{0.3333}", False),
    (r"\boxed{\sqrt{2}}", r"\boxed{1.41421}", False),
    (r"\boxed{\pi}", r"\boxed{3.14159}", False),
    (r"\boxed{10\%}", "$0.1$", True),
    (r"\boxed{10\%}", "about 10%", True),
    (r"\boxed{10\%}", "about 10 %", True),
    (r"\boxed{10\%}", r"\boxed{10}", False),
    (r"\boxed{10}", r"\boxed{10\%}", False),
    (r"\boxed{10}", r"$10\%$", False),
    # In plain text the sign is part of the value but not of the text that is kept (recorded: "28 pct" gives 28/100 and
    # the text 28), and equal texts are enough.
    (r"\boxed{10}", "about 10%", True),
    (r"\boxed{10}", "$10$ percent", True),
    (r"\boxed{10}", "about 10.0%", False),
    (r"\boxed{16}", r"$\boxed{16}$ and $\boxed{0/0}$", False),  # no set can hold what has no value
    (r"\boxed{16}", r"$\boxed{16}$, then $\boxed{16}$ and $\boxed{0/0}$", False),
    (r"\boxed{5}", "", False),
]


@pytest.fixture(scope="module")
def comparator():
    return Comparator()


@pytest.mark.parametrize(("gold", "prediction", "equal"), EXAMPLES)
def test_latex_golds(comparator, gold, prediction, equal):
    """Each worked example is equal or not as the rules say."""
    verdict = comparator.compare(gold, "latex", prediction, 60)
    assert (verdict.equal, verdict.outcome) == (equal, "ok")


@pytest.mark.parametrize(
    ("gold", "prediction", "equal"),
    [
        ("033", r"\boxed{33}", True),
        ("33", r"\boxed{m+n=33}", True),
        ("73", r"\boxed{7}3", False),
        ("10", r"\boxed{10\%}", False),
        ("10", "10 %", True),  # by its text
        ("１２", "答えは １２", True),  # digits that sympy rejects match as text
        ("12", "答えは １２", False),
    ],
)
def test_plain_golds(comparator, gold, prediction, equal):
    """Golds in plain text are numbers or expressions."""
    assert comparator.compare(gold, "expression", prediction, 60).equal is equal


def test_what_was_extracted(comparator):
    """A verdict tells value and text of both sides, each as text."""
    verdict = comparator.compare(r"so $\boxed{x=5}$", "latex", r"\boxed{\frac{10}{4}}", 60)
    assert verdict.extracted == ("5/2", r"\frac{10}{4}")
    assert verdict.extracted_golds == ("Eq(x, 5)", "x=5")


def test_gold_without_a_value(comparator):
    """A gold that cannot be read matches only its own text, and the verdict says that it was not read."""
    assert not comparator.compare("no formula", "latex", r"\boxed{5}", 60).gold_parsed
    assert comparator.compare("no formula", "latex", r"\boxed{5}", 60).extracted_golds == ("no formula",)
    assert comparator.compare(r"\boxed{5}", "latex", "no formula", 60).gold_parsed


def test_one_library_failure_does_not_hide_the_text(comparator):
    """A number that sympy refuses leaves its text, and the search goes on to the next candidate."""
    assert comparator.compare("5", "expression", "５ and 5 and １２", 60).extracted == ("5", "１２")


@pytest.mark.usefixtures("_no_collection")
def test_limits_are_visible():
    """What could not be finished in the time given is not equal and says so, and the process is not to be used again."""
    comparator = Comparator()
    verdict = comparator.compare(r"\boxed{5}", "latex", r"\boxed{" + r"\sqrt{" * 60 + "2" + "}" * 60 + "}", 0.05)
    assert (verdict.equal, verdict.outcome, comparator.worn) == (False, "timeout", True)


def test_endless_formulas_are_not_parsed():
    """A formula that no parser could finish in time is left unread, visibly, and without harm to what comes next."""
    comparator = Comparator()
    verdict = comparator.compare(r"\boxed{5}", "latex", r"\boxed{" + "1+" * 20_000 + "1}", 60)
    assert (verdict.equal, verdict.outcome, comparator.worn) == (False, "timeout", False)
    assert len(verdict.extracted[0]) <= 2000


def test_a_comparison_that_no_time_is_left_for():
    """It is not equal and says why; the gold is shown as it is written."""
    verdict = Comparator().compare(r"\boxed{5}", "latex", r"\boxed{5}", 0)
    assert (verdict.equal, verdict.outcome, verdict.extracted_golds) == (False, "timeout", (r"\boxed{5}",))


def test_a_gold_is_read_once(monkeypatch):
    """A bounded number of golds is kept, and none that a limit kept from being read."""
    monkeypatch.setattr(compare, "_GOLDS_KEPT", 2)
    comparator = Comparator()
    comparator.compare(r"\boxed{" + "1+" * 20_000 + "1}", "latex", "5", 60)
    assert not comparator._golds
    for gold in "1232":
        assert comparator.compare(gold, "expression", gold, 60).equal
    assert [gold for gold, _ in comparator._golds] == ["2", "3"]


def raising(error):
    def raises(*_, **__):
        raise error

    return raises


def test_a_comparison_that_fails_is_not_equal(monkeypatch):
    """Whatever sympy raises; lack of memory alone is passed on, since it says nothing about the answer (MA-17)."""
    monkeypatch.setattr("math_verify.grader.sympy_expr_eq", raising(RecursionError()))
    assert not Comparator().compare("5", "expression", "6", 60).equal
    monkeypatch.setattr("math_verify.grader.sympy_expr_eq", raising(MemoryError()))
    with pytest.raises(MemoryError):
        Comparator().compare("5", "expression", "6", 60)


@pytest.mark.parametrize("name", ["_normalise", "_parse_latex"])
def test_lack_of_memory_is_passed_on(monkeypatch, name):
    """It says nothing about a text: the question is asked of a fresh process."""
    monkeypatch.setattr(values, name, raising(MemoryError()))
    with pytest.raises(MemoryError):
        Comparator().compare("5", "expression", r"\boxed{5}", 60)


def test_a_percentage_of_what_has_none(monkeypatch):
    """It has no value; its text stays."""
    monkeypatch.setattr(values, "_percent", raising(TypeError()))
    assert Comparator().compare("5", "expression", "$x$%", 60).extracted == ("x",)


def test_values_that_cannot_be_printed():
    """Their type is shown; only what lacks memory is passed on."""
    assert compare._show(Integer(10) ** 5000, Deadline(60)) == "<Integer>"

    class Huge:
        __str__ = raising(MemoryError())

    with pytest.raises(MemoryError):
        compare._show(Huge(), Deadline(60))


@pytest.mark.parametrize(("gold", "found"), [(Integer(5), 5), ("5", Integer(5)), (Integer(5), "5"), ("", " ")])
def test_different_kinds_are_never_equal(gold, found):
    """A text, a value of sympy and anything else; two empty texts are no answer (MA-17)."""
    assert not compare._equal(gold, found, Deadline(60))


def test_overlapping_environments_take_little_memory():
    """Environments that end at one place do not each hold a copy of what is between."""
    tracemalloc.start()
    try:
        assert environments("\\[" * 20_000 + "\\]").first(0)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


def test_what_is_repeated_is_tried_once(comparator, monkeypatch):
    """A number or expression without a value is not tried again where it stands again."""
    tried = []
    monkeypatch.setattr(values, "_plain_value", lambda candidate, string: tried.append(string) or int("no"))
    assert comparator.compare("5", "expression", "１２ and 1+) and " * 1000, 60).extracted
    assert sorted(tried) == ["1", "1+)", "１２"]


def test_deadline_rings_until_the_block_ends():
    """A library that swallows the first alarm is interrupted again, and the alarm is off after the block."""
    deadline = Deadline(60)
    rings = 0
    with deadline.limit(0.01):
        while rings < 2:
            try:
                while True:
                    pass
            except OutOfTimeError:
                rings += 1
    assert deadline.hit
    with Deadline(60).limit(60):
        sum(range(100_000))


def test_no_time_left():
    """A deadline that has passed lets nothing start."""
    with pytest.raises(OutOfTimeError), Deadline(0).limit():
        pytest.fail("the block ran")


def library_pools(text, target):
    """The pools of `pools`, found with math-verify's own expressions."""
    from math_verify.parser import ExprExtractionConfig, LatexExtractionConfig, get_extraction_regexes

    configurations = {
        "prediction": [LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig()],
        "gold_latex": [LatexExtractionConfig(boxed_match_priority=55)],
        "gold_expression": [ExprExtractionConfig()],
    }
    patterns = [
        (priority, pattern, isinstance(kind, LatexExtractionConfig))
        for group, kind in get_extraction_regexes(configurations[target])
        for pattern, priority in group
    ]
    for _, group in groupby(sorted(patterns, key=lambda entry: entry[0]), key=lambda entry: entry[0]):
        matches = [(match, latex) for _, pattern, latex in group for match in pattern.finditer(text)]
        matches.sort(key=lambda found: (-found[0].end(), found[0].start()))
        if matches:
            yield [latex_match(match) if latex else plain_match(match) for match, latex in matches]


def latex_match(match):
    groups = match.groupdict()
    parts = []
    for prefix in ("first_", *(f"next{number}_" for number in range(1, 6))):
        contents = [value for name, value in groups.items() if name.startswith(f"{prefix}latex") and value]
        if contents:
            parts.append((contents[0], groups.get(f"{prefix}percent") is not None))
    return match.start(), match.end(), tuple(parts), bool(groups.get("first_latexBoxed"))


def plain_match(match):
    groups = match.groupdict()

    def first(kind):
        return next((value for name, value in groups.items() if name.startswith(kind) and value), "")

    percent = groups.get("percent") is not None
    return match.start(), match.end(), first("integer"), first("decimal"), percent, groups.get("expr") or ""


def own_pools(text, target):
    for pool in pools(text, target):
        yield [
            (found.start, found.end, tuple(map(tuple, found.formulas)), found.boxed)
            if isinstance(found, LatexSpan)
            else tuple(found)
            for found in pool
        ]


PIECES = [
    *("$", "$$", "\\[", "\\]", "\\(", "\\)", " [", "] ", "[", "]", "\\", "\\$", "{", "}", "\\boxed{", "\\boxed{5}"),
    *("\\frac{1}{2}", "-\\frac{-3}{4.5}", "\\frac{1", "5", "12", "1,234", "1 234", ".5", "0.5", "１２", "€", "$5"),
    *("-", "+", "*", "**", "(", ")", "=", " = ", "÷", "^", "/", " ", "  ", "\n", "\u2028", "\0", "\ud800", "x"),
    *("and", "or", ",", " and ", "percent", "percentage", "%", "\\%", "Pct", ".", "answer", "Answer:"),
    *("final answer", "Final answer is", "fınal anſwer is", "is", " is ", ": ", "I hope", "I hope it", "\\text{a}"),
]


@settings(max_examples=600)
@given(
    st.one_of(
        st.lists(st.sampled_from(PIECES), max_size=25),
        st.sets(st.sampled_from(PIECES), min_size=3, max_size=9).flatmap(
            lambda few: st.lists(st.sampled_from(sorted(few)), max_size=30)
        ),
    )
)
@example(["answer: 12 = x"])
@example(["final answer is $5$ percentage . I hope"])
@example(["final answer is $5$ and $6$. I hope"])
@example([" 1 1+1+1x"])
@example(["x" * 9, "}", " ", "\\boxed{", "5"])  # a brace that closes no box
@example(["answer:", "x" * 50, "$5$"])  # near enough
@example(["answer:", "x" * 51, "$5$"])
@example(["final answer", "x" * 100, " is $5$"])  # as far
@example(["final answer", "x" * 101, " is $5$"])
@example(["$1$, [2] and $3$or$4$,$5$,$6$,$7$"])
def test_search_equals_the_library(pieces):
    """The fast search finds the same candidates in the same order as math-verify's expressions."""
    text = "".join(pieces)
    for target in ("prediction", "gold_latex", "gold_expression"):
        assert list(own_pools(text, target)) == list(library_pools(text, target))


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("The answer is 12.", None),
        ("x = 5", None),
        ("about 1,234.5", None),
        ("5cm", None),
        ("答えは 5個です", None),
        ("it is 10%", None),
        (r"$12$:30", None),
        ("1 + 2", None),
        ("no number", None),
        ("", None),
        ("at 12:30", "number_in_part"),
        ("version 1.2.3", "number_in_part"),
        ("it is 1e5", "number_in_part"),
        ("it is 2x", "number_in_part"),
        ("it is 3/x", "number_in_part"),
        ("it is 12,34", None),  # a decimal comma
        ("it is 12,34,56", "number_in_part"),
        (r"it is 2\sqrt{3}", "number_in_part"),
    ],
)
def test_parts_of_numbers(text, doubt):
    """A number that goes on behind what is read is told; units, counters and whole expressions are none."""
    assert number_doubt(text) == doubt
