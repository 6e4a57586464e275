"""Simple LaTeX: what is read directly has the very value that the library's parser gives."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import Number, srepr

from swallow_metrics.metrics.math.latex import _converter
from swallow_metrics.metrics.math.numbers import number
from swallow_metrics.metrics.math.simple import read
from swallow_metrics.metrics.math.tokens import NotSimpleError


def described(value):
    """A value with everything that a comparison may look at."""
    written = getattr(value, "_unsorted_args", ())  # finite sets keep the order in which they were written
    return type(value), srepr(value), [srepr(each) for each in written]


def outcome(parse):
    """What comes of a text; whatever is raised means the same: no value."""
    try:
        return described(parse())
    except NotSimpleError:
        raise
    except Exception:  # noqa: BLE001
        return None


def agree(text, *, real=True):
    """Whether a text is read directly; fails where its value is another."""
    try:
        mine = outcome(lambda: read(text, real=real))
    except NotSimpleError:
        return False
    assert mine == outcome(lambda: _converter()(is_real=real, convert_degrees=False).parse(text))
    return True


NUMBERS = st.sampled_from(["1", "2", "3", "0", "10", "007", "1.5", "2.50", "12%", "5\\%", "1000", "1011_2", "7_{8}"])
SYMBOLS = st.sampled_from(
    ["x", "y", "k", "T", "i", "C", "n", "xy", "\\pi", "\\theta", "\\Delta ", "\\infty", "x_1", "a_n", "a_{12}", "x_{i}"]
)
OPERATORS = st.sampled_from(["+", " - ", "*", "/", "\\cdot ", " \\times ", " \\div ", "", " "])
SUMS = st.recursive(
    st.one_of(NUMBERS, NUMBERS, SYMBOLS, st.sampled_from(["tr", "dx", "e", "I", "E", "ab", "abc"])),
    lambda inner: st.one_of(
        st.tuples(inner, OPERATORS, inner).map("".join),
        st.tuples(
            inner, st.sampled_from(["^2", "^10", "^n", "^{n-1}", "^\\circ", "^{\\circ}", "^T", "^{-1}", "!"])
        ).map("".join),
        st.tuples(inner, inner).map(lambda two: "\\frac{{{}}}{{{}}}".format(*two)),
        st.tuples(inner, inner).map(lambda two: "({})({})".format(*two)),
        st.tuples(NUMBERS, inner).map(lambda two: "{}({})".format(*two)),
        st.tuples(NUMBERS, inner).map(lambda two: "{}\\sqrt{{{}}}".format(*two)),
        st.tuples(NUMBERS, NUMBERS, NUMBERS).map(lambda three: "{} \\frac{{{}}}{{{}}}".format(*three)),
        inner.map("-{}".format),
        inner.map("\\sqrt[3]{{{}}}".format),
    ),
    max_leaves=5,
)
RELATIONS = st.sampled_from(["=", " = ", "<", " \\le ", "\\geq ", ">", "<=", "==", "\\in ", "\\lt ", "\\pm "])
ELEMENTS = st.recursive(
    st.one_of(SUMS, st.tuples(SUMS, RELATIONS, SUMS).map("".join)),
    lambda inner: st.tuples(
        st.sampled_from(["(", "[", "\\{", "{", "( "]),
        st.lists(inner, min_size=1, max_size=3).map(", ".join),
        st.sampled_from([")", "]", "\\}", "}", " )"]),
    ).map("".join),
    max_leaves=4,
)
ROWS = st.lists(st.lists(SUMS, min_size=2, max_size=2).map(" & ".join), min_size=1, max_size=3).map(" \\\\ ".join)
INTERVALS = st.tuples(st.sampled_from("(["), SUMS, st.just(","), SUMS, st.sampled_from(")]")).map("".join)
TEXTS = st.one_of(
    SUMS,
    ELEMENTS,
    st.lists(ELEMENTS, min_size=2, max_size=3).map(",".join),
    st.tuples(
        st.sampled_from(["x = ", "y_1=", "a_{12}\\in ", "x^2 = ", "x, y = ", "(x,y)=", "f(x)=", "2x="]), ELEMENTS
    ).map("".join),
    st.lists(st.one_of(INTERVALS, INTERVALS, ELEMENTS), min_size=2, max_size=3).map(" \\cup ".join),
    ROWS.map("\\begin{{pmatrix}} {} \\end{{pmatrix}}".format),
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.booleans())
@example("x^2 = 1, 2", True)
@example("x, y = 1, 2", True)
@example("x = 2, (y = 3)", True)
@example("(\\{1\\}, 2)", True)
@example("x^2(3)", True)
@example("1.5^{\\circ}^2", True)
def test_values_are_those_of_the_library(text, real):
    """A text is left to the library or has its value, also in the order of a set and the assumptions of its symbols."""
    agree(text, real=real)


@pytest.mark.parametrize(
    "text",
    [
        *("0", "42", "-3", "007", "3.50", "12\\%", "1,234,567", "-1,000.5", "1 440", "1\\frac{4}{5}", "2 \\frac{1}{2}"),
        *(
            "-\\frac{24}{25}",
            "\\frac{x+1}{2y}",
            "\\frac{1}{0}",
            "11\\sqrt{2}",
            "\\sqrt[3]{x}",
            "7\\pi",
            "90^\\circ",
            "e",
        ),
        *(
            "x^8 + x^7 - 1",
            "3(x + 2)^2 - 2",
            "(x+1)(x-2)",
            "2^{-3}",
            "10^{\\frac{\\sqrt{13} - 5}{6}}",
            "1011_2",
            "x_{12}^2",
        ),
        *(
            "x = 5",
            "x=7\\pi",
            "y = 2x + 3",
            "a + 3z = 0",
            "x < 3",
            "5 \\geq x",
            "n=1, 2, 3",
            "x \\in [-2,7]",
            "k=1 \\pm 2",
        ),
        *(
            "1,2",
            "(3,2,7)",
            "(0,9)",
            "[0,1)",
            "(5,1)",
            "(5,\\infty)",
            "\\{1\\pm\\sqrt{5},-2\\}",
            "(2, 2), (1, 3)",
            "[3]",
        ),
        *("(-\\infty, -3] \\cup [2, \\infty)", "(0,1) \\cup \\{2\\}", "1 \\pm \\sqrt{19}", "(1 \\pm \\sqrt{19})"),
        *("\\text{Evelyn}", "\\text{(C)}", "\\text{16}", "\\text{pi}"),
        "\\begin{pmatrix} -1/3 \\\\ 2/3 \\end{pmatrix}",
        "\\begin{bmatrix}1 & x \\\\ 0 & 1\\end{bmatrix}",
    ],
)
def test_common_answers_are_simple(text):
    """The forms that most answers have are read directly."""
    assert agree(text)


@pytest.mark.parametrize(
    "text",
    [
        "f(2)",
        "x(y+1)",
        "x^T",
        "x^{T}",
        "2e3",
        "5E3",
        "dx",
        "tr",
        "\\sin x",
        "1.",
        "x^2^3",
        "(1;2)",
        "(x, y}",
        "2_x^3",
        "2_5^\\circ",
        "[-3,2}",
        "",
        "{1}",
        "１",
        "a'",
    ],
)
def test_ambiguous_texts_are_left_to_the_library(text):
    """What the grammar reads in a way of its own is not guessed at."""
    with pytest.raises(NotSimpleError):
        read(text, real=True)


@pytest.mark.parametrize("text", ["+".join("1" * 100), " ".join("2" * 100), "-" * 199 + "1", "(" * 6 + "1" + ")" * 6])
def test_the_longest_texts_that_are_simple(text):
    """At the limits of length and depth the library still gives the same value, so none of its limits is passed over."""
    assert agree(text)


@pytest.mark.parametrize("text", ["1" * 201, "(" * 7 + "1" + ")" * 7, "\\sqrt{" * 7 + "2" + "}" * 7])
def test_long_and_deep_texts_are_left_to_the_library(text):
    """Whether a huge text can be read is for the library to say."""
    with pytest.raises(NotSimpleError):
        read(text, real=True)


@settings(deadline=None)
@given(st.from_regex(r"-?[0-9]{0,60}(\.[0-9]{0,60})?", fullmatch=True))
@example("9" * 101)
@example("-007")
@example("１２")
def test_numbers_are_those_of_sympy(text):
    """Digits give sympy's number with sympy's precision, or fail where sympy fails."""
    assert outcome(lambda: number(text)) == outcome(lambda: Number(text))
