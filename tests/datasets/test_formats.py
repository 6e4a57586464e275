"""Rows in every format that people keep them in: the same rows, or one clear line."""

import csv
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.datasets.formats import SUFFIXES, parse, suffix_of
from swallow_metrics.datasets.local import load_local
from swallow_metrics.datatypes import Dataset
from swallow_metrics.errors import DataError

FLAT = Dataset("owner/flat", "test", columns=("question", "answer"), rows=2)
SPLIT = Dataset("owner/split", "test", columns=("question", "answer"), rows=2, subsets=("a", "b"))
LEVELS = Dataset("owner/levels", "", ("question",), 2, subsets=("low", "top"), splits={"low": "low", "top": "top"})
ROWS = [{"question": "日本の首都は？\nA, B", "answer": "東京"}, {"question": 'a "b" \u2028', "answer": ""}]
# CSV reads a carriage return within a cell as it stands only in quotes, and surrogates are in no encoding.
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))


def content(suffix, rows):
    if suffix == ".jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    if suffix == ".json":
        return json.dumps(rows, ensure_ascii=False, indent=1).encode()
    if suffix == ".parquet":
        stream = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), stream)
        return stream.getvalue()
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter="\t" if suffix == ".tsv" else ",", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def at(number):
    return f"line {number + 1}"


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same_rows(tmp_path, suffix, packed):
    """And the same content hash, so a lock file and a report tell that they are the same."""
    data = content(suffix, ROWS)
    (tmp_path / f"flat{suffix}{packed}").write_bytes(gzip.compress(data) if packed else data)
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "flat.jsonl").write_bytes(content(".jsonl", ROWS))
    loaded, lines = load_local("flat", FLAT, tmp_path), load_local("flat", FLAT, tmp_path / "lines")
    assert [row.values for row in loaded.rows] == ROWS
    assert [row.id for row in loaded.rows] == ["0", "1"]
    assert loaded.info["sha256"] == lines.info["sha256"]
    assert loaded.info["warnings"] == []


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".tsv"])
def test_files_of_windows_are_read(suffix):
    """A byte order mark and carriage returns are not part of any name or value."""
    rows = [{"question": "q", "answer": "A"}]
    data = content(suffix, rows).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert parse(f"x{suffix}", b"\xef\xbb\xbf" + data, ["question", "answer"], at, strict=True) == rows


@given(st.lists(st.fixed_dictionaries({"question": TEXTS, "answer": TEXTS}), min_size=1, max_size=4))
def test_any_texts_come_back(rows):
    """From every text format, whatever they hold."""
    for suffix in SUFFIXES:
        assert parse(f"x{suffix}", content(suffix, rows), ["question", "answer"], at, strict=True) == rows


@given(st.binary(max_size=60), st.sampled_from([*SUFFIXES, ".jsonl.gz"]))
def test_any_bytes_are_rows_or_a_data_error(data, suffix):
    """No other exception gets out, and the message is one line."""
    try:
        rows = parse(f"x{suffix}", data, ["question"], at, strict=True)
    except DataError as error:
        assert "\n" not in str(error)  # noqa: PT017  # either outcome is right
    else:
        assert all(isinstance(row, dict) for row in rows)


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".tsv"])
@pytest.mark.parametrize("encoding", ["shift-jis", "euc-jp"])
def test_another_encoding_names_line_and_byte(tmp_path, suffix, encoding):
    """With the way to convert it."""
    rows = [{"question": "ascii", "answer": "A"}, {"question": "日本", "answer": "B"}]
    data = content(suffix, rows).decode().encode(encoding)
    path = tmp_path / f"flat{suffix}"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        load_local("flat", FLAT, tmp_path)
    lines = data.split(b"\n")
    (number,) = (n for n, line in enumerate(lines) if not line.isascii())
    (byte, *_) = (n for n, value in enumerate(lines[number]) if value > 127)
    assert f"flat: {path}, line {number + 1}: expected UTF-8, but byte {byte + 1} is " in str(caught.value)
    assert "iconv" in str(caught.value)


WRONG = {
    "cut.json": (b'[{"question": "q"},\n {"question"', r"cut.json, line 2, character \d+: expected a list of JSON obj"),
    "text.json": (b'["q"]', r"line 1: expected a list of JSON objects, but entry 0 is 'q'"),
    "deep.json": (b"[" * 200_000, r"expected a list of JSON objects \(it is nested too deeply\)"),
    "cells.csv": (b'question,answer\nq,A\n"q\nr",A,B\n', r"line 4: expected 2 cells, but got 3"),
    "open.csv": (b'question,answer\n"q,A\nq,B\n', r"line \d: expected CSV, but unexpected end of data"),
    "header.csv": (b"question,answer\n", r"header.csv is empty; expected rows"),
    "none.parquet": (b"PAR1", r"none.parquet: expected a Parquet file \("),
    "cut.jsonl.gz": (gzip.compress(b'{"question": "q"}\n' * 9)[:-9], r"expected a whole gzip file, but "),
    "plain.jsonl.gz": (b'{"question": "q"}\n', r"expected a whole gzip file, but not a gzipped file"),
    "empty.json": (b"[]", r"empty.json is empty; expected rows"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_broken_file_is_one_line(tmp_path, name):
    """Benchmark and file are named, and where there are lines, the line."""
    data, message = WRONG[name]
    (tmp_path / name).write_bytes(data)
    stem = name.partition(".")[0]
    with pytest.raises(DataError, match=message) as caught:
        load_local(stem, FLAT, tmp_path)
    assert str(caught.value).startswith(f"{stem}: {tmp_path / name}")
    assert str(caught.value).count(str(tmp_path)) == 1
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("other", ["flat.csv", "flat.jsonl.gz", "flat.parquet"])
def test_two_files_of_one_benchmark_are_refused(tmp_path, other):
    """Both are named: which one counts would be found out from wrong figures only."""
    for name in ("flat.jsonl", other):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError) as caught:
        load_local("flat", FLAT, tmp_path)
    assert all(str(tmp_path / name) in str(caught.value) for name in ("flat.jsonl", other))
    assert "keep one of them" in str(caught.value)


def test_two_files_of_one_subset_are_refused(tmp_path):
    """As of a benchmark; what a file manager hides is not a file of ours."""
    folder = tmp_path / "split"
    folder.mkdir()
    (folder / "a.csv").write_bytes(content(".csv", ROWS[:1]))
    (folder / "b.json").write_bytes(content(".json", ROWS[1:]))
    (folder / "._a.csv").write_bytes(b"\0\5")
    assert [row.id for row in load_local("split", SPLIT, tmp_path).rows] == ["a/0", "b/0"]
    (folder / "a.tsv").write_bytes(content(".tsv", ROWS[:1]))
    with pytest.raises(DataError, match=r"split: found both \S+a.csv and \S+a.tsv"):
        load_local("split", SPLIT, tmp_path)


def test_rows_of_a_table_are_numbered_as_rows(tmp_path):
    """Only a .jsonl file has a line for every row."""
    (tmp_path / "flat.csv").write_bytes(content(".csv", ROWS))
    assert str(load_local("flat", FLAT, tmp_path).rows[1].error("x")) == f"flat: {tmp_path / 'flat.csv'}, row 1: x"


def test_what_datasets_saved_is_read(tmp_path):
    """One dataset, one with splits, one for each subset, and splits that are the subsets."""
    datasets = pytest.importorskip("datasets")
    first, second = (datasets.Dataset.from_list([row]) for row in ROWS)
    datasets.Dataset.from_list(ROWS).save_to_disk(tmp_path / "flat")
    datasets.DatasetDict(test=first, train=second).save_to_disk(tmp_path / "one")
    first.save_to_disk(tmp_path / "split" / "a")
    datasets.DatasetDict(test=second).save_to_disk(tmp_path / "split" / "b")
    datasets.DatasetDict(low=first, top=second).save_to_disk(tmp_path / "levels")
    assert [row.values for row in load_local("flat", FLAT, tmp_path).rows] == ROWS
    assert [row.values for row in load_local("one", FLAT, tmp_path).rows] == ROWS[:1]
    assert [(row.id, row.values) for row in load_local("split", SPLIT, tmp_path).rows] == [
        ("a/0", ROWS[0]),
        ("b/0", ROWS[1]),
    ]
    assert [row.id for row in load_local("levels", LEVELS, tmp_path).rows] == ["low/0", "top/0"]
    datasets.DatasetDict(train=first).save_to_disk(tmp_path / "other")
    with pytest.raises(DataError, match=r"other: \S+other: expected the split 'test', but it has 'train'"):
        load_local("other", FLAT, tmp_path)
    next((tmp_path / "flat").glob("*.arrow")).write_bytes(b"no arrow")
    with pytest.raises(DataError, match=r"flat: cannot read the dataset saved in \S+flat \(") as caught:
        load_local("flat", FLAT, tmp_path)
    assert "\n" not in str(caught.value)


def test_formats_are_told_by_name():
    """Other files in a folder are none of ours."""
    assert [suffix_of(name) for name in ("a.jsonl.gz", "a.b.csv", "a.zip", "README.md", "a")] == [
        ".jsonl",
        ".csv",
        *[""] * 3,
    ]
