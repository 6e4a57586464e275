"""The span of a translation: TR-1 to TR-7, against the natural regular expression and for long responses."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from swallow_metrics.extraction.translation import Language, gold, hypothesis, record, text, translation
from swallow_metrics.reference import REFERENCES

CUES = REFERENCES["202508"].cues


@pytest.mark.parametrize(
    ("language", "response", "span"),
    [
        ("ja", "日本語: こんにちは", "こんにちは"),
        ("ja", "  日本語:こんにちは", "こんにちは"),
        ("ja", "日本語：こんにちは", None),
        ("ja", "訳は 日本語: あ", None),
        ("ja", "**日本語:** 本文", None),
        ("ja", "本文だけ", None),
        ("ja", "", None),
        ("ja", "日本語: A\n日本語: B", "B"),
        ("ja", "日本語:\n\n本文", "本文"),
        ("ja", "日本語: \n", ""),
        ("ja", "日本語: あ\r\nい", "あ"),
        ("ja", "日本語: あ\rい", "あ"),
        ("ja", "日本語: あ  \nい", "あ  "),
        ("ja", "英語: x\n\n\t日本語:\u3000全角空白", "全角空白"),
        ("ja", "日本語:\n日本語: B", "日本語: B"),
        ("ja", "日本語: A\r日本語: B", "A"),
        ("ja", "日本語: A\u2028日本語: B", "A\u2028日本語: B"),
        ("ja", "日本語: A\n\r 日本語: B", "B"),
        ("ja", "x 日本語: A\n日本語: B", "B"),
        ("ja", "English: Hi", None),
        ("en", "English:Hi\nmore", "Hi"),
        ("en", "english: Hi", None),
        ("en", "Japanese: x English: y", None),
        ("en", "<English: hi>", None),
    ],
)
def test_span(language: Language, response: str, span: str | None) -> None:
    """The span starts after the last cue that starts a line and ends with its line; without a cue there is none."""
    assert translation(response, *CUES[language]) == span


@pytest.mark.parametrize(
    ("response", "span"),
    [
        ("日本語：こんにちは", "こんにちは"),
        ("**日本語:** 本文", "** 本文"),
        ("**日本語**: 本文", None),
        ("日本語 : あ", None),
        ("訳は 日本語: あ", None),
        ("`日本語: あ`", "あ`"),
        ("```日本語: あ```", "あ```"),
        ("```\n日本語: あ\n```", "あ"),
        ("翻訳文: あ", "あ"),
        ("訳文：あ", "あ"),
        ("和訳：あ", "あ"),
        ("翻訳文：あ", None),
        ("訳文:あ", None),
        ("和訳:あ", None),
        ("`日本語：あ`", None),
        ("日本語: あ\n日本語： い", "あ"),
        ("訳文：あ\n日本語： い", "い"),
        ("日本語：い\n日本語: ", ""),
        ("日本語: \n日本語：い", "日本語：い"),
        ("English： Hi", "Hi"),
        ("**English:** Hi", "** Hi"),
        ("`English: Hi`", "Hi`"),
        ("english: Hi", None),
        ("Translation: Hi", None),
    ],
)
def test_span_of_202604(response, span):
    """More cues, tried in their order over the whole response (WM-1 to WM-4)."""
    language = "ja" if re.search("[ぁ-龠]", response) else "en"
    assert translation(response, *REFERENCES["202604"].cues[language]) == span


@pytest.mark.parametrize(
    ("span", "reference", "longest", "scored"),
    [("あ" * 9, "いろは", 3, "あ" * 9), ("あ" * 10, "いろは", 3, "あ" * 9), ("あ" * 10, "いろは", None, "あ" * 10),
     (None, "いろは", 3, ""), ("あ", "", 3, "")],
)  # fmt: skip
def test_what_is_scored_of_a_span(span, reference, longest, scored):
    """At most three times the reference's code points (WM-5)."""
    assert hypothesis(span, reference, longest) == scored


PIECES = st.sampled_from(
    ["日本語:", "English:", "\n", "\r", " ", "\u3000", "\u2028", "\t", "あ", "x", ":", "\x1c", "\0"]
)


@given(st.lists(PIECES, max_size=14).map("".join), st.sampled_from(["ja", "en"]))
@example("日本語:\n日本語: B", "ja")
@example("\n \n日本語:日本語:\n", "ja")
def test_span_is_that_of_the_regular_expression(response: str, language: Language) -> None:
    """The linear scan finds what the rule's own (quadratic) expression finds."""
    found = re.findall(rf"(?:^|\n)\s*{CUES[language][0]}\s*([^\n\r]*)", response)
    assert translation(response, *CUES[language]) == (found[-1] if found else None)


@pytest.mark.parametrize(
    ("response", "span"),
    [
        ("日本語:" * 80_000, "日本語:" * 79_999),
        ("\n" * 1_000_000, None),
        ("\n日本語: あ" * 60_000, "あ"),
        (" \n\r" * 300_000 + "日本語:い", "い"),
        ("日本語:" + " " * 1_000_000, ""),
        ("x日本語:\u2028" * 60_000, None),
        ("日本語: " + "\ud800\0" * 200_000, "\ud800\0" * 200_000),
    ],
    ids=["cues", "line feeds", "lines", "gap before", "gap after", "not at a line start", "surrogates"],
)
def test_a_megabyte(response: str, span: str | None) -> None:
    """A megabyte of what the cue's expression backtracks over for hours has its span at once."""
    assert translation(response, *CUES["ja"]) == span


def test_text_of_a_row() -> None:
    """A record may be a mapping or a Python literal, its text the first of a list; a gold's trailing whitespace goes."""
    row = {"en": " Hi \n", "ja": "あ"}
    assert (gold(row, "en"), text(row, "en")) == (" Hi", " Hi \n")
    literal = "{'en': 'Hi', 'ja': ['あ\u3000', 'い']}"
    assert (gold(literal, "ja"), text(literal, "ja")) == ("あ", "あ\u3000")


@pytest.mark.parametrize("value", ["", "{'en':", "[" * 10_000, "3", None, ["en"], "__import__('os')"])
def test_bad_records_are_value_errors(value: object) -> None:
    """What is neither a record nor the literal of one is named in one line."""
    with pytest.raises(ValueError, match="expected a record of texts by language") as error:
        record(value)
    assert "\n" not in str(error.value) and len(str(error.value)) < 250


@pytest.mark.parametrize("value", [{"ja": "あ"}, {"en": None}, {"en": []}, {"en": 3}])
def test_missing_texts_are_value_errors(value: object) -> None:
    """A language that is absent or not text is named."""
    with pytest.raises(ValueError, match="expected a text for language 'en'"):
        text(value, "en")
