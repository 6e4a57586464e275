"""Remote procedure calls in both directions: the grader calls the program, which may call back.

Frames: `C` call (target, arguments, keywords) · `V` value · `E` exception [type, message] · `X` the program ended
itself [how] · `O` the answer is above the limit. A target is a number the receiving side gave out with `export`.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from types import FunctionType
from typing import Any

from . import codec
from .frames import Closed, Frames, Oversize

MESSAGE = 300  # characters of an exception's text that are passed on


class Ended(BaseException):  # no test may catch it as an Exception
    """The other side is gone; `why` says how, `kind` whether it left, answered too much or sent garbage."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why


class Remote:
    """A function of the other side."""

    __slots__ = ("handle", "rpc")

    def __init__(self, rpc: Calls, handle: int) -> None:
        self.rpc = rpc
        self.handle = handle

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call it."""
        return self.rpc.call(self.handle, arguments, keywords)


class Calls:
    """One side of the connection.

    `ended` keeps the first `Ended` that was raised, `raised` the latest exception that came from the other side, so
    that a caller still knows of them when the code in between swallowed them.
    """

    trusts = False  # whether the other side is believed: a program believes the grader

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.decoder = codec.Decoder(self.restore)
        self.functions: list[Callable[..., Any]] = []
        self.ended: Ended | None = None
        self.raised: BaseException | None = None

    def export(self, function: Callable[..., Any]) -> int:
        """The number under which the other side may call this function; its own functions are negative."""
        if isinstance(function, Remote) and function.rpc is self:
            return -1 - function.handle
        self.functions.append(function)
        return len(self.functions) - 1

    def restore(self, handle: int) -> Callable[..., Any]:
        """The function behind a number that the other side sent."""
        return Remote(self, handle) if handle >= 0 else self.functions[-1 - handle]

    def call(self, handle: int, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call the other side. Raises what it raised, or `Ended`."""
        call = (handle, arguments, keywords)
        dumps = codec.dumps if self.trusts else codec.dumps_trusted
        self.post(b"C", dumps(call, self.export))
        return self.answer()

    def answer(self) -> Any:
        """The value of the other side's next answer, serving its calls meanwhile. Raises as `call`."""
        while True:
            kind, body = self.receive()
            if kind == b"C":
                self.serve(body)
            elif kind == b"V":
                return self.read(body)
            elif kind == b"E":
                self.raised = _exception(body)
                raise self.raised
            elif kind == b"X":
                raise self.end("exit", body.decode("utf-8", "replace")[:MESSAGE])
            else:
                raise self.end("output", "answer above the limit") if kind == b"O" else self.end("garbage", "no answer")

    def serve(self, body: bytes) -> None:
        """Answer one call. SystemExit and `Ended` propagate."""
        call = codec.loads_trusted(body, self.decoder) if self.trusts else self.read(body)
        try:
            handle, arguments, keywords = call
            value = self.functions[handle](*arguments, **keywords)
            self.send(b"V", value)
        except Exception as error:  # noqa: BLE001  # whatever it is belongs to the caller
            self.frames.send(b"E", describe(error))

    def send(self, kind: bytes, value: Any) -> None:
        """Send a value. Raises `Ended`."""
        self.post(kind, codec.dumps(value, self.export))

    def post(self, kind: bytes, body: bytes) -> None:
        """Send a frame. Raises `Ended`."""
        try:
            self.frames.send(kind, body)
        except Closed as error:
            raise self.end("gone", str(error)) from None

    def write(self, value: Any) -> bytes:
        """A value for a frame; a function, the usual one of a program, without the detour."""
        return b'{"f":%d}' % self.export(value) if type(value) is FunctionType else codec.dumps(value, self.export)

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame. Raises `Ended`."""
        if self.ended:
            raise self.ended
        try:
            return self.frames.receive()
        except Closed as error:
            raise self.end("gone", str(error)) from None
        except Oversize as error:
            raise self.end("output", str(error)) from None

    def read(self, body: bytes) -> Any:
        """A value from a frame. Raises `Ended`."""
        try:
            return self.decoder.loads(body)
        except codec.Unreadable as error:
            raise self.end("garbage", str(error)) from None

    def end(self, kind: str, why: str) -> Ended:
        """Note that the other side is gone."""
        self.ended = self.ended or Ended(kind, why)
        return self.ended


def describe(error: BaseException) -> bytes:
    """An exception as the name of its nearest built-in class and its text."""
    name = next((c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"), "Exception")
    try:
        text = error.args[0] if isinstance(error, KeyError) and error.args else None  # a KeyError's str() is in quotes
        message = (text if type(text) is str else str(error))[:MESSAGE]
    except Exception:  # noqa: BLE001  # a program's own __str__
        message = ""
    return json.dumps([name, message]).encode("ascii")


def read_exception(body: bytes) -> tuple[str, str]:
    """Name and text from `describe`; the bytes may be anything."""
    try:
        name, message = codec.plain(body)
        return str(name)[:MESSAGE], str(message)[:MESSAGE]
    except (codec.Unreadable, TypeError, ValueError):
        return "Exception", ""


def _exception(body: bytes) -> Exception:
    """The built-in exception that `describe` named; RuntimeError where it names none."""
    name, message = read_exception(body)
    try:
        kind = getattr(builtins, name)
        if isinstance(kind, type) and issubclass(kind, Exception):
            return _made(kind, message)
    except (AttributeError, TypeError):  # a name of nothing; a group has more than a text
        pass
    return RuntimeError("the program raised an exception")


def _made(kind: type[Exception], message: str) -> Exception:
    try:
        return kind(message)
    except TypeError:  # UnicodeDecodeError takes five arguments
        return kind.__new__(kind, message)
