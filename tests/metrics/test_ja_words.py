"""Words are those of Janome and of nagisa 0.2.11, whatever the text, in any thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from janome.tokenizer import Tokenizer

from swallow_metrics.metrics import ja_words
from swallow_metrics.metrics.ja_words import janome_tokens, janome_wakati, janome_words, nagisa_wakati
from swallow_metrics.metrics.nagisa_words import Nagisa, join


@pytest.fixture(scope="module")
def nagisa() -> Nagisa:
    return ja_words._nagisa()  # the one that is loaded already


def test_words_of_the_rules() -> None:
    """Whitespace words are kept; nagisa's are full-width."""
    text = "これは ペン\u3000です。ABC"
    assert janome_wakati(text) == "これ は   ペン \u3000 です 。 ABC"
    assert nagisa_wakati(text) == "これ は \u3000 ペン \u3000 です 。 ABC"
    assert janome_wakati("") == nagisa_wakati("") == ""


def test_parts_of_speech() -> None:
    """Tokens are the words with IPADIC's four levels."""
    assert janome_tokens("猫だ。") == [
        ("猫", "名詞,一般,*,*"),
        ("だ", "助動詞,*,*,*"),
        ("。", "記号,句点,*,*"),
    ]


@pytest.mark.parametrize("text", ["\ud800", "あ\udfffい", "\ud83d\ude00" * 3000])
def test_lone_surrogates(text: str) -> None:
    """What cannot be encoded is read as U+FFFD, not refused."""
    for words in (janome_wakati(text), nagisa_wakati(text)):
        assert "\ufffd" in words
        words.encode()


def test_threads() -> None:
    """Threads see the same words as one alone: Janome's own cache would fail under them."""
    texts = ["".join(chr(0x3041 + (i * j) % 80) for j in range(40)) for i in range(1, 60)]
    alone = Tokenizer()
    expected = [list(alone.tokenize(text, wakati=True)) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(janome_words, texts * 4)) == expected * 4


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ([3, 3, 3], ["a", "b", "c"]),
        ([0, 2, 3], ["ab", "c"]),
        ([0, 1, 2], ["abc"]),
        ([0, 3, 2], ["b", "ac"]),  # a single character passes an unfinished word
        ([3, 0, 1], ["a"]),  # what nothing ends is lost
        ([2, 2, 2], ["a", "b", "c"]),
    ],
)
def test_joining_of_tags(tags: list[int], words: list[str]) -> None:
    """Tags that are not well formed are joined by the rule of nagisa 0.2.11."""
    assert join("abc", tags) == words


def test_words_of_nagisa_0_2(nagisa: Nagisa) -> None:
    """A line for which nagisa 0.3 has other words (あめ の ひ に たまっ た みず) keeps those of 0.2.11."""
    words = nagisa.words("また、あめのひにたまったみずを、はなにあげる")
    assert " ".join(words) == "また 、 あめ の に ひたまっ た みず を 、 はな に あげる"
