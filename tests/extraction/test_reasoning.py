"""Reasoning traces: the specification's examples, and equality with its rule as a plain expression."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swallow_metrics.extraction.reasoning import is_unclosed, marked, read_tags, split_reasoning


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


@settings(max_examples=500)
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


THINKING, MISTRAL = ("<thinking>", "</thinking>"), ("[THINK]", "[/THINK]")
HARMONY = ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>")


@pytest.mark.parametrize(
    ("raw", "answer", "reasoning"),
    [
        ("<thinking>a</thinking>B", "B", "a"),
        ("[THINK]a[/THINK]B", "B", "a"),
        ("a[/THINK]B", "B", "a"),
        ("<thinking>a</thinking>", "a", "a"),
        ("<thinking>a", "<thinking>a", None),
        ("<think>a</think><thinking>b</thinking>B", "<thinking>b</thinking>B", "a"),  # <think> comes first
        ("<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>B", "B",
         "a<|end|><|start|>assistant"),
        ("B", "B", None),
    ],
)  # fmt: skip
def test_further_tags(raw, answer, reasoning):
    """Tags that a user names separate by the same rules, where `<think>` does not."""
    assert split_reasoning(raw, (THINKING, MISTRAL, HARMONY)) == (answer, reasoning)


def test_further_tags_are_off_by_default():
    """Without them nothing but `<think>` separates, and nothing else is unclosed."""
    assert split_reasoning("<thinking>a</thinking>B") == ("<thinking>a</thinking>B", None)
    assert not is_unclosed("<thinking>a")
    assert is_unclosed("<thinking>a", [THINKING])


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("<thinking>", THINKING),
        ("[THINK]", MISTRAL),
        (" <|channel|>analysis<|message|> <|channel|>final<|message|> ", HARMONY),
        ("<a> <b>", ("<a>", "<b>")),
    ],
)
def test_tags_as_they_are_written(text, tags):
    """A single tag names its closing one, two tags are taken as they are."""
    assert read_tags(text) == tags


@pytest.mark.parametrize("text", ["", "thinking", "<a> <b> <c>", "<a> <a>", "</thinking>", "<>", "[]"])
def test_tags_that_are_none(text):
    """Anything else is refused with what was expected."""
    with pytest.raises(ValueError, match="expected a tag such as <thinking>"):
        read_tags(text)


@pytest.mark.parametrize(
    "text",
    [
        "考え中",
        "回答: B",
        " <think>x",
        "</think>x",
        "<think x>",
        "<|think|>x",
        "[THINK]x",
        "<abc>x",
        "<abcdefghijk>x",
        "<think_dummy>x",
    ],
)
def test_a_reasoning_text_without_a_tag_is_marked(text):
    """With nothing else before it (GE-1)."""
    assert marked(text) == f"<think_dummy>{text}"


@pytest.mark.parametrize("text", ["<think>x", "<THINK>x", "<thought>x", "<seed:think>x", "<table>x", "<html>x", ""])
def test_a_reasoning_text_with_a_tag_stays(text):
    """A tag of 4 to 10 letters at its start is enough (GE-1)."""
    assert marked(text) == text


def test_recorded_marks(shared):
    """Every recorded pair of content and reasoning text."""
    path = shared / "conformance/v202604/expected/think_dummy.vectors.jsonl"
    for line in filter(None, path.read_text("utf-8").split("\n")):
        case = json.loads(line)
        content, reasoning = case["content"], case["reasoning"]
        assert (marked(reasoning or "") if content is None else content) == case["scored"]
