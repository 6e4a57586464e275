"""What is checked before vLLM is imported, against a made-up package, so that these tests need no vLLM."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from swallow_metrics.engines import vllm_args, vllm_model, vllm_setup
from swallow_metrics.errors import UsageError


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
