"""The process a program runs in. It knows the program and, call by call, arguments: no test and no expected value.

Requests: `P` the program · `C` call a function (see `rpc`) · `I` run the program on this standard input.
Answers: `L` loaded, with the names asked for · `V` `E` `X` `O` as in `rpc` · `T` what it printed.
"""

from __future__ import annotations

import builtins
import io
import json
import os
import socket
import sys
import types
from contextlib import suppress
from typing import Any, NoReturn

from . import codec, rpc, script
from .frames import Closed, Frames

_REHEARSALS = 20
ANSWER_BYTES = 16 << 20  # longest answer or output, in bytes as sent


class _Limited(rpc.Calls):
    """A rpc that trusts the grader, and says so when an answer is too long."""

    trusts = True

    def send(self, kind: bytes, value: Any) -> None:
        body = codec.dumps(value, self.export)
        self.frames.send(*((kind, body) if len(body) <= ANSWER_BYTES else (b"O", b"")))


class _NamedInput:
    """What `from sys import stdin` binds while a program is loaded: no iteration, no `buffer` (CO-27).

    Its methods come with a run's text and are as the reference's: `readline` has no line ends and fails after the last
    line, `read` always gives everything.
    """


_NAMED = _NamedInput()


def serve(frames: Frames, module: types.ModuleType) -> NoReturn:
    """Receive the program, load it into the module, answer requests until killed."""
    side = _Limited(frames)
    try:
        _, body = frames.receive()
        run = _load(side, body, module)
        while run is not None:
            kind, body = frames.receive()
            if kind == b"C":
                side.serve(body)
            else:
                _run_with_input(side, run, body.decode("utf-8", "surrogatepass"))
    except Closed:
        pass
    except BaseException as error:  # noqa: BLE001  # SystemExit and the like end the program, here as anywhere
        frames.send(b"X", type(error).__name__.encode("utf-8", "replace"))
    os._exit(0)


def _load(side: rpc.Calls, request: bytes, module: types.ModuleType) -> Any:
    """Run the program's top level and answer with the names asked for. Returns what serves requests, None if it failed.

    The request is a line with the mode ("check", "call" or "stdin") and the names wanted, then the source.
    """
    head, _, text = request.partition(b"\n")
    mode, *wanted = head.decode("utf-8").split()
    source = text.decode("utf-8", "surrogatepass")
    if mode == "stdin":
        source = script.as_function(source)
    try:
        # The prelude is text before the program: `from __future__` is no longer the first statement and fails.
        code = compile(f"pass\n{source}", "<string>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _failed(side, "syntax", error)
    if mode == "stdin":
        vars(sys)["stdin"] = vars(module)["stdin"] = _NAMED
    try:
        exec(code, vars(module))  # noqa: S102  # what this process is for
        # The text decides, a comment counts (CO-9).
        home = vars(module)["Solution"]() if "class Solution" in source else module
        if mode == "check" and home is not module:
            raise AttributeError("check")  # looked up on the instance, which has none
        found = {name: getattr(home, name) for name in wanted if hasattr(home, name)}
        body = b"\n".join(f"{name} ".encode() + side.write(value) for name, value in found.items())
    except Exception as error:  # noqa: BLE001  # any failure to load
        return _failed(side, "exception", error)
    side.frames.send(b"L", body)
    return found.get(script.FUNCTION, ())


def _failed(side: rpc.Calls, stage: str, error: BaseException) -> None:
    side.frames.send(b"F", json.dumps([stage, *json.loads(rpc.describe(error))]).encode("ascii"))


def _run_with_input(side: rpc.Calls, run: Any, text: str) -> None:
    """Run the program once (CO-27, CO-28): its output, or the exception it ended with."""
    lines = iter(text.split("\n"))
    methods = {"read": lambda *_: text, "readline": lambda *_: next(lines), "readlines": lambda *_: text.split("\n")}
    vars(_NAMED).update(methods)
    # Only by its full name: `open` was bound when the prelude was read, so `open(0)` reads nothing (CO-27).
    vars(builtins)["open"] = lambda *_, **__: io.StringIO(text)
    sys.stdin, sys.stdout = io.StringIO(text), io.StringIO()
    printed = sys.stdout
    vars(printed)["close"] = lambda _: None  # fails as the reference's does, which forgets an argument as well
    try:
        with suppress(SystemExit):
            run()
        body = printed.getvalue().encode("utf-8", "surrogatepass")
    except Exception as error:  # noqa: BLE001  # the grader counts it
        side.frames.send(b"E", rpc.describe(error))
        return
    side.frames.send(*((b"T", body) if len(body) <= ANSWER_BYTES else (b"O", b"")))


def rehearse() -> None:
    """Go through a program's life once, before any is forked.

    What runs here first is compiled, specialised and allocated for all children: each of them would otherwise copy
    the memory that this changes.
    """
    for _ in range(_REHEARSALS):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            side, grader = _Limited(Frames(theirs)), rpc.Calls(Frames(ours))
            module = types.ModuleType("rehearsal")
            _load(side, b"check f g\ndef f(*a):\n    return a", module)
            ours.recv(1 << 16)
            for value in (1, [1, 2], "a"):
                grader.post(b"C", codec.dumps_trusted((0, (value, [value]), {}), grader.export))
                side.serve(side.frames.receive()[1])
                grader.answer()
