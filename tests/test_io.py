"""JSON that may be odd, whole files, texts for a terminal, and what keeps secrets."""

import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics import io
from swallow_metrics.errors import UsageError

any_text = st.text(st.characters(exclude_categories=()), max_size=30)  # with lone surrogates, NUL, U+2028
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=8,
)


@given(values)
def test_json_reads_back(value):
    """One line each, whatever is in it; integers of any size stay integers."""
    line = io.dumps(value)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert io.loads(line) == value
    assert type(io.loads(line)) is type(value)


@given(st.dictionaries(any_text, st.integers(0, 9)))
def test_equal_values_have_equal_bytes(value):
    """Where keys are sorted."""
    turned = dict(reversed(value.items()))
    assert io.dumps(value, sort_keys=True) == io.dumps(turned, sort_keys=True)


@given(st.dictionaries(any_text, values, max_size=4), st.lists(values, max_size=4), any_text)
def test_a_long_list_is_written_an_element_at_a_time(others, elements, last):
    """The parts are one JSON document, and none of them has more than one element."""
    parts = list(io.dumps_parts({**others, last: elements}, last))
    assert io.loads(b"".join(parts)) == {**others, last: elements}
    assert len(parts) == len(elements) + 2
    assert io.loads(b"".join(io.dumps_parts({"a": 1}, "tests"))) == {"a": 1, "tests": []}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbf1", 1),
        (b"12345678901234567890123", 12345678901234567890123),
        (b'{"n": 9223372036854775808}', {"n": 2**63}),
        (b'"\\ud800"', "\ud800"),
        (b"[NaN]", None),
    ],
)
def test_odd_json(content, expected):
    """What writers elsewhere produce."""
    found = io.loads(content)
    assert found == expected or (expected is None and found[0] != found[0])


@pytest.mark.parametrize("content", [b"", b"{", b"{'a': 1}", b"\xff", b"[" * 100_000, b"1 2"])
def test_what_is_no_json(content):
    """A ValueError with a reason in a few words."""
    with pytest.raises(ValueError, match=r".") as caught:
        io.loads(content)
    assert len(str(caught.value)) < 200


def test_what_json_has_no_form_for(tmp_path):
    """It becomes text, also beside a lone surrogate."""
    assert json.loads(io.dumps({"a": tmp_path})) == {"a": str(tmp_path)}
    assert json.loads(io.dumps({"a": tmp_path, "b": "\ud800"})) == {"a": str(tmp_path), "b": "\ud800"}


def test_nulls():
    """Entries go, members of lists stay: their places mean something."""
    assert io.without_nulls({"a": None, "b": [None, {"c": None, "d": 0}]}) == {"b": [None, {"d": 0}]}


@pytest.mark.parametrize(("value", "text", "count"), [("a", "a", None), (3, None, 3), (0, None, 0), (-1, None, None),
                                                      (True, None, None), (1.0, None, None), (None, None, None)])  # fmt: skip
def test_fields_of_others(value, text, count):
    """Of the wrong type, they are as good as absent."""
    assert io.text_or_none(value) == text
    assert io.count_or_none(value) == count
    assert type(io.count_or_none(value)) is type(count)


@given(any_text)
def test_nothing_steers_a_terminal(text):
    """What can be seen stays; Markdown shows it literally."""
    shown = io.printable(text)
    assert shown.isprintable()
    if text.isprintable():
        assert shown == text
    plain = io.markdown(text)
    assert "\n" not in plain
    for mark in "|*_`<>[]#&":
        assert plain.count(mark) == plain.count("\\" + mark)


def test_control_characters_can_be_read():
    """As Python writes them."""
    assert io.printable("a\x1b[2J\u2028\ud800\té") == "a\\x1b[2J\\u2028\\ud800\\té"


def test_toml(tmp_path):
    """Errors name the option, the file and what to do."""
    file = tmp_path / "a.toml"
    file.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert io.read_toml(file) == {"a": 1}
    file.write_text("a = \n")
    with pytest.raises(UsageError, match=rf"--gates {file} is not TOML: .*; repair or delete it"):
        io.read_toml(file, "--gates")
    with pytest.raises(UsageError, match=rf"^cannot read {tmp_path}/absent: No such file"):
        io.read_toml(tmp_path / "absent")


def test_a_file_is_whole_or_what_it_was(tmp_path, monkeypatch):
    """With the rights that the user's umask gives, and nothing beside it after a failure."""
    file = tmp_path / "sub" / "report.json"
    for umask, rights in ((0, 0o666), (0o027, 0o640)):
        before = os.umask(umask)
        try:
            io.write_atomically(file, b"one")
        finally:
            assert os.umask(before) == umask
        assert stat.S_IMODE(file.stat().st_mode) == rights
    assert file.read_bytes() == b"one"

    def fails(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="No space"):
        io.write_atomically(file, b"two")
    assert file.read_bytes() == b"one"
    assert list(file.parent.iterdir()) == [file]

    def breaks_off():
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        io.write_atomically(file, breaks_off())
    assert file.read_bytes() == b"one"
    assert list(file.parent.iterdir()) == [file]


def test_what_is_no_plain_file_stays_what_it_is(tmp_path):
    """A link, also one to nothing yet, and a pipe are written to; nothing takes their place."""
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(tmp_path / "target")
    for content in (b"one", b"two"):
        io.write_atomically(link, [content[:1], content[1:]])
        assert link.is_symlink()
        assert (tmp_path / "target").read_bytes() == content
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        io.write_atomically(pipe, b"three")
        assert os.read(reader, 10) == b"three"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("name", ["token", "hf_token", "SECRET", "my_password", "api_key", "aws_secret_key"])
@given(value=st.text("abc=:/@ é", min_size=1))
def test_secrets_are_not_shown(name, value):
    """Whatever the value looks like, in either form of an option; in an address, user and password."""
    assert io.is_secret(name)
    shown = io.without_secrets([f"--engine-arg={name}={value}", f"{name}={value}", "--limit", "3"])
    assert shown == [f"--engine-arg={name}=***", f"{name}=***", "--limit", "3"]


def test_addresses_keep_all_but_user_and_password():
    """Also several in one text; a path with @ is none of it."""
    shown = io.without_secrets(["--base-url=http://me:word@host:1/v1", "a http://x@y b https://p:q@z/w@1", "me@host"])
    assert shown == ["--base-url=http://***@host:1/v1", "a http://***@y b https://***@z/w@1", "me@host"]


@pytest.mark.parametrize("name", ["max_tokens", "tokenizer", "keys", "keyring", "tokens_per_minute"])
def test_names_that_are_no_secrets(name):
    """They are shown."""
    assert not io.is_secret(name)
    assert io.without_secrets([f"{name}=5"]) == [f"{name}=5"]


def test_versions():
    """Of distributions; None for what is not there."""
    assert io.installed_version("pytest") == pytest.__version__
    assert io.installed_version("no-such-distribution") is None
    assert io.versions(("pytest", "no-such-distribution")) == f"pytest:{pytest.__version__}"
    assert io.versions(("no-such-distribution",)) is None
