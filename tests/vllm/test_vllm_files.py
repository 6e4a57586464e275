"""What a model's files tell before vLLM is imported and weights are loaded, against a made-up package."""

import json
from types import SimpleNamespace

import pytest

from swallow_metrics.datatypes import Benchmark, Request, Sample, Sampling
from swallow_metrics.engines import vllm_files, vllm_setup
from swallow_metrics.engines.vllm import VLLMEngine
from swallow_metrics.errors import PromptTooLong, UsageError
from swallow_metrics.outlook import fit
from swallow_metrics.outlook.tokens import Counter
from swallow_metrics.settings import Settings


def model_folder(tmp_path, **files):
    """A model's folder with these JSON files."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name, content in {"config": {"model_type": "llama"}, **files}.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


@pytest.fixture
def known(package, monkeypatch, tmp_path):
    """Tables of model types in transformers and vLLM."""
    auto = tmp_path / "transformers" / "models" / "auto"
    auto.mkdir(parents=True)
    (auto / "auto_mappings.py").write_text('NAMES = OrderedDict([("llama", "LlamaConfig"), ("qwen3", "Qwen3Config")])')
    (package / "transformers_utils").mkdir()
    (package / "transformers_utils" / "config.py").write_text('REGISTRY = Lazy(kimi_linear="KimiConfig")')
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path / "transformers")])
    monkeypatch.setattr(vllm_files, "find_spec", lambda name: spec)


@pytest.mark.parametrize(
    ("config", "arguments", "message"),
    [
        ({"model_type": "llama"}, {}, None),
        ({"model_type": "kimi_linear"}, {}, None),
        ({}, {}, None),
        ({"model_type": "lama"}, {}, "is of type 'lama', which neither the installed transformers nor vLLM knows"),
        ({"model_type": "own", "auto_map": {}}, {}, None),
        ({"model_type": "own"}, {"trust_remote_code": True}, None),
    ],
)
def test_an_unknown_model_type_is_told_before_vllm_is_imported(known, package, tmp_path, config, arguments, message):
    """Types with code of their own are left to vLLM."""
    folder = model_folder(tmp_path, config=config)
    if message is None:
        vllm_files.check_model_type(folder, arguments, package)
    else:
        with pytest.raises(UsageError, match=message):
            vllm_files.check_model_type(folder, arguments, package)


@pytest.mark.parametrize(
    ("files", "extra", "message"),
    [
        ({"tokenizer_config": {"chat_template": "x"}}, None, None),
        ({"tokenizer_config": {}}, "chat_template.jinja", None),
        ({"tokenizer_config": {}}, "tekken.json", None),
        ({}, None, None),
        ({"tokenizer_config": {}}, None, "has no chat template; give --chat-template FILE, or --no-chat-template"),
        ({"tokenizer_config": []}, None, "tokenizer_config.json: expected a JSON object, but got list"),
    ],
)
def test_a_missing_chat_template_is_told_before_vllm_is_imported(known, package, tmp_path, files, extra, message):
    """Wherever tokenizers keep it."""
    folder = model_folder(tmp_path, **files)
    if extra:
        (folder / extra).write_text("")
    if message is None:
        vllm_setup.checked_setup(str(folder), {}, None, True, None)
    else:
        with pytest.raises(UsageError, match=message):
            vllm_setup.checked_setup(str(folder), {}, None, True, None)
    vllm_setup.checked_setup(str(folder), {}, None, False, None)  # a base model needs none


def test_an_adapter_is_part_of_the_model(known, package, tmp_path):
    """Its rank is made ready, its content is in the identity, and without one the identity is as it was."""
    folder = model_folder(tmp_path)
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    with pytest.raises(UsageError, match="expected a LoRA adapter's folder, but it has no adapter_config.json"):
        vllm_setup.checked_setup(str(folder), {}, None, True, None, adapter)
    (adapter / "adapter_config.json").write_text(json.dumps({"r": 12}))
    with_adapter = vllm_setup.checked_setup(str(folder), {}, None, True, None, adapter)
    assert (with_adapter.arguments["enable_lora"], with_adapter.arguments["max_lora_rank"]) == (True, 16)
    assert with_adapter.describe()["lora"] == str(adapter)
    identities = {with_adapter.identity, vllm_setup.checked_setup(str(folder), {}, None, True, None).identity}
    (adapter / "adapter_config.json").write_text(json.dumps({"r": 9}))
    identities.add(vllm_setup.checked_setup(str(folder), {}, None, True, None, adapter).identity)
    assert len(identities) == 3
    for rank in (0, 1000, "8", None):
        (adapter / "adapter_config.json").write_text(json.dumps({"r": rank}))
        with pytest.raises(UsageError, match="expected `r` in adapter_config.json"):
            vllm_setup.checked_setup(str(folder), {}, None, True, None, adapter)


@pytest.mark.parametrize(
    ("config", "arguments", "context"),
    [
        ({"max_position_embeddings": 4096}, {}, 4096),
        ({"max_position_embeddings": 4096}, {"max_model_len": 100}, 100),
        ({"max_position_embeddings": 4096}, {"max_model_len": -1}, 4096),
        ({"text_config": {"max_position_embeddings": 512}}, {}, 512),
        ({"n_positions": 1024, "seq_length": 2048}, {}, 1024),
        ({"max_position_embeddings": 100, "rope_scaling": {"type": "linear", "factor": 2.5}}, {}, 250),
        ({"max_position_embeddings": 100, "rope_scaling": {"rope_type": "yarn", "factor": 4}}, {}, 100),
        ({"max_position_embeddings": 100, "rope_scaling": None}, {}, 100),
        ({}, {}, None),
    ],
)
def test_the_context_is_read_from_the_models_files(tmp_path, config, arguments, context):
    """As vLLM reads it: the argument, else the shortest length that config.json names, stretched or not."""
    assert vllm_files.context_of(str(model_folder(tmp_path, config=config)), arguments) == context
    assert vllm_files.context_of("", arguments) == (arguments if arguments.get("max_model_len", 0) > 0 else {}).get(
        "max_model_len"
    )


@pytest.mark.parametrize("wanted", ["error", "truncate-left"])
def test_a_prompt_that_does_not_fit_is_cut_from_the_left(package, model, wanted):
    """Where that is wanted: it fits with room for the answer, keeps its end and is marked; else both lengths are told.

    A prompt that fits stays as it is.
    """
    engine = VLLMEngine(str(model), on_long_prompt=wanted)
    loaded = SimpleNamespace(
        context=1000, chat=SimpleNamespace(tokens=lambda r: [0] * sum(len(m["content"]) + 5 for m in r.messages))
    )

    def ask(text):
        messages = ({"role": "system", "content": "S" * 50}, {"role": "user", "content": text})
        return engine._fitting(loaded, Request("b", "7", messages, Sampling(max_tokens=100)))

    assert ask("x" * 900) == ([0] * 960, ())
    if wanted == "error":
        with pytest.raises(PromptTooLong, match="sample '7' has 5060 tokens, but the model's context holds 1000"):
            ask("x" * 5000)
    else:
        prompt, trouble = ask("x" * 5000)
        assert 800 < len(prompt) <= 900
        assert trouble == ("prompt_cut",)


class Words:
    """Counts a token a word, and says how often it was loaded."""

    def __init__(self, monkeypatch, exact=True):
        self.loaded = 0
        counter = Counter(lambda r: len(r.messages[-1]["content"].split()), lambda r: None, "words", exact=exact)

        def load(settings):
            self.loaded += 1
            return counter

        monkeypatch.setattr(fit, "token_counter", load)


@pytest.mark.parametrize(
    ("words", "limit", "exact", "lines", "loaded"),
    [((3, 3000, 2500), 2000, True, 1, 1), ((3, 5), 2000, True, 0, 0), ((3, 1999), 2000, True, 0, 1),
     ((3, 3000), 2000, False, 0, 1), ((3, 3000), None, True, 0, 0)],
)  # fmt: skip
def test_prompts_that_do_not_fit_are_told_before_weights_are_loaded(
    monkeypatch, tmp_path, words, limit, exact, lines, loaded
):
    """How many of how many, the longest, what becomes of them; the tokenizer is loaded only for long prompts."""
    counted = Words(monkeypatch, exact)
    benchmark = Benchmark(id="mini", title="Mini", dataset=None, sample=None, metrics=())
    samples = [Sample(id=f"s{n}", turns=("word " * n,), target="A") for n in words]
    arguments = {} if limit is None else {"max_model_len": limit}
    settings = Settings(mode="model", model=str(model_folder(tmp_path)), engine_args=arguments, on_long_prompt="skip")
    told = list(fit.too_long({"mini": (benchmark, samples)}, settings))
    assert (len(told), counted.loaded) == (lines, loaded)
    if told:
        assert (
            "2 of 3 prompts of mini do not fit into the context of 2,000, the longest is 's3000' with 3,000" in told[0]
        )
        assert "are skipped in the run (--on-long-prompt skip)" in told[0]
