"""What comes from other programs and goes to files: JSON that may be odd, TOML, whole files, no secrets."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import isfinite
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import orjson

from swallow_metrics.errors import UsageError

# Every digit becomes 0 and all else a space: ten times as fast as a regular expression at finding a long number.
_DIGITS_AS_ZERO = bytes(ord("0") if chr(byte).isascii() and chr(byte).isdigit() else ord(" ") for byte in range(256))
_LONG_NUMBER = b"0" * 19
_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n](?![0-9]+(\.[0-9]+)?\Z)")  # a number with a sign is only a number
_SECRET_NAME = re.compile(r"(token|secret|password|key)=", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/@\s]*@")


def loads(content: bytes) -> Any:
    r"""One JSON value. Raises ValueError (UnicodeDecodeError among them) with a short reason.

    orjson refuses NaN and lone surrogates (`\ud800`), which writers elsewhere produce, and makes floats of integers
    beyond 64 bits: Python's own parser reads those.
    """
    if _LONG_NUMBER not in content.translate(_DIGITS_AS_ZERO):
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            pass
    try:
        return json.loads(content.decode("utf-8-sig", "surrogatepass"))
    except json.JSONDecodeError as error:
        raise ValueError(error.msg) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def dumps(value: Any, *, sort_keys: bool = False) -> bytes:
    """One line of JSON, with its line feed. What JSON has no form for becomes text.

    With `sort_keys`, equal values give equal bytes. Lone surrogates, which UTF-8 cannot hold, are written as escapes.
    """
    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_SORT_KEYS if sort_keys else 0)
    try:
        return orjson.dumps(value, default=str, option=option)
    except TypeError:  # lone surrogates and integers beyond 64 bits
        return json.dumps(value, sort_keys=sort_keys, separators=(",", ":"), default=str).encode() + b"\n"


def as_json(value: Any) -> Any:
    """A value as reading its JSON back gives it; a plain one is itself. Never raises.

    What goes to another process before it goes to a file is then the same in both.
    """
    try:
        return value if _is_plain(value) else loads(dumps(value))
    except Exception:  # noqa: BLE001  # a loop, a key that is no text, another's class that cannot write itself
        return f"<{type(value).__name__}>"


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is dict:
        return all(type(key) is str and _is_plain(item) for key, item in value.items())
    if kind is list:
        return all(map(_is_plain, value))
    return value is None or kind in (str, bool, int) or (kind is float and isfinite(value))


def dumps_parts(value: Mapping[str, Any], last: str) -> Iterator[bytes]:
    """The JSON of an object whose entry `last` is a long list, one element per line: never the whole text at once."""
    others = {key: each for key, each in value.items() if key != last}
    yield dumps(others)[:-2] + (b"," if others else b"") + dumps(last)[:-1] + b":["
    for number, element in enumerate(value.get(last, ())):
        yield b"," * (number > 0) + dumps(element)
    yield b"]}\n"


def without_nulls(value: Any) -> Any:
    """The value without the null entries of its objects, at any depth: table formats fill up what rows leave out."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def text_or_none(value: Any) -> str | None:
    """A value that should be a text; None where it is none."""
    return value if isinstance(value, str) else None


def count_or_none(value: Any) -> int | None:
    """A value that should be a number of tokens; None where it is none, since records add it up."""
    return value if type(value) is int and value >= 0 else None


def printable(text: str) -> str:
    """A text without what steers a terminal: control characters and the like are written as escapes."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def markdown(text: str) -> str:
    """A text as Markdown shows it literally, in a table too."""
    return "".join(f"\\{c}" if c in "\\|*_`<>[]#&" else c for c in printable(text))


def inert_in_csv(value: object) -> object:
    """A cell of CSV: a text that a spreadsheet would run as a formula has an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def read_toml(path: Path, name: str = "", raises: type[UsageError] = UsageError) -> dict[str, Any]:
    """A TOML file; `name` goes before its path in errors, such as the option that names it. Raises `raises`."""
    shown = f"{name} {path}".strip()
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise raises(f"cannot read {shown}: {error.strerror or error}") from error
    except ValueError as error:  # of TOML or UTF-8
        raise raises(f"{shown} is not TOML: {error}; repair or delete it") from error


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a whole file or nothing: to a temporary name beside it, then renamed. Raises OSError.

    `content` is all of it or its parts in order. What is a device, a pipe or a link (`/dev/null`, `/dev/stdout`) is
    written to and stays what it is.
    """
    parts = [content] if isinstance(content, bytes) else content
    if path.is_symlink() or (path.exists() and not path.is_file()):
        with path.open("wb") as stream:
            stream.writelines(parts)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
        temporary = Path(stream.name)
        try:
            stream.writelines(parts)
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)  # temporary files are private; caches and reports are shared
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def is_secret(name: str) -> bool:
    """Whether a setting of this name holds a secret, such as `hf_token`; `max_tokens` does not."""
    return _SECRET_NAME.search(f"{name}=") is not None


def without_secrets(arguments: Iterable[str]) -> list[str]:
    """Command-line arguments with passwords in URLs and values of secret names replaced by `***`."""
    shown = []
    for argument in arguments:
        text = _USER_INFO.sub("***@", argument)
        if match := _SECRET_NAME.search(text):
            text = text[: match.end()] + "***"
        shown.append(text)
    return shown


def installed_version(package: str) -> str | None:
    """The version of an installed distribution; None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


@cache
def versions(packages: tuple[str, ...]) -> str | None:
    """The versions of those that are installed, in one line; None of none."""
    found = [f"{name}:{number}" for name in packages if (number := installed_version(name)) is not None]
    return " ".join(found) or None
