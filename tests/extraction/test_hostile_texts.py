"""Texts of 300,000 characters made to stall a search: every extractor still has its answer.

Nothing is timed. A search that rescans the text from every cue or bracket would not end within hours.
"""

import pytest

from swallow_metrics.extraction.choice import choice_letter
from swallow_metrics.extraction.open_answer import plain_answer, quasi_answer
from swallow_metrics.extraction.reasoning import is_unclosed, split_reasoning
from swallow_metrics.metrics.math.search import pools
from swallow_metrics.metrics.open_qa import character_f1, fuzzy_ratio

SIZE = 300_000


def much(piece):
    """A piece repeated up to the size."""
    return piece * (SIZE // len(piece))


@pytest.mark.parametrize(
    ("text", "language", "letter"),
    [
        (much("answer: ") + "B", "en", "B"),
        (much("answer"), "en", None),
        (much("final answer "), "en", None),
        (much("final answer is ") + "\nD", "en", "D"),
        ("final answer" + much(" ") + "is" + much("\n") + "C", "en", "C"),
        ("final answer is" + much("\n") + "C", "en", "C"),
        (much(" A"), "en", "A"),
        (much("final answer x ") + "(B)", "en", "B"),
        (much("回答:"), "ja", None),
        (much("回答:") + "\nC", "ja", "C"),
        (much("回答" + "あ" * 51) + "C\nB", "ja", "B"),
        (much("*") + "B", "ja", "B"),
        (much("\u2028") + "回答: B", "ja", "B"),
        (much("\0\ud800"), "en", None),
    ],
)
def test_choice(text, language, letter):
    """The letter is found, or found missing."""
    assert choice_letter(text, "ABCD", language) == letter


@pytest.mark.parametrize(
    ("text", "answer", "stage"),
    [
        (much("\\boxed{"), None, "whole"),
        (much("\\boxed{\\text{") + "}", None, "box"),
        (much("回答"), None, "whole"),
        (much("回答は") + "。", None, "phrase"),
        (much("回答:\n"), "回答:", "phrase"),
        ("答" + much(" ") + ":" + much(" ") + "東京", "東京", "phrase"),
        (much("答 "), None, "whole"),
        (much("「 "), None, "whole"),
        (much(" "), None, "whole"),
        (much("です"), None, "whole"),
        (much("\ud800\0"), None, "whole"),
    ],
)
def test_open_answer(text, answer, stage):
    """A stage is found; where the answer is short, it is the right one."""
    plain = plain_answer(text)
    assert plain.stage == stage
    assert answer is None or plain.text == answer
    assert quasi_answer(text, plain).stage in {stage, "direct"}


def test_normalisation_of_marks():
    """Endless combining marks are normalised."""
    assert quasi_answer("\\boxed{か" + much("\u3099\u0323") + "}").text.startswith("が\u3099\u3099")


@pytest.mark.parametrize("text", [much("東京"), much("あ "), much("\0"), much("東 京 ")])
def test_scores_of_long_answers(text):
    """A long answer to a short gold is scored."""
    assert 0 <= character_f1(text, "東京タワー") < 0.01
    assert fuzzy_ratio(text, "東京タワー") == 0.0


def test_reasoning():
    """Tags without end are counted as what they are."""
    assert is_unclosed(much("<think>"))
    assert split_reasoning(much("</think>"))[1] == ""
    assert split_reasoning(much("<think>") + "</think>a")[0] == "a"


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        (much("\\boxed{"), 0),
        ("$" + much("\\boxed{a}"), 1),
        (much("\\["), 0),
        (much("\\("), 0),
        (much("\\(") + "5\\)", 1),  # one end for all
        (much("$$ a "), 30_000),
        (much("answer"), 0),
        (much("answer = "), 0),
        ("answer 5" + much(" ") + "x", 1),
        ("final answer is $5$" + much(" ") + "I hope", 1),
        (" 1" + much("+1") + "x", 1),
        ("answer: 1" + much("+1") + "x", 1),
        (much(" [") + "x", 0),
        (much("\\frac{1"), 0),
        (" " + much("7"), 1),
        (much("\u2028\0\ud800"), 0),
    ],
)
def test_mathematics(text, candidates):
    """The first pool has the candidates that a short text of the same kind has."""
    assert len(next(pools(text, "prediction"), [])) == candidates
