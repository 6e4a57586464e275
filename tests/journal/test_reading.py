"""What is found in a journal: by place, by key, by benchmark; and what a replay says where nothing is."""

import asyncio
import json

import pytest

from projects import read_jsonl
from swallow_metrics.datatypes import Request
from swallow_metrics.errors import EngineError, UsageError
from swallow_metrics.journal.reader import JournalReader, place_of
from swallow_metrics.journal.replay import Copy, ReplayEngine
from swallow_metrics.journal.writer import JournalWriter

LINES = [
    {"benchmark": "a", "sample": "1", "text": "a10", "repeat": 0, "key": "k1"},
    {"benchmark": "a", "sample": "1", "text": "a12", "repeat": 2},
    {"benchmark": "a", "sample": "1", "text": "second turn", "repeat": 5, "turn": 1},
    {"benchmark": "a", "sample": "1", "text": "[[3]]", "role": "judge", "judge": "j", "repeat": 7},
    {"benchmark": "a", "sample": "1", "text": "[[4]]", "role": "judge", "judge": "i"},
    {"benchmark": "a", "sample": "2", "text": "", "finish_reason": "error"},
    {"benchmark": "b", "sample": "1", "text": "", "error": {"code": 502}},
    {"benchmark": "c", "sample": "1", "text": "", "error": None, "finish_reason": "length"},
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "responses.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return path


def reader(*paths, **more):
    said = []
    found = JournalReader(paths, said.append, **more)
    found.said = said
    return found


def test_what_there_is(file):
    """Repeats are those of the first turn's answers by the model, ascending; judges stand in order."""
    found = reader(file)
    assert found.lines == len(LINES)
    assert found.benchmarks == {"a", "b", "c"}
    assert found.samples("a") == {"1", "2"}
    assert found.repeats("a", "1") == (0, 2)
    assert found.repeats("a", "9") == ()
    assert [found.generations(name) for name in ("a", "b", "c", "d")] == [2, 1, 1, 0]
    assert found.judges("a") == ("j", "i")
    assert found.judges("b") == ()
    assert len(found.places("a", "1")) == 5
    assert found.places("a", "2") == found.places("b", "1") == ()  # failures are no answers
    assert len(found.places("c", "1")) == 1
    assert found.said == []


def test_answers_by_place_and_key(file):
    """With a key, only the answer that has it; an empty key asks for one without."""
    found = reader(file)
    first, third = (place_of(Request("a", "1", (), repeat=repeat)) for repeat in (0, 2))
    assert found.at_place(first).text == "a10"
    assert found.at_place(first, "k1").text == "a10"
    assert found.at_place(first, "k2") is found.at_place(first, "") is None
    assert found.at_place(third, "").text == "a12"
    assert found.with_key("k1").text == "a10"
    assert found.with_key("k2") is None
    assert json.loads(found.line_at(first)) == LINES[0]
    assert found.line_at(place_of(Request("a", "9", ()))) is None


def test_what_a_replay_lacks_is_named(file, tmp_path):
    """With its place, and what was recorded in its stead."""
    engine = ReplayEngine(reader(file))

    def said(*where, **more):
        with pytest.raises(EngineError) as caught:
            asyncio.run(engine.generate(Request(*where, (), **more)))
        return str(caught.value)

    assert said("a", "9", repeat=1) == f"{file} has no answer for a sample '9', repeat 1, turn 0"
    assert said("a", "1", role="judge", judge="k").startswith(f"{file} has no verdict of judge 'k' for a sample '1'")
    assert said("a", "2").endswith("(finish_reason 'error')")
    assert said("b", "1").endswith("({'code': 502})")
    assert engine.describe() == {"engine": "replay", "name": "replay", "path": str(file), "lines": len(LINES)}


def test_what_a_replay_uses_is_copied_once(file, tmp_path):
    """As it is, and not what the folder has already."""
    own = tmp_path / "own.jsonl"
    engine = ReplayEngine(reader(file), copy=Copy(JournalWriter(own)))
    asyncio.run(engine.generate(Request("a", "1", (), repeat=2)))
    assert json.loads(own.read_text()) == LINES[1]
    again = ReplayEngine(reader(file), copy=Copy(JournalWriter(own), reader(own)))
    for repeat in (2, 0):
        asyncio.run(again.generate(Request("a", "1", (), repeat=repeat)))
    assert [line["text"] for line in read_jsonl(own)] == ["a12", "a10"]


def test_two_answers_to_one_question(file, tmp_path):
    """The later counts. Where they are compared, the first pair is named and all are counted; equal ones are none."""
    later = tmp_path / "z.jsonl"
    later.write_text("".join(json.dumps(line | {"text": line["text"] + "!"}) + "\n" for line in LINES[:2]))
    found = reader(file, later, compare=True)
    assert found.at_place(place_of(Request("a", "1", ()))).text == "a10!"
    assert found.said == [
        (
            f"2 of 10 lines are replaced by later ones with another text, such as {file}, line 1, and {later}, line 1; "
            "keep one answer to each question, or number generations with `repeat`"
        )
    ]
    assert reader(file, later).said == []
    assert reader(file, file, compare=True).said == []
    assert found.name == f"{file}, {later}"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('{"benchmark": "a", "sample": "1"}', "line 1"),
        ('\n{"benchmark": "a", "sample": 1, "text": ""}', "line 2"),
        ('{"benchmark": "a", "sample": "1", "text": "", "repeat": -1}', "whole number of at least 0"),
        ('{"benchmark": "a", "sample": "1", "text": "", "repeat": true}', "whole number of at least 0"),
        ('{"benchmark": "a", "sample": "1", "text": "", "role": "user"}', "'model' or 'judge'"),
        ('[1]\n{"benchmark": "a", "sample": "1", "text": ""}', "line 1: expected a JSON object, but it is list"),
    ],
)
def test_wrong_lines_name_their_place(tmp_path, lines, expected):
    """Number of the line, what was expected."""
    file = tmp_path / "r.jsonl"
    file.write_text(lines + "\n")
    with pytest.raises(UsageError) as caught:
        reader(file)
    assert expected in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_torn_last_line_is_left_out(file):
    """With a warning; in the middle, where nothing tears lines, it is refused."""
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"benchmark": "a", "sam')
    found = reader(file)
    assert found.lines == len(LINES)
    assert found.said == [f"{file}: the last line (line {len(LINES) + 1}) is torn and left out"]
    file.write_bytes(b'{"torn\n' + whole)
    with pytest.raises(UsageError, match="line 1: expected a JSON object"):
        reader(file)


def test_a_folder_is_all_its_journals(file, tmp_path):
    """In the order of their names, without the questions; one without any is refused."""
    (tmp_path / "questions.jsonl").write_text("{}\n")
    (tmp_path / "responses.gw0.jsonl").write_text(json.dumps({"benchmark": "d", "sample": "1", "text": "x"}) + "\n")
    assert reader(tmp_path).benchmarks == {"a", "b", "c", "d"}
    (tmp_path / "empty").mkdir()
    for wrong, expected in ((tmp_path / "empty", "holds no"), (tmp_path / "absent", "does not exist")):
        with pytest.raises(UsageError, match=expected):
            reader(wrong)
