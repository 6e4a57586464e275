"""LiveCodeBench's encoded test cases are read, and nothing in them is ever run."""

import base64
import json
import pickle
import pickletools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.errors import DataError
from swallow_metrics.sandbox import decode_cases
from swallow_metrics.sandbox.private_cases import _unpickle_text

CASES = [{"input": "1 2\n", "output": "3 日本\n", "testtype": "stdin"}, {"input": "", "output": ""}]


def encode(value, protocol=pickle.DEFAULT_PROTOCOL):
    return base64.b64encode(zlib.compress(pickle.dumps(value, protocol))).decode()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_pickle_of_a_text_is_read(protocol):
    """The text comes out as pickle would have read it, short or long."""
    for cases in (CASES, CASES * 1000):
        assert decode_cases(encode(json.dumps(cases), protocol)) == cases
        assert decode_cases(encode(json.dumps(cases, ensure_ascii=False), protocol)) == cases


TEXTS = st.text(st.characters(exclude_categories=()), max_size=40) | st.text('\\\n\r\0\x1a"ué\ud800😀', max_size=40)
# Around the lengths at which the length of a length and the framing change.
LENGTHS = [0, 1, 255, 256, (1 << 16) - 30, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 1 << 20]


@given(TEXTS, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_any_text_is_read_as_pickle_reads_it(text, protocol):
    """Escapes, surrogates and line ends included, as the C and the Python pickler write them, memoised or not."""
    for dumps in (pickle.dumps, pickle._dumps):
        pickled = dumps(text, protocol)
        assert _unpickle_text(pickled) == _unpickle_text(pickletools.optimize(pickled)) == text


@pytest.mark.parametrize("length", LENGTHS)
def test_texts_of_every_length_are_read(length):
    """However pickle frames them and writes their length."""
    for text in ("x" * length, "日" * length):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            for dumps in (pickle.dumps, pickle._dumps):
                assert _unpickle_text(dumps(text, protocol)) == text
        encoded = text.encode()
        assert _unpickle_text(b"\x80\x04\x8d" + len(encoded).to_bytes(8, "little") + encoded + b"\x94.") == text


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
        encode([json.dumps(CASES)], protocol=0),
        encode(Bomb(), protocol=0),
        base64.b64encode(zlib.compress(b"V[]\np0")).decode(),
        base64.b64encode(zlib.compress(b"V[]")).decode(),
        base64.b64encode(zlib.compress(b"V\\ud8\n.")).decode(),
        base64.b64encode(zlib.compress(b"V[]\nV[]\n.")).decode(),
        base64.b64encode(zlib.compress(b"\x80\x04\x8d" + b"\xff" * 8 + b"[].")).decode(),
        base64.b64encode(zlib.compress(b"cos\nsystem\n(S'exit 1'\ntR.")).decode(),
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
