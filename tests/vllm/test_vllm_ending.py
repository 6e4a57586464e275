"""However a run ends while vLLM loads, no process of it stays. See test_vllm_faults.py for runs that ask."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.needs_vllm, pytest.mark.filterwarnings("default")]

# Runs a model as the pipeline does and says where it is; `kind` tells which way.
RUN = """
import asyncio, sys, threading
from swallow_metrics.engines.vllm import VLLMEngine
from swallow_metrics.engines.vllm_server import VLLMServer

def main(kind, model):
    arguments = {"enforce_eager": True, "max_model_len": 2048}
    if kind == "server":
        server = VLLMServer(model, engine_args=arguments)
        print("loading", flush=True)
        try:
            server.start()
        finally:
            server.stop()
        return
    engine = VLLMEngine(model, engine_args=arguments)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = asyncio.run_coroutine_threadsafe(engine.open(), loop)
    print("loading", flush=True)
    try:
        opening.result()
    finally:
        opening.cancel()
        asyncio.run_coroutine_threadsafe(engine.close(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()

if __name__ == "__main__":
    main(*sys.argv[1:])
"""


def command_of(process):
    """Its command line; none where it has ended in the meantime, as what vLLM asks about the machine does."""
    import psutil

    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("engine", signal.SIGINT),
        ("engine", signal.SIGKILL),
        ("server", signal.SIGINT),
        ("server", signal.SIGKILL),
    ],
)
def test_no_process_stays(tiny, tmp_path, kind, number):
    """Ctrl-C, or the end of the process that loads the model, ends all that vLLM started."""
    import psutil

    script = tmp_path / "run.py"
    script.write_text(RUN)
    with (tmp_path / "output").open("w+b") as output:
        run = subprocess.Popen(
            [sys.executable, str(script), kind, str(tiny)],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

        def written():
            return (tmp_path / "output").read_text("utf-8", "replace")

        def vllm():
            found = psutil.Process(run.pid).children(recursive=True)
            return [process for process in found if "watchdog.py" not in command_of(process)]

        try:
            assert wait_for(lambda: "loading" in written(), 240), written()
            assert wait_for(vllm, 240), written()
            time.sleep(1.0)
            started = psutil.Process(run.pid).children(recursive=True)
            os.killpg(run.pid, number)  # as the terminal does
            assert run.wait(timeout=180) != 0
            left = psutil.wait_procs(started, timeout=90)[1]
        finally:
            if run.poll() is None:
                run.kill()
                run.wait()
        assert not left, [(process.pid, command_of(process)) for process in left]
        if number == signal.SIGINT:
            assert "KeyboardInterrupt" in written()
            assert "EngineDeadError" not in written()
