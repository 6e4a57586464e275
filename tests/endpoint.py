"""A real OpenAI-compatible HTTP server on loopback, for tests and benchmarks.

`python tests/endpoint.py PORT [LATENCY [ANSWER]]` is one as a process of its own, which may be killed and stopped.
"""

import asyncio
import contextlib
import json
import sys
import threading

from aiohttp import web

KEY = "secret-key-of-the-tests"
RESET = object()  # close the connection instead of an answer
HALF = object()  # close it in the middle of one
ENDLESS = object()  # begin one and never come to its end
PATH = "/v1/chat/completions"


class Endpoint:
    """Answers chat completions in a thread of its own.

    `answer(body)` returns a text, a message dict, a (status, headers, text) triple, RESET,
    HALF, ENDLESS, or None to hang. `bodies` lists what was asked, `headers` the headers of each request, `asked` the
    paths of all requests, `peak` the largest number of requests open at once. Requests after number `hold_after` wait
    until it is None. Only `path` is answered; `models` is the list at /v1/models, None for none.
    """

    def __init__(self, answer, *, latency_s=0.0, key=None, path=PATH, models=None):
        self.answer = answer
        self.latency_s = latency_s
        self.key = key
        self.path = path
        self.models = models
        self.bodies, self.headers, self.asked = [], [], []
        self.open = self.peak = 0
        self.hold_after = None
        self._ready = threading.Event()

    async def handle(self, request):
        self.open += 1
        self.peak = max(self.peak, self.open)
        self.asked.append(request.path_qs)
        try:
            if request.path == "/v1/models" and self.models is not None:
                return web.json_response({"data": [{"id": name, "root": root} for name, root in self.models.items()]})
            if request.path_qs != self.path:
                return web.json_response({"detail": "Not Found"}, status=404)
            self.headers.append(dict(request.headers))
            if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
                return web.json_response({"error": {"message": "Incorrect API key provided"}}, status=401)
            body = json.loads(await request.read())
            self.bodies.append(body)
            number = len(self.bodies)
            while self.hold_after is not None and number > self.hold_after:  # noqa: ASYNC110  # set from another thread
                await asyncio.sleep(0.01)
            if self.latency_s:
                await asyncio.sleep(self.latency_s)
            answer = self.answer(body)
            if answer is None:
                await asyncio.sleep(60)
            if answer is RESET:
                request.transport.abort()
                return web.Response()
            if answer is HALF:
                reply = web.StreamResponse(headers={"Content-Length": "1000"})
                await reply.prepare(request)
                await reply.write(b'{"choices": [{"message": {"content": "half')
                request.transport.abort()
                return reply
            if answer is ENDLESS:
                reply = web.StreamResponse()
                await reply.prepare(request)
                await reply.write(b'{"choices": [{"message": {"content": "')
                with contextlib.suppress(ConnectionError):
                    while True:
                        await reply.write(b"again and again " * 4096)
                return reply
            if isinstance(answer, tuple):
                status, headers, text = answer
                headers = {"Content-Type": "application/json", **headers}
                return web.Response(status=status, headers=headers, body=text.encode())
            return web.json_response(completion(body["model"], answer))
        finally:
            self.open -= 1

    def __enter__(self):
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(120)
        return self

    def __exit__(self, *_):
        if self._loop.is_closed():
            return  # stopped before
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(120)

    def stop(self):
        """Be gone, as a killed server is; leaving the context does the same."""
        self.__exit__()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def _serve(self):
        asyncio.run(self._main())

    async def _main(self, port=0):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=2**27)
        app.router.add_route("*", "/{path:.*}", self.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()


def completion(model, answer):
    """The JSON of a chat completion."""
    message = answer if isinstance(answer, dict) else {"role": "assistant", "content": answer}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 8, "total_tokens": 18},
    }


if __name__ == "__main__":
    number, latency, text = [*sys.argv[1:], *["0", "よく考えます。\n回答: B"][len(sys.argv) - 2 :]]
    server = Endpoint(lambda body: text, latency_s=float(latency))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(server._main(int(number)))
