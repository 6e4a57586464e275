"""Plain data over a pipe: values written as tagged JSON and read back by type, never by pickle.

None, bool, int, float, str and list are themselves; every other type is an object with exactly one key, its tag.
Subclasses are flattened to their base, so nothing an object overrides travels with it. Callables become handles that
are called back over the pipe. Anything else becomes an `Opaque`, which equals nothing. The text is UTF-8 with lone
surrogates as they are: escaped, two of them would be read as one character.

Arguments go the other way: a program may trust the grader, so they are marshalled where that is possible, which is
faster (`dumps_trusted`). Reading an answer fails with `Unreadable` only, whatever the bytes are. The libraries that
write as many types (Counter, range, numpy's numbers) restore classes that the writer names, which no program may do.
"""

from __future__ import annotations

import json
import marshal
import sys
from array import array
from collections import Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from json import JSONDecoder, JSONEncoder
from typing import Any

Export = Callable[[Callable[..., Any]], int]
Import = Callable[[int], Any]

ITERATOR_ITEMS = 1_000_000  # a generator's items are sent at once, up to this many
NESTING = 2_000  # levels of nesting that are read; deeper C recursion could overflow the reader's stack
_BIG = 1 << 13  # bits; larger integers travel as hexadecimal, whose conversion takes linear time

_PLAIN = frozenset({int, float, str, bool, type(None)})
_VIEWS: dict[str, Any] = {"k": type({}.keys()), "m": type({}.items()), "v": type({}.values())}
_NUMBERS = frozenset("|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".split())  # numpy's, kept as they are


class Unreadable(Exception):  # noqa: N818  # it says what the bytes are
    """The other side sent bytes that are not a value."""


class Opaque:
    """A value of a type that is not plain data. It equals nothing, not even itself."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return f"<{self.kind}>"

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


def dumps(value: Any, export: Export) -> bytes:
    """Write `value`; callables in it are handed to `export`, which numbers them."""
    return _ENCODER.encode(_pack(value, export)).encode("utf-8", "surrogatepass")


def dumps_trusted(value: Any, export: Export) -> bytes:
    """Write `value` for a reader that trusts this side."""
    try:
        return b"M" + marshal.dumps(value)
    except ValueError:  # something in it is not plain data, or nested very deep
        return b"J" + dumps(value, export)


def loads_trusted(data: bytes, decoder: Decoder) -> Any:
    """Read what `dumps_trusted` wrote."""
    return marshal.loads(memoryview(data)[1:]) if data[:1] == b"M" else decoder.loads(data[1:])  # noqa: S302  # see above


class Decoder:
    """Reads what `dumps` wrote; numbered callables are handed to `restore`."""

    def __init__(self, restore: Import) -> None:
        self._decode = JSONDecoder(object_hook=_Reader(restore)).decode

    def loads(self, data: bytes) -> Any:
        """One value. Raises `Unreadable`, MemoryError."""
        return _shallow(self._decode, data)


def plain(data: bytes) -> Any:
    """Read ordinary JSON from an untrusted side. Raises as `Decoder.loads`."""
    return _shallow(json.loads, data)


def _shallow(decode: Callable[[str], Any], data: bytes) -> Any:
    """Decode with little recursion left, so that no nesting can overflow this process's stack."""
    limit = sys.getrecursionlimit()
    try:
        if len(data) > NESTING:
            sys.setrecursionlimit(min(limit, NESTING))
        return decode(data.decode("utf-8", "surrogatepass"))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # bytes from outside may fail in any way
        raise Unreadable(f"not a value: {type(error).__name__}") from None
    finally:
        sys.setrecursionlimit(limit)


_ENCODER = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def _pack(value: Any, export: Export) -> Any:
    kind = type(value)
    if kind is int:
        return {"i": hex(value)} if value.bit_length() > _BIG else value
    if kind in _PLAIN:
        return value
    if kind is list or kind is tuple:
        kinds = set(map(type, value))
        items = value if kinds <= _PLAIN and not _has_big(value, kinds) else [_pack(item, export) for item in value]
        return items if kind is list else {"t": items}
    if kind is dict:
        return {"d": [[_pack(k, export), _pack(v, export)] for k, v in value.items()]}
    return _pack_rare(value, kind, export)


def _has_big(values: Any, kinds: set[type]) -> bool:
    return int in kinds and any(type(v) is int and v.bit_length() > _BIG for v in values)


def _pack_rare(value: Any, kind: type, export: Export) -> Any:
    if isinstance(value, (set, frozenset)):
        return {"s" if isinstance(value, set) else "z": [_pack(item, export) for item in value]}
    if isinstance(value, (bytes, bytearray)):
        return {"b" if isinstance(value, bytes) else "a": bytes(memoryview(value)).decode("latin-1")}
    if kind is complex:
        return {"c": [value.real, value.imag]}
    if kind is range:
        return {"r": [_pack(part, export) for part in (value.start, value.stop, value.step)]}
    if kind is Decimal:
        return {"D": str(value)}
    if kind is Fraction:
        return {"F": [_pack(value.numerator, export), _pack(value.denominator, export)]}
    if kind in _LIBRARY and (name := kind.__name__) and (arguments := _LIBRARY[kind](value)):
        return {"l": [name, *(_pack(argument, export) for argument in arguments)]}
    if isinstance(value, deque):  # a subclass
        return _pack(deque(value), export)
    for tag, view in _VIEWS.items():
        if isinstance(value, view):
            return {tag: [_pack(item, export) for item in value]}
    if kind.__module__ == "numpy" and hasattr(value, "tolist"):
        return _pack_numpy(value, kind, export)
    if isinstance(value, tuple(base for base, _ in _BASES)):
        return _pack(_flatten(value), export)
    if isinstance(value, Iterator):
        items = list(islice(value, ITERATOR_ITEMS + 1))
        if len(items) <= ITERATOR_ITEMS:
            return {"g": [_pack(item, export) for item in items]}
    elif callable(value):
        return {"f": export(value)}
    return {"o": kind.__name__}


_FACTORIES: list[Any] = [None, int, float, str, list, tuple, dict, set, bool]  # what is missing in a defaultdict
# Further types of the library, no subclasses: value -> the arguments to make it of, none where that cannot be.
_LIBRARY: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    Counter: lambda value: (dict(value),),
    OrderedDict: lambda value: (list(value.items()),),
    defaultdict: lambda value: (_FACTORIES.index(f), dict(value)) if (f := value.default_factory) in _FACTORIES else (),
    deque: lambda value: (list(value), value.maxlen),
    UserList: lambda value: (value.data,) if type(value.data) is list else (),
    UserDict: lambda value: (value.data,) if type(value.data) is dict else (),
    UserString: lambda value: (value.data,) if type(value.data) is str else (),
    array: lambda value: (value.typecode, value.tolist()),
    slice: lambda value: (value.start, value.stop, value.step),
    date: lambda value: (value.year, value.month, value.day),
    datetime: lambda value: () if value.tzinfo else (*value.timetuple()[:6], value.microsecond),
    time: lambda value: () if value.tzinfo else (value.hour, value.minute, value.second, value.microsecond),
    timedelta: lambda value: (value.days, value.seconds, value.microseconds),
}
_MAKE: dict[str, Callable[..., Any]] = {kind.__name__: kind for kind in _LIBRARY} | {
    "defaultdict": lambda factory, items: defaultdict(_FACTORIES[factory], items)
}


def _flatten(value: Any) -> Any:
    """The plain value under a subclass, by the base class's own methods."""
    return next(read(value) for base, read in _BASES if isinstance(value, base))


_BASES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, int.__int__),
    (float, float.__float__),
    (str, str.__str__),
    (list, lambda value: list(list.__iter__(value))),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (dict, lambda value: dict(dict.items(value))),
)


def _pack_numpy(value: Any, kind: type, export: Export) -> Any:
    """Arrays and numbers stay numpy's, as their == and `is` differ from Python's; other scalars become Python's."""
    plain = value.tolist()
    number = value.dtype.str if value.dtype.str in _NUMBERS else ""
    if isinstance(plain, list):
        return {"n": [number, _pack(plain, export)]}
    if type(plain) is kind:  # no Python number is as wide
        return {"o": kind.__name__}
    return {"N": [number, _pack(plain, export)]} if number else _pack(plain, export)


class _Reader:
    """The hook that `json` calls with every object, innermost first."""

    def __init__(self, restore: Import) -> None:
        self.restore = restore

    def __call__(self, tagged: dict[str, Any]) -> Any:
        ((tag, body),) = tagged.items()
        if tag == "f":
            return self.restore(_typed(body, int))
        if tag in ("i", "b", "a", "D", "o"):
            return _FROM_TEXT[tag](_typed(body, str))
        return _FROM_LIST[tag](_typed(body, list))


def _typed(body: Any, kind: type) -> Any:
    if type(body) is not kind:
        raise TypeError(f"expected {kind.__name__}")
    return body


def _array(number: str, items: list[Any]) -> Any:
    if number and number not in _NUMBERS:
        raise TypeError("expected the name of a number")
    try:
        import numpy as np
    except ImportError:
        return Opaque("ndarray")
    return np.array(items, number or None)


_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "i": lambda text: int(text, 16),
    "b": lambda text: text.encode("latin-1"),
    "a": lambda text: bytearray(text, "latin-1"),
    "D": Decimal,
    "o": Opaque,
}
_FROM_LIST: dict[str, Callable[[list[Any]], Any]] = {
    "t": tuple,
    "d": dict,
    "s": set,
    "z": frozenset,
    "c": lambda parts: complex(*parts),
    "r": lambda parts: range(*parts),
    "F": lambda parts: Fraction(*parts),
    "l": lambda parts: _MAKE[parts[0]](*parts[1:]),
    "k": lambda items: dict.fromkeys(items).keys(),
    "m": lambda items: dict(items).items(),
    "v": lambda items: dict(enumerate(items)).values(),
    "g": iter,
    "n": lambda parts: _array(*parts),
    "N": lambda parts: _array(parts[0], [parts[1]])[0],
}
