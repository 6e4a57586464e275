"""The lock file by itself."""

import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swallow_metrics.datasets.lock import Pin, check_pin, read_lock, read_pin, update_lock
from swallow_metrics.errors import DataError

PIN = Pin("owner/name", "a" * 40, 120, "b" * 64)
FULL = Pin("owner/a+owner/b", "1+2", 60, "c" * 64, source="raw files", data_revision="3+4")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_entries_are_kept_sorted_and_whole(tmp_path):
    """Updating one benchmark leaves the others; the file is plain TOML with the contract's four fields."""
    lock = tmp_path / "new" / "data.lock"
    update_lock(lock, "swallow_jmmlu", PIN)
    update_lock(lock, "aime", FULL)
    update_lock(lock, "swallow_jmmlu", Pin("owner/name", "d" * 40, 121, "e" * 64))
    entries = tomllib.loads(lock.read_text())
    assert list(entries) == ["aime", "swallow_jmmlu"]
    assert entries["swallow_jmmlu"] == {"path": "owner/name", "revision": "d" * 40, "rows": 121, "sha256": "e" * 64}
    assert read_pin(lock, "aime") == FULL
    assert [path.name for path in lock.parent.iterdir()] == ["data.lock"]


def test_the_same_entry_again_does_not_touch_the_file(tmp_path):
    """Comments that a user added stay until something changes."""
    lock = tmp_path / "data.lock"
    update_lock(lock, "b", PIN)
    lock.write_text(f"# ours\n{lock.read_text()}")
    update_lock(lock, "b", PIN)
    assert lock.read_text().startswith("# ours\n")


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(TEXT, TEXT, st.integers(0, 10**9), TEXT)
def test_whatever_is_written_is_read_again(tmp_path, name, path, rows, revision):
    """Quotes, line feeds and control characters in any field."""
    lock = tmp_path / "data.lock"
    lock.unlink(missing_ok=True)
    update_lock(lock, name, Pin(path, revision, rows, "f"))
    assert read_lock(lock)[name] == Pin(path, revision, rows, "f")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[b\n", "is not TOML: .*line 1.*; repair or delete it"),
        ("b = 1\n", r"expected a table \[b\], but got 1$"),
        ("[b]\npath = 'p'\n", r"\[b\] expected revision as str, but got nothing$"),
        ("[b]\npath = 'p'\nrevision = 'r'\nrows = '9'\nsha256 = ''\n", r"\[b\] expected rows as int, but got '9'$"),
        ("[b]\npath = 'p'\nrevision = 'r'\nrows = true\nsha256 = ''\n", r"\[b\] expected rows as int, but got True$"),
        ("b = '\xff'\n", r"expected a table \[b\], but got"),
    ],
)
def test_a_broken_lock_is_one_line(tmp_path, content, message):
    """It is neither ignored nor overwritten."""
    lock = tmp_path / "data.lock"
    lock.write_text(content, encoding="utf-8")
    for act in (lambda: read_pin(lock, "b"), lambda: update_lock(lock, "c", PIN)):
        with pytest.raises(DataError, match=f"--data-lock {lock}:? {message}") as caught:
            act()
        assert "\n" not in str(caught.value)
    assert lock.read_text(encoding="utf-8") == content


def test_bytes_that_are_no_text_are_no_lock(tmp_path):
    """Such as a compressed file."""
    lock = tmp_path / "data.lock"
    lock.write_bytes(b"\x1f\x8b\x08\xff")
    with pytest.raises(DataError, match="is not TOML"):
        read_lock(lock)


def test_a_lock_or_entry_that_is_not_there_says_how_to_write_it(tmp_path):
    """Enforcing nothing would be no lock."""
    lock = tmp_path / "data.lock"
    with pytest.raises(DataError, match="does not exist; add --data-lock-update to write it"):
        read_pin(lock, "b")
    update_lock(lock, "a", PIN)
    with pytest.raises(DataError, match="has no entry 'b'; add --data-lock-update to write one"):
        read_pin(lock, "b")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    """What the system says is passed on."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"cannot write --data-lock .*data.lock \("):
        update_lock(tmp_path / "file" / "data.lock", "b", PIN)


def test_the_first_difference_is_named_with_both_values(tmp_path):
    """What was pinned, what was found, and both ways out."""
    check_pin(tmp_path, "b", PIN, path="owner/name", rows=120)
    with pytest.raises(DataError) as caught:
        check_pin(tmp_path / "l", "b", PIN, path="owner/name", rows=119, sha256="0")
    assert str(caught.value) == (
        f"b: {tmp_path / 'l'} pins rows = 120, but it is 119; use the dataset that was pinned, or accept this one with "
        "--data-lock-update"
    )
