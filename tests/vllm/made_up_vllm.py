"""What looks like vLLM and like a model where our checks read them."""

import pytest

from swallow_metrics.engines import vllm_setup

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
