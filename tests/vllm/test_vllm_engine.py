"""A real model through `VLLMEngine`, on CPU."""

import asyncio
import dataclasses
import json
import multiprocessing
import shutil
import time

import pytest

from places import SHARED
from running_engine import ENGINE_ARGS, QUESTIONS, Running
from swallow_metrics.datatypes import Request, Sampling
from swallow_metrics.engines import vllm_args
from swallow_metrics.engines.vllm import VLLMEngine
from swallow_metrics.errors import EngineDown, EngineError, UsageError

# vLLM and torch warn while they load; here that happens inside a test.
pytestmark = [pytest.mark.slow, pytest.mark.needs_vllm, pytest.mark.filterwarnings("default")]


def test_a_response_tells_everything(running, tiny):
    """Text, finish reason, token counts and latency of an answer; all of it differs from question to question."""
    answers = running.ask(*QUESTIONS)
    assert len({answer.text for answer in answers}) > len(QUESTIONS) // 2
    for question, answer in zip(QUESTIONS, answers, strict=True):
        rendered = f"<|user|>{question}<|end|>\n<|assistant|>"
        assert answer.finish_reason in ("stop", "length")
        assert answer.finish_reason == "stop" or answer.completion_tokens == 24
        assert abs(answer.prompt_tokens - (len(rendered.encode()) - len("|user|<>|end|<>|assistant|<>") + 3)) <= 2
        assert answer.latency_s > 0
        assert answer.reasoning is None


def test_greedy_answers_are_the_same_again(running):
    """Greedy answers do not depend on what else is asked at the same time."""
    together = running.ask(*QUESTIONS[:8])
    alone = [running.ask(question)[0] for question in QUESTIONS[:8]]
    assert [answer.text for answer in together] == [answer.text for answer in alone]


def test_seeds_draw_different_answers_that_can_be_drawn_again(running):
    """Repeats with other seeds differ, the same seed gives the same answer."""

    def draw(seed):
        return running.ask(QUESTIONS[0], sampling=Sampling(temperature=1.0, max_tokens=24, seed=seed))[0].text

    texts = [draw(seed) for seed in range(5)]
    assert len(set(texts)) == 5
    assert [draw(seed) for seed in range(5)] == texts


def test_any_setting_of_a_request(running):
    """What has no option of its own reaches vLLM by its name; arguments of the chat template do not."""
    extra = {"logit_bias": {65: 100.0}, "chat_template_kwargs": {"enable_thinking": False}}
    answer = running.ask(QUESTIONS[0], sampling=Sampling(temperature=0.0, max_tokens=8, extra=extra))[0]
    assert len(set(answer.text)) == 1
    assert answer.completion_tokens == 8


def test_stop_texts_end_an_answer(running):
    """An answer stops before the first stop text."""
    full = running.ask(QUESTIONS[1])[0].text
    middle = full[len(full) // 2]
    answer = running.ask(QUESTIONS[1], sampling=Sampling(temperature=0.0, max_tokens=24, stop=(middle,)))[0]
    assert answer.text == full[: full.index(middle)]
    assert answer.finish_reason == "stop"


def test_a_prompt_longer_than_the_context_fails_alone(running):
    """It is an error of its item, with its numbers; other requests are answered."""
    answers = running.ask("あ" * 1000, QUESTIONS[0])
    assert isinstance(answers[0], EngineError)
    assert not isinstance(answers[0], EngineDown)
    assert "sample '0' has 30" in str(answers[0])
    assert "context holds 2048" in str(answers[0])
    assert answers[1].text


def test_without_a_bound_an_answer_may_fill_the_context(running):
    """No `max_tokens` means up to the context, and a bound beyond it means the same."""
    for bound in (None, 100_000):
        prompts = ["x" * (2000 + number) for number in range(10)]
        answers = running.ask(*prompts, sampling=Sampling(temperature=0.0, max_tokens=bound))
        full = [answer for answer in answers if answer.finish_reason == "length"]
        assert full
        assert all(answer.prompt_tokens + answer.completion_tokens == 2048 for answer in full)


def test_a_template_that_refuses_fails_its_item_only(running, tiny):
    """What a template raises is an error of the item with the template's own words."""
    from swallow_metrics.engines.vllm_chat import Chat

    tokenizer = running.engine._loaded.chat._tokenizer
    chat = Chat(tokenizer, "{{ raise_exception('no system message, please') }}")
    with pytest.raises(EngineError, match="no system message, please"):
        chat.tokens(Request("test", "0", ({"role": "system", "content": "x"},)))
    with pytest.raises(UsageError, match="chat template of tiny fails"):
        chat.check("tiny")


def test_a_base_model_gets_plain_text(running):
    """Without a template the messages' text is the prompt, after the tokenizer's own first token."""
    from swallow_metrics.engines.vllm_chat import Chat

    tokenizer = running.engine._loaded.chat._tokenizer
    messages = ({"role": "system", "content": "s"}, {"role": "user", "content": "u"})
    tokens = Chat(tokenizer, None, use_template=False).tokens(Request("test", "0", messages))
    assert tokenizer.decode(tokens) == "<|begin|>s\n\nu"
    assert tokenizer.decode(Chat(tokenizer, None).tokens(Request("test", "0", messages[1:]))).startswith("<|user|>")


def test_a_model_without_template_says_what_to_give(running):
    """A tokenizer without chat template is refused unless plain text was asked for."""
    import copy

    from swallow_metrics.engines.vllm_chat import Chat

    tokenizer = copy.copy(running.engine._loaded.chat._tokenizer)
    tokenizer.chat_template = None
    with pytest.raises(UsageError, match="--no-chat-template for a base model"):
        Chat(tokenizer, None).check("base")
    Chat(tokenizer, None, use_template=False).check("base")
    Chat(tokenizer, "{{ messages[0].content }}").check("base")


@pytest.mark.parametrize(
    ("text", "answer", "reasoning"),
    [
        ("<think>two and two</think>four", "four", "two and two"),
        ("two and two</think>four", "four", "two and two"),
        ("<think>never ends", "never ends", "never ends"),  # no answer: the reasoning takes its place (BE-30)
    ],
)
def test_reasoning_is_split_off_by_vllms_parser(running, text, answer, reasoning):
    """The parser of that name separates reasoning from the answer."""
    from swallow_metrics.engines.vllm_chat import Reasoning

    loaded = running.engine._loaded
    tokenizer = loaded.chat._tokenizer
    parser = Reasoning("deepseek_r1", loaded.llm.model_config, tokenizer)
    tokens = tokenizer.encode(text, add_special_tokens=False)
    assert parser.split(text, [3, 4], tokens) == (answer, reasoning)


@pytest.mark.parametrize(("effort", "thought"), [("none", False), ("high", True)])
def test_a_parser_is_told_whether_the_model_was_to_think(running, effort, thought):
    """An answer without a trace is no trace where thinking was switched off; the server is asked the same."""
    from swallow_metrics.engines.vllm_chat import Reasoning, template_arguments

    loaded = running.engine._loaded
    tokenizer = loaded.chat._tokenizer
    template = template_arguments(Sampling(reasoning_effort=effort))
    parser = Reasoning("qwen3", loaded.llm.model_config, tokenizer)
    tokens = tokenizer.encode("four", add_special_tokens=False)
    assert parser.split("four", [3, 4], tokens, template) == ("four", "four" if thought else None)


def test_a_parser_that_does_not_fit_the_model_is_refused(running):
    """A parser whose tokens the vocabulary lacks is a usage error that names it."""
    from swallow_metrics.engines.vllm_chat import Reasoning

    loaded = running.engine._loaded
    with pytest.raises(UsageError, match="--reasoning-parser 'mistral' cannot be used with"):
        Reasoning("mistral", loaded.llm.model_config, loaded.chat._tokenizer)


def test_the_models_recommendation_counts_only_where_the_run_is_silent(running, tiny):
    """generation_config.json is in the description; it fills gaps, and its bound on answers never applies."""
    told = running.engine.describe()
    assert told["default_sampling"] == {"temperature": 0.5, "top_k": 40}
    loaded = running.engine._loaded
    greedy = loaded.parameters(Sampling(temperature=0.0), 100)
    silent = loaded.parameters(Sampling(max_tokens=7), 100)
    assert (greedy.temperature, greedy.max_tokens) == (0.0, 100)
    assert (silent.temperature, silent.top_k, silent.max_tokens) == (0.5, 40, 7)


def test_the_description_is_complete_and_plain(running, tiny):
    """Versions, model, data type, context and arguments, as JSON."""
    import torch
    import vllm

    told = running.engine.describe()
    assert json.loads(json.dumps(told)) == told
    expected = {
        "engine": "vllm",
        "name": str(tiny),
        "version": vllm.__version__,
        "torch": torch.__version__,
        "dtype": "float32",
        "max_model_len": 2048,
        "engine_args": ENGINE_ARGS,
    }
    assert told | expected == told
    assert len(told["folder_sha256"]) == 64


def test_names_read_from_source_are_vllms_own():
    """The public argument names and the parser names read without an import are exactly the ones that vLLM has."""
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.reasoning import ReasoningParserManager

    package = vllm_args.vllm_folder()
    public = {field.name for field in dataclasses.fields(AsyncEngineArgs) if field.name[0] != "_"}
    assert vllm_args.argument_names(package) == public
    assert vllm_args.parser_names(package) == set(ReasoningParserManager.list_registered())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"max_model_len": 9999}, "max_model_len"),
        ({"dtype": "float99"}, "dtype: .* but got 'float99'"),
        ({"tensor_parallel_size": "many"}, "tensor_parallel_size: .* but got 'many'"),
    ],
)
def test_a_wrong_value_is_one_line(tiny, arguments, said, capfd):
    """What vLLM's configuration refuses is a usage error of one line, and nothing is left behind."""
    running = Running(VLLMEngine(str(tiny), engine_args=ENGINE_ARGS | arguments))
    before = multiprocessing.active_children()
    try:
        with pytest.raises(UsageError, match=said) as caught:
            running.run(running.engine.open())
    finally:
        running.stop()
    assert "\n" not in str(caught.value)
    assert "Traceback" not in "".join(capfd.readouterr())
    assert multiprocessing.active_children() == before


def test_a_model_that_cannot_be_loaded_says_why(tiny, tmp_path, capfd):
    """The cause, which only vLLM's process knows, reaches the message; the terminal stays quiet; no process stays."""
    import torch
    from safetensors.torch import save_file

    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    save_file({"not.of.this.model": torch.zeros(2)}, broken / "model.safetensors")
    log = tmp_path / "vllm.log"
    before = multiprocessing.active_children()
    running = Running(VLLMEngine(str(broken), engine_args=ENGINE_ARGS, log=log))
    try:
        with pytest.raises(EngineDown, match=r"could not load .* no module or parameter named") as caught:
            running.run(running.engine.open())
    finally:
        running.stop()
    assert "\n" not in str(caught.value)
    assert str(log) in str(caught.value)
    assert "Traceback" not in "".join(capfd.readouterr())
    assert multiprocessing.active_children() == before


def test_real_questions_are_answered(running):
    """JMMLU questions, a few from each subject, all at once in a small window."""
    folder = SHARED / "data" / "swallow_jmmlu"
    if not folder.is_dir():
        pytest.skip(f"no questions in {folder}")
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").split("\n") if line]
    rows = [json.loads(line) for line in lines[::100] if len(line.encode()) < 1800]  # one byte is one token
    answers = running.ask(*(row["question"] for row in rows), sampling=Sampling(temperature=0.0, max_tokens=8))
    assert len(rows) > 60
    assert all(answer.completion_tokens for answer in answers)


def test_a_cancelled_request_is_taken_back(running):
    """A request that nobody waits for any more is no longer worked on."""

    async def cancel():
        sampling = Sampling(temperature=0.0)
        request = Request("test", "0", ({"role": "user", "content": "?"},), sampling)
        task = asyncio.ensure_future(running.engine.generate(request))
        unfinished = running.engine._loaded.llm.output_processor.get_num_unfinished_requests
        async with asyncio.timeout(60):
            while not unfinished():  # noqa: ASYNC110  # vLLM has no event for it
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        until = time.monotonic() + 2  # two thousand tokens would take longer
        while unfinished() and time.monotonic() < until:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.01)
        return unfinished()

    assert running.run(cancel()) == 0


def test_a_closed_engine_says_so(tiny):
    """After `close` nothing is loaded again behind the run's back."""
    running = Running(VLLMEngine(str(tiny), engine_args=ENGINE_ARGS))
    running.run(running.engine.close())
    (answer,) = running.ask("?")
    running.stop()
    assert isinstance(answer, EngineDown)
