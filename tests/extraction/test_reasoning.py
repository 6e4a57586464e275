"""Reasoning traces: the specification's examples, and equality with its rule as a plain expression."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swallow_metrics.extraction.reasoning import is_unclosed, split_reasoning


@pytest.mark.parametrize(
    ("raw", "answer", "reasoning"),
    [
        ("<think>a</think>\n\n回答: B", "\n\n回答: B", "a"),
        ("<think>回答: A", "<think>回答: A", None),
        ("<think>回答: A</think>", "回答: A", "回答: A"),
        ("x<think>a</think>b</think>c", "b</think>c", "a"),
        ("<think>a</think>b<think>c</think>d", "b<think>c</think>d", "a"),
        ("<think>a<think>b</think>c", "c", "a<think>b"),
        ("<think></think>c", "c", ""),
        ("<think>a</think> ", " ", "a"),
        ("<think></think>", "", ""),
        ("no tags", "no tags", None),
        ("", "", None),
        ("<THINK>a</THINK>b", "<THINK>a</THINK>b", None),
        # the template opened the trace
        ("a</think>回答: B", "回答: B", "a"),
        ("a</think>b</think>c", "b</think>c", "a"),
        ("a</think>", "a", "a"),
        ("a</think>b<think>c</think>d", "d", "c"),
        ("a</think>b<think>c", "b<think>c", "a"),
    ],
)
def test_split(raw, answer, reasoning):
    """Each example separates into answer and trace as the rules say."""
    assert split_reasoning(raw) == (answer, reasoning)


@pytest.mark.parametrize(
    ("raw", "unclosed"),
    [("<think>a", True), ("x<think>", True), ("<think>a</think>b", False), ("a</think>b", False), ("a", False)],
)
def test_unclosed(raw, unclosed):
    """A trace that is opened and never closed is recognised, and nothing is separated from it."""
    assert is_unclosed(raw) is unclosed
    if unclosed:
        assert split_reasoning(raw) == (raw, None)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(["<think>", "</think>", "a", "\n", "<", "think>", "\u2028", "\0", "\ud800"]), max_size=9)
)
def test_equal_to_the_rule_as_expression(pieces):
    """Wherever the reference's expression matches, answer and trace are its; elsewhere only a closing tag separates."""
    raw = "".join(pieces)
    match = re.search(r"<think>(.*?)</think>(.*)", raw, re.DOTALL)
    if match:
        assert split_reasoning(raw) == (match[2] or match[1], match[1])
    elif "</think>" not in raw:
        assert split_reasoning(raw) == (raw, None)
    else:
        trace, _, answer = raw.partition("</think>")
        assert split_reasoning(raw) == (answer or trace, trace)
