"""Browser code that installed packages ship: DataTables from itables, Vega and Vega-Lite from vl-convert.

Nothing is fetched. Each script is embedded packed, and runs only because the page's Content-Security-Policy names its
hash.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from zlib import compress

from swallow_metrics.errors import UsageError
from swallow_metrics.io import write_atomically

INSTALL = "install it with `pip install 'pytest-swallow[html]'`"


@dataclass(frozen=True)
class Script:
    """One script of the page."""

    name: str
    text: str

    @property
    def hash(self) -> str:
        """What script-src says to let exactly this text run."""
        return f"'sha256-{b64encode(sha256(self.text.encode()).digest()).decode()}'"

    @cached_property
    def packed(self) -> str:
        """The text for the page, see `packed`."""
        return packed(self.text.encode())


def _library(name: str, text: str) -> Script:
    """A library that says when it has run: a module in the page itself has no load event."""
    return Script(name, f'{text}\n;globalThis.dispatchEvent(new Event("{name}-script"));')


def packed(data: bytes) -> str:
    """Bytes as the page holds them: zlib, then base64. DecompressionStream reads them as "deflate"."""
    return b64encode(compress(data, 5)).decode("ascii")


def table_script() -> Script:
    """DataTables, as `DT.jQuery().DataTable`. Raises UsageError."""
    spec = find_spec("itables")
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(f"report.html needs itables; {INSTALL}")
    path = Path(spec.submodule_search_locations[0], "html", "dt_bundle.js")
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; {INSTALL}") from error
    # A module that exports can only be imported by address, and the page has no addresses: the same names, as a global.
    match = re.search(r"export ?\{([^{}]*\bas jQuery\b[^{}]*)\}", text)
    if match is None:
        raise UsageError(f"{path} exports no jQuery; install itables>=2.9,<3")
    names = ",".join(f"{name}:{local}" for local, name in re.findall(r"([\w$]+) as (\w+)", match[1]))
    return _library("table", f"{text[: match.start()]}globalThis.DT={{{names}}}{text[match.end() :]}")


def chart_script() -> Script:
    """Vega, Vega-Lite and Vega-Embed, as `vegaEmbed`. Raises UsageError.

    vl-convert takes seconds to bundle them, so the bundle is kept in the user's cache folder, if there is one.
    """
    try:
        name = f"vega-of-vl-convert-{version('vl-convert-python')}.js"
    except PackageNotFoundError:
        raise UsageError(f"report.html needs vl-convert-python; {INSTALL}") from None
    kept = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "pytest-swallow" / name
    try:
        return _library("charts", kept.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        pass
    from vl_convert import javascript_bundle

    text = javascript_bundle()  # type: ignore[call-arg]  # its stub asks for what is optional
    _keep(kept, text)
    return _library("charts", text)


def _keep(path: Path, text: str) -> None:
    """Write a cache file whole or not at all; a home that cannot be written to costs only time."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode())
