"""Open-answer extraction: boxes, phrases, heads and their normalisation, against the rules as plain expressions."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from swallow_metrics.extraction.open_answer import nfkc, normalise, plain_answer, quasi_answer

ANSWERS = [
    # response, plain, quasi
    (r"回答: $\boxed{東京}$", "東京", "東京"),
    (r"\boxed{大阪} のち \boxed{東京}", "大阪", "大阪"),
    ("正解: 東京\n解答: 大阪", "大阪", "大阪"),
    ("東京です。", "東京です。", "東京"),
    ("考えます。\n東京", "考えます。\n東京", "考えます"),
    ("回答は、東京都です。", "東京都", "東京都"),
    ("回答: \n東京", "東京", "東京"),
    ("回答：「東京」", "「東京」", "東京"),
    (r"\boxed{『「東京」』}", "『「東京」』", "「東京」"),
    (r"\boxed{ 東京 }", " 東京 ", "東京"),
    ("**回答**: 東京", "**回答**: 東京", "**回答**:"),
    ("回答:です。", "です", "です"),
    ("東京だった。", "東京だった。", "東京だった"),
    ("", "", ""),
    ("回答: はい", "はい", "YES"),
    (r"\boxed{True}", "True", "True"),
    (r"\boxed{×}", "×", "NO"),
    (r"\boxed{ファイナルファンタジーＸＩＩＩ}", "ファイナルファンタジーＸＩＩＩ", "ファイナルファンタジーXIII"),
    (r"\boxed{山田 太郎}", "山田 太郎", "山田 太郎"),
    ("正解はA. 回答はB, 答えはc", "c", "c"),
    ("回答: 東京 タワー", "東京", "東京"),
    (r"\boxed{a}b}", "a", "a"),
    (r"\boxed{\text{x} y}", r"\text{x", r"\text{x"),
    (r"\boxed{\text{東京}}", "東京", "東京"),
    (r"\boxed{\text{}}", r"\text{", r"\text{"),  # a content has a character at least
    (r"\boxed{\text{}}}", "}", "}"),
    (r"{{x}} \boxed{\text{東京}}", "東京", "東京"),
    (r"\boxed{}", r"\boxed{}", r"\boxed{}"),
    (r"\boxed{}x}", "}x", "}x"),
    ("回答は: \n", "\n", ""),
    ("回答は->", "->", "->"),
    ("回答は", "回答は", "回答は"),
    ("回答:", "回答:", "回答:"),
    ("\n\n東京です。", "\n\n東京です。", ""),
    ("(答え) → 東京でしょう．", "東京", "東京"),
    ("（答え）→ 東京", "（答え）→ 東京", "(答え)→"),
    ("答えは東京である 回答は不明", "不明", "不明"),
    ("解 = 42だろう", "42", "42"),
    (r"「回答」: 東京だ", "東京", "東京"),
]


@pytest.mark.parametrize(("text", "plain", "quasi"), ANSWERS)
def test_examples(text, plain, quasi):
    """Both modes extract what the worked examples say."""
    assert (plain_answer(text).text, quasi_answer(text).text) == (plain, quasi)


@pytest.mark.parametrize(
    ("text", "plain", "quasi"),
    [
        (r"回答: \boxed{東京}", "box", "box"),
        ("回答: 東京", "phrase", "phrase"),
        ("東京", "whole", "direct"),
        ("", "whole", "whole"),
    ],
)
def test_stage(text, plain, quasi):
    """An answer says which stage found it, and "whole" means that nothing was recognised."""
    assert (plain_answer(text).stage, quasi_answer(text).stage) == (plain, quasi)
    assert plain_answer(text).found == (plain != "whole")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (" 「 東京 」 ", " 東京 "),  # trimmed before the marks go, not after
        ("「」", "「」"),  # two characters stay
        ("```NO```", "NO"),
        ("**NO**", "NO"),
        ("*NO*", "NO"),
        ("***NO***", "*NO*"),
        ("＜東京＞", "<東京>"),  # full-width brackets become ASCII ones too late
        ("<東京>", "東京"),
        ("[東京]", "[東京]"),
        ("「東京』", "「東京』"),
        ("〝東京〞", "東京"),
        ("\u25ef", "YES"),
        ("\u25cb", "\u25cb"),
        ("\u00d7", "NO"),
        ("Ｎ Ｇ", "N G"),
        ("ＮＧ", "NO"),
        ("いいえ、違います", "いいえ、違います"),
        ("Yes", "Yes"),
        ("ﾊｲ", "ハイ"),
        ("", ""),
    ],
)
def test_normalise(raw, expected):
    """One layer of marks, then NFKC, then yes and no."""
    assert normalise(raw) == expected


ANSWER = r"(.+?)(?:です|だ|である|でしょう|だろう)?(?:[。．\s]|$)"
BOX = re.compile(r"\\boxed\{(?:\\text\{(?P<text>.+?)\}\}|(?P<box>.+?)\})", re.DOTALL)
PHRASE = re.compile(
    r"(?:(?:回答|正解|答え|解答)は(?:[:：→=＝.．、，]|->)?\s*"
    r"|[【「\[(]?\s*(?:回答|正解|答え|解答|解|答)[】」\])]?\s*(?:[:：→=＝.．]|->)\s*)" + ANSWER,
    re.DOTALL,
)
HEAD = re.compile(r"(?:^|\n+)" + ANSWER, re.DOTALL)


def transcription(text, quasi):
    """QA-2 to QA-7 as plain, slow expressions."""

    def ordered(pattern):
        return sorted(pattern.finditer(text), key=lambda match: (match.end(), -match.start()))

    if matches := ordered(BOX):
        found = matches[0]
        return ("box", found["text"] if found["text"] is not None else found["box"])
    if matches := ordered(PHRASE):
        return "phrase", matches[-1][1]
    if quasi and (matches := ordered(HEAD)):
        return "direct", matches[0][1]
    return "whole", text


PIECES = [
    *("回答", "正解", "答え", "解答", "解", "答", "は", "です", "だ", "である", "でしょう", "だろう", "東京", "x"),
    *(*"：:->→=＝.．、，【】「」[]() \u3000\n\r\u2028\0\ud800。{}", "->"),
    *("\\boxed{", "\\text{", "}}"),
]
BOXES = ["\\boxed{", "\\text{", "}", "}}", "x"]


@settings(max_examples=700)
@given(st.sampled_from([PIECES, PIECES[:40], BOXES]).flatmap(lambda some: st.lists(st.sampled_from(some), max_size=14)))
@example(["回答", "は", "：", " "])
@example(["回答", "は", "->"])
@example([*["x"] * 300, "回答", "は", "：", " "])
@example([*["x"] * 300, "回答", "は", "："])
def test_equal_to_the_rules_as_expressions(pieces):
    """On any mixture of cues, marks, copulas and boxes the scans find what the plain expressions find."""
    text = "".join(pieces)
    plain, quasi = plain_answer(text), quasi_answer(text)
    assert (plain.stage, plain.text) == transcription(text, quasi=False)
    stage, found = transcription(text, quasi=True)
    assert (quasi.stage, quasi.text) == (stage, normalise(found))
    assert quasi == quasi_answer(text, plain)


@settings(max_examples=300)
@given(st.lists(st.sampled_from([*"aがｶﾞ①가각\u3099\u0301\u0315\u0323\u0345\u200d\ufdfa"]), min_size=1, max_size=40))
def test_long_texts_are_normalised_like_short_ones(pieces):
    """Sorting runs of marks beforehand, as is done for long texts, changes nothing of NFKC."""
    text = "".join(pieces) * (4000 // len(pieces) + 1)
    assert len(text) >= 4000
    assert nfkc(text) == unicodedata.normalize("NFKC", text)
