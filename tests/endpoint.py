"""A real OpenAI-compatible HTTP server on loopback, for tests and benchmarks: `python tests/endpoint.py PORT`."""

import asyncio
import contextlib
import json
import sys
import threading

from aiohttp import web

KEY = "secret-key-of-the-tests"


class Endpoint:
    """Answers chat completions in a thread of its own.

    `answer(body)` returns a text, a message dict, a (status, headers, text) triple, or None to hang. `bodies` lists what was asked,
    `headers` the headers of each request, `peak` the largest number of requests open at once.
    """

    def __init__(self, answer, *, latency_s=0.0, key=None):
        self.answer = answer
        self.latency_s = latency_s
        self.key = key
        self.bodies = []
        self.open = self.peak = 0
        self._ready = threading.Event()

    async def handle(self, request):
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
                return web.json_response({"error": {"message": "Incorrect API key provided"}}, status=401)
            body = json.loads(await request.read())
            self.bodies.append(body)
            if self.latency_s:
                await asyncio.sleep(self.latency_s)
            answer = self.answer(body)
            if answer is None:
                await asyncio.sleep(60)
            if isinstance(answer, tuple):
                status, headers, text = answer
                return web.Response(status=status, headers=headers, text=text, content_type="application/json")
            return web.json_response(completion(body["model"], answer))
        finally:
            self.open -= 1

    def __enter__(self):
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def _serve(self):
        asyncio.run(self._main())

    async def _main(self, port=0):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=2**27)
        app.router.add_post("/v1/chat/completions", self.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
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
    server = Endpoint(
        lambda body: "よく考えます。\n回答: B", latency_s=float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(server._main(int(sys.argv[1])))
