"""Judging goes on beside the conversation, each side within its own bounds."""

import asyncio

import pytest

from places import ROOT
from swallow_metrics.datatypes import Benchmark, Dataset, JudgeSpec, Metric, Sample, Sampling
from swallow_metrics.engines.fake import FakeEngine
from swallow_metrics.errors import EngineDown, EngineError, JudgeError
from swallow_metrics.journal.journaled import JournaledEngine
from swallow_metrics.judge.judge import Judge
from swallow_metrics.judge.prompts import read_prompts
from swallow_metrics.pipeline.converse import Converser, Task

PROMPTS = read_prompts(ROOT / "benchmarks" / "judge_prompts" / "english.toml")
BENCHMARK = Benchmark(
    "b", "B", Dataset("x/y", "test", (), 1), lambda row, prompt: None, (Metric("judge_score"),),
    judge=JudgeSpec("english"), cut=8192,
)  # fmt: skip
SAMPLE = Sample("0", ("one", "two"), group="stem")


class Slot(asyncio.Semaphore):
    """A slot for one conversation that says when it is free again."""

    def __init__(self, events):
        super().__init__()
        self.events = events

    async def __aexit__(self, *error):
        self.events.append("candidate free")
        await super().__aexit__(*error)


class Log:
    """Engines that take given times, and what they did in order."""

    def __init__(
        self, *, answer_s=0.02, verdict_s=0.02, verdict=lambda request: "[[5]]", answer=lambda request: "text"
    ):
        self.events = []
        self.open = self.peak = 0
        self.seeds = []
        self.candidate = self.engine("answer", answer_s, answer)
        self.judge_engine = self.engine("verdict", verdict_s, verdict)

    def engine(self, name, seconds, function):
        log = self

        class Timed(FakeEngine):
            async def generate(self, request):
                log.events.append(f"{name} {request.turn} asked")
                log.open += name == "verdict"
                log.peak = max(log.peak, log.open)
                log.seeds += [request.sampling.seed] if name == "verdict" else []
                try:
                    await asyncio.sleep(seconds)
                    response = await super().generate(request)
                finally:
                    log.open -= name == "verdict"
                log.events.append(f"{name} {request.turn} there")
                return response

        return Timed(function)

    def judge(self, name="j", slots=8, retries=2):
        return Judge(name, JournaledEngine(self.judge_engine), asyncio.Semaphore(slots), PROMPTS, retries)

    def run(self, *judges):
        return asyncio.run(self.converse(*judges))

    async def converse(self, *judges):
        judges = judges or [self.judge()]
        converser = Converser(JournaledEngine(self.candidate), lambda benchmark, group: Sampling(), lambda _: judges)
        return await converser.converse(Task("item", BENCHMARK, SAMPLE, (0,)), 0, Slot(self.events))


def test_a_turn_is_judged_while_the_next_is_generated():
    """The first verdict is asked for before the second answer is there, and the candidate waits for no verdict."""
    log = Log(verdict_s=0.1)
    conversation = log.run()
    order = log.events.index
    assert order("verdict 0 asked") < order("answer 1 there")
    assert order("candidate free") < order("verdict 0 there")
    assert [[reply.text for reply in turn] for turn in conversation.verdicts["j"]] == [["[[5]]"], ["[[5]]"]]


def test_a_judges_requests_are_bounded():
    """A judge's own limit holds over conversations."""
    log = Log(answer_s=0.001)

    async def many():
        judge = log.judge(slots=3)
        await asyncio.gather(*[log.converse(judge) for _ in range(10)])

    asyncio.run(many())
    assert log.peak == 3


@pytest.mark.parametrize(("retries", "replies"), [(0, 1), (2, 3)])
def test_unreadable_verdicts_are_asked_for_again(retries, replies):
    """Up to --judge-retries times, each with a seed of its own; then the verdict is missing."""
    log = Log(verdict=lambda request: "no rating")
    conversation = log.run(log.judge(retries=retries))
    assert [len(turn) for turn in conversation.verdicts["j"]] == [replies, replies]
    assert sorted(log.seeds, key=str) == sorted([None, None, *(2 * list(range(1, replies)))], key=str)


def test_a_readable_verdict_ends_the_retries():
    """Nothing is asked once there is a rating."""
    log = Log(verdict=lambda request: "[[3]]" if request.attempt else "?")
    assert [reply.text for reply in log.run().verdicts["j"][0]] == ["?", "[[3]]"]


def test_two_judges_are_kept_apart():
    """Each judges both turns, under its own name."""
    log = Log()
    conversation = log.run(log.judge("a"), log.judge("b"))
    assert {name: len(turns) for name, turns in conversation.verdicts.items()} == {"a": 2, "b": 2}


def test_a_judge_that_fails_is_named():
    """A refused request is an error of the judge, and the conversation ends."""

    def refuse(request):
        raise EngineError("too long")

    with pytest.raises(JudgeError, match="judge 'j': too long"):
        Log(verdict=refuse).run()


def test_a_dead_judge_stops_at_once():
    """A refused key does not wait for the answer under way, whatever else failed."""

    def refuse(request):
        raise EngineDown("refuses the key in $KEY")

    log = Log(verdict=refuse, verdict_s=0.0, answer_s=0.2)
    with pytest.raises(EngineDown, match=r"\$KEY"):
        log.run()
    assert "answer 1 there" not in log.events


def test_a_candidate_that_fails_costs_no_more_verdicts():
    """Verdicts under way are given up with the conversation."""

    def answer(request):
        if request.turn:
            raise EngineError("lost")
        return "text"

    log = Log(answer=answer, verdict_s=5.0)
    with pytest.raises(EngineError, match="lost"):
        log.run()
    assert "verdict 0 there" not in log.events


def test_long_answers_are_cut_for_everybody():
    """8,192 characters go into turn 2 and to the judge; what was cut off is counted (JU-6)."""
    log = Log(answer=lambda request: ("日" * 8192 + "TAIL") if request.turn == 0 else "x" * 8192)
    conversation = log.run()
    assert [(len(answer.text), answer.cut) for answer in conversation.responses] == [(8192, 4), (8192, 0)]
    shown = [
        m["content"] for request in [*log.candidate.requests, *log.judge_engine.requests] for m in request.messages
    ]
    assert not any("TAIL" in text for text in shown)
    assert any("日" * 8192 in text for text in shown)
