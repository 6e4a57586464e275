"""One HTTP endpoint: its address, how it is reached, and one POST to it."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from swallow_metrics.engines.answer import SHOWN, Failure, failure_of, twin
from swallow_metrics.errors import UsageError
from swallow_metrics.io import loads, printable

if TYPE_CHECKING:
    import aiohttp

CONNECT_S = 30.0
LONGEST_ANSWER = 32 * 2**20  # bytes; no text of a model is longer, and a page that never ends must not fill memory
LARGE_BODY = 2**20  # bytes; aiohttp warns of larger ones that are not streams
SHOWN_QUERY = ("api-version",)  # other values in a query may be secrets
SECRET_LENGTH = 8  # characters; a shorter key, such as "none", is not a secret but may be a word
LONGEST_LINE = 900  # characters of a message: what is said at most, and what we say of it
PATH = "chat/completions"
PROXY_CURE = "check $https_proxy and $no_proxy"


class Address:
    """Where requests go, made of what the user wrote: with or without /v1, with the full path, with a query.

    `where` is the address for messages and reports: no user, no password, no unknown value of a query.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        host = parts.netloc.rpartition("@")[2]
        self.user = (parts.username, parts.password or "") if parts.username else None
        self.loopback = (parts.hostname or "") in ("127.0.0.1", "localhost", "::1")
        self.https = parts.scheme == "https"
        self.host = parts.hostname or ""
        query = "&".join(
            f"{name}={value if name.lower() in SHOWN_QUERY else '***'}"
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        )
        self.where = f"{parts.scheme}://{host}{parts.path}{'?' + query if query else ''}"
        path = parts.path.rstrip("/")
        suffix = f"?{parts.query}" if parts.query else ""
        root = f"{parts.scheme}://{host}"
        if path.endswith(f"/{PATH}"):
            stems = [path.removesuffix(f"/{PATH}")]
        elif re.search(r"/v\d[^/]*$", path):
            stems = [path]
        else:  # a 404 from the first shows that the other one is meant
            stems = [path, f"{path}/v1"] if path else ["/v1", ""]
        self.urls = [f"{root}{stem}/{PATH}{suffix}" for stem in stems]
        self.models = f"{root}{stems[0]}/models{suffix}"

    def proxy(self) -> str | None:
        """The proxy that the environment names for this address; none for this machine itself."""
        if self.loopback or proxy_bypass(self.host):
            return None
        proxies = getproxies()
        return proxies.get("https" if self.https else "http") or proxies.get("all")


class Endpoint:
    """Sends requests to one address, a judge's or the model's. `secrets` are texts that must never be shown."""

    def __init__(self, base_url: str, secrets: list[str], *, judge: bool = False) -> None:
        self.address = Address(base_url)
        self.where = self.address.where
        self._option = twin("base-url", judge=judge)
        user = self.address.user or ()  # its name may be a token
        self._secrets = [secret for secret in (*secrets, *user) if len(secret) >= SECRET_LENGTH]
        self._way = 0  # which of the address's URLs
        self._options: dict[str, Any] = {"allow_redirects": False}
        self._proxy = ""
        if (proxy := self.address.proxy()) is not None:
            self._options["proxy"] = proxy
            self._proxy = f"the proxy {Address(proxy).where} of the environment"  # without user and password
        if self.address.https:
            self._options["ssl"] = tls()

    async def post(self, session: aiohttp.ClientSession, body: bytes) -> bytes | Failure:
        """The body of an HTTP 200, or why there is none."""
        way = self._way
        got = await self._send(session, "POST", self.address.urls[way], body)
        while isinstance(got, Failure) and got.status in (404, 405) and way + 1 < len(self.address.urls):
            if isinstance(got.detail, dict) and "model" in str(got.detail).lower():
                break  # the address is right: it is the model that is not known there
            way += 1
            got = await self._send(session, "POST", self.address.urls[way], body)
        if not isinstance(got, Failure):
            self._way = way
        return got

    async def get_models(self, session: aiohttp.ClientSession) -> bytes | Failure:
        """What the endpoint says it serves."""
        return await self._send(session, "GET", self.address.models, None)

    async def _send(self, session: aiohttp.ClientSession, method: str, url: str, body: bytes | None) -> bytes | Failure:
        import aiohttp

        data = io.BytesIO(body) if body is not None and len(body) > LARGE_BODY else body
        try:
            async with session.request(method, url, data=data, **self._options) as reply:
                content = await _read(reply)
                if content is None:
                    return Failure("question", f"sent more than {LONGEST_ANSWER >> 20} MiB for one answer")
                if 200 <= reply.status < 300:  # 202 and 204 without an answer are read as such
                    return content
                return self._refusal(reply, content)
        except TimeoutError as error:
            reached = not isinstance(error, aiohttp.ConnectionTimeoutError)
            limit = f"{session.timeout.total:g} s (--request-timeout)" if reached else f"{CONNECT_S:g} s"
            failure = f"took the request but gave no whole answer within {limit}" if reached else (
                f"cannot be reached within {limit}")  # fmt: skip
            return Failure("passing", failure)
        except aiohttp.ClientHttpProxyError as error:  # its text holds user and password
            return self._refused_by_proxy(error.status)
        except aiohttp.ClientProxyConnectionError:
            return Failure("passing", f"cannot be reached: {self._proxy} does not answer; {PROXY_CURE}")
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
            cure = "set $SSL_CERT_FILE to a file with the certificate authority it needs"
            return Failure("refused", f"has a certificate that is not trusted ({self.shown(error)}); {cure}")
        except (aiohttp.ClientError, OSError) as error:
            if getattr(error, "errno", None) in (errno.EMFILE, errno.ENFILE):
                cure = "lower --max-in-flight or raise `ulimit -n`"
                return Failure("limited", f"cannot be reached: too many open files; {cure}")
            reached = not isinstance(error, aiohttp.ClientConnectorError)
            failure = "took the request but gave no whole answer" if reached else "cannot be reached"
            return Failure("passing", f"{failure} ({type(error).__name__}: {self.shown(error)})")
        except ValueError as error:  # such as a header that is not a header
            return Failure("passing", f"sent no HTTP answer ({type(error).__name__}: {self.shown(error)})")

    def _refusal(self, reply: aiohttp.ClientResponse, content: bytes) -> Failure:
        if 300 <= reply.status < 400:
            location = reply.headers.get("Location")
            to = Address(urljoin(str(reply.url), location)).where if location else "nowhere"
            to = self.shown(to)
            said = f"sends requests on to {to} ({reply.status}); set {self._option} to where the model answers"
            return Failure("refused", said, reply.status)
        if reply.status == 407 and self._proxy:
            return self._refused_by_proxy(reply.status)
        content = self.redacted(content)
        detail: Any = None
        try:
            detail = loads(content)
        except ValueError:
            detail = content[:SHOWN].decode("utf-8", "replace") or reply.reason or "no reason given"
        if isinstance(detail, list) and detail:
            detail = detail[0]  # Google's servers wrap the object
        if isinstance(detail, dict) and detail.get("error"):
            detail = detail["error"]
        return failure_of(reply.status, detail, reply.headers.get("Retry-After"))

    def _refused_by_proxy(self, status: int) -> Failure:
        cure = "set it with user and password" if status == 407 else PROXY_CURE
        said = f"cannot be reached: {self._proxy} refuses the way there ({status}); {cure}"
        return Failure("passing" if status >= 500 else "refused", said)

    def redacted(self, content: bytes) -> bytes:
        """What an endpoint sent, without our secrets: some repeat the key that they refuse."""
        for secret in self._secrets:
            content = content.replace(secret.encode(), b"***")
        return content

    def shown(self, said: object) -> str:
        """A text in one printable line, without our secrets."""
        text = " ".join(str(said).split())
        return printable(self.redacted(text.encode("utf-8", "replace")).decode("utf-8", "replace")[:LONGEST_LINE])


async def _read(reply: aiohttp.ClientResponse) -> bytes | None:
    """The whole body; None when it is too long."""
    if reply.content_length is not None and reply.content_length <= LARGE_BODY and not reply.headers.get(
        "Content-Encoding"):  # fmt: skip
        content: bytes = await reply.read()
        return content
    chunks, size = [], 0
    async for chunk in reply.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > LONGEST_ANSWER:
            reply.close()
            return None
    return b"".join(chunks)


def tls() -> ssl.SSLContext:
    """Trust what the system trusts, and the authorities that the environment names. Raises UsageError."""
    name = next((name for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE") if os.environ.get(name)), None)
    try:
        context = ssl.create_default_context(cafile=os.environ[name] if name else None)
    except OSError as error:
        raise UsageError(
            f"${name} names {os.environ.get(name or '')!r}, which holds no certificates: {error}"
        ) from error
    return context


def encode(body: dict[str, Any]) -> bytes:
    """JSON in UTF-8; what UTF-8 cannot hold (lone surrogates) is escaped."""
    import orjson

    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body).encode("ascii")
