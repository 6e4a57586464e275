"""IFBench on any text: sentences and words by their rules, verdicts that hang together, bounded time."""

from __future__ import annotations

import csv
import random
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from swallow_metrics.metrics.following.followed import follow
from swallow_metrics.metrics.ifbench import layouts, tables, tokens
from swallow_metrics.metrics.ifbench.instructions import TABLE, prepare
from swallow_metrics.metrics.ifbench.sentences import split_sentences
from swallow_metrics.metrics.ifbench.text import Text

ARGUMENTS = {
    "min_words": 1, "max_words": 9, "N": 2, "small_n": 1, "percentage": 30.0, "reference_text": "abc. abd", "keyword": "a",
    "n": 1, "m": 2, "word": "a", "options": "a/b", "sep": "-", "prompt_to_repeat": "a b c d", "n_start": 1, "n_end": 3,
    **{f"keyword{n}": "a" for n in range(1, 6)},
}  # fmt: skip
NAMES = [name for name in TABLE if name != "words:start_verb"]  # its data may be absent
INSTRUCTIONS = prepare(NAMES, [{key: ARGUMENTS[key] for key in TABLE[name][1]} for name in NAMES])
PIECES = (
    "a", "B", "the", "Dr. ", "U.S. ", "He ", "Inc.", " Co. ", "x.com", ".", "!", "?", "\n", "\n\n", " ", "\t", "\r", "\u3000",
    '"', "'", "“", "”", "*", "* ", "-", "—", "(", ")", "[", "]", "{", "}", "1", "٣", "½", "日", "😀", "\u200d", "<i>", "</em>",
    "<prd>", "<stop>", "Question 1. ", "A) x", ",", ";", "İ", "ß", "\0", "\ud800", "don't", "Zimbabwe", "1800-01-01", "e\u0301",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Acme Inc. He left. Acme Inc. went.", ["Acme Inc", "He left.", "Acme Inc. went."]),
        ("He is at U.S. We go. A.B. cat.", ["He is at U.S.", "We go.", "A.B. cat."]),
        ("1. One\n2. Two", ["1.", "One 2.", "Two"]),
        ('He said "Go." She ran.', ['He said "Go".', "She ran."]),
        ("(Yes.) No.", ["(Yes.", ") No."]),
        ("Wait... what? No.", ["Wait...", "what?", "No."]),
        ("e.g. this. i.e. that.", ["e.g. this.", "i.e. that."]),
        ("etc. and so on.", ["etc.", "and so on."]),
        ("Mt. Fuji is high.", ["Mt.", "Fuji is high."]),
        ("v1.2.3 is out. Ok", ["v1.2.", "3 is out.", "Ok"]),
        ("a. b. c.", ["a. b. c."]),
        ("Plan B. He ran.", ["Plan B. He ran."]),
        ("What?!", ["What?", "!"]),
        ("Dr. Who met St. Nick. Then stop.meet me.", ["Dr. Who met St. Nick.", "Then stop.meet me."]),
        ("The Ph.D. thesis", ["The Ph.D. thesis"]),
        ("A.B.C. He ran.", ["A.B.C.", "He ran."]),
        ("At X.Y.Co. Hello", ["At X.Y.Co.", "Hello"]),
        ("With Mr. Smith Jr. Wherever he goes", ["With Mr. Smith Jr", "Wherever he goes"]),
        ("Heading\nno mark: 日本。はい", ["Heading no mark: 日本。はい"]),
        ("a<stop>b<prd>c", ["a", "b.c"]),
        ("<stop><stop>", ["", ""]),
        (" \n ", []),
        ("", []),
    ],
)  # fmt: skip
def test_sentences(text, sentences):
    """Sentences are cut as the rules of section 4 say."""
    assert split_sentences(text) == sentences


@given(TEXTS)
@settings(max_examples=150)
def test_verdicts_hang_together(text):
    """Any text has verdicts; loose ones are never stricter; blank texts follow nothing; a second look is the same."""
    found = follow(text, INSTRUCTIONS, Text)
    assert all(type(verdict) is bool for verdict in (*found.strict, *found.loose))
    assert all(strict <= loose for strict, loose in zip(found.strict, found.loose, strict=True))
    assert text.strip() or not any(found.loose)
    assert follow(text, INSTRUCTIONS, Text) == found


@given(st.lists(st.sampled_from(["", " ", "  ", "\t", "a", " a", "  a", "   a"]), max_size=9).map("\n".join))
def test_stairs_by_the_letter(text):
    """The short cut for many lines changes no verdict (IB-29)."""
    lines = text.split("\n")
    place = 0
    while place < len(lines):
        if not lines[place].strip():
            del lines[lines.index(lines[place])]
        place += 1
    indents = [len(line) - len(line.lstrip(" ")) for line in lines]
    assert layouts.line_indent(Text(text)) == all(one < two for one, two in pairwise(indents))


@given(
    st.lists(
        st.sampled_from(["a", "B.", "x!", "'", ".", '"', ")", " " * 150, "\n" * 120, " ", "\n", "\t", "\u3000"]),
        max_size=12,
    ).map("".join)
)
@settings(max_examples=60)
@example("B." + 150 * " " + "\n" + 150 * " " + "'")  # the full stop is no token: a line end is before the quote
@example("B." + 150 * " " + "'")  # it is one
def test_long_runs_of_whitespace_change_no_token(text):
    """Tokens are those of NLTK on the text as it is."""
    sentences, words = tokens._tokenizers()
    assert tokens.word_tokens(text) == [token for part in sentences.tokenize(text) for token in words.tokenize(part)]


def test_words_are_cut_at_the_end_of_a_sentence():
    """What Punkt's tables are for: a full stop inside the text is a token only where a sentence ends (IB-60)."""
    assert tokens.word_tokens("Mr. X met Fox—the U.S. team. It's 'quick 'b easy.") == [
        "Mr.", "X", "met", "Fox—the", "U.S.", "team", ".", "It", "'s", "'quick", "'", "b", "easy", ".",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "count"), [("water", 2), ("table", 2), ("xaqle", 2), ("the", 1), ("a1", 0), ("—", 1), ("zzz", 1)]
)
def test_syllables(word, count):
    """The word list first, then groups of vowels (IB-62)."""
    assert tokens.syllables(word) == count


def test_a_table_is_read_with_pythons_own_limit():
    """A limit that somebody else has set changes no verdict, and stays."""
    before = csv.field_size_limit(10)
    try:
        text = "ID,Country,City,Year,Count\n" + "\n".join(["1,a long country's name,b,2,3"] * 7)
        assert tables.csv_city(Text(text))
        assert csv.field_size_limit() == 10
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize(
    "text",
    [
        "a." + " " * 100_000 + "a",
        "a\n" * 25_000 + "\n" * 50_000,
        "a" + "\n " * 50_000,
        "Question" + "\n" * 100_000,
        "Question 1. a\n" * 7_000,
        'ProductID,Category,Brand,Price,Stock\n"' + "!" * 100_000,
        '"' * 100_000,
        "([{" * 33_000,
        "* x\n" * 25_000,
        "." * 100_000,
        "1800-01-01," * 9_000,
        "".join(random.Random(1).choices("aA .?!\n*-'\"(1", k=30_000)),
    ],
    ids=range(12),
)  # fmt: skip
def test_long_texts_end(text):
    """Texts of up to 100,000 characters that careless searches take minutes for: seconds for all instructions together."""
    start = time.process_time()
    follow(text, INSTRUCTIONS, Text)
    assert time.process_time() - start < 20
