"""The rating in a judge's text (JU-13 to JU-15)."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import read_jsonl
from swallow_metrics.judge.rating import read_rating


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Rating: [[5]]", 5),
        ("[[7.5]]", 7.5),
        ("[[8.]]", 8.0),
        ("[[10]] then [[3]]", 10),
        ("[5] then [[7]]", 7),
        ("[6]", 6),
        ("[1] see, rating 7", 1),
        ("[[7]", 7),
        ("[[11]]", 11),
        ("[0]", 0),
        ("[[0]]", 0),
        ("[[0.5]]", 0.5),
        ("x\n\n評価：[[4]]\r\n", 4),
        ("[[[9]]]", 9),
        ("[[ 8 ]] or [3]", 3),
        ("[[ 8 ]]", None),
        ("[[8/10]]", None),
        ("[[rating: 7]]", None),
        ("[[-1]]", None),
        ("[[5,5]]", None),
        ("評価: 8", None),
        ("[[.5]]", None),
        ("[[1.2.3]]", None),
        ("[[1e1]]", None),
        ("[[]]", None),
        ("", None),
    ],
)
def test_ratings(text, value):
    """The first doubly bracketed number, else the first bracketed one; whole numbers stay whole."""
    found = read_rating(text)
    assert found.value == value
    assert type(found.value) is type(value)
    assert not found.malformed


@pytest.mark.parametrize("number", ["05", "08", "007", "８", "1８", "５.５", "9" * 5000, "9" * 400 + ".0"])
def test_numbers_that_are_none(number):
    """Where the reference aborts there is no rating, and the text is told from one without a number (JU-15)."""
    assert read_rating(f"Rating: [[{number}]] or [[7]]") == (None, True)


def test_recorded_verdicts(shared):
    """All recorded judge texts read as the reference reads them."""
    path = shared / "conformance/expected/japanese_mt_bench.judge_vectors.jsonl"
    vectors = read_jsonl(path)
    assert len(vectors) > 300
    for vector in vectors:
        found = read_rating(vector["judgment"])
        assert found.malformed == ("error" in vector)
        assert (-1 if found.value is None and "error" not in vector else found.value) == vector["score"]


@given(st.text(alphabet="[]0123456789. ５x-"))
def test_any_text(text):
    """What is read stands between brackets in the text, and its value is finite and not negative."""
    found = read_rating(text)
    if found.value is not None:
        assert found.value >= 0
        assert any(float(number) == found.value for number in re.findall(r"\[([0-9]+\.?[0-9]*)\]", text))


@pytest.mark.parametrize("text", ["[[" + "1" * 1_000_000, "[[1" * 300_000, "[" * 1_000_000, "[[" + "1." * 500_000])
def test_long_texts_take_linear_time(text):
    """A megabyte without a rating is read in well under the minutes that backtracking takes."""
    start = time.process_time()
    assert read_rating(text).value is None
    assert time.process_time() - start < 5
