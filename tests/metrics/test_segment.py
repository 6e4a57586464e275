"""Words are those of Janome and of nagisa 0.2.11, whatever the text, in any thread."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from janome.tokenizer import Tokenizer

from swallow_metrics.metrics import janome_dictionary, segment
from swallow_metrics.metrics.janome_dictionary import Dictionary
from swallow_metrics.metrics.janome_lattice import windows
from swallow_metrics.metrics.nagisa_words import Nagisa, join
from swallow_metrics.metrics.segment import janome_wakati, janome_windows, nagisa_wakati, part_of_speech

SHARED = Path(os.environ.get("SWALLOW_SHARED", Path(__file__).parents[2] / "../shared")) / "conformance"
needs_vectors = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no conformance vectors at {SHARED}")


@pytest.fixture(scope="module")
def janome() -> Tokenizer:
    return Tokenizer()


@pytest.fixture(scope="module")
def nagisa() -> Nagisa:
    return segment._nagisa()  # the one that is loaded already


def same_words(janome: Tokenizer, text: str) -> bool:
    expected = [(token.surface, token.part_of_speech) for token in janome.tokenize(text)]
    found = [
        (surface, part_of_speech(kind))
        for window in janome_windows(text, {})
        for surface, kind in zip(window.surfaces, window.kinds, strict=True)
    ]
    return found == expected


CHARACTERS = st.sampled_from(
    "あいうのはがをにアイウーッ漢字東京都猫子犬一二三千万億abcXYZ012０１Ａｂ、。,.!?！？・…「」『』（）()[] "
    "\u3000\n\r\t々〇ヶゝαд①㌔ｱｲ😀é\0"
)


@given(st.lists(CHARACTERS, max_size=60).map("".join))
@settings(max_examples=200, deadline=None)
def test_short_texts(janome: Tokenizer, text: str) -> None:
    """Surfaces and parts of speech are Janome's, also of unknown words and equal costs."""
    assert same_words(janome, text)


@given(st.lists(CHARACTERS, min_size=1, max_size=7).map("".join), st.integers(400, 2500))
@settings(max_examples=15, deadline=None)
def test_texts_of_several_windows(janome: Tokenizer, piece: str, length: int) -> None:
    """Long texts are cut where Janome cuts them, and unknown words end there."""
    assert same_words(janome, (piece * length)[:length])


@needs_vectors
def test_recorded_responses(janome: Tokenizer) -> None:
    """Real responses have Janome's words."""
    lines = (SHARED / "responses/mifeval_ja.jsonl").read_text("utf-8").split("\n")
    assert all(same_words(janome, json.loads(line)["text"]) for line in lines[:30] if line)


def test_words_of_the_rules() -> None:
    """Whitespace words are kept; nagisa's are full-width."""
    text = "これは ペン\u3000です。ABC"
    assert janome_wakati(text) == "これ は   ペン \u3000 です 。 ABC"
    assert nagisa_wakati(text) == "これ は \u3000 ペン \u3000 です 。 ABC"
    assert janome_wakati("") == nagisa_wakati("") == ""


def test_equal_windows_are_segmented_once() -> None:
    """A memo shares windows between a text and the same text without its last line."""
    memo: dict[str, Any] = {}
    text = "今日は天気が良い。\n" * 200
    first = [window.surfaces for window in janome_windows(text, memo)]
    size = len(memo)
    second = [window.surfaces for window in janome_windows(text + "終わり", memo)]
    assert len(memo) <= size + 2
    assert second[: len(first) - 1] == first[:-1]


def test_lazy() -> None:
    """A reader who stops after the first window has caused no other."""
    memo: dict[str, Any] = {}
    next(janome_windows("今日は天気が良い。" * 1000, memo))
    assert len(memo) == 1


@pytest.mark.parametrize("text", ["\ud800", "あ\udfffい", "\ud83d\ude00" * 3000])
def test_lone_surrogates(text: str) -> None:
    """What cannot be encoded is read as U+FFFD, not refused."""
    for words in (janome_wakati(text), nagisa_wakati(text)):
        assert "\ufffd" in words
        words.encode()


def test_threads() -> None:
    """Threads that grow the dictionary at once see the same words as one alone."""
    texts = ["".join(chr(0x3041 + (i * j) % 80) for j in range(40)) for i in range(1, 200)]
    expected = [[window.surfaces for window in windows(Dictionary(), text, {})] for text in texts[:3]]
    shared = Dictionary()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: [window.surfaces for window in windows(shared, text, {})], texts * 4))
    assert found[:3] == expected
    assert found[: len(texts)] == found[-len(texts) :]


def test_the_dictionary_starts_anew_when_it_is_full(monkeypatch: pytest.MonkeyPatch, janome: Tokenizer) -> None:
    """Words do not depend on what is remembered."""
    monkeypatch.setattr(janome_dictionary, "MOST_NODES", 5)
    text = "東京都に住む猫が走る。アプリを作る。"
    surfaces = [surface for window in windows(Dictionary(), text, {}) for surface in window.surfaces]
    assert surfaces == list(janome.tokenize(text, wakati=True))


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
