"""An engine driven as the pipeline drives it: by an event loop in a thread of its own."""

import asyncio
import gc
import warnings
from threading import Thread

from swallow_metrics.datatypes import Request, Sampling

# float32: answers then do not depend on which other requests share a step.
ENGINE_ARGS = {"enforce_eager": True, "dtype": "float32", "max_model_len": 2048, "max_num_seqs": 64}
GREEDY = Sampling(temperature=0.0, max_tokens=24)
QUESTIONS = [f"{number}足す{number}はいくつですか。" for number in range(40)]


class Running:
    """Wraps an engine; `ask` asks it from any thread."""

    def __init__(self, engine):
        self.engine = engine
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine):
        """The result of a coroutine in the engine's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=300)

    def ask(self, *questions, sampling=GREEDY, **request):
        """Answers to questions asked all at once; an exception stands for itself."""

        async def ask_all():
            requests = [
                Request("test", str(number), ({"role": "user", "content": question},), sampling, **request)
                for number, question in enumerate(questions)
            ]
            return await asyncio.gather(*map(self.engine.generate, requests), return_exceptions=True)

        return self.run(ask_all())

    def stop(self):
        """Close the engine and end the thread."""
        with warnings.catch_warnings():
            # vLLM leaves a context of zmq to the collector, which is an error in tests of something else.
            warnings.simplefilter("ignore", ResourceWarning)
            try:
                self.run(self.engine.close())
            finally:
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
                self._loop.close()
            gc.collect()
