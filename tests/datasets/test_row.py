"""Checked access to the columns of a row."""

import pytest

from swallow_metrics.datasets.row import Origin, Row
from swallow_metrics.errors import DataError

LINE = Origin("swallow_jmmlu", "data/anatomy.jsonl")
HUB = Origin("swallow_jmmlu", "nlp-waseda/JMMLU@0123456789ab anatomy", unit="row")


def row(values, origin=LINE, subset=None, number=16):
    return Row(values, number, origin, subset)


def test_id_is_the_row_number_after_the_subset():
    """Sample ids are `<row>`, or `<subset>/<row>` where there are subsets."""
    assert row({}).id == "16"
    assert row({}, subset="anatomy").id == "anatomy/16"


def test_a_missing_column_is_named_with_benchmark_file_line_and_what_is_there():
    """A wrong column is said with everything needed to find it."""
    with pytest.raises(DataError) as caught:
        row({"question": "?", "A": "a"})["answer"]
    assert str(caught.value) == (
        "swallow_jmmlu: data/anatomy.jsonl, line 17: expected a column 'answer', but there is only 'question', 'A'"
    )


def test_a_hub_row_is_numbered_as_in_its_split():
    """Files count lines from 1, hub splits count rows from 0."""
    message = str(row({}, HUB).error("expected `answer` to be one of A-D, but got 'E'"))
    assert message == (
        "swallow_jmmlu: nlp-waseda/JMMLU@0123456789ab anatomy, row 16: expected `answer` to be one of A-D, but got 'E'"
    )


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), (-1, -1), ("7", 7), (" 12 ", 12), ("-4", -4), (3.0, 3), (2**70, 2**70)]
)
def test_whole_numbers_also_come_as_text_or_float(value, number):
    """HellaSwag labels are text, and table formats make floats of integers beside a null."""
    assert row({"x": value}).integer("x") == number


@pytest.mark.parametrize("value", [True, None, "", "-", "3.5", 2.5, "三", "٣", "1" * 5000, float("nan"), [1]])
def test_anything_else_is_no_whole_number(value):
    """What is refused is shown, cut where it is long."""
    with pytest.raises(DataError, match=r"line 17: expected a whole number in column 'x', but got ") as caught:
        row({"x": value}).integer("x")
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("value", [None, 3, ["a"], {"a": "b"}])
def test_text_must_be_text(value):
    """Numbers are not quietly made into text: `1.0` for `1` would be another question."""
    with pytest.raises(DataError, match="expected text in column 'x'"):
        row({"x": value}).text("x")


@pytest.mark.parametrize("value", ["ab", None, ["a", 1], ("a", "b")])
def test_texts_must_be_a_list_of_texts(value):
    """A lone text is not taken for a list of its characters."""
    with pytest.raises(DataError, match="expected a list of texts in column 'x'"):
        row({"x": value}).texts("x")


def test_good_values_come_back_unchanged():
    """Access changes nothing."""
    given = {"t": "\u2028 x ", "l": ["a", ""], "n": None}
    assert row(given).text("t") == "\u2028 x "
    assert row(given).texts("l") == ["a", ""]
    assert row(given)["n"] is None
    assert (row(given).get("n", 1), row(given).get("m", 1)) == (None, 1)
