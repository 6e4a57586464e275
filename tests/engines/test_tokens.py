"""The estimate where no tokenizer is at hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.engines.tokens import estimated_tokens


def tokens(*texts):
    return estimated_tokens([{"role": "user", "content": text} for text in texts])


@pytest.mark.parametrize(
    ("text", "number"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("\u65e5\u672c", 2), ("ab\u65e5", 2)]
)
def test_four_ascii_characters_or_one_other_are_a_token(text, number):
    """Rounded up."""
    assert tokens(text) == number


@given(st.lists(st.text(), max_size=4))
def test_messages_count_as_their_text_together(texts):
    """Text of any kind, lone surrogates included; between a quarter of its characters and all of them."""
    text = "".join(texts)
    assert tokens(*texts) == tokens(text)
    assert len(text) / 4 <= tokens(text) <= len(text)
