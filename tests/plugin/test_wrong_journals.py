"""Journals that cannot be read, and answers that belong to nothing."""

import pytest

from projects import usage_line


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"benchmark": "mini", "sample": "0"}\n', "'text'"),
        ('{"benchmark": "mini", "sample": "0", "text": 3}\n', "'text'"),
        ('junk\n{"benchmark": "mini", "sample": "0", "text": "A"}\n', "line 1"),
        ('{"benchmark": "minni", "sample": "0", "text": "A"}\n', "minni"),
        ('{"benchmark": "mini", "sample": "0", "text": "A", "repeat": "x"}\n', "'repeat' to be a whole number"),
        ('{"benchmark": "mini", "sample": "0", "text": "A", "repeat": true}\n', "'repeat' to be a whole number"),
        ('{"benchmark": "mini", "sample": "0", "text": "A", "turn": -1}\n', "'turn' to be a whole number"),
        ('{"benchmark": "mini", "sample": "0", "text": "A", "attempt": "x"}\n', "'attempt' to be a whole number"),
        ('{"benchmark": "mini", "sample": "0", "text": "A", "role": ["model"]}\n', "'role' to be 'model' or 'judge'"),
        ('{"benchmark": "mini", "sample": "0", "text": "A", "key": [1]}\n', "'key' to be a string"),
        ('{"benchmark": "mini", "sample": "0", "text": "A", "choices": "ABCD"}\n', "'choices' to be a list"),
        ('{"benchmark": "mini", "sample": "0", "text": "A", "judge": ["j"]}\n', "'judge' to be a string"),
        ("[" * 100_000 + '\n{"benchmark": "mini", "sample": "0", "text": "A"}\n', "nested too deeply"),
    ],
)
def test_wrong_journals_are_refused(mini, content, expected):
    """A journal that cannot be read is not a silent loss of answers."""
    (mini.path / "answers.jsonl").write_text(content)
    assert expected in usage_line(mini.run("--data-dir", "data", "--replay", "answers.jsonl"))


def test_answers_to_no_question_are_told(mini):
    """A journal for other data is not passed over in silence, but what --limit leaves out is not a stranger."""
    with (mini.path / "answers.jsonl").open("a") as stream:
        stream.write('{"benchmark": "mini", "sample": "topic/0", "text": "A"}\n')
    assert mini.run("--data-dir", "data", "--replay", "answers.jsonl", "--limit", "2").ret == 0
    [warning] = [text for text in mini.report()["swallow"]["warnings"] if "answers.jsonl" in text]
    assert "answers for 1 samples of mini that its data does not have, such as 'topic/0'" in warning


def test_a_folder_named_as_a_journal_is_one_line(mini):
    """What cannot be read is named."""
    (mini.path / "answers" / "old.jsonl").mkdir(parents=True)
    assert "old.jsonl" in usage_line(mini.run("--data-dir", "data", "--replay", "answers"))
