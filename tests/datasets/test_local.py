"""Rows from local files: which file, which lines, and one clear line for whatever is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.datasets.formats import json_lines
from swallow_metrics.datasets.local import load_demo, load_local
from swallow_metrics.datatypes import Dataset
from swallow_metrics.errors import DataError
from swallow_metrics.io import dumps

FLAT = Dataset("owner/flat", "test", columns=("question", "answer"), rows=2)
SPLIT = Dataset("owner/split", "test", columns=("question",), rows=3, subsets=("b", "a", "c"))
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
ROWS = st.lists(st.dictionaries(st.text(), VALUES | st.lists(VALUES, max_size=3), max_size=4), min_size=1, max_size=4)


def write(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(json.dumps(row) + "\n" for row in rows).encode())
    return path


def test_a_file_gives_its_rows_in_order_and_facts_for_the_report(tmp_path):
    """Path, count and content hash go to the report; a local file has no revision."""
    path = write(tmp_path / "flat.jsonl", {"question": "q0", "answer": "A"}, {"question": "q1", "answer": "B"})
    loaded = load_local("flat", FLAT, tmp_path)
    assert [(row.id, row.subset, row.text("answer")) for row in loaded.rows] == [("0", None, "A"), ("1", None, "B")]
    sha256 = loaded.info.pop("sha256")
    assert len(sha256) == 64
    assert loaded.info == {"path": str(path), "revision": None, "rows": 2, "warnings": []}


def test_subsets_come_in_the_benchmarks_order_and_may_be_missing(tmp_path):
    """A folder may have some of the subsets; the count then differs visibly."""
    write(tmp_path / "split/a.jsonl", {"question": "a0"})
    write(tmp_path / "split/b.jsonl", {"question": "b0"}, {"question": "b1"})
    loaded = load_local("split", SPLIT, tmp_path)
    assert [row.id for row in loaded.rows] == ["b/0", "b/1", "a/0"]
    (tmp_path / "split/b.jsonl").unlink()
    loaded = load_local("split", SPLIT, tmp_path)
    assert loaded.info["warnings"] == [f"split: {tmp_path / 'split'} has 1 rows, the published dataset 3"]


def test_a_benchmark_with_subsets_also_takes_one_file(tmp_path):
    """Then its rows have no subset."""
    write(tmp_path / "split.jsonl", {"question": "a0"})
    assert [row.id for row in load_local("split", SPLIT, tmp_path).rows] == ["0"]


def test_a_benchmark_with_the_same_rows_lends_its_file(tmp_path):
    """jemhopqa_cot asks the questions of jemhopqa; a file of its own comes first."""
    variant = Dataset("owner/flat", "test", columns=("question",), rows=1, same_rows_as="flat")
    write(tmp_path / "flat.jsonl", {"question": "theirs"})
    assert load_local("variant", variant, tmp_path).rows[0].text("question") == "theirs"
    write(tmp_path / "variant.jsonl", {"question": "own"})
    assert load_local("variant", variant, tmp_path).rows[0].text("question") == "own"


def test_demo_rows_come_from_the_same_code_without_a_count(tmp_path):
    """A demo has fewer rows on purpose, and no path of this machine in its report."""
    write(tmp_path / "flat.jsonl", {"question": "q", "answer": "A"})
    info = load_demo("flat", FLAT, tmp_path).info
    assert (info["path"], info["warnings"], info["rows"]) == ("demo/flat.jsonl", [], 1)


WRONG_FILES = {
    "empty": (b"", r"flat: \S*flat.jsonl is empty; expected one JSON object a line"),
    "blank": (b"\xef\xbb\xbf\n\r\n \n", r"flat.jsonl is empty"),
    "no JSON": (b'{"question": "q"}\nquestion,answer\n', r"line 2: expected a JSON object, but got 'question,answer' "),
    "cut": (b'{"question": "q"}\n{"question": "q', r"line 2: expected a JSON object, but got '{\"question\": \"q' "),
    "list": (b'["q", "a"]\n', r"line 1: expected a JSON object, but got '\[\"q\", \"a\"\]'$"),
    "number": (b"1\n", r"line 1: expected a JSON object, but got '1'$"),
    "blank inside": (
        b'{"question": "q"}\n\n{"question": "q"}\n',
        r"line 2: expected a JSON object, but got an empty line",
    ),
    "no UTF-8": ('{"question": "日本"}\n'.encode("shift-jis"), r"line 1: expected UTF-8, but byte 15 is b'\\x93'"),
    "deep": (b"[" * 100_000 + b"\n", r"line 1: expected a JSON object, but got '\[+'… \(it is nested too deeply\)"),
    "several": (
        b'{"a": 1} {"a": 2}\n',
        r"line 1: expected a JSON object, but got '{\"a\": 1} {\"a\": 2}' \(Extra data\)",
    ),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_file_that_is_no_json_lines_is_refused_in_one_line(tmp_path, name):
    """File and line are named, nothing else is lost."""
    content, message = WRONG_FILES[name]
    (tmp_path / "flat.jsonl").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        load_local("flat", FLAT, tmp_path)
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "flat.jsonl") in str(caught.value)


def test_a_missing_file_says_what_was_expected_where(tmp_path):
    """With the columns it must have, or the name that was probably meant."""
    with pytest.raises(
        DataError, match=r"expected flat.jsonl in \S+, but it is not there; add it with the columns question,"
    ):
        load_local("flat", FLAT, tmp_path)
    write(tmp_path / "flatt.jsonl", {"question": "q"})
    with pytest.raises(DataError, match=r"did you mean flatt.jsonl\?"):
        load_local("flat", FLAT, tmp_path)
    with pytest.raises(DataError, match="but that is not a folder"):
        load_local("flat", FLAT, tmp_path / "none")
    with pytest.raises(DataError, match=r"expected split.jsonl or split/<subset>.jsonl in "):
        load_local("split", SPLIT, tmp_path)


def test_file_and_folder_at_once_are_refused(tmp_path):
    """Choosing either silently could measure the wrong rows."""
    write(tmp_path / "split.jsonl", {"question": "q"})
    write(tmp_path / "split/a.jsonl", {"question": "q"})
    with pytest.raises(DataError, match=r"found both .*split.jsonl and the folder .*split; keep one"):
        load_local("split", SPLIT, tmp_path)


def test_a_file_of_no_subset_is_refused_with_the_nearest_name(tmp_path):
    """A misspelt subject is not left out in silence."""
    dataset = Dataset("x/y", "test", ("question",), 1, subsets=("anatomy", "virology"))
    write(tmp_path / "many/anatmy.jsonl", {"question": "q"})
    with pytest.raises(
        DataError, match=r"anatmy.jsonl is not a subset of it; rename or remove it \(nearest subset: anatomy\)"
    ):
        load_local("many", dataset, tmp_path)
    (tmp_path / "flat").mkdir()
    with pytest.raises(DataError, match=r"expected <subset>.jsonl files in .*flat, but it has none"):
        load_local("flat", FLAT, tmp_path)
    write(tmp_path / "flat/a.jsonl", {"question": "q"})
    with pytest.raises(DataError, match=r"it has none; put its rows into .*flat.jsonl"):
        load_local("flat", FLAT, tmp_path)


def test_an_unreadable_file_is_a_data_error(tmp_path, monkeypatch):
    """Missing rights, a broken disk: what the system says is passed on."""
    write(tmp_path / "flat.jsonl", {"question": "q"})

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DataError, match=r"flat: cannot read \S+flat.jsonl \(Permission denied\)"):
        load_local("flat", FLAT, tmp_path)


def test_lines_end_with_line_feeds_only():
    """Texts can hold U+2028, U+2029 and U+0085 as they are, which other ways to split lines break at."""
    content = json.dumps({"t": "a\u2028b\u2029c\u0085d"}, ensure_ascii=False).encode()
    assert list(json_lines(content + b"\r\n" + content, str)) == [{"t": "a\u2028b\u2029c\u0085d"}] * 2


def test_what_orjson_refuses_and_other_writers_produce_is_read():
    """NaN, lone surrogates and very long integers are in real datasets."""
    lines = b'{"a": NaN, "b": "\\ud800", "d": Infinity}\n{"c": 123456789012345678901234567890}'
    first, second = json_lines(lines, str)
    assert first["a"] != first["a"]  # only NaN does
    assert (first["b"], first["d"]) == ("\ud800", float("inf"))
    assert second == {"c": 123456789012345678901234567890}


@given(ROWS)
def test_any_objects_written_as_lines_come_back(rows):
    """Whatever Python writes, with or without escapes, is read as it was."""
    plain = "\n".join(json.dumps(row, ensure_ascii=True) for row in rows).encode()
    assert list(json_lines(plain, str)) == rows
    assert list(json_lines(b"".join(map(dumps, rows)), str)) == rows


@given(st.binary(max_size=80))
def test_any_bytes_are_rows_or_a_data_error(content):
    """No other exception gets out."""
    try:
        rows = list(json_lines(content, lambda number: f"line {number}"))
    except DataError as error:
        assert "\n" not in str(error)  # noqa: PT017  # either outcome is right
    else:
        assert all(isinstance(row, dict) for row in rows)


def test_local_rows_need_no_heavy_library(tmp_path):
    """`datasets` alone takes over a second to import."""
    write(tmp_path / "flat.jsonl", {"question": "q", "answer": "A"})
    program = f"""
import sys
from pathlib import Path
from swallow_metrics.datasets.local import load_local
from swallow_metrics.datatypes import Dataset
load_local("flat", Dataset("o/flat", "test", ("question", "answer"), 1), Path({str(tmp_path)!r}))
print([name for name in ("datasets", "huggingface_hub", "pyarrow", "numpy", "pandas") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
