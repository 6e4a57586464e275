"""A LoRA adapter and more than one rank, on a real engine."""

import json

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.needs_vllm, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="session")
def adapter(tiny, tmp_path_factory):
    """A LoRA adapter of the tiny Llama with large random weights: its answers differ from the model's."""
    import torch
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("adapter")
    settings = {"r": 8, "lora_alpha": 64, "target_modules": ["q_proj", "v_proj"], "peft_type": "LORA", "bias": "none",
                "task_type": "CAUSAL_LM", "base_model_name_or_path": str(tiny)}  # fmt: skip
    (folder / "adapter_config.json").write_text(json.dumps(settings))
    torch.manual_seed(1)
    weights = {}
    for layer in range(2):
        for name, size in (("q_proj", 128), ("v_proj", 64)):
            place = f"base_model.model.model.layers.{layer}.self_attn.{name}"
            weights[f"{place}.lora_A.weight"] = torch.randn(8, 128)
            weights[f"{place}.lora_B.weight"] = torch.randn(size, 8)
    save_file(weights, folder / "adapter_model.safetensors")
    return folder


def test_an_adapter_answers_otherwise_than_its_model(tiny, adapter, running):
    """The same questions, greedy: the adapter's answers are its own, and the same each time."""
    from running_engine import ENGINE_ARGS, QUESTIONS, Running
    from swallow_metrics.engines.vllm import VLLMEngine

    own = Running(VLLMEngine(str(tiny), engine_args=ENGINE_ARGS, lora=adapter))
    try:
        answers = [own.ask(*QUESTIONS[:4]) for _ in range(2)]
        told = own.engine.describe()
    finally:
        own.stop()
    plain = running.ask(*QUESTIONS[:4])
    assert all(not isinstance(answer, BaseException) for answer in [*answers[0], *plain]), answers
    assert [a.text for a in answers[0]] == [a.text for a in answers[1]] != [a.text for a in plain]
    assert told["lora"] == str(adapter)
    assert own.engine.identity != running.engine.identity


# On CPU vLLM makes what the second stage of a pipeline receives while it warms up, which it leaves out for eager
# execution: so this one is traced, without the compiler.
TRACED = {"enforce_eager": False, "compilation_config": {"mode": 2, "backend": "eager"}}


@pytest.mark.parametrize(
    ("ranks", "more"),
    [("tensor_parallel_size", {}), ("data_parallel_size", {}), ("pipeline_parallel_size", TRACED)],
    ids=["tensor", "data", "pipeline"],
)
def test_two_ranks_answer_as_one(tiny, running, monkeypatch, ranks, more):
    """VLLM's own parallelism, in process: the same greedy answers, and nothing left behind."""
    from running_engine import ENGINE_ARGS, QUESTIONS, Running
    from swallow_metrics.engines.vllm import VLLMEngine

    monkeypatch.setenv("VLLM_CPU_OMP_THREADS_BIND", "nobind")
    import psutil

    before = set(psutil.Process().children(recursive=True))
    two = Running(VLLMEngine(str(tiny), engine_args={**ENGINE_ARGS, **more, ranks: 2}))
    try:
        answers = two.ask(*QUESTIONS[:8])
        told = two.engine.describe()
        started = [child for child in psutil.Process().children(recursive=True) if child not in before]
    finally:
        two.stop()
    assert not psutil.wait_procs(started, timeout=90)[1]
    assert all(not isinstance(answer, BaseException) for answer in answers), answers
    assert [answer.text for answer in answers] == [answer.text for answer in running.ask(*QUESTIONS[:8])]
    assert told["engine_args"][ranks] == 2
