"""Each of the 33 instructions of M-IFEval by its rule, the two frames (strict and loose), and bad rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from places import SHARED
from swallow_metrics.metrics.following.followed import METRICS, Followed, follow
from swallow_metrics.metrics.ifeval.instructions import TABLE, prepare
from swallow_metrics.metrics.ifeval.text import Text

CONFORMANCE = SHARED / "conformance"


def verdict(name: str, arguments: dict[str, Any], response: str) -> tuple[bool, bool]:
    """Strict and loose verdict on one instruction."""
    found = follow(response, prepare([f"ja:{name}"], [arguments]), Text)
    return found.strict[0], found.loose[0]


AT_LEAST, LESS = "以上", "未満"
# Both verdicts are the same.
CASES: dict[str, list[tuple[dict[str, Any], str, bool]]] = {
    "keywords:existence": [
        ({"keywords": ["猫", "犬"]}, "猫と犬がいる", True),
        ({"keywords": ["猫", "犬"]}, "猫がいる", False),
        ({"keywords": ["自然言語処理"]}, "自然言語処理を学ぶ", False),  # Janome splits it
        ({"keywords": ["東京都"]}, "東京都に住む", False),
        ({"keywords": ["猫"]}, "あいうえお。" * 200 + "猫がいる", True),  # in a later window
    ],
    "keywords:frequency": [
        ({"keyword": " アプリ ", "frequency": 2, "relation": AT_LEAST}, "アプリとアプリ", True),
        ({"keyword": "アプリ", "frequency": 2, "relation": AT_LEAST}, "アプリアプリ", False),  # one unknown word
        ({"keyword": "アプリ", "frequency": 2, "relation": LESS}, "アプリアプリ", True),
        ({"keyword": "アプリ", "frequency": 2, "relation": LESS}, "アプリとアプリ", False),
        ({"keyword": "アプリ", "frequency": 0, "relation": AT_LEAST}, "何もない", True),
        ({"keyword": "アプリ", "frequency": 0, "relation": LESS}, "何もない", False),
    ],
    "keywords:forbidden_words": [
        ({"forbidden_words": ["猫"]}, "子猫がいる", True),
        ({"forbidden_words": ["猫"]}, "猫がいる", False),
        ({"forbidden_words": ["犬", "猫"]}, "鳥がいる", True),
    ],
    "keywords:letter_frequency": [
        ({"letter": "あ", "let_frequency": 2, "let_relation": AT_LEAST}, "あア", True),
        ({"letter": "あ", "let_frequency": 2, "let_relation": LESS}, "あァ", True),
        ({"letter": "ん", "let_frequency": 1, "let_relation": AT_LEAST}, "ン", True),
    ],
    "language:response_language": [
        ({"language": "ja"}, "123", True),  # no feature: followed
        ({"language": "fr"}, "Bonjour à tous, je suis très heureux de vous voir.", True),
        ({"language": "fi"}, "Bonjour à tous, je suis très heureux de vous voir.", False),
    ],
    "length_constraints:number_sentences": [
        ({"num_sentences": 2, "relation": AT_LEAST}, "今日は晴れ。明日は雨！", True),
        ({"num_sentences": 2, "relation": LESS}, "「今日は晴れ。」と言った。", True),
    ],
    "length_constraints:number_paragraphs": [
        ({"num_paragraphs": 2}, "一\n***\n二", True),
        ({"num_paragraphs": 2}, "***\n一\n***\n二\n***", True),
        ({"num_paragraphs": 2}, "一\n******\n二", False),
        ({"num_paragraphs": 2}, "一\n\n二", False),
        ({"num_paragraphs": 0}, "***", True),
    ],
    "length_constraints:number_letters": [
        ({"num_letters": 3, "relation": AT_LEAST}, "あい\n", True),
        ({"num_letters": 3, "relation": LESS}, "あい\nう", True),  # loosely: without its last line
    ],
    "length_constraints:nth_paragraph_first_word": [
        ({"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "まず"}, "一\n\n「『まず言う", True),
        ({"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "Hello"}, "Hello you", False),
        ({"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "Hello"}, "hello you", True),
        ({"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "まず"}, "一\n\n\n\nまず", False),
        ({"num_paragraphs": 2, "nth_paragraph": 1, "first_word": "一"}, "一", False),
    ],
    "detectable_content:number_placeholders": [
        ({"num_placeholders": 2}, "［名前］[a\nb][]", False),
        ({"num_placeholders": 2}, "[名前][]", True),
        ({"num_placeholders": 2}, "[[x]]", False),
    ],
    "detectable_content:postscript": [
        ({"postscript_marker": "P.S."}, "本文 p. s. x", True),
        ({"postscript_marker": "P.S."}, "P.S これ", False),
        ({"postscript_marker": "P.P.S"}, "p.\u3000P. S", True),
        ({"postscript_marker": "P.P.S."}, "p.p.s.", True),
        ({"postscript_marker": "P.P.S."}, "p. p. s.", False),
        ({"postscript_marker": "追伸"}, "では追伸です", True),
        # Case is ignored as regular expressions ignore it: ſ is an s.
        ({"postscript_marker": "P.S."}, "p.ſ.", True),
        ({"postscript_marker": "P.P.S"}, "P. p. ſ", True),
        ({"postscript_marker": "P.P.S."}, "p.p.ſ.", True),
        ({"postscript_marker": "P.P.S."}, "pxpxsx", False),
    ],
    "detectable_format:number_bullet_lists": [
        ({"num_bullets": 2}, "・一\n \n  ・二", True),
        ({"num_bullets": 0}, "・・一\n- 二\n* 三\n• 四", True),
        ({"num_bullets": 1}, "・\n二", True),
        ({"num_bullets": 1}, "・", False),
    ],
    "detectable_format:number_numbered_lists": [
        ({"num_items": 2}, "１. 一\n 2.\n三", True),
        ({"num_items": 0}, "1.一\n①. 二\n1、三", True),
    ],
    "detectable_format:constrained_response": [
        ({}, "答えは「はい、そうです。」", True),
        ({}, "はい、そうです", False),
        ({}, "どちらとも言えません。", True),
    ],
    "detectable_format:number_highlighted_sections": [
        ({"num_highlights": 2}, "《一》《《二》》《 》", True),
        ({"num_highlights": 2}, "《一》《二\n三》<<四>>", False),
    ],
    "detectable_format:multiple_sections": [
        ({"section_spliter": " 章 ", "num_sections": 2}, "第1章 a 第２章 b", True),
        ({"section_spliter": "章", "num_sections": 1}, "第一章 第 1 章", False),
        ({"section_spliter": "章", "num_sections": 1}, "第3章では第4章のように", True),
    ],
    "detectable_format:json_format": [
        ({}, '```json\n{"a": [1, NaN]}\n```', True),
        ({}, "```JSON 3```", True),
        ({}, "123", True),
        ({}, "答え: {}", False),
        ({}, "{'a': 1}", False),
        ({}, "[" * 100_000, False),
        ({}, "1" * 10_000, False),  # more digits than Python converts
    ],
    "detectable_format:title": [
        ({}, "『題』", True),
        ({}, "『 』", False),
        ({}, "『』と『』", True),
        ({}, "『』『』", True),
        ({}, "『『』』", False),
        ({}, "『題\n名』", False),
        ({}, "』題『", False),
    ],
    "detectable_format:nominal_ending": [
        ({"count": 1}, "美しい花！？", True),
        ({"count": 1}, "美しい花", False),
        ({"count": 2}, "美しい花。走る。静かな夜？", True),
        ({"count": 1}, "花）。「静かな夜。」", False),
        ({"count": 0}, "走る", True),
        ({"count": 1}, "走る。" * 166 + "花が咲く夜。", True),  # around the end of a window
    ],
    "combination:two_responses": [
        ({}, "あ******い", True),
        ({}, "あ****** あ", False),
        ({}, "******あ******い******", True),
        ({}, "あ************い", False),
        ({}, "あ*******い", True),
        ({}, "あ******い******う", False),
    ],
    "combination:repeat_prompt": [
        ({"prompt_to_repeat": "問い。 "}, " 問い。答え", True),
        ({"prompt_to_repeat": "問い。"}, "「問い。」", False),
    ],
    "startend:end_checker": [
        ({"end_phrase": "以上です。"}, "本文。以上です。」", True),
        ({"end_phrase": "以上です。』"}, "以上です。」 ", True),
        ({"end_phrase": "「以上です。」"}, "『以上です。』", False),
        ({"end_phrase": "以上です。"}, "以上です", False),
    ],
    "startend:sentence_unified_end": [
        ({"ending": "です"}, "「いう。」は引用です！『違う。』もです", True),
        ({"ending": "です"}, "あです。\nいです。", True),
        ({"ending": "です"}, "あです。違う。", False),
        ({"ending": "です"}, "「いう。」", True),
    ],
    "startend:quotation": [
        ({}, " 「全部」\n", True),
        ({}, "「」", True),
        ({}, "「", False),
        ({}, "『全部』", False),
    ],
    "letters:furigana": [
        ({}, "漢字（かんじ）と仮名（かな）", True),
        ({}, "漢字（かんじ）と仮名", False),
        ({}, "漢字(かんじ)", False),
        ({}, "漢字（カンジ）", False),
        ({}, "漢字（かんー）", False),
        ({}, "ひらがな（かな）", True),
    ],
    "letters:kansuuji": [({}, "①二〇", True), ({}, "１", False), ({}, "٣", False)],
    "letters:no_katakana": [({}, "ー・ヽ漢字", True), ({}, "ｱ", False), ({}, "ヺ", False), ({}, "ﾟ", False)],
    "letters:katakana_only": [
        ({}, "ラーメン・ｱﾟ 12、。", True),
        ({}, "ヴ", False),
        ({}, "ヶ", False),
        ({}, "ヽ", False),
        ({}, "a", False),
    ],
    "letters:no_hiragana": [({}, "ゝ漢字", True), ({}, "ゖ", False), ({}, "ぁ", False)],
    "letters:hiragana_only": [
        ({}, "らーめん 12、。", True),
        ({}, "ゔ", False),
        ({}, "々", False),
        ({}, "ゝ", False),
        ({}, "é", False),
    ],
    "letters:kanji": [
        ({"kanji_limit": 2, "relation": AT_LEAST}, "々〇〆漢字", True),
        ({"kanji_limit": 1, "relation": LESS}, "々〇〆", True),
    ],
    "punctuation:no_comma": [({}, "あ,い，う", True), ({}, "あ、い", False)],
    "punctuation:no_period": [({}, "あ.い．", True), ({}, "あ。い", False)],
}


@pytest.mark.parametrize(
    ("name", "arguments", "response", "expected"),
    [(name, *case) for name, cases in CASES.items() for case in cases],
)
def test_rule(name: str, arguments: dict[str, Any], response: str, expected: bool) -> None:
    """The check decides as its rule says, and a loose verdict is never stricter."""
    strict, loose = verdict(name, arguments, response)
    assert loose == expected
    assert strict <= loose


def test_every_instruction_has_cases() -> None:
    """All 33 instructions are in the table above."""
    assert {f"ja:{name}" for name in CASES} == set(TABLE)
    assert len(TABLE) == 33


@pytest.mark.parametrize(
    ("name", "arguments", "response"),
    [
        ("length_constraints:number_letters", {"num_letters": 5, "relation": LESS}, "あいうえ\n"),
        ("startend:quotation", {}, "前置き\n「全部」"),
        ("startend:quotation", {}, "**「全部」**"),
        ("startend:quotation", {}, "「全部」\n以上"),
        ("startend:quotation", {}, "*前置き*\n**「全部」\n以上"),
        ("punctuation:no_comma", {}, "x、\nあ\ny、"),
        ("startend:sentence_unified_end", {"ending": "です"}, "あです。\n"),
        ("combination:repeat_prompt", {"prompt_to_repeat": "問い"}, "はい\n問い"),
    ],
)
def test_only_loosely(name: str, arguments: dict[str, Any], response: str) -> None:
    """A response may follow an instruction without its asterisks, its first or its last line only."""
    assert verdict(name, arguments, response) == (False, True)


def test_readings_are_those_of_the_rule() -> None:
    """Asterisks are removed after trimming, so what they leave at the ends stays; quotation marks are kept."""
    assert verdict("startend:quotation", {}, "x\n* 「全部」 *") == (False, True)
    spaced = {"num_letters": 6, "relation": AT_LEAST}
    assert verdict("length_constraints:number_letters", spaced, "x\n* あ *") == (True, True)
    exact = {"num_letters": 2, "relation": LESS}
    assert verdict("length_constraints:number_letters", exact, "xx\n* あ *") == (False, False)
    assert verdict("punctuation:no_comma", {}, '"、"') == (False, False)


@pytest.mark.parametrize("response", ["", " \n ", "\u3000", "\x1c"])
@pytest.mark.parametrize("name", sorted(name for name, cases in CASES.items() if not cases[0][0]))
def test_blank_responses_follow_nothing(name: str, response: str) -> None:
    """A blank response fails every instruction, also those that forbid something."""
    assert verdict(name, {}, response) == (False, False)


def test_asterisks_alone() -> None:
    """A reading that is blank counts for nothing."""
    assert verdict("startend:sentence_unified_end", {"ending": "x"}, "***") == (False, False)
    assert verdict("letters:no_katakana", {}, "***") == (True, True)


def test_scores_of_a_sample() -> None:
    """Prompt-level values are 0 or 1, instruction-level values are the verdicts in order."""
    assert Followed((True, False), (True, True)).scores() == {
        "inst_level_strict_acc": [True, False],
        "prompt_level_strict_acc": 0.0,
        "inst_level_loose_acc": [True, True],
        "prompt_level_loose_acc": 1.0,
    }


def test_corpus_metrics() -> None:
    """Prompt-level metrics are means over prompts, instruction-level ones over all instructions."""
    samples = [Followed((True, False, True), (True, True, True)), Followed((False,), (False,))]
    totals = {}
    for metric in METRICS:
        statistics = [metric.statistics(sample.scores()[metric.name]) for sample in samples]
        totals[metric.name] = metric.total([sum(column) for column in zip(*statistics, strict=True)])
    assert totals == {
        "inst_level_strict_acc": 0.5,
        "prompt_level_strict_acc": 0.0,
        "inst_level_loose_acc": 0.75,
        "prompt_level_loose_acc": 0.5,
    }
    assert METRICS[0].name == "inst_level_strict_acc"


@pytest.mark.parametrize(
    ("ids", "kwargs", "message"),
    [
        ([], [], "expected a list of instruction ids in 'instruction_id_list', found []"),
        ("ja:letters:kanji", [{}], "expected a list of instruction ids"),
        (["ja:letters:kansuuji"], [], "expected a list of 1 objects in 'kwargs'"),
        (["ja:letters:kansuuji"], None, "expected a list of 1 objects in 'kwargs'"),
        (["letters:kansuuji"], [{}], "expected an instruction id such as 'ja:keywords:existence', found 'letters:kan"),
        (["ja:ja:letters:kansuuji"], [{}], "expected an instruction id"),
        (["ja:keywords:key_sentences"], [{}], "expected an instruction id"),
        ([None], [{}], "expected an instruction id"),
        (["ja:letters:kansuuji"], ["x"], "ja:letters:kansuuji: expected an object of arguments in 'kwargs', found 'x'"),
        (
            ["ja:letters:kanji"],
            [{"kanji_limit": 3}],
            "ja:letters:kanji: expected argument 'relation' to be 未満 or 以上, but it is missing",
        ),
        (
            ["ja:letters:kanji"],
            [{"kanji_limit": 3, "relation": "以下"}],
            "ja:letters:kanji: expected argument 'relation' to be 未満 or 以上, but found '以下'",
        ),
        (
            ["ja:letters:kanji"],
            [{"kanji_limit": None, "relation": LESS}],
            "a whole number from 0 on, but it is missing",
        ),
        (["ja:letters:kanji"], [{"kanji_limit": -1, "relation": LESS}], "a whole number from 0 on, but found -1"),
        (["ja:letters:kanji"], [{"kanji_limit": True, "relation": LESS}], "a whole number from 0 on, but found True"),
        (["ja:letters:kanji"], [{"kanji_limit": "3", "relation": LESS}], "a whole number from 0 on, but found '3'"),
        (["ja:letters:kanji"], [{"kanji_limit": float("inf"), "relation": LESS}], "from 0 on, but found inf"),
        (["ja:letters:kanji"], [{"kanji_limit": float("nan"), "relation": LESS}], "from 0 on, but found nan"),
        (["ja:keywords:existence"], [{"keywords": "猫"}], "a list of texts, but found '猫'"),
        (["ja:keywords:existence"], [{"keywords": []}], "a list of texts, but found []"),
        (["ja:keywords:frequency"], [{"keyword": " ", "frequency": 1, "relation": LESS}], "text that is not blank"),
        (["ja:language:response_language"], [{"language": "zh"}], "to be one of ar bg bn de"),
        (["ja:language:response_language"], [{"language": ["fr"]}], "to be one of ar bg bn de"),
        (["ja:combination:repeat_prompt"], [None], "'prompt_to_repeat' to be text, but it is missing"),
        (
            ["ja:keywords:letter_frequency"],
            [{"letter": "ア", "let_frequency": 1, "let_relation": LESS}],
            "'letter' to be one hiragana, but found 'ア'",
        ),
        (
            ["ja:length_constraints:nth_paragraph_first_word"],
            [{"num_paragraphs": 2, "nth_paragraph": 3, "first_word": "x"}],
            "'nth_paragraph' to be at most 'num_paragraphs', found 3 of 2",
        ),
        (
            ["ja:length_constraints:nth_paragraph_first_word"],
            [{"num_paragraphs": 2, "nth_paragraph": 0, "first_word": "x"}],
            "'nth_paragraph' to be a whole number from 1 on, but found 0",
        ),
    ],
)
def test_bad_rows(ids: object, kwargs: object, message: str) -> None:
    """What is wrong with a row is one line: which instruction, which argument, what was expected and found."""
    with pytest.raises(ValueError) as error:
        prepare(ids, kwargs)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_other_arguments_are_ignored() -> None:
    """The hub's rows give every instruction all arguments, null where they do not apply; floats may be whole."""
    arguments = {"kanji_limit": 1.0, "relation": AT_LEAST, "keywords": None, "num_letters": "?"}
    assert follow("漢", prepare(("ja:letters:kanji",), (arguments,)), Text).strict == (True,)


@pytest.mark.skipif(not CONFORMANCE.is_dir(), reason=f"no conformance vectors at {CONFORMANCE}")
@pytest.mark.parametrize("folder", [".", "edge"])
def test_recorded_samples(folder: str) -> None:
    """Every recorded sample has its recorded verdicts, and the four corpus metrics agree to 1e-9."""
    columns = [
        [
            json.loads(line)
            for line in (CONFORMANCE / folder / kind / "mifeval_ja.jsonl").read_text("utf-8").split("\n")
            if line
        ]
        for kind in ("data", "responses", "expected")
    ]
    sums: dict[str, list[float]] = {}
    for row, response, expected in zip(*columns, strict=True):
        scores = follow(response["text"], prepare(row["instruction_id_list"], row["kwargs"]), Text).scores()
        assert scores == expected["scores"], (row["instruction_id_list"], response["text"])
        for metric in METRICS:
            statistics = metric.statistics(scores[metric.name])
            sums[metric.name] = [a + b for a, b in zip(sums.get(metric.name, [0, 0]), statistics, strict=True)]
    summary = json.loads((CONFORMANCE / folder / "expected/mifeval_ja.summary.json").read_text("utf-8"))
    for metric in METRICS:
        assert metric.total(sums[metric.name]) == pytest.approx(summary[metric.name], abs=1e-9)
