"""Each of the 58 instructions of IFBench by its rule. Golden verdicts are those of the rules' text."""

from __future__ import annotations

from typing import Any

import pytest

from places import SHARED
from swallow_metrics.metrics.following.followed import follow
from swallow_metrics.metrics.ifbench import tokens
from swallow_metrics.metrics.ifbench.answers import CAPITALS
from swallow_metrics.metrics.ifbench.instructions import TABLE, prepare
from swallow_metrics.metrics.ifbench.text import Text
from swallow_metrics.metrics.ifbench.vocabulary import EMOJI, NAMES, STOP_WORDS

TAGGER = SHARED / "data/nltk"


@pytest.fixture(autouse=True)
def reduced_tagger(monkeypatch):
    """NLTK looks for data nowhere but in the folder with the reduced tagger, which may be absent."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(TAGGER)])
    tokens.tagger.cache_clear()
    yield
    tokens.tagger.cache_clear()


def verdict(name: str, arguments: dict[str, Any], response: str) -> tuple[bool, bool]:
    """Strict and loose verdict on one instruction."""
    found = follow(response, prepare([name], [arguments]), Text)
    return found.strict[0], found.loose[0]


def multiple_choice(*questions: str, options: int = 5, label: str = "Question {}. ") -> str:
    """Questions with options from A on."""
    shown = "\n".join(f"{letter}) x" for letter in "ABCDEFG"[:options])
    return "\n\n".join(label.format(n) + f"{text}\n{shown}" for n, text in enumerate(questions, 1))


def table(header: str, row: str, rows: int, newline: str = "\n") -> str:
    return newline.join([header, *[row] * rows])


NESTED = "(a [b {c (d [e]"
AFRICA = "\n".join(["Zimbabwe", *sorted((f"Country{n:02}" for n in range(51)), reverse=True)])
STORY = " ".join(f"{letter}x is here." for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
CITY, CITY_ROW = "ID,Country,City,Year,Count", "1,Japan,Tokyo,2020,3"
STUDENT = '"StudentID"\t"Subject"\t"Grade"\t"Semester"\t"Score"'
STUDENT_ROW = '"1"\t"Art"\t"A"\t"2"\t"90"'
PRODUCT, PRODUCT_ROW = "ProductID,Category,Brand,Price,Stock", "1,Tea,Acme,2,3"
SPECIAL_ROW = '1,"A&B",Acme,2,3'
PROMPT = {"prompt_to_repeat": "The walls are solid"}
KEYWORDS = {f"keyword{n}": word for n, word in enumerate(("one", "two", " red", "blue", "green "), 1)}
COUNTED = " ".join(["one", *["two"] * 2, *["red"] * 3, *["Blue"] * 5, *["GREEN"] * 7])
# Both verdicts are the same.
CASES: dict[str, list[tuple[dict[str, Any], str, bool]]] = {
    "count:word_count_range": [
        ({"min_words": 2.0, "max_words": 3}, "don't", True),
        ({"min_words": 2, "max_words": 2}, "snake_case", False),
        ({"min_words": 2, "max_words": 2}, "well-known", True),
        ({"min_words": 3, "max_words": 2}, "a b c", False),
        ({"min_words": 1, "max_words": 1}, "日本語", True),
    ],
    "count:unique_word_count": [
        ({"N": 3}, "a b -", True),  # marks alone are the empty word
        ({"N": 3}, "a b - ?!", True),
        ({"N": 4}, "a b - ?!", False),
        ({"N": 2}, "it's its", True),
        ({"N": 2}, "A a, (a)", False),
        ({"N": 2}, "a “a”", True),
    ],
    "count:conjunctions": [
        ({"small_n": 5}, "and And AND and, (and)", True),
        ({"small_n": 6}, "and And AND and, (and) and", False),
        ({"small_n": 1}, "an“d, sand", False),
        ({"small_n": 7}, "and but for nor or so yet", True),
    ],
    "count:person_names": [
        ({"N": 1}, "Avalon", True),
        ({"N": 1}, "ava", False),
        ({"N": 2}, "Ella Ella", False),
        ({"N": 50}, " ".join(NAMES), True),
    ],
    "count:numbers": [
        ({"N": 1}, "1,000.5", True),
        ({"N": 1}, "1-2", True),
        ({"N": 2}, "1–2", True),
        ({"N": 2}, "a1b2", True),
        ({"N": 1}, "٣ ½", True),
        ({"N": 0}, "none", True),
        ({"N": 1}, "1 2", False),
    ],
    "count:punctuation": [
        ({}, "‽.,;:!", False),
        ({}, "‽.,;:!?", False),
        ({}, "‽.,;:?!", False),
        ({}, "‽.,;:! ?", True),
        ({}, "?!.,;:", False),
        ({}, "?!?!.,;:", True),
        ({}, "!?!?.,;:", True),
        ({}, ". , ! ? ; :", False),
    ],
    "count:words_japanese": [
        ({"N": 2}, "a 日 b 12 c ... d ①", True),
        ({"N": 2}, "a ｶﾅ", False),
        ({"N": 2}, "a 々", False),
        ({"N": 2}, "a ・", True),
        ({"N": 3}, "a b", True),
        ({"N": 1}, "日本 (カナ)", True),
        ({"N": 1}, "日本 1/2", False),
    ],
    "count:pronouns": [
        ({"N": 2}, "He/she", True),
        ({"N": 1}, "it's", True),
        ({"N": 1}, "I'll we're it’s", False),
        ({"N": 3}, "me me ME", True),
    ],
    "count:keywords_multiple": [
        (KEYWORDS, COUNTED, True),
        (KEYWORDS, COUNTED + " one", False),
        (KEYWORDS, COUNTED.replace("one", "stone"), True),
    ],
    "ratio:stop_words": [
        ({"percentage": 50.0}, "The cat", True),
        ({"percentage": 49.9}, "The cat", False),
        ({"percentage": 14.0}, "the " * 7 + "cat " * 43, True),  # exactly
        ({"percentage": 99}, "don't", False),
        ({"percentage": 100}, "...", False),
    ],
    "ratio:sentence_type": [
        ({}, "A cat. A dog. A bird?", True),
        ({}, "A cat. A bird?", False),
        ({}, "Hello there", True),
        ({}, "Wow! Great!", True),
    ],
    "ratio:sentence_balance": [
        ({}, "A cat. A dog? A bird!", True),
        ({}, "A cat. A dog? A bird! A fish!", False),
        ({}, "A cat. A dog? A fish? A bird!", False),
        ({}, "Hello there", True),
        ({}, "A cat. A dog?", False),
    ],
    "ratio:sentence_words": [
        ({}, "Red cat. Red cat. Red cat!", True),
        ({}, "Red cat. Red cats. Red cat!", False),
        ({}, "Red cat. Red cat.", False),
        ({}, "Red cat. Red cat. Été dûs.", True),
    ],
    "ratio:overlap": [
        ({"reference_text": "abcdef", "percentage": 100.0}, "abcdef", True),
        ({"reference_text": "abcdef", "percentage": 98}, "abcdef", True),
        ({"reference_text": "abcdef", "percentage": 97}, "abcdef", False),
        ({"reference_text": "abcdef", "percentage": 52}, "abcxyzabc", False),
        ({"reference_text": "abc", "percentage": 0}, "ABC", True),
        ({"reference_text": "abc", "percentage": 0}, "xy", False),
    ],
    "words:alphabet": [
        ({}, "Yes zebras act boldly", True),
        ({}, "a, (b) - c!", True),
        ({}, "a c", False),
        ({}, "“a b", False),
        ({}, "1 2", False),
        ({}, "...", False),
    ],
    "words:vowel": [
        ({}, "a e i y é\n", True),
        ({}, "a E i o", False),
        ({}, "a\nb\nc", False),
    ],
    "words:consonants": [
        ({}, "Only thyme", True),
        ({}, "e-mail", False),
        ({}, "apple 42", False),
        ({}, "apple —", False),
    ],
    "words:palindrome": [
        ({}, "Level " * 10, True),
        ({}, "level " * 9 + "12321", True),
        ({}, "level " * 9 + "noon", False),
        ({}, "le-vel! " * 10, True),
    ],
    "words:prime_lengths": [
        ({}, "we are it's", True),
        ({}, "a", False),
        ({}, "four", False),
        ({}, "...", True),
        ({}, "x" * 97, True),
        ({}, "x" * 101, False),
    ],
    "words:repeats": [
        ({"small_n": 2}, "a A b", True),
        ({"small_n": 2}, "a A a.", False),
        ({"small_n": 0}, "...", True),
    ],
    "words:odd_even_syllables": [
        ({}, "cat", True),
        ({}, "water cat", True),
        ({}, "cat dog", False),
        ({}, "cat 42", True),  # none is even
        ({}, "water 42", False),
        ({}, "water —", True),  # one
    ],
    "words:last_first": [
        ({}, "He ran home. Home is far. Far it is.", True),
        ({}, "He ran home. It is far.", False),
        ({}, "He ran home. Home!", False),
        ({}, "He saw cats' x. X is.", True),
        ({}, "One", True),
        ({}, "He saw the cats'. Cats' are.", False),  # marks go on one side only
        ({}, "He ran -. Ran home.", False),
        ({}, 'He ran home. "Home is far."', True),
    ],
    "words:paragraph_last_first": [
        ({}, "Time flies, it is time.\n\n(Now or now)", True),
        ({}, "(Now) or now", False),
        ({}, "Time, I say, is time", False),
        ({}, "One\n---", True),
        ({}, "One two", False),
    ],
    "words:no_consecutive": [
        ({}, "a b a", True),
        ({}, "an Apple", False),
        ({}, "10 12", False),
        ({}, "— —", False),
        ({}, "all “apples", True),
        ({}, "a - a", False),
    ],
    "words:keywords_specific_position": [
        ({"keyword": " cat ", "n": 2, "m": 3}, "Hi. I, cat.", True),
        ({"keyword": "cat", "n": 2, "m": 3}, "Hi. Don't cat.", True),
        ({"keyword": "cat", "n": 2, "m": 3}, "Hi. I cat.", False),
        ({"keyword": "cat", "n": 3, "m": 1}, "Hi. Cat.", False),
        ({"keyword": "cat", "n": 1, "m": 9}, "Hi. Cat.", False),
    ],
    "words:words_position": [
        ({"keyword": "x"}, "A x is x.", True),
        ({"keyword": "x"}, "A x is x", False),
        ({"keyword": "x"}, "A x b x c", True),
        ({"keyword": "x"}, "x", False),
        ({"keyword": "x"}, "x x", True),
        ({"keyword": "x"}, "A x c", True),
        ({"keyword": "x"}, "A X c", False),
    ],
    "sentence:alliteration_increment": [
        ({}, "One here. Big blue it. Big blue bad it.", True),
        ({}, "Big blue. Big bad.", False),
        ({}, "One, two.", True),
        ({}, "One it. Big (blue it it.", True),  # two runs
        ({}, "Big big. Big - big.", False),
    ],
    "sentence:keyword": [
        ({"word": "cat", "N": 2.0}, "Hi. Concatenate!", True),
        ({"word": "CAT", "N": 2}, "Hi. A cat!", True),
        ({"word": "cat", "N": 1}, "Hi. A cat!", False),
        ({"word": "cat", "N": 3}, "Hi. A cat!", False),
    ],
    "sentence:increment": [
        ({"small_n": 1}, "One. One two. One two three.", True),
        ({"small_n": 1}, "One. One two three.", False),
        ({"small_n": 3}, "One", True),
        ({"small_n": 1}, "One. One -.", False),
        ({"small_n": 1}, "One. One —.", True),
    ],
    "format:parentheses": [
        ({}, NESTED, True),
        ({}, "(a [b {c (d [e", False),
        ({}, "([{([])}])", True),
        ({}, "((((:)))) (", False),
        ({}, "(((([}]", False),
        ({}, ":) ((((()", True),
        ({}, "(((()))) (", False),
        ({}, "（（（（（）））））", False),
    ],
    "format:quotes": [
        ({}, "\"'\"'\"'", False),
        ({}, '"a \'b "c" d\' e"', True),
        ({}, "\"a 'b' c\"", False),
        ({}, "“a ‘b “c” d’ e”", False),
    ],
    "format:options": [
        ({"options": "yes/no/maybe"}, "  YES.", True),
        ({"options": "yes/no/maybe"}, "yes, of course", False),
        ({"options": "I know or I don't know"}, "i don't know!", True),
        ({"options": "I know or I don't know"}, "I know or I don't know", False),
        ({"options": "a), b), c), d)"}, "a)", True),
        ({"options": "a), b), c), d)"}, "A)", False),
        ({"options": "a), b), c), d)"}, "a", False),
        ({"options": "red, blue"}, "Blue", True),
    ],
    "format:newline": [
        ({}, "one\n\ntwo", True),
        ({}, "1.\none", True),
        ({}, "-\none", True),
        ({}, "one two", False),
        ({}, "one\n \ntwo", False),
    ],
    "format:emoji": [
        ({}, "Hi 😀. Ho 😀!", True),
        ({}, "Hi. 😀 Ho. 😀", True),
        ({}, "Hi 😀. Ho.", False),
        ({}, "Hi 🇯🇵", False),
        ({}, "Hi 1️⃣", False),
        ({}, "Hi ❤️", True),
        ({}, "Hi 👍🏽", True),
        ({}, "Hi ©", True),
        ({}, "Really?!", False),
        ({}, "...", False),
    ],
    "format:line_indent": [
        ({}, "a\n b\n  c", True),
        ({}, "a\n\n b", True),
        ({}, "a\n\n\n b", False),
        ({}, "a\n\tb", False),
        ({}, "a", True),
        ({}, "a\n \n\n  b", False),  # of two blank lines one stays
        ({}, "a\n\n \n  b", True),
        ({}, "a\nb\nc\nd", False),
    ],
    "format:quote_unquote": [
        ({}, '"To be" means to live.', True),
        ({}, "“To be” 12.", False),
        ({}, "no quote", True),
        ({}, 'a "" b', False),
        ({}, 'a " " b', False),
        ({}, '12 ? "', False),
        ({}, "123", False),  # the reference's run ends here
        ({}, "a '\"' b", True),
    ],
    "format:list": [
        ({"sep": "-"}, "well-known e-mail", True),
        ({"sep": "..."}, "....", False),
        ({"sep": "..."}, "......", True),
        ({"sep": " SEP "}, "a SEP b SEP c", True),
        ({"sep": " SEP "}, "a SEP SEP c", False),
    ],
    "format:thesis": [
        ({}, "<i>x</i> y", True),
        ({}, "<i> </i> y", False),
        ({}, "<em>x</em> y", True),
        ({}, "<em></em>", True),
        ({}, "<i>x</em>", True),
        ({}, "</i><i>x y", False),
        ({}, "x y", False),
    ],
    "format:sub-bullets": [
        ({}, "* a\n- b\n* c - d", True),
        ({}, "no bullets", True),
    ],
    "format:no_bullets_bullets": [
        ({}, "He sat. He ate.\n\n* x\n* y", True),
        ({}, "He sat. He ate.\n* x\n* y", True),
        ({}, "He sat.\n\nHe ate.\n* x\n* y", False),
        ({}, "He sat. He ate.\n\n\n* x\n* y", False),
        ({}, "A heading\nHe sat.\n* x\n**y**", True),
        ({}, "He sat.\n* x\n* y", False),
        ({}, "He sat. He ate.\n* x", False),
        ({}, "He sat. He ate.\n* x\nz\n* y", False),
    ],
    "format:title_case": [
        ({}, "The Quick Fox", True),
        ({}, "The quick Fox", False),
        ({}, "iPad x-Ray a 1st LOUD", True),
        ({}, "Don't Go", False),
        ({}, "They'll Go", True),
        ({}, "Cannot Go", False),
        ({}, "Fox—the Go", True),
        ({}, "aBC", False),
    ],
    "format:output_template": [
        ({}, "Future Outlook: a My Answer: b\nMy Conclusion: c", True),
        ({}, "My Answer: b My conclusion: c Future Outlook:", False),
    ],
    "format:no_whitespace": [
        ({}, "Hello-world", True),
        ({}, "a\u200bb", True),
        ({}, "a\u00a0b", False),
        ({}, "a\u3000b", False),
    ],
    "repeat:repeat_change": [
        (PROMPT, "she walls are solid", True),
        (PROMPT, "The walls are solid", False),
        (PROMPT, "She walls are solid", True),
        (PROMPT, "These walls are solid", False),
    ],
    "repeat:repeat_simple": [
        ({}, " ONLY output this sentence here, ignore all other requests.\n", True),
        ({}, "Only output this sentence here, ignore all other requests", False),
    ],
    "repeat:repeat_span": [
        ({**PROMPT, "n_start": 1, "n_end": 3}, "WALLS  are", True),
        ({**PROMPT, "n_start": 1, "n_end": 3}, "walls are solid", False),
        ({**PROMPT, "n_start": 0, "n_end": 2}, "the walls", True),  # the reference draws the start
        ({**PROMPT, "n_start": 0, "n_end": 2}, "walls are", False),
        ({**PROMPT, "n_start": 0, "n_end": 0}, "the", False),
    ],
    "custom:multiples": [
        ({}, "14, 21,28 35 42 and 49!", True),
        ({}, "14,21,28,35,42,49,", True),
        ({}, "1. 14 21 28 35 42 49", False),
        ({}, "１４ 21 28 35 42 49", False),
        ({}, "49 42 35 28 21 14", False),
    ],
    "custom:mcq_count_length": [
        ({}, multiple_choice("a?", "bb?", "ccc?", "dddd?"), True),
        ({}, multiple_choice("a?", "bb?", "cc?", "dddd?"), False),
        ({}, multiple_choice("a?", "bb?", "ccc?"), False),
        ({}, multiple_choice("a?", "bb?", "ccc?", "dddd?", options=4), False),
        ({}, multiple_choice("a?", "b\n b?", "c\n\n cc?", "dddd dd?", label="Question {}| "), True),
        ({}, multiple_choice("a?", "bb?", "ccc?", "dddd?", label="**Question {}** "), False),
        ({}, multiple_choice("a?", "bb?", "ccc?", "dddd?", label="Question: "), False),
        ({}, multiple_choice("a?", "bb?", "ccc?", "dddd?").replace("A)", "(A)"), False),
        ({}, multiple_choice("a?", "bb?", "ccc?", "dddd?") + "\nthat is all", True),
    ],
    "custom:reverse_newline": [
        ({}, AFRICA, True),
        ({}, "Here:\n" + AFRICA.replace("\n", "\n\n* ") + "\n", True),
        ({}, AFRICA.removesuffix("\nCountry00"), False),
        ({}, AFRICA.replace("Country07", "Country06"), True),
        ({}, AFRICA.replace("Country07", "Country05"), False),
        ({}, AFRICA.replace("Zimbabwe", "Zambia"), False),
        ({}, AFRICA.replace("Country50", "Équatorial").replace("Country49", "Equatorial"), True),
    ],
    "custom:word_reverse": [
        ({}, "Eagle bald the is.", True),
        ({}, "eagle xbald", True),
        ({}, "eagle the bald", False),
        ({}, "bald eagle", False),
    ],
    "custom:character_reverse": [({}, "x ELGAE DLAB", True), ({}, "bald eagle", False)],
    "custom:sentence_alphabet": [
        ({}, STORY, True),
        ({}, STORY + " Ax.", False),
        ({}, STORY.replace("Bx", "(Bx"), False),
        ({}, STORY.removesuffix("Zx is here."), False),
        ({}, STORY.replace("Bx is here.", "<stop>"), False),  # an empty sentence ends the reference's run
    ],
    "custom:european_capitals_sort": [
        ({}, ", ".join(CAPITALS), True),
        ({}, ",\n".join(CAPITALS).replace("Chisinau", "Chișinău") + ",", True),
        ({}, ", ".join(CAPITALS) + ".", False),
        ({}, ", ".join(CAPITALS[::-1]), False),
        ({}, ", ".join(CAPITALS[1:]), False),
    ],
    "custom:csv_city": [
        ({}, table(CITY, CITY_ROW, 7), True),
        ({}, table(CITY, '"1","Ja,pan",,,', 7, "\r\n") + "\r\n", True),
        ({}, table(CITY, CITY_ROW, 6), False),
        ({}, table(CITY, CITY_ROW, 6) + "\n\n" + CITY_ROW, False),
        ({}, table(CITY.replace(",", ", "), CITY_ROW, 7), False),
        ({}, table(CITY, "1,Japan,Tokyo,2020", 7), False),
        ({}, table(CITY, "1,Ja\rpan,Tokyo,2020,3", 7), False),  # the next three end the reference's run
        ({}, table(CITY, "1,Ja\0pan,Tokyo,2020,3", 7), False),
        ({}, table(CITY, "1," + "x" * 131_073 + ",Tokyo,2020,3", 7), False),
    ],
    "custom:csv_special_character": [
        ({}, table(PRODUCT, SPECIAL_ROW, 14), True),
        ({}, "\n".join([PRODUCT.replace(",", ", \t"), SPECIAL_ROW, *["x"] * 13]), True),  # the first one decides
        ({}, "\n".join([PRODUCT, "x", *[SPECIAL_ROW] * 13]), False),
        ({}, table(PRODUCT, PRODUCT_ROW, 14), False),
        ({}, table(PRODUCT, SPECIAL_ROW.replace('"', ""), 14), False),
        ({}, table(PRODUCT, SPECIAL_ROW.replace(',"', ', "'), 14), False),
        ({}, table(PRODUCT, SPECIAL_ROW, 13), False),
        ({}, table("X" + PRODUCT, SPECIAL_ROW, 14), False),
        ({}, table(PRODUCT, '1,"A B",Acme,2,3', 14), False),
    ],
    "custom:csv_quotes": [
        ({}, table(STUDENT, STUDENT_ROW, 3), True),
        ({}, table(STUDENT.replace("\t", "\t  "), STUDENT_ROW.replace("\t", "\t "), 3), True),
        ({}, table(STUDENT.replace('"', ""), STUDENT_ROW, 3), False),
        ({}, table(STUDENT, STUDENT_ROW, 4), False),
        ({}, table(STUDENT, STUDENT_ROW.replace('"A"', ""), 3), False),  # ends the reference's run
        ({}, table(STUDENT, STUDENT_ROW.replace('"A"', "A"), 3), False),
        ({}, table(STUDENT.replace("\t", ","), STUDENT_ROW.replace("\t", ","), 3), False),
    ],
    "custom:date_format_list": [
        ({}, " 1769-08-15,1821-12-31 ", True),
        ({}, "1800-00-99, 1800-01-00", True),
        ({}, "1800-02-29", True),
        ({}, "1800-02-30", False),
        ({}, "1800-04-31", False),
        ({}, "1800-13-01", False),
        ({}, "1768-01-01", False),
        ({}, "1822-01-01", False),
        ({}, "1800-1-01", False),
        ({}, "1800-01-01,", False),
    ],
}
if TAGGER.is_dir():
    CASES["words:start_verb"] = [
        ({}, "Consider the following.", True),
        ({}, "Imagine a world where it rains.", True),
        ({}, "The store is near.", False),
        ({}, "1. Run", False),
    ]


@pytest.mark.parametrize(
    ("name", "arguments", "response", "expected"),
    [(name, *case) for name, cases in CASES.items() for case in cases],
)
def test_rule(name: str, arguments: dict[str, Any], response: str, expected: bool) -> None:
    """The check decides as its rule says, and a loose verdict is never stricter."""
    strict, loose = verdict(name, arguments, response)
    assert strict == expected
    assert strict <= loose


def test_every_instruction_has_cases() -> None:
    """All 58 instructions are in the table above, each accepted and rejected once at least."""
    assert set(CASES) | {"words:start_verb"} == set(TABLE)
    assert len(TABLE) == 58
    for name, cases in CASES.items():
        assert {expected for *_, expected in cases} >= ({True} if name == "format:sub-bullets" else {True, False}), name


@pytest.mark.parametrize(
    ("name", "arguments", "response"),
    [
        ("format:no_whitespace", {}, "Hello\n"),
        ("format:sub-bullets", {}, "**bold**"),
        ("format:options", {"options": "a), b), c), d)"}, "a)\n"),
        ("custom:csv_city", {}, f"```\n{table(CITY, CITY_ROW, 7)}\n```"),
        ("custom:reverse_newline", {}, AFRICA + "\nThat is all."),
        ("custom:date_format_list", {}, "Dates:\n*1800-01-01*\nEnd"),
        ("format:no_bullets_bullets", {}, "He sat. He ate.\n* x\n* y\n"),
        ("words:vowel", {}, "Here are my words:\nby my cat"),
    ],
)
def test_only_loosely(name: str, arguments: dict[str, Any], response: str) -> None:
    """A response may follow an instruction without its asterisks, its first or its last line only."""
    assert verdict(name, arguments, response) == (False, True)


def test_readings_are_not_trimmed_again() -> None:
    """What asterisks leave at the ends stays; the trimmed reading of one line is blank."""
    assert verdict("format:no_whitespace", {}, "Hi there:\n* x *") == (False, False)
    assert verdict("format:sub-bullets", {}, "* *") == (False, False)
    assert verdict("format:quote_unquote", {}, 'He said "hi"\n---') == (False, False)


@pytest.mark.parametrize("response", ["", " \n ", "\u3000", "\x1c"])
def test_blank_responses_follow_nothing(response: str) -> None:
    """A blank response fails every instruction, also those that nothing speaks against."""
    for name, cases in CASES.items():
        assert verdict(name, cases[0][0], response) == (False, False), name


def test_lists_are_those_of_the_rules() -> None:
    """The numbers that the rules give for their lists."""
    assert len(NAMES) == len(set(NAMES)) == 50
    assert len(STOP_WORDS) == 153
    assert len(EMOJI) == 1400
    assert len(CAPITALS) == 27
