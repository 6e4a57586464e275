"""What a benchmark's answers become: letters, mathematical answers and programs, as `score` receives them."""

import pytest

from swallow_metrics.datatypes import Benchmark, Dataset, Response
from swallow_metrics.metrics.choice import EXTRACTIVE_MATCH, score_letters
from swallow_metrics.metrics.math.compare import Comparison
from swallow_metrics.metrics.math.scoring import score_answers
from swallow_metrics.metrics.pass_at_k import pass_metrics, score_programs
from swallow_metrics.sandbox import Outcome
from swallow_metrics.scoring import Scorer


def scorer(metrics=(EXTRACTIVE_MATCH,), generations=1):
    dataset = Dataset("p", "test", (), 1)
    return Scorer(Benchmark("b", "B", dataset, lambda row, prompt: None, metrics, repeats=generations))


@pytest.mark.parametrize(
    ("text", "right", "letter", "counts"),
    [
        ("Answer: B", 1.0, "B", {}),
        ("Answer: C", 0.0, "C", {}),
        ("no idea", 0.0, None, {"unextracted": 1}),
        ("Answer: B or C", 1.0, "B", {"letters_several": 1}),
    ],
)
def test_a_letter(text, right, letter, counts):
    """It is right where it equals the gold; a letter in doubt is scored all the same, and counted."""
    score = scorer()
    score_letters([Response(text)], "B", "ABCD", "en", score)
    assert (score.scores(), score.extracted, score.counts) == ({"extractive_match": right}, [letter], counts)


def test_letters_of_shuffled_options_vote_for_the_option():
    """Each generation has its own order and so its own gold; a vote is for what stands behind the letter (MJ-1)."""
    score = scorer(generations=3)
    shown = ("red", "blue"), ("blue", "red"), ("red", "blue")
    texts = "Answer: B", "Answer: A", "no idea"
    responses = [Response(text, choices=choices) for text, choices in zip(texts, shown, strict=True)]
    score_letters(responses, lambda response: "AB"[response.choices.index("blue")], "AB", "en", score)
    assert score.scores() == {"extractive_match": pytest.approx(2 / 3)}
    assert score.several()["extractive_match_maj@3:3"] == 1.0
    assert score.details["answer_keys"] == ["blue", "blue", "EMPTY"]


def test_letters_of_one_order_vote_for_themselves():
    """Where all saw the same order, letter and option are the same vote, and the letter is shorter."""
    score = scorer(generations=2)
    score_letters([Response("Answer: B", choices=("red", "blue"))] * 2, "B", "AB", "en", score)
    score.several()
    assert score.details["answer_keys"] == ["B", "B"]


class Recorded:
    """Compares as it is told."""

    def __init__(self, comparison):
        self.comparison = comparison

    def verify(self, gold, kind, prediction):
        assert (gold, kind) == ("5", "expression")
        return self.comparison


@pytest.mark.parametrize(
    ("comparison", "extracted", "counts", "warnings"),
    [
        (Comparison(equal=True, extracted=("5", "5.0")), "5", {}, 0),
        (Comparison(equal=False), None, {"unextracted": 1}, 0),
        (Comparison(equal=False, extracted=("6",), outcome="timeout"), "6", {"timeout": 1}, 0),
        (Comparison(equal=False, extracted=("6",), gold_parsed=False), "6", {"gold_unparsed": 1}, 1),
    ],
)
def test_a_mathematical_answer(comparison, extracted, counts, warnings):
    """Its value is shown; a limit that was hit, and a gold without a value, are counted beside the score."""
    score = scorer()
    score_answers(Recorded(comparison), "5", "expression", [Response("an answer")], score)
    assert score.scores() == {"extractive_match": float(comparison.equal)}
    assert (score.extracted, score.counts, len(score.warnings)) == ([extracted], counts, warnings)


def test_programs():
    """pass@k over the generations, each outcome counted; an answer without code is an issue of its question."""
    score = scorer(pass_metrics("humaneval", 4), 4)
    outcomes = [
        Outcome("passed", (True,)), Outcome("passed", (True,), own_helper=True),
        Outcome("wrong answer", (False,)), Outcome("no code", ()),
    ]  # fmt: skip
    score_programs("humaneval", outcomes, score)
    assert score.scores() == {"humaneval_pass@1:4": pytest.approx(0.5)}
    assert score.counts == {
        "outcome passed": 2, "outcome wrong answer": 1, "outcome no code": 1, "passed_by_own_helper": 1, "no_code": 1,
    }  # fmt: skip
    assert score.extracted == [["passed", "passed", "wrong answer", "no code"]]
    score.several()
    assert score.details["repeats"] == {"humaneval_pass@1:4": [1.0, 1.0, 0.0, 0.0]}


def test_answers_without_code_are_unextracted():
    """A question of which no generation holds a program has nothing that could be scored."""
    score = scorer(pass_metrics("humaneval", 1))
    score_programs("humaneval", [Outcome("no code", ())], score)
    assert score.counts == {"outcome no code": 1, "no_code": 1, "unextracted": 1}
    score = scorer(pass_metrics("humaneval", 1))
    score_programs("humaneval", [Outcome("passed", (True,))], score)
    assert score.counts == {"outcome passed": 1}
