"""LiveCodeBench's encoded test cases are read, and nothing in them is ever run."""

import base64
import json
import pickle
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.errors import DataError
from swallow_metrics.sandbox import decode_cases

CASES = [{"input": "1 2\n", "output": "3 日本\n", "testtype": "stdin"}, {"input": "", "output": ""}]


def encode(value, protocol=pickle.DEFAULT_PROTOCOL):
    return base64.b64encode(zlib.compress(pickle.dumps(value, protocol))).decode()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_binary_pickle_of_a_text_is_read(protocol):
    """The text comes out as pickle would have read it, short or long."""
    for cases in (CASES, CASES * 1000):
        assert decode_cases(encode(json.dumps(cases), protocol)) == cases
        assert decode_cases(encode(json.dumps(cases, ensure_ascii=False), protocol)) == cases


def test_plain_json_is_read_as_it_is():
    """The public cases are JSON text without any wrapping."""
    assert decode_cases(json.dumps(CASES)) == CASES


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


@pytest.mark.parametrize(
    "text",
    [
        encode(Bomb()),
        encode([json.dumps(CASES)]),
        encode(json.dumps(CASES).encode()),
        encode(json.dumps({"input": "", "output": ""})),
        encode(json.dumps([{"input": 1, "output": ""}])),
        encode(json.dumps(["x"])),
        encode("not json"),
        encode(json.dumps(CASES), protocol=0),
        encode(json.dumps(CASES))[:-40],
        "",
        "no base64!",
        base64.b64encode(b"no zlib").decode(),
        base64.b64encode(zlib.compress(b"")).decode(),
        base64.b64encode(zlib.compress(pickle.dumps("[]") + b"more")).decode(),
        base64.b64encode(zlib.compress(b"\x80\x04\x8c\xff[]")).decode(),
        base64.b64encode(zlib.compress(b"\x80\x04.")).decode(),
    ],
)
def test_anything_else_is_refused(text):
    """Other pickles, broken data and other JSON are one-line errors; no code in them runs."""
    with pytest.raises(DataError, match="expected"):
        decode_cases(text)


def test_decompression_stops_at_its_bound():
    """A few kilobytes that would become gigabytes are refused at the bound."""
    bomb = base64.b64encode(zlib.compress(b"\0" * 50_000_000)).decode()
    with pytest.raises(DataError, match="expected at most 1000000 bytes"):
        decode_cases(bomb, most_bytes=1_000_000)


@given(st.binary(max_size=60))
def test_no_bytes_do_anything_but_fail(data):
    """Random bytes in the place of the pickle raise DataError, or are a list of cases."""
    text = base64.b64encode(zlib.compress(data)).decode()
    try:
        assert isinstance(decode_cases(text), list)
    except DataError:
        pass
