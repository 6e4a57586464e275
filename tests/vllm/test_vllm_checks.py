"""What is checked before vLLM is imported, against a made-up package, so that these tests need no vLLM."""

import json
import multiprocessing.spawn
import os
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from swallow_metrics.datatypes import Benchmark, Request, Sample, Sampling
from swallow_metrics.engines import vllm_args, vllm_files, vllm_log, vllm_model, vllm_setup
from swallow_metrics.engines.vllm import VLLMEngine
from swallow_metrics.errors import PromptTooLong, UsageError
from swallow_metrics.outlook import fit
from swallow_metrics.outlook.tokens import Counter
from swallow_metrics.settings import Settings

ARG_UTILS = """
class Other:
    not_one: int = 0
class EngineArgs:
    model: str = "m"
    dtype: str = "auto"
    max_model_len: int | None = None
    tensor_parallel_size: int = 1
    enforce_eager: bool = False
    revision: str | None = None
    reasoning_parser_plugin: str | None = None
    override_generation_config: dict = field()
    disable_log_stats: bool = False
    hf_token: str | None = None
class AsyncEngineArgs(EngineArgs):
    enable_log_requests: bool = False
"""
SAMPLING_PARAMS = """
class SamplingParams:
    n: int = 1
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    output_kind: Kind = Kind.CUMULATIVE
    _all_stop_token_ids: set = field()
"""
REASONING = """
_TABLE = {"deepseek_r1": ("a", "B"), "qwen3": ("c", "D")}
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A folder that looks like vLLM's where it is read."""
    folder = tmp_path / "vllm"
    files = {
        "engine/arg_utils.py": ARG_UTILS,
        "reasoning/__init__.py": REASONING,
        "sampling_params.py": SAMPLING_PARAMS,
    }
    for place, text in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    monkeypatch.setattr(vllm_setup, "vllm_folder", lambda: folder)
    return folder


@pytest.fixture
def model(tmp_path):
    """A model folder without a usable model."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "model.safetensors").write_bytes(bytes(3 << 20))
    return folder


@pytest.mark.parametrize(
    ("name", "words"),
    [("top_kk", ["top_kk", "top_k"]), ("repetition_penality", ["repetition_penalty"]), ("output_kind", ["output_kind"]),
     ("max_completion_tokens", ["max_completion_tokens"])],
)  # fmt: skip
def test_settings_of_requests_are_checked_by_name(package, name, words):
    """One that vLLM does not have is named with the nearest; the chat template's arguments are not settings of it."""
    vllm_args.check_generation({"top_k": 5, "min_p": 0.1, "chat_template_kwargs": {}}, package)
    with pytest.raises(UsageError) as error:
        vllm_args.check_generation({name: 1}, package)
    assert all(word in str(error.value) for word in words)


def setup(model, **changes):
    settings = {"engine_args": {}, "chat_template": None, "use_chat_template": True, "reasoning_parser": None}
    return vllm_setup.checked_setup(str(model), **settings | changes)


def test_without_vllm_the_extra_is_named(tmp_path, monkeypatch):
    """A model to run here, but no vLLM: the message says what to install. A folder of its name is not it."""
    (tmp_path / "vllm").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if not Path(entry, "vllm", "__init__.py").is_file()])
    with pytest.raises(UsageError, match=r"pip install 'pytest-swallow\[vllm\]'"):
        vllm_args.vllm_folder()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tensor_parallel_sise", "nearest are tensor_parallel_size"),
        ("max_model_length", "nearest are max_model_len"),
        ("not_one", "is not an engine argument of the installed vLLM"),
        ("zzz", "vllm serve --help"),
        ("model", "set by --model"),
        ("chat_template", "set by --chat-template"),
        ("reasoning_parser", "set by --reasoning-parser"),
    ],
)
def test_an_engine_argument_that_is_none_is_refused(package, name, said):
    """An unknown name gets the nearest valid ones, a name that another option sets gets that option."""
    with pytest.raises(UsageError, match=said):
        vllm_args.engine_arguments({name: 1}, package)


def test_arguments_of_both_classes_are_known(package):
    """Fields of the parent and of the async class are arguments, other classes' fields are not."""
    names = vllm_args.argument_names(package)
    assert {"dtype", "tensor_parallel_size", "enable_log_requests"} <= names
    assert "not_one" not in names


def test_an_unknown_layout_of_vllm_leaves_the_check_to_vllm(tmp_path):
    """Where nothing can be read nothing is refused."""
    assert vllm_args.engine_arguments({"anything": 1}, tmp_path)["anything"] == 1


def test_arguments_come_with_our_defaults(package):
    """Statistics are off unless asked for, and no generation_config.json bounds answers behind the run's back."""
    assert vllm_args.engine_arguments({}, package) == {
        "disable_log_stats": True,
        "override_generation_config": {"max_new_tokens": None},
    }
    given = {"disable_log_stats": False, "override_generation_config": '{"top_k": 5, "max_new_tokens": 9}'}
    assert vllm_args.engine_arguments(given, package) == {
        "disable_log_stats": False,
        "override_generation_config": {"max_new_tokens": 9, "top_k": 5},
    }


def test_a_generation_config_that_is_no_object_is_refused(package):
    """The override must be a JSON object."""
    with pytest.raises(UsageError, match="expects a JSON object, but got 'top_k'"):
        vllm_args.engine_arguments({"override_generation_config": "top_k"}, package)


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        ({"enforce_eager": True}, ["--enforce-eager"]),
        ({"enable_prefix_caching": False}, ["--no-enable-prefix-caching"]),
        ({"max_model_len": 4096}, ["--max-model-len", "4096"]),
        ({"gpu_memory_utilization": 0.5}, ["--gpu-memory-utilization", "0.5"]),
        ({"revision": None}, []),
        ({"hf_overrides": {"a": [1, None]}}, ["--hf-overrides", '{"a": [1, null]}']),
        ({"allowed_media_domains": ["a", "b"]}, ["--allowed-media-domains", "a", "b"]),
    ],
)
def test_arguments_become_flags(arguments, flags):
    """Each kind of value takes the form that the server's command line knows."""
    assert vllm_args.serve_flags(arguments) == flags


def test_secrets_are_masked():
    """Values that may be secrets stay out of the report."""
    assert vllm_args.masked({"hf_token": "hf_x", "dtype": "auto"}) == {"hf_token": "***", "dtype": "auto"}


def test_an_unknown_reasoning_parser_is_refused_unless_a_plugin_may_bring_it(package, model):
    """The message lists the parsers there are."""
    with pytest.raises(UsageError, match="'qwen' is unknown to the installed vLLM, which has deepseek_r1, qwen3"):
        setup(model, reasoning_parser="qwen")
    plugin = {"reasoning_parser_plugin": "mine.py"}
    assert setup(model, reasoning_parser="qwen", engine_args=plugin).reasoning_parser == "qwen"
    assert setup(model, reasoning_parser="qwen3").reasoning_parser == "qwen3"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/no/such/folder", "there is no such folder"),
        ("./nowhere", "there is no such folder"),
        ("~/nowhere-at-all", "there is no such folder"),
        ("a/b/c", "neither a folder nor a Hugging Face id"),
        ("two words", "neither a folder nor a Hugging Face id"),
    ],
)
def test_a_model_that_cannot_be_is_refused(package, name, said):
    """Paths that are not there and names that no hub has are told apart."""
    with pytest.raises(UsageError, match=said) as caught:
        setup(name)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_is_refused(package, tmp_path):
    """A folder needs a config.json."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"it has no config\.json"):
        setup(tmp_path / "empty")


def test_a_chat_template_that_cannot_be_read_is_refused(package, model, tmp_path):
    """A file that is not text says which it was."""
    (tmp_path / "template").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(UsageError, match=r"--chat-template .*template cannot be read"):
        setup(model, chat_template=tmp_path / "template")


def test_identity_says_what_answers(package, model, tmp_path):
    """What changes answers changes the identity, what only changes speed does not, and it is the same every time."""
    plain = setup(model).identity
    assert setup(model).identity == plain
    assert plain.startswith(f"{model}#")
    assert setup(model, engine_args={"tensor_parallel_size": 2}).identity == plain
    template = tmp_path / "template.jinja"
    template.write_text("{{ messages[0].content }}")
    others = [
        setup(model, engine_args={"dtype": "float16"}),
        setup(model, chat_template=template),
        setup(model, use_chat_template=False),
        setup(model, reasoning_parser="qwen3"),
        setup(model, engine_args={"revision": "abc"}),
    ]
    assert len({plain, *(other.identity for other in others)}) == 1 + len(others)


@pytest.mark.parametrize("place", [0, 100, (3 << 20) - 1])
def test_a_retrained_model_in_the_same_folder_is_another_model(package, model, place):
    """A changed byte at either end of the weights, or in the settings, changes the identity."""
    before = setup(model).identity
    weights = bytearray((model / "model.safetensors").read_bytes())
    weights[place] = 1
    (model / "model.safetensors").write_bytes(weights)
    after = setup(model).identity
    (model / "config.json").write_text('{"model_type": "llama", "rope_theta": 2}')
    assert len({before, after, setup(model).identity}) == 3


def test_recommended_sampling_is_read_from_the_model(model):
    """The model's file counts, the override counts more, a null takes a value away, and "vllm" ignores the file."""
    content = {"temperature": 0.6, "top_k": 20, "max_new_tokens": 99, "eos_token_id": 1}
    (model / "generation_config.json").write_text(json.dumps(content))
    override = {"override_generation_config": {"max_new_tokens": None, "top_k": 5}}
    assert vllm_model.default_sampling(str(model), override) == {"temperature": 0.6, "top_k": 5}
    assert vllm_model.default_sampling(str(model), {"generation_config": "vllm"}) == {}


HUB = {  # repository: status and error code of its config.json
    "who/gated": (401, "GatedRepo"),
    "who/missing": (401, "RepoNotFound"),
    "who/other": (404, "RevisionNotFound"),
    "who/mistral": (404, "EntryNotFound"),
}


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A model hub on the loopback interface that refuses in every way."""
    from huggingface_hub import constants

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            status, code = HUB["/".join(self.path.split("/")[1:3])]
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("X-Repo-Commit", "0" * 40)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    yield url
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("name", "revision", "said"),
    [
        ("who/gated", None, "is gated: accept its terms"),
        ("who/missing", None, "neither a folder nor a model on the Hugging Face hub"),
        ("who/other", "v2", "has no revision 'v2'"),
    ],
)
def test_the_hubs_refusal_becomes_one_line(hub, name, revision, said):
    """Each refusal of the hub says what to do next."""
    with pytest.raises(UsageError, match=said) as caught:
        vllm_model.fetch_config(name, {"revision": revision})
    assert "\n" not in str(caught.value)


def test_a_model_in_another_format_is_left_to_vllm(hub):
    """A repository without config.json is not an error yet."""
    vllm_model.fetch_config("who/mistral", {})


def test_an_unreachable_hub_is_said(monkeypatch, tmp_path):
    """Offline, a model that is not in the cache ends with one line."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UsageError, match="hub cannot be reached and the model is not in its cache"):
        vllm_model.fetch_config("who/never-heard", {"download_dir": str(tmp_path)})


@pytest.mark.parametrize("folder", ["model", "who/local"])
def test_a_local_folder_asks_no_hub(tmp_path, monkeypatch, folder):
    """Folders are found before any name, wherever they are."""
    monkeypatch.chdir(tmp_path)
    Path(folder).mkdir(parents=True)
    Path(folder, "config.json").write_text("{}")
    vllm_model.fetch_config(folder, {})
    assert vllm_model.local_folder(folder) == Path(folder)


CHILD_FAILED = """\
x INFO 7 vllm: fine
x ERROR 7 vllm.v1: ValueError: No room for the cache.
RuntimeError: Engine core initialization failed. See root cause above.
"""


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (CHILD_FAILED, "ValueError: No room for the cache."),
        ("torch.OutOfMemoryError: CUDA out of memory. Tried", "torch.OutOfMemoryError: CUDA out of memory. Tried"),
        ("Traceback (most recent call last):\n  File x\nKeyError: 'lm_head'\n", "KeyError: 'lm_head'"),
        ("all is well\nno error here", None),
        ("", None),
    ],
)
def test_the_cause_is_found_in_a_log(log, cause):
    """The last error counts that does not merely report another process's end."""
    assert vllm_log.cause_in(log) == cause


def test_loading_leaves_no_trace_in_this_process(tmp_path, monkeypatch):
    """While a model loads environment and interpreter are changed; afterwards they are as before, also on failure."""
    monkeypatch.setenv("VLLM_WORKER_MULTIPROC_METHOD", "fork")
    for name in ("VLLM_LOGGING_CONFIG_PATH", "VLLM_CONFIGURE_LOGGING", "VLLM_LOGGING_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    before = dict(os.environ), multiprocessing.spawn.get_executable()
    with suppress(ZeroDivisionError), vllm_log.into_log(tmp_path / "log"):
        assert os.environ["VLLM_WORKER_MULTIPROC_METHOD"] == "fork"
        assert Path(os.environ["VLLM_LOGGING_CONFIG_PATH"]).is_file()
        assert multiprocessing.spawn.get_executable() != before[1]
        raise ZeroDivisionError
    assert (dict(os.environ), multiprocessing.spawn.get_executable()) == before


@pytest.mark.parametrize("how", ["verbose", "VLLM_LOGGING_LEVEL"])
def test_who_wants_the_log_gets_it(tmp_path, monkeypatch, how):
    """With `verbose`, or logging set up by the user, nothing is sent to a file."""
    if how != "verbose":
        monkeypatch.setenv(how, "DEBUG")
    before = multiprocessing.spawn.get_executable()
    with vllm_log.into_log(tmp_path / "log", verbose=how == "verbose"):
        assert "VLLM_LOGGING_CONFIG_PATH" not in os.environ
        assert multiprocessing.spawn.get_executable() == before


def _write(text):
    os.write(1, text.encode())
    os.write(2, b"to the other one")


def test_a_child_process_writes_to_the_log(tmp_path, capfd):
    """Processes that are started while a model loads write to the log, whatever they use to write."""
    with vllm_log.into_log(tmp_path / "log"):
        child = multiprocessing.get_context("spawn").Process(target=_write, args=("hello",))
        child.start()
    child.join()
    assert (tmp_path / "log").read_text() == "helloto the other one"
    assert capfd.readouterr() == ("", "")


# ---- what a model's files tell


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
