"""The answer and the reasoning in a chat completion (BE-30 to BE-35)."""

import pytest

from swallow_metrics.datatypes import Request
from swallow_metrics.engines.openai import parse_answer
from swallow_metrics.pipeline.conversation import final

REQUEST = Request("mini", "0", ({"role": "user", "content": "?"},))


def answer(message):
    return final(parse_answer({"choices": [{"message": message, "finish_reason": "stop"}]}, 0.1, REQUEST))


@pytest.mark.parametrize(
    ("message", "text", "reasoning"),
    [
        ({"content": "A"}, "A", None),
        ({"content": "A", "reasoning_content": "B?"}, "A", "B?"),
        ({"content": "A", "reasoning": "B?"}, "A", "B?"),
        ({"content": None, "reasoning_content": "B?"}, "B?", "B?"),
        ({"reasoning": "B?"}, "B?", "B?"),
        ({"content": None}, "", None),
        ({}, "", None),
        ({"content": "", "reasoning_content": "B?"}, "", "B?"),
        ({"content": ""}, "", None),
        # A server's parser separated the trace: later tags are part of the answer.
        ({"content": "A</think>", "reasoning_content": "B?"}, "A</think>", "B?"),
        # Without one, the trace is in the content, whether or not there is an empty field for it.
        ({"content": "<think>B?</think>\n\nA"}, "\n\nA", "B?"),
        ({"content": "<think>B?</think>A", "reasoning_content": None}, "A", "B?"),
        ({"content": "<think>B?</think>A", "reasoning_content": ""}, "A", "B?"),
        ({"content": "<think>B?</think>A", "reasoning": "", "reasoning_content": None}, "A", "B?"),
        ({"content": "<think>B?", "reasoning": ""}, "<think>B?", None),
    ],
)
def test_answer_and_reasoning(message, text, reasoning):
    """`content` is the answer even when empty; null is replaced by the reasoning; a trace in it is removed."""
    response = answer(message)
    assert (response.text, response.reasoning) == (text, reasoning)


@pytest.mark.parametrize("answer", [None, {}, {"choices": []}, {"choices": [{}]}, {"choices": [{"message": None}]}, []])
def test_what_is_no_completion(answer):
    """Anything else is none; the engine's error then names the endpoint and shows the beginning of it."""
    assert parse_answer(answer, 0.1, REQUEST) is None
