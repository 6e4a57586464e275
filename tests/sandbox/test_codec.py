"""Values over the pipe: plain data survives, everything else is flattened or opaque, no bytes do harm."""

import math
from array import array
from collections import Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.sandbox.inside import codec


def refuse(*_):
    raise AssertionError("no function is expected here")


DECODER = codec.Decoder(refuse)


def over(value):
    return DECODER.loads(codec.dumps(value, refuse))


HASHABLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.complex_numbers(allow_nan=False) | st.fractions() | st.decimals(allow_nan=False),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
VALUES = st.recursive(
    HASHABLE | st.integers(min_value=-(1 << 20_000), max_value=1 << 20_000),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HASHABLE, inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=12,
)


def typed(value):
    """A value with the type of each part beside it, as 1 == 1.0 == True."""
    if isinstance(value, (list, tuple)):
        return type(value), [typed(v) for v in value]
    if isinstance(value, dict):
        return dict, [(typed(k), typed(v)) for k, v in value.items()]
    return type(value), value


@given(VALUES)
def test_plain_data_comes_back_equal_and_of_the_same_type(value):
    """Every nesting of plain data survives the way over the pipe."""
    assert typed(over(value)) == typed(value)
    assert typed(codec.loads_trusted(codec.dumps_trusted(value, refuse), DECODER)) == typed(value)


EDGES = [
    float("inf"), -0.0, "\ud800", "\ud83d\ude00", "", b"", [], (), {}, set(), range(5, 1, -2), bytearray(b"\xff"),
    UserList([(1,)]), UserDict({(1,): "a"}), UserString("a"), deque([1], 2), Counter("aab"), OrderedDict(b=1, a=2), defaultdict(list, {1: [2]}), array("i", [1]), slice(1, None),
    date(2020, 2, 29), datetime(2020, 2, 29, 1, 2, 3, 4), time(1, 2), timedelta(1, 2, 3), np.True_, np.int8(3),  # noqa: DTZ001
    np.float32(0.1), np.float64(0.1), np.complex64(1j), np.array([1, 2], "i1"), np.array([[True]]), np.array(["a"]),
]  # fmt: skip


@pytest.mark.parametrize("value", EDGES, ids=repr)
def test_the_edges_of_each_type_survive(value):
    """Empty, extreme and unusual values come back alike."""
    assert repr(over(value)) == repr(value)


def test_nan_stays_nan():
    """It equals nothing, so it is looked at."""
    assert math.isnan(over(float("nan")))


class LyingInt(int):
    def __eq__(self, other):
        return True

    def __int__(self):
        return 99

    __index__ = __int__
    __hash__ = int.__hash__


class LyingList(list):
    def __iter__(self):
        return iter([99])

    def __eq__(self, other):
        return True

    __hash__ = None


class LyingDict(dict):
    def items(self):
        return [(99, 99)]


class LyingText(str):
    def __str__(self):
        return "99"

    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (LyingInt(3), 3),
        ([LyingInt(3)], [3]),
        (LyingList([1, 2]), [1, 2]),
        (LyingDict({1: 2}), {1: 2}),
        (LyingText("a"), "a"),
        (Counter("aab"), {"a": 2, "b": 1}),
        (OrderedDict(a=1), {"a": 1}),
        (defaultdict(list, {1: [2]}), {1: [2]}),
        (defaultdict(lambda: 9, {1: [2]}), {1: [2]}),
        (type("C", (Counter,), {"__missing__": lambda *_: 9})("a"), {"a": 1}),
        (np.str_("b"), "b"),
    ],
)
def test_subclasses_arrive_as_their_base(value, plain):
    """What a subclass overrides stays behind; only the base's content travels."""
    assert typed(over(value)) == typed(plain)


def test_iterators_arrive_as_iterators_over_the_same_items():
    """They are materialised, up to a bound beyond which they become opaque."""
    arrived = over(x * x for x in range(4))
    assert arrived != [0, 1, 4, 9]
    assert list(arrived) == [0, 1, 4, 9]

    def endless():
        while True:
            yield 1

    assert isinstance(over(endless()), codec.Opaque)


def test_objects_arrive_as_what_equals_nothing():
    """An object of an own class cannot say anything about itself on the other side."""
    arrived = over(type("Thing", (), {"__eq__": lambda *_: True})())
    assert arrived != 1 and arrived != arrived and not arrived == arrived  # noqa: PLR0124, SIM201
    assert repr(arrived) == "<Thing>"
    assert arrived not in [1, None]


@pytest.mark.parametrize("value", [np.longdouble(1), datetime(2020, 1, 1, tzinfo=UTC), np.datetime64("now", "ns")])
def test_what_cannot_be_made_again_is_opaque_or_plain(value):
    """Values that no tag can hold arrive as a plain value or as what equals nothing, and never loop."""
    assert isinstance(over(value), (codec.Opaque, int))


def test_views_of_ordered_dictionaries_are_views():
    """Their own types are subclasses of a dictionary's."""
    assert over(OrderedDict(a=1).keys()) == {"a"}
    assert list(over(OrderedDict(a=1).values())) == [1]


def test_functions_travel_as_numbers():
    """The writing side numbers its functions, the reading side gets what it makes of the number."""
    functions = []
    data = codec.dumps([len, {"a": print}], lambda f: functions.append(f) or len(functions) - 1)
    assert functions == [len, print]
    assert codec.Decoder(lambda n: f"function {n}").loads(data) == ["function 0", {"a": "function 1"}]


@given(st.binary(max_size=80))
def test_no_bytes_do_anything_but_fail_to_be_read(data):
    """Whatever arrives is a value or `Unreadable`."""
    try:
        DECODER.loads(data)
    except codec.Unreadable:
        pass


@pytest.mark.parametrize(
    "data",
    [
        b'{"t":1}', b'{"t":[],"d":[]}', b"{}", b'{"s":[[]]}', b'{"d":[[[],1]]}', b'{"d":[1]}', b'{"F":[1,0]}',
        b'{"F":["a"]}', b'{"c":["a","b"]}', b'{"r":["a"]}', b'{"r":[1,2,0]}', b'{"i":"zz"}', b'{"i":5}', b'{"D":"x"}',
        b'{"b":"\\u0100"}', b'{"f":"x"}', b'{"f":true}', b'{"x":1}', b"[" * 100_000, b'{"t":[' * 50_000, b"9" * 60_000,
        b"\xff", b"", b"[1", b'{"o":1}', b'{"k":[[]]}',
        b'{"n":["O",[1]]}', b'{"N":["<U999999999",1]}', b'{"N":["|i1",300]}', b'{"n":[[1],[[1],2]]}', b'{"n":[1]}',
        b'{"l":["eval","1"]}', b'{"l":["defaultdict",99,{"d":[]}]}', b'{"l":["deque",[],-1]}', b'{"l":[[]]}', b'{"l":[]}',
    ],
)  # fmt: skip
def test_forged_values_are_unreadable(data):
    """Tags with the wrong content, nesting too deep and what is not JSON are refused as such."""
    with pytest.raises(codec.Unreadable):
        DECODER.loads(data)
    with pytest.raises(codec.Unreadable):
        DECODER.loads(b'{"t":[1,' + data + b"]}")
