"""`swallow view`: the page on loopback, written again when the run's files have changed."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from swallow_metrics.errors import UsageError
from swallow_metrics.html.live import open_run
from swallow_metrics.html.page import Warn, build
from swallow_metrics.html.words import Language

FILES = ("report.json", "questions.jsonl", "responses*.jsonl")


class Pages:
    """The page as the folders are now. Thread-safe."""

    def __init__(self, folders: Sequence[Path], language: Language, warn: Warn) -> None:
        self._folders = folders
        self._language = language
        self._warn = warn
        self._lock = Lock()
        self._state: object = None
        self._page = b""

    def page(self) -> bytes:
        """Built at first, and again when a file has changed. Raises UsageError."""
        with self._lock:
            state = [
                (path, stat.st_mtime_ns, stat.st_size)
                for folder in self._folders
                for name in FILES
                for path in sorted(folder.glob(name) if folder.is_dir() else (folder,))
                if path.exists()
                for stat in (path.stat(),)
            ]
            if state != self._state:
                runs = [open_run(folder, self._warn) for folder in self._folders]
                self._page, self._state = build(runs, self._language, self._warn), state
            return self._page


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, pages: Pages, *arguments: object) -> None:
        self._pages = pages
        super().__init__(*arguments)  # type: ignore[arg-type]  # what socketserver gives

    def do_GET(self) -> None:
        """Answer with the page; anything else is not there. Other sites may not ask under another name."""
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        if self.path.partition("?")[0] != "/" or host not in ("127.0.0.1", "localhost"):
            self.send_error(404)
            return
        try:
            status, page, kind = 200, self._pages.page(), "text/html"
        except (UsageError, OSError) as error:
            status, page, kind = 500, f"error: {error}\n".encode("utf-8", "replace"), "text/plain"
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "frame-ancestors 'none'")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing: the terminal shows the address and warnings."""


def serve(
    folders: Sequence[Path],
    port: int,
    language: Language,
    *,
    browser: bool,
    tell: Callable[[str], None],
    warn: Warn,
) -> None:
    """Serve until Ctrl-C. `port` 0 takes a free one. Raises UsageError for runs that cannot be read, a port in use."""
    pages = Pages(folders, language, warn)
    pages.page()
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, pages))
    except OSError as error:
        raise UsageError(
            f"cannot listen on port {port}: {error.strerror}; give another one with --port, or 0 for a free one"
        ) from error
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    with server:
        tell(f"{address} shows {', '.join(map(str, folders))}; Ctrl-C ends it")
        if browser and not _opened(address):
            warn(f"no browser could be started here; open {address} yourself, or write the page with `swallow html`")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            tell("ended")


def _opened(address: str) -> bool:
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
