"""`--dry-run` with a model's files at hand: prompts are rendered and counted as vLLM does."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.needs_vllm, pytest.mark.filterwarnings("default")]


def test_a_models_own_template_and_context(mini, tiny):
    arguments = ("--model", str(tiny), "--data-dir", "data", "--dry-run")
    run = mini.pytester.runpytest_inprocess
    out = run("benchmarks", *arguments).stdout.str()
    assert "counted with the chat template and the tokenizer of" in out
    assert "fit: every prompt fits into the context of" in out
    out = run("benchmarks", *arguments, "--engine-arg", "max_model_len=16").stdout.str()
    assert "does not fit: mini '0': " in out


def test_a_run_says_what_does_not_fit_before_it_loads_weights(mini, tiny):
    """Also with workers, once."""
    (mini.path / "conftest.py").write_text(
        "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_collection_finish():\n    pytest.exit('enough')\n"
    )
    arguments = ("--model", str(tiny), "--data-dir", "data", "--engine-arg", "max_model_len=16")
    for more in ((), ("-n", "2")):
        out = mini.pytester.runpytest_inprocess("benchmarks", *arguments, *more).stdout.str()
        assert out.count("6 of 6 prompts of mini do not fit into the context of 16, the longest is") == 1, out
