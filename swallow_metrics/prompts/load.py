"""Find, read and check the prompt template of a benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from swallow_metrics.errors import UsageError
from swallow_metrics.prompts.template import check_fields


@dataclass(frozen=True, slots=True)
class Prompt:
    """A benchmark's template, its SHA-256 in hexadecimal (of the text in UTF-8) and the file it came from."""

    text: str
    sha256: str
    source: Path


def load_prompt(benchmark_id: str, fields: Sequence[str], builtin_dir: Path, override_dir: Path | None) -> Prompt:
    """The template `<benchmark>.txt` of `override_dir` where it has one, else of `builtin_dir`. Raises UsageError.

    The file is the template plus one line feed: exactly one is taken off the end if there is one, nothing else.
    """
    source = builtin_dir / f"{benchmark_id}.txt"
    if override_dir is not None:
        _check_names(override_dir, builtin_dir)
        if (override_dir / source.name).exists():
            source = override_dir / source.name
    text = read_template(source)
    check_fields(text, fields, source)
    return Prompt(text, sha256(text.encode()).hexdigest(), source)


def read_template(source: Path) -> str:
    """The template in a file. Raises UsageError."""
    try:
        # Bytes, as text mode would turn carriage returns into line feeds: a template is taken as it is.
        return source.read_bytes().decode("utf-8-sig").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source}: expected UTF-8, but byte {error.start + 1} is not; save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"{source}: expected a prompt template, but cannot read it ({error.strerror})") from error


def _check_names(override_dir: Path, builtin_dir: Path) -> None:
    """A file with nearly the name of a template would be passed over in silence, and another prompt measured."""
    known = [path.stem for path in sorted(builtin_dir.glob("*.txt"))]
    try:
        there = sorted(path.stem for path in override_dir.iterdir() if path.suffix == ".txt")
    except OSError as error:
        raise UsageError(f"{override_dir}: expected a folder of <benchmark>.txt prompts ({error.strerror})") from error
    for name in there:
        if name in known:
            continue
        close = [other for other in known if name in other and len(name) > 2] or get_close_matches(name, known, 1, 0.75)
        if close:
            raise UsageError(f"{override_dir / name}.txt replaces no prompt; did you mean {close[0]}.txt?")
