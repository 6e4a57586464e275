"""A dataset hub on the loopback interface: repositories are dictionaries, the few calls that clients make are answered.

Branches are `{branch: {path: content}}`; commits are hashes of their content, as in git.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

Files = dict[str, bytes]


@dataclass
class Repository:
    """A dataset repository. `gated` answers 401 for its files, or 403 when a token comes along."""

    branches: dict[str, Files]
    gated: bool = False
    history: dict[str, Files] = field(default_factory=dict)

    def commit_of(self, revision: str) -> str | None:
        """The commit of a branch, or the commit itself when it is one."""
        for files in self.branches.values():
            self.history[commit(files)] = files
        if revision in self.branches:
            return commit(self.branches[revision])
        return revision if revision in self.history else None


def commit(files: Files) -> str:
    """A name for this content, of the form of a commit."""
    return sha1(repr(sorted(files.items())).encode()).hexdigest()


class LoopbackHub:
    """Serves `repositories` (by "owner/name") in a thread; `requests` lists what was asked."""

    def __init__(self, repositories: dict[str, Repository]) -> None:
        self.repositories = repositories
        self.requests: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The endpoint, for HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(hub: LoopbackHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(body="")

        def do_GET(self) -> None:
            self._answer(body="")

        def do_POST(self) -> None:
            self._answer(body=self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def _answer(self, body: str) -> None:
            url = urlsplit(self.path)
            hub.requests.append(f"{self.command} {url.path}")
            parts = [unquote(part) for part in url.path.strip("/").split("/")]
            if parts[:2] == ["api", "datasets"]:
                self._api("/".join(parts[2:4]), parts[4:], body)
            elif parts[0] == "datasets" and parts[3:4] == ["resolve"]:
                self._file("/".join(parts[1:3]), parts[4], "/".join(parts[5:]))
            else:
                self._error(404, "NotFound")

        def _files(self, name: str, revision: str) -> tuple[str, Files] | None:
            repository = hub.repositories.get(name)
            if repository is None:
                return self._error(401, "RepoNotFound")
            found = repository.commit_of(revision)
            if found is None:
                return self._error(404, "RevisionNotFound")
            return found, repository.history[found]

        def _api(self, name: str, rest: list[str], body: str) -> None:
            kind, revision = rest[0] if rest else "revision", rest[1] if len(rest) > 1 else "main"
            found = self._files(name, revision)
            if found is None:
                return
            sha, files = found
            entries = [
                {"type": "file", "path": path, "size": len(content), "oid": sha1(content).hexdigest()}
                for path, content in files.items()
            ]
            folders = {path.rsplit("/", depth)[0] for path in files for depth in range(1, path.count("/") + 1)}
            entries += [{"type": "directory", "path": path, "size": 0, "oid": commit(files)} for path in folders]
            if kind == "revision":
                siblings = [{"rfilename": path} for path in files]
                info = {"_id": name, "id": name, "sha": sha, "siblings": siblings, "private": False, "tags": []}
                self._json(info | {"gated": "auto" if hub.repositories[name].gated else False, "downloads": 0})
            elif kind == "tree":
                prefix = "".join(f"{part}/" for part in rest[2:])
                self._json([entry for entry in entries if entry["path"].startswith(prefix)])
            elif kind == "paths-info":
                asked = json.loads(body)["paths"] if body.startswith("{") else parse_qs(body).get("paths", [])
                self._json([entry for entry in entries if entry["path"] in asked])
            else:
                self._error(404, "NotFound")

        def _file(self, name: str, revision: str, path: str) -> None:
            found = self._files(name, revision)
            if found is None:
                return
            sha, files = found
            if hub.repositories[name].gated:
                self._error(403 if self.headers.get("Authorization") else 401, "GatedRepo")
            elif path not in files:
                self._error(404, "EntryNotFound", sha)
            else:
                etag = f'"{sha1(files[path]).hexdigest()}"'
                self._send(200, files[path], {"ETag": etag, "X-Repo-Commit": sha, "Accept-Ranges": "none"})

        def _json(self, value: object) -> None:
            self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

        def _error(self, status: int, code: str, sha: str | None = None) -> None:
            headers = {"X-Error-Code": code, "X-Error-Message": code}
            self._send(status, b"{}", headers | ({"X-Repo-Commit": sha} if sha else {}))

        def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    return Handler
