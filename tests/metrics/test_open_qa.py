"""Scores of open answers: golden values, and equality with the textbook formulas."""

import re
from collections import Counter
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swallow_metrics.extraction.open_answer import plain_answer, quasi_answer
from swallow_metrics.metrics.open_qa import METRICS, character_f1, fuzzy_ratio, open_qa_scores

GOLDEN = [
    # gold, response, (exact, F1, fuzzy) plain, (exact, F1, fuzzy) quasi; F1 rounded to 4 digits
    ("東京", r"回答: $\boxed{東京}$", (1, 1, 1), (1, 1, 1)),
    ("東京", r"\boxed{大阪} のち \boxed{東京}", (0, 0, 0), (0, 0, 0)),
    ("東京", "正解: 東京\n解答: 大阪", (0, 0, 0), (0, 0, 0)),
    ("東京", "東京です。", (0, 0.5714, 0.67), (1, 1, 1)),
    ("東京", "考えます。\n東京", (0, 0.4, 0.44), (0, 0, 0)),
    ("東京", "回答は、東京都です。", (0, 0.8, 0.8), (0, 0.8, 0.8)),
    ("東京", "回答: \n東京", (1, 1, 1), (1, 1, 1)),
    ("東京", "回答：「東京」", (0, 0.6667, 1), (1, 1, 1)),
    ("東京", r"\boxed{『「東京」』}", (0, 0.5, 1), (0, 0.6667, 1)),
    ("東京", r"\boxed{ 東京 }", (0, 0.6667, 1), (1, 1, 1)),
    ("東京", "**回答**: 東京", (0, 0.3333, 0.57), (0, 0, 0)),
    ("東京", "回答:です。", (0, 0, 0), (0, 0, 0)),
    ("東京", "東京だった。", (0, 0.5, 0.57), (0, 0.5714, 0.57)),
    ("東京", "", (0, 0, 0), (0, 0, 0)),
    ("YES", "回答: はい", (0, 0, 0), (1, 1, 1)),
    ("YES", r"\boxed{True}", (0, 0, 0.29), (0, 0, 0.29)),
    ("NO", r"\boxed{No}", (0, 0.5, 1), (0, 0.5, 1)),
    ("NO", r"\boxed{×}", (0, 0, 0), (1, 1, 1)),
    ("ファイナルファンタジーXIII", r"\boxed{ファイナルファンタジーＸＩＩＩ}", (0, 0.7333, 0.73), (1, 1, 1)),
    ("１９９９年", r"\boxed{1999年}", (0, 0.2, 0.2), (0, 0.2, 0.2)),
    ("ABC def", r"\boxed{def ABC}", (0, 1, 1), (0, 1, 1)),
    ("山田太郎", r"\boxed{山田 太郎}", (0, 0.8889, 0.44), (0, 0.8889, 0.44)),
    ("c", "正解はA. 回答はB, 答えはc", (1, 1, 1), (1, 1, 1)),
]


@pytest.mark.parametrize(("gold", "response", "plain", "quasi"), GOLDEN)
def test_worked_examples(gold, response, plain, quasi):
    """All six metrics of each worked example come out as given."""
    scores = open_qa_scores(gold, plain_answer(response).text, quasi_answer(response).text)
    names = ("exact_match", "f1_score", "llmjpeval_f1_score")
    assert tuple(round(scores[name], 4) for name in names) == plain
    names = ("quasi_exact_match", "f1_score_quasi", "llmjpeval_f1_score_quasi")
    assert tuple(round(scores[name], 4) for name in names) == quasi


def test_metrics_are_what_is_scored():
    """Each metric object has a score of its name, and the primary one comes first."""
    assert {metric.name for metric in METRICS} == set(open_qa_scores("a", "a", "b"))
    assert METRICS[0].name == "f1_score_quasi"
    assert {metric.name: metric.family for metric in METRICS} == {
        name: "exact_match" if "exact" in name else "f1" for name in open_qa_scores("a", "a", "b")
    }


@pytest.mark.parametrize(
    ("prediction", "gold", "expected"),
    [
        ("NO", "No", 1.0),
        ("！", "？", 1.0),
        ("Émile", "emile", 0.89),
        ("×", "YES", 0.0),
        ("東京日本", "東京（日本）", 0.44),
        ("", "", 1.0),
        ("", "東京", 0.0),
        ("東京" * 100_000, "東京", 0.0),
    ],
)
def test_fuzzy_ratio(prediction, gold, expected):
    """Case, punctuation and word order are ignored; Latin-1 characters are dropped."""
    assert fuzzy_ratio(prediction, gold) == expected


@pytest.mark.parametrize(("prediction", "gold", "expected"), [("21", "12", 1.0), ("", "", 1.0), ("", "a", 0.0)])
def test_character_f1(prediction, gold, expected):
    """Order is irrelevant, and two empty texts are the same."""
    assert character_f1(prediction, gold) == expected


def textbook_f1(prediction, gold):
    """QA-14 as it is written."""
    overlap = sum((Counter(prediction) & Counter(gold)).values())
    if not prediction or not gold or not overlap:
        return float(not prediction and not gold)
    precision, recall = overlap / len(prediction), overlap / len(gold)
    return 2 * precision * recall / (precision + recall)


def textbook_ratio(prediction, gold):
    """QA-15 as it is written, with `difflib` on the whole texts."""

    def words(text):
        kept = "".join(char for char in text if not "\x80" <= char <= "\xff")
        return " ".join(sorted(re.sub(r"\W", " ", kept).lower().strip().split()))

    prediction, gold = words(prediction), words(gold)
    if prediction == gold:
        return 1.0
    return round(100 * SequenceMatcher(None, prediction, gold).ratio()) / 100 if prediction and gold else 0.0


ALPHABETS = ("東京（日本） abAB é_×\n", "ab ", "abcdefghij klmnopq", "あいうえおかきくけこ・\0\1-^]İﬁ")


@settings(max_examples=600)
@given(st.data())
def test_equal_to_the_formulas(data):
    """Shortcuts for equal, foreign and very unequal texts never change a score, also where difflib guesses junk."""
    texts = st.text(st.sampled_from(data.draw(st.sampled_from(ALPHABETS))), max_size=30)
    prediction = data.draw(texts) * data.draw(st.sampled_from([1, 1, 3, 40]))
    gold = data.draw(texts) * data.draw(st.sampled_from([1, 1, 1, 10]))
    assert fuzzy_ratio(prediction, gold) == textbook_ratio(prediction, gold)
    assert character_f1(prediction, gold) == textbook_f1(prediction, gold)
