"""Packing: nothing is lost within the budget, texts get shorter beyond it, and readings are marked where they stand."""

import json
import zlib
from base64 import b64decode
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages import answer, question, small_run
from recorded import record, run_folder
from swallow_metrics.datatypes import Record
from swallow_metrics.extraction.choice import choice_letter
from swallow_metrics.html import packer
from swallow_metrics.html.samples import ABSENT, ERROR, PARTLY, RIGHT, UNSCORED, WRONG, pack, score_of, state_of
from swallow_metrics.html.spans import reading_span
from swallow_metrics.runs import read_run


def unpacked(part):
    return json.loads(zlib.decompress(b64decode(part)))


def test_every_sample_is_where_the_index_says(monkeypatch, tmp_path):
    """Over many parts: `starts` are the first samples of each."""
    monkeypatch.setattr(packer, "PART", 700)
    packed = pack([read_run(small_run(tmp_path / "run", 25), print)])
    assert len(packed.parts) > 3
    found = []
    for start, part in zip(packed.starts, packed.parts, strict=True):
        assert start == len(found)
        found += unpacked(part)
    assert [each["question"]["messages"][0][1] for each in found] == [
        f"Question number {k}, 第{k}問" for k in range(25)
    ]


def test_previews_leave_out_what_all_prompts_share(tmp_path):
    """Instructions in front and behind; a prompt that has nothing else keeps them."""
    prompts = [
        f"Answer the question, step by step, at length.\n\nWhat is {k}?\nEnd with 'Answer: X'." for k in range(5)
    ]
    prompts.append("Answer the question, step by step, at length.")
    records = [record(str(k), 1.0) for k in range(6)]
    folder = run_folder(tmp_path / "run", records, questions=[question(str(k), p) for k, p in enumerate(prompts)])
    shown = pack([read_run(folder, print)]).index["preview"]
    assert shown == [*(f"What is {k}?" for k in range(5)), prompts[5]]


@pytest.mark.parametrize("budget", [20_000, 60_000])
def test_budget(monkeypatch, tmp_path, budget):
    """Long texts are cut in the middle until all of it fits; short ones stay whole."""
    monkeypatch.setattr(packer, "PART", 50_000)
    noise = Random(0)
    records = [record(str(k), 1.0) for k in range(40)]
    answers = [answer(str(k), "start" + noise.randbytes(4000).hex() + "end" if k % 2 else "short") for k in range(40)]
    run = read_run(run_folder(tmp_path / "run", records, answers=answers), print)
    packed = pack([run], budget=budget)
    assert sum(map(len, packed.parts)) <= budget
    texts = [each["runs"][0]["answers"][0]["text"] for part in packed.parts for each in unpacked(part)]
    for k, text in enumerate(texts):
        if k % 2 == 0:
            assert text == "short"
        else:
            start, left_out, end = text
            assert start.startswith("start")
            assert end.endswith("end")
            assert len(start) + left_out + len(end) == len(answers[k]["text"])
            assert len(start) + len(end) == packed.longest


@pytest.mark.parametrize(
    ("scores", "error", "state"),
    [(1.0, None, RIGHT), (0.0, None, WRONG), (0.4, None, PARTLY), ([True, False], None, PARTLY), ([True], None, RIGHT),
     ([3, 2, 1], None, UNSCORED), (1.0, "timeout", ERROR), ([], None, UNSCORED)],
)  # fmt: skip
def test_states(scores, error, state):
    record = Record("b", "s", scores={"m": scores}, error=error)
    assert state_of(record, score_of(scores)) == state
    assert state_of(None, None) == ABSENT


def test_gold_gets_the_letter_that_was_shown(tmp_path):
    """Where options were drawn, the order in the answer counts."""
    folder = run_folder(
        tmp_path / "run", [record("0", 1.0, extracted=["B"])],
        questions=[question("0", target="gold", choices=["gold", "lead"])],
        answers=[answer("0", choices=["lead", "gold"])],
    )  # fmt: skip
    packed = pack([read_run(folder, print)])
    assert packed.index["gold"] == ["B: gold"]
    assert unpacked(packed.parts[0])[0]["question"]["choices"] == ["lead", "gold"]


def test_spans_count_as_javascript_does(tmp_path):
    """Characters outside the basic plane are two units there."""
    folder = run_folder(tmp_path / "run", [record("0", 1.0, extracted=["2"])], answers=[answer("0", "😀😀 = 2")])
    (sample,) = unpacked(pack([read_run(folder, print)]).parts[0])
    assert sample["runs"][0]["answers"][0]["span"] == [7, 8]


@pytest.mark.parametrize(("text", "read", "marked"), [
    ("A is wrong, C too far. The answer is C. B was close to C, D not.", "C", "answer is |C|. B"),
    ("回答: $\\boxed{\\text{A}}$ (Based on the given data)", "A", "{|A|}"),
    ("Because 12 < 13, it is 12", "12", "is |12|"),
])  # fmt: skip
def test_the_deciding_place_is_marked(text, read, marked):
    start, end = reading_span(text, read)
    assert marked in f"{text[:start]}|{text[start:end]}|{text[end:]}"


@pytest.mark.parametrize("read", [None, "", " ", ["A"], 3, "not there"])
def test_nothing_to_mark(read):
    assert reading_span("some text", read) is None


@given(st.text(alphabet="ABCD 回答:。.\n*answerfinali", max_size=60), st.sampled_from(["ja", "en"]))
def test_a_marked_letter_decides(text, language):
    """Where a letter was read and is marked, it is that letter, and changing it changes a reading."""
    letter = choice_letter(text, "ABCD", language)
    span = reading_span(text, letter)
    if letter is None:
        assert span is None
    elif span is not None:
        start, end = span
        assert text[start:end] == letter
        other = "A" if letter != "A" else "B"
        changed = text[:start] + other + text[end:]
        assert any(
            choice_letter(text, "ABCD", each) == letter != choice_letter(changed, "ABCD", each) for each in ("ja", "en")
        )
