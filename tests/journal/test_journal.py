"""The journal: what is written can be read, whatever happens."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.errors import UsageError
from swallow_metrics.journal.reader import JournalReader, loads, place_of, to_response
from swallow_metrics.journal.writer import JournalWriter, to_line

any_text = st.text(st.characters(exclude_categories=()), max_size=50)  # with lone surrogates, NUL, U+2028


@given(
    any_text,
    st.none() | any_text,
    st.none() | st.lists(any_text, min_size=1).map(tuple),
    st.integers(0, 9),
    st.none() | st.integers(0, 9),
    st.none() | st.just("served"),
    st.sampled_from([(), ("refused",)]),
)
def test_a_line_holds_any_response(text, reasoning, choices, repeat, tokens, model, trouble):
    """Whatever a model writes, its line is one line and reads back the same."""
    request = Request("b", "s/1", (), repeat=repeat, choices=choices)
    response = Response(
        text, reasoning, "stop", 3, 4, 0.5, choices, reasoning_tokens=tokens, model=model, trouble=trouble
    )
    line = to_line(request, response, "key")
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert to_response(loads(line)) == response


def test_keys_tell_requests_apart():
    """Model, messages, sampling, repeat and attempt make a key; whose question it is does not."""
    from dataclasses import replace

    from swallow_metrics.datatypes import Sampling

    request = Request("b", "1", ({"role": "user", "content": "q"},))
    other = [
        replace(request, messages=({"role": "user", "content": "r"},)),
        replace(request, sampling=Sampling(temperature=0.1)),
        replace(request, repeat=1),
        replace(request, attempt=1),
    ]
    assert len({request.key("m"), request.key("n"), *[r.key("m") for r in other]}) == 6
    assert replace(request, benchmark="c", sample="2").key("m") == request.key("m")


def test_the_later_of_two_lines_counts(tmp_path):
    """An answer given again replaces the first one."""
    writer = JournalWriter(tmp_path / "responses.jsonl")
    request = Request("b", "1", ())
    writer.append(request, Response("first"), "k1")
    writer.append(request, Response("second"), "k2")
    writer.close()
    reader = JournalReader([tmp_path], warn=pytest.fail)
    assert reader.at_place(place_of(request)).text == "second"
    assert reader.with_key("k1").text == "first"
    assert reader.repeats("b", "1") == (0,)


@pytest.mark.parametrize("torn", [b'{"benchmark": "b", "sam', b"\xe3\x81", b"{"])
def test_a_torn_line_is_cut_before_the_next(tmp_path, torn):
    """A crash in the middle of a write loses that line and no other."""
    path = tmp_path / "responses.jsonl"
    writer = JournalWriter(path)
    writer.append(Request("b", "1", ()), Response("first"), "k1")
    writer.close()
    with path.open("ab") as stream:
        stream.write(torn)
    warnings = []
    assert JournalReader([path], warnings.append).lines == 1
    assert len(warnings) == 1
    assert "torn" in warnings[0]
    writer = JournalWriter(path)
    writer.append(Request("b", "2", ()), Response("next"), "k2")
    writer.close()
    assert JournalReader([path], pytest.fail).lines == 2


@pytest.mark.parametrize("whole", [b"", b"{}\n", b"{}\n" * 30_000])
@pytest.mark.parametrize("torn", [0, 1, 65_534, 65_535, 65_536, 65_537, 200_000])
def test_a_torn_line_of_any_length_is_cut(tmp_path, whole, torn):
    """All of it and nothing before it, also where it is longer than what is read at once."""
    path = tmp_path / "responses.jsonl"
    path.write_bytes(whole + b"x" * torn)
    writer = JournalWriter(path)
    writer.copy(b"next")
    writer.close()
    assert path.read_bytes() == whole + b"next\n"


def test_a_removed_journal_comes_back(tmp_path):
    """With its folder, as it was; one that nobody removed is left as it is."""
    path = tmp_path / "run" / "responses.jsonl"
    path.parent.mkdir()
    for remove in (False, True):
        writer = JournalWriter(path)
        writer.copy(b"line")
        if remove:
            path.unlink()
            path.parent.rmdir()
        writer.close()
        assert path.read_bytes() == b"line\n" * (1 + remove)


PLACES = {"benchmark": "c", "sample": "2", "repeat": 1, "turn": 1, "role": "judge", "judge": "j", "attempt": 1}


def test_an_answer_belongs_to_its_place_alone(tmp_path):
    """Requests that differ in one part of the place have an answer each, with and without their keys."""
    from dataclasses import replace

    request = Request("b", "1", ())
    requests = [request, *[replace(request, **{name: value}) for name, value in PLACES.items()]]
    writer = JournalWriter(tmp_path / "responses.jsonl")
    for number, each in enumerate(requests):
        writer.append(each, Response(str(number)), f"key {number}")
    writer.close()
    reader = JournalReader([tmp_path], pytest.fail, compare=True)
    for number, each in enumerate(requests):
        assert reader.at_place(place_of(each)).text == reader.with_key(f"key {number}").text == str(number)


def test_what_stands_beside_an_answer_may_be_anything(tmp_path):
    """It is unknown then; a wrong one of what decides is refused with what was expected."""
    answer = {"benchmark": "b", "sample": "1", "text": "t"}
    odd = {"usage": [1], "model": 3, "reasoning": 1, "trouble": "x", "finish_reason": 2}
    assert to_response(answer | odd) == Response("t")
    odd = {"usage": {"prompt_tokens": -1, "completion_tokens": "3", "reasoning_tokens": True}, "trouble": [1, "x"]}
    assert to_response(answer | odd) == Response("t", trouble=("x",))
    for name, wrong in (
        [(name, 0) for name in ("benchmark", "sample", "text", "role", "judge", "key", "choices")]
        + [(name, wrong) for name in ("repeat", "turn", "attempt") for wrong in (-1, True, "1", 1.0, None)]
        + [("choices", [1]), ("choices", "x"), ("role", None)]
    ):
        path = tmp_path / "responses.jsonl"
        path.write_text(json.dumps(answer | {name: wrong}))
        with pytest.raises(UsageError, match=f"line 1: expected '{name}' to be .*, but got"):
            JournalReader([path], pytest.fail)


def test_a_full_disk_leaves_whole_lines(tmp_path):
    """The line that does not fit is taken back, the error says how to go on."""
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
from pathlib import Path
from swallow_metrics.datatypes import Request, Response
from swallow_metrics.errors import EngineDown
from swallow_metrics.journal.writer import JournalWriter
writer = JournalWriter(Path({str(tmp_path / "responses.jsonl")!r}))
try:
    for number in range(100):
        writer.append(Request("b", str(number), ()), Response("x" * 300), "k")
except EngineDown as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--resume" in done.stdout
    reader = JournalReader([tmp_path], pytest.fail)
    assert 5 < reader.lines < 20


def test_unreadable_places_are_usage_errors(tmp_path):
    """A missing file, an empty folder and a folder as run folder each say what was expected."""
    with pytest.raises(UsageError, match="does not exist"):
        JournalReader([tmp_path / "nowhere.jsonl"], pytest.fail)
    with pytest.raises(UsageError, match="no .*jsonl"):
        JournalReader([tmp_path], pytest.fail)
    with pytest.raises(UsageError, match="run-dir"):
        JournalWriter(tmp_path)
