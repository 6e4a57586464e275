"""Share of Japanese characters in what a reader sees (JU-20 to JU-23)."""

import time

import pytest

from swallow_metrics.metrics.japanese_ratio import METRICS, count_japanese, japanese_characters
from swallow_metrics.statistics.intervals import figures


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("こんにちは world**太字**", (7, 13)),
        ("", (0, 0)),
        ("a　b", (1, 3)),  # an ideographic space
        ("```python\nx = 1\n```", (0, 12)),  # without the extension, a fence is inline code with its info word
        ("# 見出し\n\n- 項目\n", (5, 8)),
        ("[表示](https://example.invalid)", (2, 2)),
        ("<b>太い</b>", (2, 2)),
        # These three are read otherwise by every later release of markdown.
        ("でした。******電車です。**", (9, 11)),
        ("__> __> ", (0, 4)),
        ("<p<p>>あ", (1, 2)),
        ("<![CDATA[あ]]>", (1, 1)),
    ],
)
def test_visible_characters(text, expected):
    """Markup does not count, white space does."""
    assert count_japanese([text])[:2] == expected


@pytest.mark.parametrize("character", "ぁあゟァアーヿ・一鿿！Ａ～　、。々〆〇〈「」【〜〶")
def test_japanese(character):
    """The blocks of JU-21, and their ends."""
    assert japanese_characters(character) == (1, 1)


@pytest.mark.parametrize("character", "aA1 \n\u3040゠ｱﾞ…―㐀𠮷｟〷\uff00鿿\u4dff"[:-2] + "\u4dff\ua000é가")
def test_not_japanese(character):
    """Their neighbours, half-width katakana, dashes, and ideographs of extensions."""
    assert japanese_characters(character) == (0, 1)


def test_the_pool_weighs_characters():
    """Corpus ratios are sums over sums; nothing counted is 0 (JU-20)."""
    metric = METRICS[0]
    assert metric.name == "japanese_ratio_overall"
    assert figures(metric, [metric.statistics(value) for value in ([1, 1], [0, 9])])["mean"] == pytest.approx(0.1)
    assert figures(metric, [metric.statistics([0, 0])])["mean"] == 0.0


@pytest.mark.parametrize("text", ["[" * 16384, "1. " * 5000, "![" * 8000, "<![" * 5000])
def test_degenerate_answers_end(text):
    """Where Markdown takes minutes or nests too deeply, the text is counted as it stands, and told."""
    start = time.process_time()
    counts = count_japanese([text, text], seconds=1.0)
    assert time.process_time() - start < 5
    assert counts == (0, 2 * len(text), 2)


@pytest.mark.parametrize("text", ["<![あ", "<html></title>> <&<![い](y)> <!--", f"あ&#{'1' * 5000};"])
def test_markup_that_a_parser_refuses(text):
    """Where Markdown or its HTML makes a parser fail, the text is counted as it stands, and told."""
    assert count_japanese([text, "い"]) == (2, len(text) + 1, 1)


def test_equal_answers_are_converted_once(monkeypatch):
    """Five equal generations cost one conversion, and count five times."""
    calls = []
    monkeypatch.setattr("swallow_metrics.metrics.japanese_ratio.visible_text", lambda text: calls.append(text) or text)
    assert count_japanese(["日本"] * 5) == (10, 10, 0)
    assert calls == ["日本"]
