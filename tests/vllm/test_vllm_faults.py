"""Runs with a real vLLM that something happens to: report, journal, exit status, and what stays behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from projects import NO_OTHER_PLUGINS, write_jsonl

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_vllm,
    pytest.mark.usefixtures("small_machine"),
    pytest.mark.filterwarnings("default"),
]
ROWS = [{"question": f"Question {number}?", "answer": "A", "topic": "t"} for number in range(2000)]
ARGUMENTS = ("enforce_eager=true", "dtype=float32", "max_model_len=2048", "max_num_seqs=16")


def started(mini, tiny, temporary, *more):
    """A run of minutes, as a process that leads a group, as a shell starts it."""
    write_jsonl(mini.path / "data" / "mini.jsonl", ROWS)
    module = mini.path / "benchmarks" / "test_mini.py"
    module.write_text(module.read_text().replace("rows=6", f"rows={len(ROWS)}"))
    command = [sys.executable, "-m", "pytest", *NO_OTHER_PLUGINS, "benchmarks", "--model", str(tiny), "--no-html",
               "--data-dir", "data", "--run-dir", "run", "--max-tokens", "200", *more]  # fmt: skip
    for argument in ARGUMENTS:
        command += ["--engine-arg", argument]
    with (mini.path / "output").open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=mini.path,
            env=os.environ | {"TMPDIR": temporary},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def wait_for(condition, run, seconds=400):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.1)
    return found


def children(run):
    import psutil

    return psutil.Process(run.pid).children(recursive=True)


def name_of(process):
    """Name and command line; none where it has ended in the meantime."""
    import psutil

    try:
        return " ".join([process.name(), *process.cmdline()])
    except psutil.NoSuchProcess:
        return ""


@pytest.fixture
def temporary():
    """An own folder for temporary files, with a short name: vLLM makes sockets in it."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        yield folder


@pytest.mark.parametrize(
    ("signals", "to", "more", "status"),
    [
        ([signal.SIGKILL], "engine", (), 1),
        ([signal.SIGKILL], "engine", ("-n", "2"), 1),
        ([signal.SIGTERM], "run", (), 2),
        ([signal.SIGINT, signal.SIGINT], "group", (), 2),
        ([signal.SIGKILL], "run", (), -signal.SIGKILL),
    ],
    ids=["engine-killed", "engine-of-workers-killed", "sigterm", "ctrl-c-twice", "run-killed"],
)
def test_a_run_ends_in_order(mini, tiny, temporary, signals, to, more, status):
    """Seconds later: partial report, whole journal, the engine's log where it died, no process and no folder left."""
    import psutil

    run = started(mini, tiny, temporary, *more)
    try:
        wait_for(lambda: sum(file.stat().st_size for file in (mini.path / "run").glob("responses*.jsonl")), run)
        time.sleep(1.0)
        ours = children(run)
        engine = next(child for child in ours if "EngineCore" in name_of(child))
        start = time.monotonic()
        for number in signals:
            if to == "group":
                os.killpg(run.pid, number)
            else:
                os.kill(engine.pid if to == "engine" else run.pid, number)
            time.sleep(0.5)
        assert run.wait(timeout=180) == status, (mini.path / "output").read_text()
        took = time.monotonic() - start
        alive = psutil.wait_procs(ours, timeout=90)[1]
    finally:
        run.kill()
        run.wait()
    output = (mini.path / "output").read_text()
    print(output[-3000:], f"\ntook {took:.1f} s", [name_of(child) for child in alive])
    assert not alive, [name_of(child) for child in alive]
    assert took < 60  # a tenth of it where nothing else runs
    assert not list(Path(temporary).glob("swallow-vllm-*"))
    for words in ("Traceback", "nanobind", "EngineDeadError", "leaked"):
        assert words not in output
    if status < 0:
        return
    report = mini.report()["swallow"]
    reason = report["incomplete"]["reason"]
    assert report["incomplete"]["selected"] == len(ROWS)
    answered = mini.journal()
    assert len(answered) >= report["benchmarks"]["mini"]["scored"]
    assert [file.name for file in (mini.path / "run").glob("responses*")] == ["responses.jsonl"]
    assert len(answered) > 0 or more
    if to == "engine":
        assert "--resume" in reason
        assert "--resume" in output
        assert (mini.path / "run" / "vllm.log").is_file()
        assert "run/vllm.log" in reason
