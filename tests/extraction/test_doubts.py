"""What an answer was read from: doubts in texts of every kind, and silence where an answer is stated."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.extraction.choice import choice_letter, find_choice
from swallow_metrics.extraction.doubts import choice_doubt, trace_doubt
from swallow_metrics.judge.rating import rating_doubt

GUESSED, SEVERAL = "letter_guessed", "letters_several"
FOUR, TEN = "ABCD", "ABCDEFGHIJ"


@pytest.mark.parametrize(
    ("text", "letters", "doubt"),
    [
        # stated
        ("Answer: B", FOUR, None),
        ("The answer is (C).", FOUR, None),
        ("Answer: **B**", FOUR, None),
        (r"Answer: $\boxed{B}$", FOUR, None),
        ("Answer: B) thiamine", FOUR, None),
        ("Answer: (B) thiamine", FOUR, None),
        ("Answer: B. Note that A is wrong", FOUR, None),
        ("Answer: B, since I checked it twice", TEN, None),
        ("The final answer is C. I hope it is correct.", FOUR, None),
        ("B", FOUR, None),
        ("(B)", FOUR, None),
        ("**B**", FOUR, None),
        ("B. mitochondria", FOUR, None),
        (r"\boxed{C}", FOUR, None),
        (r"$\boxed{\text{C}}$", FOUR, None),
        ("nothing here", FOUR, None),
        ("", FOUR, None),
        # no cue reaches the letter
        ("Answer: unknown. I cannot tell from the given text.", FOUR, GUESSED),
        ("Answer: unknown. I cannot tell from the given text.", TEN, GUESSED),
        ("Answer: None of the above", FOUR, GUESSED),
        ("The final choice is \\boxed{C}.\n\nI rejected A because the units differ.", FOUR, GUESSED),
        ("Answer: B\n\nA is wrong because it ignores friction.", FOUR, GUESSED),
        ("The answer is (C).\n\nOption A is too small.", FOUR, GUESSED),
        ("Answer: B) Vitamin C", FOUR, GUESSED),  # it is C that is read
        ("A good choice is B", FOUR, GUESSED),
        ("I think it is B", TEN, GUESSED),
        ("A) foo B) bar", FOUR, GUESSED),
        ("DNA", FOUR, GUESSED),
        # a word, a part of one, a negation
        ("Answer: A common mistake is to add them", FOUR, GUESSED),
        ("Answer: I don't know", TEN, GUESSED),
        ("The final answer is Always the same", FOUR, GUESSED),
        ("Answer: not B", FOUR, GUESSED),
        ("Answer: not" + 40 * " " + "B", FOUR, GUESSED),
        ("Answer: knot B", FOUR, None),
        # several
        ("Answer: A or B", FOUR, SEVERAL),
        ("Answer: (A) or (B)", FOUR, SEVERAL),
        ("Answer: A, B, and D.", FOUR, SEVERAL),
        ("Working through it.\nAnswer: It is not B, the answer is D", FOUR, SEVERAL),
        ("The answer is either C or D", FOUR, SEVERAL),
    ],
)
def test_english_letters(text, letters, doubt):
    """Golden cases of English answers."""
    assert choice_doubt(text, letters, "en") == doubt


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("回答: B", None),
        ("**回答**: B", None),
        ("回答はBです", None),
        (r"回答: $\boxed{\text{B}}$", None),
        ("回答: B\n補足: Aは誤り", None),
        ("回答: B。Aは誤り", None),
        ("回答:\nB", None),
        ("B", None),
        ("回答: AまたはB", SEVERAL),
        ("回答: A、B", SEVERAL),
        ("回答: 該当なし。A、B、C、Dはすべて誤り", GUESSED),
        ("回答: DNA", GUESSED),
        ("回答: Bではない", GUESSED),
        ("回答: 不明\nDNAの話", GUESSED),
        ("ANSWER: C", GUESSED),
        ("A) は違う。B) が正しい", GUESSED),
    ],
)
def test_japanese_letters(text, doubt):
    """Golden cases of Japanese answers."""
    assert choice_doubt(text, FOUR, "ja") == doubt


PIECES = [*"ABCx :.,()\n*は。とか", "answer", "Answer", "Answer: ", "final answer", "is ", "I hope", "回答", "回答："]


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.sampled_from(["ja", "en"]))
def test_place_of_the_letter(text, language):
    """The place that is found holds the letter that is read behind its cue; only what is read can be in doubt."""
    found = find_choice(text, FOUR, language)
    assert (found and found.letter) == choice_letter(text, FOUR, language)
    if found:
        assert text[found.position] == found.letter
        assert (found.cue is None) == (found.priority >= 200)
        if found.cue is not None:
            assert found.cue <= found.position
            before = text[: found.cue].lower()
            assert before.endswith({100: (":", "："), 150: ("answer", "回答")}.get(found.priority, "final answer"))
    assert found or choice_doubt(text, FOUR, language) is None


def test_ordinary_answers_are_silent(shared):
    """Recorded answers that end in the letter that is read are in no doubt; those that end in another one are."""
    lines = (shared / "conformance/responses/mmlu_pro_english.jsonl").read_text("utf-8").split("\n")
    texts = [json.loads(line)["text"] for line in lines if line]
    found = [(find_choice(text, TEN, "en"), choice_doubt(text, TEN, "en")) for text in texts]
    stated = [doubt for (choice, doubt), text in zip(found, texts, strict=True)
              if choice and text.rstrip().endswith(f"The answer is ({choice.letter}).")]  # fmt: skip
    assert len(stated) > 400
    assert not any(stated)
    others = [doubt for (choice, doubt), text in zip(found, texts, strict=True)
              if choice and choice.letter != "A" and text.rstrip().endswith("The answer is (A).")]  # fmt: skip
    assert others
    assert all(others)


@pytest.mark.parametrize("text", ["final answer" + " \n" * 150_000 + "is C", "answer " * 50_000, "A or " * 60_000])
def test_long_texts_of_choices(text):
    """A search that reads gaps again and again would not end."""
    choice_doubt(text, FOUR, "en")
    trace_doubt(text)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Rating: [[5]]", None),
        ("[[5]] and again [[5]]", None),
        ("[1] says so. Rating: [[7]]", None),
        ("評価: 8", None),
        ("", None),
        ("[[8]] for the first, [[3]] for the second", "ratings_several"),
        ("[8] or [9]", "ratings_several"),
    ],
)
def test_ratings(text, doubt):
    """Only different numbers in the brackets that are read are in doubt."""
    assert rating_doubt(text) == doubt


@pytest.mark.parametrize(
    ("answer", "reasoning"),
    [
        ("<thinking>a</thinking>回答: B", None),
        ("<THINK>a</THINK>B", None),
        ("[THINK]a[/THINK]B", None),
        ("◁think▷a◁/think▷B", None),
        ("<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>B", None),
        ("analysisWe need B.assistantfinalAnswer: B", None),
        ("<|START_THINKING|>a<|END_THINKING|>B", None),
        ("<seed:think>a</seed:think>B", None),
        ("<longcat_think>a</longcat_think>B", None),
        ("<|thinking|>a B", None),
        ("Here is my thought process:\na\nHere is my response:\nB", None),
        ("b<think>c</think>d", "a"),  # a second trace
        ("b</think>c", "a"),  # closed twice
        ("<think>a", "a"),
    ],
)
def test_traces_that_are_not_separated(answer, reasoning):
    """Traces in other markups, and those behind the first one, are told."""
    assert trace_doubt(answer, reasoning) == "unrecognised_trace"


@pytest.mark.parametrize(
    ("answer", "reasoning"),
    [
        ("回答: B", None),
        ("回答: B", "a"),
        ("", None),
        ("<think>cut off", None),  # has its own count
        ("a <thinking", None),
        ("I think: [THINKER] B", None),
        ("a</think", "b"),
        ("only a trace", "only a trace"),
    ],
)
def test_answers_without_a_trace(answer, reasoning):
    """Ordinary answers, and traces that have a count of their own, are none."""
    assert trace_doubt(answer, reasoning) is None
