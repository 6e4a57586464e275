"""Which of a repository's raw files has the rows, by name alone."""

import pytest

from swallow_metrics.datasets.hub.client import Unusable
from swallow_metrics.datasets.hub.files import choose
from swallow_metrics.datasets.hub.loaders import Wanted, by_subset_column, converted_files

JUNK = ["README.md", ".gitattributes", "D.py", "dataset_infos.json", ".cache.csv", "__MACOSX/test/._anatomy.csv"]
CHOICES = {
    "file named after the subset": (["anatomy.csv", "virology.csv"], "anatomy", "test", ["anatomy.csv"]),
    "split folder": (["dev/anatomy.csv", "test/anatomy.csv"], "anatomy", "test", ["test/anatomy.csv"]),
    "split in the name": (["anatomy_dev.csv", "anatomy_test.csv"], "anatomy", "test", ["anatomy_test.csv"]),
    "split first": (["test-anatomy.csv", "test-virology.csv"], "anatomy", "test", ["test-anatomy.csv"]),
    "subset folder": (["v1.1/test.jsonl", "v1.2/test.jsonl"], "v1.2", "test", ["v1.2/test.jsonl"]),
    "punctuation": (["wmt20_en-ja/test.jsonl"], "wmt20-en_ja", "test", ["wmt20_en-ja/test.jsonl"]),
    "case": (["MT-MATH100.csv", "MT-AIME.csv"], "mt_math100", "test", ["MT-MATH100.csv"]),
    "shards": (
        ["b/test-00001-of-00002.parquet", "b/test-00000-of-00002.parquet", "b/train-00000-of-00001.parquet"],
        "b",
        "test",
        ["b/test-00000-of-00002.parquet", "b/test-00001-of-00002.parquet"],
    ),
    "several formats": (["test.csv", "test.parquet", "test.jsonl"], None, "test", ["test.jsonl"]),
    "one file, any name": (["all.json"], None, "test", ["all.json"]),
    "no such subset": (["anatomy.csv"], "virology", "test", []),
    "part of a name": (["high_school_biology.csv"], "biology", "test", []),
    "part of a word": (["latest.csv", "test.csv"], None, "test", ["test.csv"]),
}


@pytest.mark.parametrize("name", CHOICES)
def test_files_are_chosen_by_subset_and_split(name):
    """Whatever the layout, beside files that are not data."""
    files, config, split, chosen = CHOICES[name]
    assert choose([*JUNK, *files], config, split) == chosen


def test_several_files_without_the_split_are_not_guessed():
    """Taking the first would measure something."""
    with pytest.raises(Unusable, match=r"it does not say which of a.csv, b.csv, c.csv, d.csv, … has the split 'test'"):
        choose([f"{letter}.csv" for letter in "abcde"], None, "test")


def test_converted_files_are_told_by_configuration_and_split():
    """Both layouts of the branch, and no partial ones."""
    files = [
        "a/test/0001.parquet",
        "a/test/0000.parquet",
        "a/train/0000.parquet",
        "b/partial-test/0000.parquet",
        "c/name-test.parquet",
        "d/name-x-test-00000-of-00001.parquet",
        "e/test.parquet",
        "f/name-pretest.parquet",
        ".gitattributes",
    ]
    assert converted_files(files, "test") == {
        "a": ["a/test/0000.parquet", "a/test/0001.parquet"],
        "c": ["c/name-test.parquet"],
        "d": ["d/name-x-test-00000-of-00001.parquet"],
        "e": ["e/test.parquet"],
    }


def test_rows_are_split_only_by_a_column_of_known_subsets():
    """One unknown value, and the column says something else."""
    wanted = Wanted("o/n", "test", ("q",), 3, {"ori_a_b": "ori_a_b", "s_C": "s_C"})
    table = [{"q": 1, "src": "s-C"}, {"q": 2, "src": "ori-a_b"}, {"q": 3, "src": "s_c"}]
    assert by_subset_column(table, wanted) == {"s_C": [table[0], table[2]], "ori_a_b": [table[1]]}
    assert by_subset_column([*table, {"q": 4, "src": "d"}], wanted) == {}
    assert by_subset_column([*table, {"q": 4, "src": None}], wanted) == {}
    assert by_subset_column([], wanted) == {}
