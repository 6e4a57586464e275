"""What endpoints refuse, in their many words, and what we say of it: one line with the option that cures it."""

import json
import re

import pytest

from asking import ask, question
from endpoint import Endpoint
from swallow_metrics.datatypes import Sampling
from swallow_metrics.engines.answer import Failure, failure_of
from swallow_metrics.engines.dialect import LOOKED_AT, parameter_in, refuses_system, too_long
from swallow_metrics.errors import EngineRefused
from swallow_metrics.plugin.options import DECLARED

ALL = Sampling(
    temperature=0.0, top_p=0.9, max_tokens=5, seed=1, stop=("x",), extra={"top_k": 5, "chat_template_kwargs": {"a": 1}}
)
REFUSALS = {  # what an endpoint answers → the options that cure it, as the candidate's are called
    **{f"parameter {name}": (400, {"message": "Unsupported parameter", "param": name}, cure) for name, cure in {
        "temperature": ["--temperature"],
        "top_p": ["--generation", "--top-p"],
        "max_tokens": ["--generation", "--generation", "--max-tokens"],
        "seed": ["--generation", "--seed"],
        "stop": ["--generation"],
        "top_k": ["--generation", "--generation"],
        "chat_template_kwargs.a": ["--generation", "--generation"],
    }.items()},
    "parameter too large": (400, {"message": "max_tokens is too large: 5. This model supports at most 4 completion "
                            "tokens", "param": "max_tokens"}, ["--max-tokens"]),
    "parameter in words": (422, {"message": "'top_k' is not permitted here"}, ["--generation", "--generation"]),
    "system role": (400, {"message": "System role not supported"}, ["--system-prompt"]),
    "length": (400, {"message": "maximum context length is 9 tokens, your request has 12 input tokens"},
               ["--on-long-prompt"]),
    "length of the answer": (400, {"message": "maximum context length is 9 tokens, your request has 8 input tokens"},
                             ["--max-tokens", "--on-long-prompt"]),
    "key": (401, {"message": "no"}, ["--api-key-env", "--header"]),
    "model": (404, {"message": "model not found"}, ["--model", "--base-url"]),
    "redirect": (302, "", ["--base-url"]),
    "page": (200, "<html>Sign in</html>", ["--base-url"]),
    "stream": (200, "data: {}", ["--generation"]),
    "text": (200, "OK", ["--base-url"]),
}  # fmt: skip
OF_A_JUDGE = {"--temperature": ["--judge-generation"], "--system-prompt": ["--judge-model"], "--top-p": [],
              "--on-long-prompt": ["--judge-model"], "--max-tokens": [], "--seed": []}  # fmt: skip


@pytest.mark.parametrize("judge", [False, True])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_names_the_options_of_whom_it_concerns(refusal, judge):
    """Every cure, for the model under evaluation and for a judge, whose options have names of their own."""
    status, said, cure = REFUSALS[refusal]
    text = said if isinstance(said, str) else json.dumps({"error": said})
    who = {"judge": True, "options": "--judge-model and --judge-base-url"} if judge else {}
    with Endpoint(lambda body: (status, {}, text)) as server:
        [error] = ask(server.url, [question(0, sampling=ALL, system="Be brief.")], max_retries=0, **who)
    if judge and refusal in ("parameter too large", "length of the answer"):
        cure = ["--judge-generation", *(["--judge-model"] if "length" in refusal else [])]
    elif judge:
        cure = [each for name in cure for each in OF_A_JUDGE.get(name, [f"--judge-{name[2:]}"])]
    assert re.findall(r"--[a-z-]+", str(error)) == cure, error
    assert {name[2:].replace("-", "_") for name in cure} <= set(DECLARED)
    assert "\n" not in str(error)
    if refusal.startswith("parameter"):
        assert type(error) is EngineRefused


LENGTHS = [
    (("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, "
     "1000 in the completion). Please reduce the length of the messages or completion."), 4000, 4096),
    ("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.", 9000, 8192),
    ("This model's maximum context length is 4096 tokens. However, your request has 5000 input tokens.", 5000, 4096),
    (("'max_tokens' or 'max_completion_tokens' is too large: 3000. This model's maximum context length is 4096 tokens "
     "and your request has 2000 input tokens (3000 > 4096 - 2000)."), 2000, 4096),
    (("You passed 5001 input tokens and requested 0 output tokens. However, the model's context length is only 4096 "
     "tokens, resulting in a maximum input length of 4096 tokens."), 5001, 4096),
    ("the request exceeds the available context size (4096 tokens), try increasing it", None, 4096),
    ("request (5002 tokens) exceeds the available context size (4096 tokens), try increasing it", 5002, 4096),
    ("Input validation error: `inputs` must have less than 4095 tokens. Given: 5000", 5000, 4095),
    ("prompt is too long: 205000 tokens > 200000 maximum", 205000, 200000),
    ("The input token count (40000) exceeds the maximum number of tokens allowed (32768).", 40000, 32768),
    ("This model's maximum context length is 2048 tokens. However, your prompt contains at least 2049 input tokens.", 2049, 2048),
    ("Input is too long for requested model.", None, None),
    ("Input length (5000 tokens) exceeds the maximum allowed length (4096 tokens). Use a shorter input.", 5000, 4096),
    (("Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5000 "
      "tokens: 4500 tokens from the input messages and 500 tokens for the completion."), 4500, 4096),
    ("The input (5000 tokens) is longer than the model's context length (4096 tokens).", 5000, 4096),
    (("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3000 `inputs` tokens and 2000 "
      "`max_new_tokens`"), 3000, 4096),
    (("Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"),
     40000, 32768),
    (("Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens."),
     300000, 272000),
    ("This model's maximum prompt length is 131072 but the request contains 140000 tokens.", 140000, 131072),
    (("too many tokens: total number of tokens in the request cannot exceed 4081 - received 5000. Try using a shorter "
      "prompt"), 5000, 4081),
    ("prompt token count of 5000 exceeds the limit of 4096", 5000, 4096),
    (("The prompt (total length 5000) is too long to fit into the model (context length 4096). Make sure that "
      "`max_model_len` is no smaller"), 5000, 4096),
    (("This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 tokens (8500 of text "
      "input, 500 in the output)."), 8500, 8192),
    ("The decoder prompt (length 5000) is longer than the maximum model length of 4096.", 5000, 4096),
    (("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or "
      "`max_tokens` and try again"), 190000, 200000),
    ("Range of input length should be [1, 30720]", None, 30720),
    ("The total number of tokens (5000) exceeds the model's maximum (4096)", 5000, 4096),
]  # fmt: skip


@pytest.mark.parametrize(("said", "prompt", "limit"), LENGTHS)
def test_lengths_in_refusals(said, prompt, limit):
    """Both lengths, as far as a server names them."""
    lengths = too_long(Failure("question", "", 400, {"message": said}))
    assert (lengths.prompt, lengths.limit) == (prompt, limit)


@pytest.mark.parametrize(
    "said",
    ["Unsupported value: temperature", "The prompt was flagged by the content filter.",
     "max_tokens is too large: 5000. This model supports at most 4096 completion tokens, whereas you provided 5000.",
     "max_tokens exceeds the maximum number of output tokens, 8192"],
)  # fmt: skip
def test_refusals_that_are_not_about_a_prompts_length(said):
    assert too_long(Failure("question", "", 400, {"message": said})) is None


SENT = dict.fromkeys(("model", "messages", "temperature", "top_p", "max_tokens", "seed", "stop", "top_k", "user"), 1)


@pytest.mark.parametrize(
    ("detail", "name"),
    [
        ({"message": "Unrecognized request argument supplied: top_k", "param": None}, "top_k"),
        ({"message": "temperature is not supported by this model"}, "temperature"),
        ({"message": "top_k: Extra inputs are not permitted"}, "top_k"),
        ({"message": "Parameter seed is not supported"}, "seed"),
        ({"message": "Unknown parameter: user"}, "user"),
        ("unsupported parameter: top_k", "top_k"),
        ({"message": "1 validation error for Request\nbody.top_k\n  Extra inputs are not permitted"}, "top_k"),
        ({"detail": [{"type": "extra_forbidden", "loc": ["body", "top_k"], "msg": "Extra inputs are not permitted"}]},
         "top_k"),
        ({"message": 'Invalid JSON payload received. Unknown name "top_k": Cannot find field.'}, "top_k"),
        ({"message": "property 'top_k' is unsupported"}, "top_k"),
        ({"message": "`temperature` and `top_p` cannot both be specified for this model."}, "temperature"),
        ({"message": "litellm.UnsupportedParamsError: o1 does not support parameters: ['seed']"}, "seed"),
        ({"message": "Unsupported content; the user must stop"}, None),
        ({"message": "top_k_tokens is not supported"}, None),
        ({"message": "Unknown parameter: min_p"}, None),
    ],
)  # fmt: skip
def test_parameters_in_refusals(detail, name):
    """With and without quotes, as servers and gateways say it; a common word is not a parameter."""
    assert parameter_in(failure_of(400, detail, None), SENT) == name


@pytest.mark.parametrize(
    ("status", "said", "refused"),
    [
        (400, "System role not supported", True),
        (500, "jinja2.exceptions.TemplateError: System role not supported", True),
        (400, "Conversation roles must alternate user/assistant/user/assistant/...", True),
        (400, "This model does not support system messages", True),
        (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model.", True),
        (400, "Unsupported role: system", True),
        (400, "role 'system' is not supported", True),
        (400, "Developer instruction is not enabled for models/gemma", True),
        (422, "messages.0.role: Input should be 'user' or 'assistant' (got 'system')", True),
        (400, "system is not a valid role", True),
        (400, "Only user and assistant roles are supported!", True),
        (500, "The system could not process this message", False),
        (400, "Unsupported parameter: top_k", False),
        (429, "System role not supported", False),
    ],
)
def test_refusals_of_a_system_message(status, said, refused):
    """As templates, servers and gateways say it; without a system message it is about something else."""
    failure = failure_of(status, {"message": said}, None)
    assert refuses_system(failure, question(1, system="Be brief.").messages) is refused
    assert not refuses_system(failure, question(1).messages)


def test_a_refusal_of_many_megabytes_is_read_at_once():
    """Only its beginning is searched."""
    said = "system role input tokens length maximum " * 200_000
    failure = failure_of(400, {"message": said}, None)
    assert len(said) > 1000 * LOOKED_AT
    assert too_long(failure) is not None
    assert parameter_in(failure, SENT) is None
    refuses_system(failure, question(1, system="Be brief.").messages)
