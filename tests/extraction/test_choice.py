"""Multiple-choice extraction: the specification's examples, and equality with its patterns as plain expressions."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swallow_metrics.extraction.choice import choice_letter, find_choice

FOUR, TEN = "ABCD", "ABCDEFGHIJ"

JAPANESE = [
    ("回答: B", FOUR, "B"),
    ("回答：B", FOUR, "B"),
    ("回答:B。", FOUR, "B"),
    ("**回答: B**", FOUR, "B"),
    ("回答: **B**", FOUR, "B"),
    ("回答: (B)", FOUR, "B"),
    ("回答: 「B」", FOUR, "B"),
    (r"回答: $\boxed{\text{B}}$", FOUR, "B"),
    ("**回答**: B", FOUR, "B"),
    ("回答 : B", FOUR, "B"),
    ("回答はBです", FOUR, "B"),
    ("最終回答はCです。\n回答: B", FOUR, "B"),
    ("回答: B 最終回答 D", FOUR, "B"),
    ("回答: A\n回答: B", FOUR, "B"),
    ("回答: 該当なし。A、B、C、Dはすべて誤り", FOUR, "A"),
    ("回答: AまたはB", FOUR, "A"),
    ("回答: B\n補足: Aは誤り", FOUR, "B"),
    ("回答:\nB", FOUR, "B"),
    ("回答\nB A", FOUR, "A"),
    ("回答: " + 51 * "あ" + "B\nC", FOUR, "C"),
    ("回答:" + 50 * "あ" + "**B\nC", FOUR, "B"),
    ("回答:" + 49 * "あ" + "**B\nC", FOUR, "B"),
    ("回答:" + 51 * "あ" + "**B\nC", FOUR, "C"),
    ("解答: B\nA", FOUR, "A"),
    ("A) は違う。B) が正しい", FOUR, "A"),
    ("DNAの話。正しいのはB", FOUR, "D"),
    ("ANSWER: C", FOUR, "A"),
    ("答え: C (CAT)", FOUR, "A"),
    ("回答: DNA", FOUR, "D"),
    ("回答: Ｂ", FOUR, None),
    ("回答: b", FOUR, None),
    ("回答: ア", FOUR, None),
    ("回答: J", FOUR, None),
    ("回答: J", TEN, "J"),
    ("C\n回答: E", FOUR, "C"),
    ("", FOUR, None),
]

ENGLISH = [
    ("Answer: B", FOUR, "B"),
    ("answer: **B**", FOUR, "B"),
    ("Answer:** B", FOUR, "B"),
    ("Answer: C\n", FOUR, "C"),
    ("Answer: B\n\nA", FOUR, "A"),
    ("Answer: C\nThis is because A is wrong.", FOUR, "A"),
    ("Answer: B.\nNote that A, C are wrong", FOUR, "B"),
    ("Answer: **B**\n\nReason: D.", FOUR, "D"),
    ("Answer: (B)", FOUR, "B"),
    ("Answer: $B$", FOUR, "B"),
    (r"Answer: $\boxed{B}$", FOUR, "B"),
    ("Answer: D)", FOUR, "D"),
    ("Answer：B", FOUR, "B"),
    ("Answer:B", FOUR, "B"),
    ("The answer is (C)\n\nI chose C because A is not right.", FOUR, "A"),
    ("The answer is: A) foo; B) bar", FOUR, "B"),
    ("Answer: b", FOUR, "A"),
    ("Answer: None of the above", FOUR, "A"),
    ("Answer: A\nActually Answer: B", FOUR, "B"),
    ("Answer: B or C", FOUR, "B"),
    ("Answer: C. The final answer is B", FOUR, "B"),
    ("The final answer is Always C", FOUR, "A"),
    ("The final answer\nis B", FOUR, "B"),
    ("A good choice is B", FOUR, "A"),
    ("I think it is B", TEN, "I"),
    ("I think it is B", FOUR, "B"),
    ("Answer: A1", TEN, "A"),
    ("The final answer is: C. I hope it is correct. The final answer is B", FOUR, "C"),
    ("The FINAL answer is\n\nC\tI hope", FOUR, "C"),
    ("final answer is C i hope. Answer: D", FOUR, "C"),
    ("final answer IS C", FOUR, "C"),
    ("", FOUR, None),
    ("nothing here", FOUR, None),
]


@pytest.mark.parametrize(("text", "letters", "expected"), JAPANESE)
def test_japanese_examples(text, letters, expected):
    """The rules for Japanese give the letter of each worked example."""
    assert choice_letter(text, letters, "ja") == expected


@pytest.mark.parametrize(("text", "letters", "expected"), ENGLISH)
def test_english_examples(text, letters, expected):
    """The rules for English give the letter of each worked example."""
    assert choice_letter(text, letters, "en") == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "The final answer is: B. I hope so", ("B", 21, 0, 16)),
        ("en", "The final answer, I think, is B", ("B", 30, 50, 16)),
        ("en", "So, Answer: B.", ("B", 12, 100, 11)),
        ("en", "My Answer: B.", ("B", 11, 100, 10)),
        ("en", "my answer B", ("B", 10, 150, 9)),
        ("en", "**B is right", ("B", 2, 200, None)),
        ("en", "I say B.", ("B", 6, 250, None)),
        ("en", "xBx", ("B", 1, 300, None)),
        ("ja", "回答：B", ("B", 3, 100, 3)),
        ("ja", "「回答：B", ("B", 4, 100, 4)),
        ("ja", "回答はB", ("B", 3, 150, 2)),
        ("ja", "Bです", ("B", 0, 200, None)),
        ("ja", "正しいのはB", ("B", 5, 300, None)),
        ("ja", "なし", None),
    ],
)
def test_where_the_letter_stands_and_which_pattern_found_it(language, text, expected):
    """Letter, position, priority, and the end of the cue word: the audit tells by them what is doubtful."""
    assert find_choice(text, "ABCD", language) == expected


@pytest.mark.parametrize("before", ["", "x"])
@pytest.mark.parametrize("cue", ["回答", "回答：", "Answer", "Answer:"])
@pytest.mark.parametrize(("gap", "expected"), [(50, "B"), (51, "C")])
def test_a_cue_reaches_over_50_characters(before, cue, gap, expected):
    """Wherever the cue stands, and no further: then the last letter of the text decides (MC-9, MC-12)."""
    edge, language = ("", "ja") if "回答" in cue else (" ", "en")
    assert choice_letter(before + cue + gap * "x" + edge + "B, or C", FOUR, language) == expected


@pytest.mark.parametrize("letters", ["", "ab", "A B", "ＡＢ", "12"])
def test_letters_must_be_upper_case_ascii(letters):
    """Anything else as the set of letters is a mistake of the caller, said in one line."""
    with pytest.raises(ValueError, match="upper-case ASCII"):
        choice_letter("回答: A", letters, "ja")


def transcription(text, letters, language):
    """MC-5 to MC-14 as plain, slow expressions; every match of a pattern is collected before one is chosen."""
    if language == "ja":
        cue, colon, punctuation, space = "回答", "[：:]", "[。.、,：:]", ""
    else:
        cue, colon, punctuation, space = "answer", ":", "[.,:]", " "
    letter = f"([{letters}])"
    after = rf"(?:\*\*)?(?:{punctuation}|{space}|$)"
    bounded = rf"(?:^|{space})(?:\*\*)?{letter}{after}"
    patterns = [
        rf"(?i:{cue}){colon}.{{0,50}}?{bounded}",
        rf"(?i:{cue}).{{0,50}}?{bounded}",
        rf"^(?:\*\*)?{letter}{after}",
        bounded,
        letter,
    ]
    if language == "en":
        patterns = [
            rf"(?i:final answer is):?\s*{letter}\.?\s?I hope",
            rf"(?i:final answer).{{0,100}}?\s+is:?\s*{letter}",
            *patterns,
        ]
    for pattern in patterns:
        if matches := sorted(re.finditer(pattern, text), key=lambda match: (-match.end(), match.start())):
            return matches[0][1]
    return None


PIECES = {
    "ja": [*"ABCDEJ：:。、,. \n(あ\u2028\0\ud800", "回答", "最終回答", "回答:", "回答：", "**", "あ" * 23, "*"],
    "en": [
        *"ABCDFIJ:., \n\t(x\u2028\0\ud800",
        *("answer", "Answer", "anſwer", "ANSWER:", "answer: ", "final answer", "Fınal Answer", "final answer is"),
        *(" is", "is", "I hope", "**", "x" * 23, "    ", "*", "y " * 20),
    ],
}


@pytest.mark.parametrize("language", ["ja", "en"])
@settings(max_examples=500)
@given(data=st.data())
def test_equal_to_the_rules_as_expressions(language, data):
    """On any mixture of cues, letters, marks and gaps the fast search finds what the plain expressions find."""
    text = "".join(data.draw(st.lists(st.sampled_from(PIECES[language]), max_size=25)))
    letters = data.draw(st.sampled_from(["AB", FOUR, TEN, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]))
    assert choice_letter(text, letters, language) == transcription(text, letters, language)


def test_cue_ignores_case_as_the_regular_expressions_do():
    """No character but the two cases and ſ stands for a letter of the cue, as with `re.IGNORECASE`."""
    everything = "".join(map(chr, range(0x110000)))
    for position, char in enumerate("answer"):
        alike = re.findall(f"(?i:{char})", everything)
        assert char in alike
        for other in {*alike, *(code for code in everything if code.lower() == char), "ｓ", "§"}:
            word = "answer"[:position] + other + "answer"[position + 1 :]
            # Without the cue the Z at the end would win.
            assert (choice_letter(f"= {word} Y, or Z", "YZ", "en") == "Y") is (other in alike)
