"""Ask an engine many questions, as the pipeline does."""

import asyncio

from swallow_metrics.datatypes import Request, Sampling
from swallow_metrics.engines.openai import OpenAIEngine
from swallow_metrics.errors import EngineError


def question(number, text="", *, sampling=None, system=None):
    """A request whose prompt starts with its number."""
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": f"Question {number}. {text}"})
    return Request("b", str(number), tuple(messages), sampling or Sampling())


def number_in(body):
    """The number of the question that a server got; None for the engine's own small question."""
    text = body["messages"][-1]["content"]
    return int(text.split()[1].rstrip(".")) if text.startswith("Question") else None


def ask(url, questions=20, *, in_flight=8, meanwhile=None, **settings):
    """Answers and errors by number; pauses are short unless set. `meanwhile` runs beside."""
    settings = {"first_pause_s": 0.01, **settings}
    requests = [question(n) for n in range(questions)] if isinstance(questions, int) else questions

    async def main():
        engine = OpenAIEngine("m", url, **settings)
        slot = asyncio.Semaphore(in_flight)

        async def one(request):
            async with slot:
                try:
                    return await engine.generate(request)
                except EngineError as error:
                    return error

        beside = None
        try:
            await engine.open()
            beside = asyncio.create_task(meanwhile()) if meanwhile else None
            return await asyncio.gather(*map(one, requests))
        finally:
            if beside:
                await beside
            await engine.close()

    return asyncio.run(main())


def texts(answers):
    """The text of each answer; None where there is none."""
    return [getattr(answer, "text", None) for answer in answers]
