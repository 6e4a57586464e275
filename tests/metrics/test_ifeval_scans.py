"""Linear scans of M-IFEval find what the rules' own expressions find, and take long responses without a stall."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ja_sentence_segmenter.common.pipeline import make_pipeline
from ja_sentence_segmenter.concatenate.simple_concatenator import concatenate_matching
from ja_sentence_segmenter.normalize.neologd_normalizer import normalize
from ja_sentence_segmenter.split.simple_splitter import split_newline, split_punctuation

from swallow_metrics.metrics.following.followed import follow
from swallow_metrics.metrics.following.variants import loose_variants
from swallow_metrics.metrics.ifeval.formats import count_bullets, count_numbered, title
from swallow_metrics.metrics.ifeval.instructions import TABLE, prepare
from swallow_metrics.metrics.ifeval.letters import furigana
from swallow_metrics.metrics.ifeval.sentences import count_sentences
from swallow_metrics.metrics.ifeval.text import Text, spans


def texts(pieces: str) -> Any:
    """Short texts of few characters, so that matches are frequent."""
    return st.lists(st.sampled_from(pieces), max_size=16).map("".join)


@given(texts("・・\n\n \u3000\r\x1cあ-"))
@example("・\n・\n・")
@example("・\n\n・")
@example("\n \n・あ・い\n・")
def test_bullets(text: str) -> None:
    """Items with ・ are the matches of the rule's expression."""
    assert count_bullets(text) == len(re.findall(r"^\s*・[^・].*$", text, re.MULTILINE))


@given(texts("12９..\n\n \u3000\r①あ"))
@example("1.\n2.\n3. x")
@example("1.\n\n2. ")
def test_numbered_items(text: str) -> None:
    """Items with numbers are the matches of the rule's expression."""
    assert count_numbered(text) == len(re.findall(r"^\s*\d+\.\s.*$", text, re.MULTILINE))


@given(texts("「「」」\nあ"))
def test_spans(text: str) -> None:
    """Shortest spans on a line are those of the lazy expression."""
    assert list(spans(text, "「", "」")) == [found.span() for found in re.finditer("「.*?」", text)]


@given(texts("「」『』\nあ"))
def test_unquoted(text: str) -> None:
    """Both kinds of quotes go, the second after the first."""
    assert Text(text).unquoted == re.sub("『.*?』", "", re.sub("「.*?」", "", text))


@given(texts("『『』』\n あ"))
def test_titles(text: str) -> None:
    """A title is what the greedy expression finds, without brackets and whitespace."""
    found = re.findall("『.+』", text)
    assert title(Text(text)) == any(one.lstrip("『").rstrip("』").strip() for one in found)


@given(texts("漢字（（）かカー々"))
def test_furigana(text: str) -> None:
    """Readings are counted as by the expression that starts at the first kanji of a run."""
    readings = re.findall("[\u4e00-\u9faf]+（[\u3041-\u3093]+）", text)
    assert furigana(Text(text)) == (len(re.findall("[\u4e00-\u9faf]+", text)) == len(readings))


SEGMENTER = make_pipeline(
    normalize,
    split_newline,
    partial(concatenate_matching, former_matching_rule="^(?P<result>.+)(の)$", remove_former_matched=False),
    partial(split_punctuation, punctuations="。!?"),
)


@given(texts("あのの。｡!？\n\n\r\u2028「」『（）( )　∯ー.\x0b"))
@example("の\nの")
@example("彼の\n\nの\n本")
@example("「あ。\nい。」")
@example("∯。∯い。")
def test_sentences(text: str) -> None:
    """Sentences are as many as the library makes with the reference's settings."""
    assert count_sentences(text) == sum(1 for _ in SEGMENTER(text))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("今日は晴れ。明日は雨！", 2),
        ("「今日は晴れ。」と言った。", 1),
        ("(あ。い。)う。", 1),
        ("「あ。\nい。」", 3),
        ("あ。」い。", 2),
        ("『あ。い』う", 2),
        ("[あ。い]", 2),
        ("(あ（い。）う。)", 2),
        ("彼の\n本", 1),
        ("彼の\n\n本", 1),
        ("の\nの", 2),
        ("1. 一つ\n2. 二つ", 2),
        ("a.b.c. d", 1),
        ("今日。\n\n明日", 2),
        ("です。。です", 3),
        ("え？！", 2),
    ],
)
def test_sentences_of_the_rules(text: str, count: int) -> None:
    """Quotes, parentheses, glued lines and marks alone count as in the rules' table."""
    assert count_sentences(text) == count


@given(texts("*\n\n あ"))
def test_readings(text: str) -> None:
    """The readings of a loose verdict are the eight of the rule, less the response, repetitions and blank ones."""
    lines = text.split("\n")
    trimmed = ["\n".join(kept).strip() for kept in (lines[1:], lines[:-1], lines[1:-1])]
    eight = [text, text.replace("*", ""), *trimmed, *(one.replace("*", "") for one in trimmed)]
    found = list(loose_variants(text))
    assert set(found) == {one for one in eight if one.strip()} - {text}
    assert len(found) == len(set(found))


ARGUMENTS = {
    "keywords": ["子猫子猫"],
    "keyword": "猫",
    "frequency": 3,
    "forbidden_words": ["子猫子猫"],
    "letter": "あ",
    "let_frequency": 10**9,
    "let_relation": "以上",
    "relation": "以上",
    "language": "fr",
    "num_sentences": 10**9,
    "num_paragraphs": 10**9,
    "nth_paragraph": 3,
    "first_word": "x",
    "num_letters": 10**9,
    "num_placeholders": 10**9,
    "postscript_marker": "P.P.S",
    "num_bullets": 10**9,
    "num_items": 10**9,
    "num_highlights": 10**9,
    "section_spliter": "章",
    "num_sections": 10**9,
    "count": 10**9,
    "prompt_to_repeat": "x",
    "end_phrase": "x",
    "ending": "x",
    "kanji_limit": 10**9,
}
STUBBORN = [
    "「", "『", "《", "[", "[\n", "(", "「あ\n", "・", "・\n", "*", "*a\n", "あ******", "9", "９", "第９", "9.\n",
    "漢", "漢（か", "子猫", "\u2028", "\ud800", "\0", "ア", "{", "[1,", "夜。", "!?", "p. ", "\n", " ", "あの\n", "a@",
    "\ufdfa",
]  # fmt: skip


@pytest.mark.parametrize("piece", STUBBORN, ids=ascii)
def test_no_stall(piece: str) -> None:
    """50,000 characters of what expressions backtrack over have verdicts by all 33 checks (seconds, not hours)."""
    response = (piece * (50_000 // len(piece)) + "x")[:50_001]
    found = follow(response, prepare(tuple(TABLE), [ARGUMENTS] * len(TABLE)), Text)
    assert all(strict <= loose for strict, loose in zip(found.strict, found.loose, strict=True))
    assert not found.loose[tuple(TABLE).index("ja:length_constraints:number_sentences")]
