"""`vllm serve` started and asked by us, on CPU, and the same model in this process: the same answers."""

import http.client
import os
from dataclasses import replace

import pytest

from running_engine import ENGINE_ARGS, GREEDY, QUESTIONS, Running
from swallow_metrics.datatypes import Sampling
from swallow_metrics.engines.openai import OpenAIEngine
from swallow_metrics.engines.vllm_server import VLLMServer
from swallow_metrics.errors import EngineDown

pytestmark = [pytest.mark.slow, pytest.mark.needs_vllm, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def server(tiny):
    """The tiny Llama, served."""
    server = VLLMServer(str(tiny), engine_args=ENGINE_ARGS)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def client(server, tiny):
    """Our engine for endpoints, asking the server."""
    client = Running(OpenAIEngine(str(tiny), server.base_url, server.api_key))
    yield client
    client.stop()


def status_of(server, key):
    host, port = server.base_url.removeprefix("http://").removesuffix("/v1").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=120)
    connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {key}"} if key else {})
    status = connection.getresponse().status
    connection.close()
    return status


def group_of(server):
    """Process ids of the server and everything it started."""
    import psutil

    def is_of_it(process):
        try:
            return os.getpgid(process.pid) == server._process.pid
        except ProcessLookupError:  # another one, which has ended since it was listed
            return False

    return [process for process in psutil.process_iter() if is_of_it(process)]


def test_greedy_answers_are_the_same_both_ways(client, running):
    """Text, finish reason and token counts do not depend on where the model runs."""
    served, here = client.ask(*QUESTIONS), running.ask(*QUESTIONS)
    assert len({answer.text for answer in here}) > len(QUESTIONS) // 2
    assert [replace(answer, latency_s=None, model=None) for answer in served] == [
        replace(answer, latency_s=None, model=None) for answer in here
    ]


def test_seeded_draws_are_the_same_both_ways(client, running):
    """The same seed draws the same answer, with the model's recommended top_k and our temperature."""
    sampling = Sampling(temperature=0.9, max_tokens=16, seed=3)
    served, here = (engine.ask(*QUESTIONS[:8], sampling=sampling) for engine in (client, running))
    assert [answer.text for answer in served] == [answer.text for answer in here]


def test_without_a_bound_both_ways_go_on_to_the_context(client, running):
    """The model's own max_new_tokens bounds neither."""
    sampling = Sampling(temperature=0.0)
    question = "x" * 1990
    served, here = (engine.ask(question, sampling=sampling)[0] for engine in (client, running))
    assert (served.text, served.completion_tokens) == (here.text, here.completion_tokens)
    assert here.completion_tokens > 5


def test_the_server_answers_only_to_its_key(server):
    """Whoever else is on this machine gets nothing."""
    assert status_of(server, server.api_key) == 200
    assert status_of(server, None) == 401
    assert status_of(server, "guess") == 401


def test_the_key_is_on_no_command_line(server):
    """Command lines are public on a machine."""
    processes = group_of(server)
    assert processes
    assert not any(server.api_key in word for process in processes for word in process.cmdline())


def test_both_ways_tell_the_same(server, running):
    """Identity, versions, context and recommended sampling agree, so that a run can go on the other way."""
    served, here = server.describe(), running.engine.describe()
    assert server.identity == running.engine.identity
    assert served["engine"] == "vllm serve"
    same = set(here) - {"engine", "dtype"}
    assert {name: served[name] for name in same} == {name: here[name] for name in same}
    assert server.api_key not in str(served)


def test_nothing_is_left_after_stop(server):
    """Every process of the server's group is gone, and its folder."""
    import psutil

    processes, scratch = group_of(server), server._scratch
    assert len(processes) >= 2
    server.stop()
    assert not psutil.wait_procs(processes, timeout=90)[1]
    assert not scratch.folder.exists()
    server.stop()


def test_the_command_of_the_real_distribution_works_too(tiny, tmp_path, monkeypatch):
    """Where vLLM is installed under its own name, its `vllm serve` is used, with a reasoning parser as in process."""
    import vllm

    version = f"{vllm.__version__}+cpu"  # by the version's name vLLM knows what it was built for
    information = tmp_path / f"vllm-{version}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    server = VLLMServer(str(tiny), engine_args=ENGINE_ARGS, reasoning_parser="qwen3")
    try:
        server.start()
        assert "serve" in server._process.args
        client = Running(OpenAIEngine(str(tiny), server.base_url, server.api_key))
        for effort, thought in (("none", False), ("high", True)):
            answer = client.ask(QUESTIONS[0], sampling=replace(GREEDY, reasoning_effort=effort))[0]
            assert answer.text
            assert answer.reasoning == (answer.text if thought else None)
        client.stop()
    finally:
        server.stop()


def test_a_server_that_ends_says_why(tiny):
    """The message has the server's own words, on one line, and no process stays."""
    server = VLLMServer(str(tiny), engine_args=ENGINE_ARGS | {"max_model_len": 9999})
    with pytest.raises(EngineDown, match=r"ended with status 1 before it answered: .*max_model_len") as caught:
        server.start()
    assert "\n" not in str(caught.value)
    assert server._process is None


def test_a_server_that_takes_too_long_is_ended(tiny):
    """The wait is bounded."""
    server = VLLMServer(str(tiny), engine_args=ENGINE_ARGS, start_timeout_s=1.0)
    with pytest.raises(EngineDown, match="did not answer within 1 s"):
        server.start()
    assert server._process is None
