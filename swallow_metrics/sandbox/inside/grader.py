"""The process that decides. It has the tests and expected values and talks to the program by `rpc` alone.

From the harness: `S` a suite (JSON), followed by its test cases' input and output as one `T` frame each · `R` run
this program. To the harness: `K` suite taken · `B` suite unusable · `D` the grade (JSON).
To the forkserver, one byte each: `S` a step begins · `D` done · `G` done, the program is gone.
"""

from __future__ import annotations

import json
import os
import random
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from . import codec, compare, rpc, script, suites
from .frames import Closed, Frames
from .program import ANSWER_BYTES

Grade = dict[str, Any]  # category, results, detail

SETUP = -4  # CO-4: exception, no function, program not loaded
DIFFERS = -2  # output differs, or the worker failed
LOST = -1  # no result came back
_FRAME = ANSWER_BYTES + 4096


def grade(category: str, results: list[bool | int], detail: str = "") -> Grade:
    """What is reported of one program."""
    return {"category": category, "results": results, "detail": detail}


class NotLoaded(Exception):  # noqa: N818  # an outcome
    """The program could not be loaded; carries the grade."""

    def __init__(self, category: str, detail: str) -> None:
        super().__init__(detail)
        self.category = category


class NotConfined(BaseException):  # see above
    """The program's process did not get ready: the sandbox failed."""


class Run:
    """One program under one suite."""

    def __init__(self, frames: Frames, step: Callable[[], None]) -> None:
        self.side = rpc.Calls(frames)
        self.step = step

    def load(self, source: str, mode: str, wanted: list[str]) -> dict[str, Any]:
        """Have the program loaded; the names asked for that it defines. Raises NotLoaded, `Ended`."""
        request = f"{' '.join([mode, *wanted])}\n{source}".encode("utf-8", "surrogatepass")
        with suppress(Closed):  # then there is nothing to read either
            self.side.frames.send(b"P", request)
        kind, body = self._after_ready()
        if kind == b"L":
            pairs = (line.partition(b" ") for line in body.split(b"\n") if line)
            return {name.decode("utf-8", "replace"): self.side.read(value) for name, _, value in pairs}
        if kind == b"F":
            raise _not_loaded(body)
        if kind == b"X":
            raise self.side.end("exit", body.decode("utf-8", "replace")[: rpc.MESSAGE])
        raise self.side.end("garbage", "no answer to loading")

    def _after_ready(self) -> tuple[bytes, bytes]:
        """The first answer to a program. Before it comes `R`: the process is confined and has not read the program."""
        try:
            if self.side.receive()[0] != b"R":
                self.side.end("garbage", "expected R")
        except rpc.Ended:
            pass
        if self.side.ended:
            raise NotConfined
        return self.side.receive()

    def check(self, suite: suites.CheckSuite, program: str) -> Grade:
        """HumanEval: the dataset's `check` is called once with the program's function (CO-14, CO-15)."""
        try:
            found = self.load(f"{program}\n\n{suite.outline}", "check", [suite.entry_point, *suite.helpers])
            if suite.entry_point not in found:
                return grade("exception", [SETUP], f"no function {suite.entry_point!r}")
            check = suite.check_function(found)
            self.step()
            check(found[suite.entry_point])
        except NotConfined:
            raise
        except NotLoaded as error:
            return grade(error.category, [SETUP], str(error))
        except suites.BadTest as error:
            return grade("exception", [SETUP], str(error))
        except BaseException as error:  # noqa: BLE001  # a test may end in any way
            failed = None if isinstance(error, rpc.Ended) else self._failure(error)
            if failed and not self.side.ended:
                return grade(*failed[:1], [False], failed[1])
        if ended := self.side.ended:
            return grade(_ended_category(ended), [DIFFERS], _ended_detail(ended))
        return grade("passed", [True])

    def call(self, suite: suites.CaseSuite, program: str) -> Grade:
        """LiveCodeBench, functional: arguments and expected value are JSON (CO-22, CO-23)."""
        results: list[bool | int] = []
        try:
            function = self.load(program, "call", [suite.function]).get(suite.function)
            if function is None:
                return grade("exception", [SETUP], f"no function {suite.function!r}")
            for arguments, expected in suite.calls():
                self.step()
                value = function(*arguments)
                if not bool((list(value) if type(value) is tuple else value) == expected):
                    return grade("wrong", [*results, False], f"test {len(results)}")
                results.append(True)
        except NotLoaded as error:
            return grade(error.category, [SETUP], str(error))
        except rpc.Ended as error:
            return self._lost(error, suite)
        except Exception as error:  # noqa: BLE001  # the program's, or of comparing its value
            category, detail = self._failure(error)
            return grade("exception" if category == "wrong" else category, [*results, SETUP], detail)
        return grade("passed", results)

    def stdin(self, suite: suites.CaseSuite, program: str) -> Grade:
        """LiveCodeBench, standard input and output (CO-25 to CO-30)."""
        results: list[bool | int] = []
        try:
            if script.FUNCTION not in self.load(program, "stdin", [script.FUNCTION]):
                return grade("exception", [SETUP], "no statement to run")
            for text, expected in suite.cases:
                self.step()
                self.side.frames.send(b"I", text.encode("utf-8", "surrogatepass"))
                kind, body = self.side.receive()
                if kind == b"E":
                    name, message = rpc.read_exception(body)
                    category = "memory" if name == "MemoryError" else "exception"
                    return grade(category, [*results, SETUP], f"{name}: {message}")
                if kind == b"O":
                    return grade("output", [*results, DIFFERS], "output above the limit")
                if kind != b"T":
                    raise self.side.end("exit", body.decode("utf-8", "replace")[: rpc.MESSAGE])
                if not compare.same_output(body.decode("utf-8", "surrogatepass"), expected):
                    why = ", by rounding" * compare.differs_by_rounding(body.decode("utf-8", "replace"), expected)
                    return grade("wrong", [*results, DIFFERS], f"test {len(results)}{why}")
                results.append(True)
        except NotLoaded as error:
            return grade(error.category, [SETUP], str(error))
        except Closed as error:
            return self._lost(self.side.end("gone", str(error)), suite)
        except UnicodeDecodeError:
            return self._lost(self.side.end("garbage", "output is not text"), suite)
        except rpc.Ended as error:
            return self._lost(error, suite)
        return grade("passed", results)

    def _lost(self, ended: rpc.Ended, suite: suites.CaseSuite) -> Grade:
        return grade(_ended_category(ended), [LOST] * len(suite.cases), _ended_detail(ended))

    def _failure(self, error: BaseException) -> tuple[str, str]:
        """Category and detail of an exception: the program's own, or one of the test because of its answer."""
        detail = f"{type(error).__name__}: {error}"[: rpc.MESSAGE]
        if isinstance(error, MemoryError):
            return "memory", detail
        return ("exception" if error is self.side.raised else "wrong"), detail


def _not_loaded(body: bytes) -> NotLoaded:
    try:
        stage, name, message = (str(part)[: rpc.MESSAGE] for part in codec.plain(body))
    except (codec.Unreadable, TypeError, ValueError):
        return NotLoaded("exception", "the program did not load")
    category = "memory" if name == "MemoryError" else "syntax" if stage == "syntax" else "exception"
    return NotLoaded(category, f"{name}: {message}")


def _ended_category(ended: rpc.Ended) -> str:
    return "output" if ended.kind == "output" else "crash"


def _ended_detail(ended: rpc.Ended) -> str:
    return {
        "exit": f"the program ended itself: {ended.why}",
        "gone": "the program's process ended",
        "output": "the answer is above the limit",
        "garbage": f"the answer is not a value: {ended.why}",
    }[ended.kind]


def serve(harness: Frames, forkserver: socket.socket, names: dict[str, Any]) -> NoReturn:
    """Grader programs until the harness or the forkserver is gone."""
    suite: suites.Suite | None = None
    state = random.getstate()
    try:
        while True:
            kind, body = harness.receive()
            if kind == b"S":
                suite = _take_suite(harness, json.loads(body), names)
            else:
                assert suite is not None, "a suite comes before programs"
                random.setstate(state)  # a test that draws numbers then draws the same for every program
                result, gone = _grader(suite, body.decode("utf-8", "surrogatepass"), forkserver)
                harness.send(b"D", json.dumps(result).encode("ascii"))
                forkserver.sendall(b"G" if gone else b"D")
    except (Closed, OSError):
        os._exit(0)


def _take_suite(harness: Frames, head: dict[str, Any], names: dict[str, Any]) -> suites.Suite | None:
    texts = [harness.receive()[1].decode("utf-8", "surrogatepass") for _ in range(2 * head["cases"])]
    try:
        suite = suites.make_suite(head, texts, names)
    except suites.BadSuite as error:
        harness.send(b"B", str(error).encode())
        return None
    harness.send(b"K")
    return suite


def _grader(suite: suites.Suite, program: str, forkserver: socket.socket) -> tuple[Grade, bool]:
    _, descriptors, _, _ = socket.recv_fds(forkserver, 1, 1)
    if not descriptors:
        raise Closed("the forkserver is gone")
    with socket.socket(fileno=descriptors[0]) as connection:
        run = Run(Frames(connection, _FRAME), lambda: forkserver.sendall(b"S"))
        try:
            if isinstance(suite, suites.CheckSuite):
                graded = run.check(suite, program)
            else:
                graded = (run.stdin if suite.mode == "stdin" else run.call)(suite, program)
        except NotConfined:
            graded = grade("sandbox", [], "the program's process could not be confined")
        return graded, run.side.ended is not None
