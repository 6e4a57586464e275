"""The content hash of rows."""

from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.datasets.content_hash import rows_sha256
from swallow_metrics.datasets.row import Origin, Row

HUB = Origin("b", "owner/name@0123", unit="row")
LOCAL = Origin("b", "name.jsonl")


def hashed(*values, origin=HUB, subset=None, columns=("q", "a")):
    return rows_sha256([Row(row, number, origin, subset) for number, row in enumerate(values)], columns)


def test_hub_and_local_copies_of_the_same_rows_agree():
    """Place, key order, further columns and null entries, which tables fill in, do not count."""
    local = hashed({"q": "x", "a": [{"k": 1}]}, origin=LOCAL)
    assert local == hashed({"extra": 9, "a": [{"k": 1, "other": None}], "q": "x"})
    assert hashed({"q": "x"}) == hashed({"q": "x", "a": None})


def test_every_change_of_what_is_read_changes_it():
    """Values, their types, the order of rows, subsets and missing rows."""
    rows = [{"q": "x", "a": "1"}, {"q": "y", "a": "2"}]
    others = [
        hashed(*rows[::-1]),
        hashed(*rows, subset="s"),
        hashed(rows[0]),
        hashed({"q": "x", "a": 1}, rows[1]),
        hashed({"q": "x ", "a": "1"}, rows[1]),
        hashed({"q": "x", "a": ["1"]}, rows[1]),
        hashed(*rows, columns=("q",)),
        hashed(),
    ]
    assert len({hashed(*rows), *others}) == len(others) + 1


VALUES = st.text() | st.integers() | st.floats() | st.lists(st.text(), max_size=3)


@given(st.lists(st.dictionaries(st.sampled_from("qab"), VALUES), max_size=4))
def test_any_row_has_one(rows):
    """Lone surrogates, long integers and NaN among them, and the same one again."""
    assert hashed(*rows) == hashed(*[dict(reversed(row.items())) for row in rows])
