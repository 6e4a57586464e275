"""How many requests and tokens a minute may hold, by a clock that nobody waits for."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import question
from swallow_metrics.datatypes import Response
from swallow_metrics.engines.pace import Pace


class _Loop(asyncio.SelectorEventLoop):
    """Its time goes on by itself: a microsecond a turn, and to the next timer when nothing else is to be done."""

    now = 1000.0

    def time(self):
        return self.now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        self.now += 1e-6  # else a bucket that lacks the last bit of a token would wait for ever
        super()._run_once()


def admitted(pace, requests, *, together=True, answer=None):
    """Seconds after the start at which each request is let through; each gets `answer` where there is one."""

    async def main():
        loop, times = asyncio.get_running_loop(), []

        async def one(request):
            await pace.admit(request)
            times.append(loop.time() - _Loop.now)
            if answer is not None:
                pace.count(answer)

        if together:
            await asyncio.gather(*map(one, requests))
        else:
            for request in requests:
                await one(request)
        return times

    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main())


def of_tokens(tokens):
    """A question of about so many tokens."""
    return question(0, "x" * (4 * tokens - len("Question 0. ")))


def used(prompt, completion):
    return Response("A", prompt_tokens=prompt, completion_tokens=completion)


@pytest.mark.parametrize(
    ("a_minute", "at_once", "apart_s"), [(1, 1, 60.0), (60, 1, 1.0), (600, 1, 0.1), (1200, 2, 0.05), (6000, 10, 0.01)]
)
def test_requests_are_spread_evenly(a_minute, at_once, apart_s):
    """Those of a tenth of a second may come together, at least one; then one follows the other."""
    times = admitted(Pace(a_minute, None), [question(n) for n in range(at_once + 20)])
    assert times[:at_once] == pytest.approx([0.0] * at_once, abs=1e-3)
    assert [later - early for early, later in pairwise(times[at_once - 1 :])] == pytest.approx([apart_s] * 20, abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 5000), st.integers(1, 200), st.booleans())
def test_no_minute_has_more_requests_than_allowed(a_minute, number, together):
    """Beside those of the first tenth of a second; and none waits longer than it must."""
    times = admitted(Pace(a_minute, None), [question(n) for n in range(number)], together=together)
    burst = max(1.0, a_minute / 600)
    for n, time in enumerate(times, 1):
        assert n <= burst + time * a_minute / 60 + 1e-6
        assert time == pytest.approx(max(0.0, (n - burst) * 60 / a_minute), abs=0.01)


def test_no_limit_is_no_wait():
    assert max(admitted(Pace(None, None), [of_tokens(10_000)] * 50)) < 1e-3


def test_tokens_are_guessed_from_the_question_until_there_is_an_answer():
    """The bucket holds those of a quarter of a minute."""
    times = admitted(Pace(None, 6000), [of_tokens(500)] * 5)
    assert times == pytest.approx([0.0, 0.0, 0.0, 5.0, 10.0], abs=1e-3)


def test_tokens_are_known_from_the_answers():
    """Prompt and completion, as their mean; an answer that tells none says nothing, half of one is half known."""
    pace = Pace(None, 6000)
    for answer in (used(700, 300), used(None, 500), used(None, None), used(0, 0), used(1500, None)):
        pace.count(answer)
    assert admitted(pace, [of_tokens(50)] * 4) == pytest.approx([0.0, 5.0, 15.0, 25.0], abs=1e-3)


def test_each_answer_counts_for_those_after_it():
    """The first question is guessed to be short, the others are as long as its answer was."""
    times = admitted(Pace(None, 6000), [of_tokens(100)] * 4, together=False, answer=used(400, 600))
    assert times == pytest.approx([0.0, 0.0, 6.0, 16.0], abs=1e-3)


@pytest.mark.parametrize("tokens", [1500, 1501, 100_000])
def test_a_request_of_more_tokens_than_the_bucket_holds(tokens):
    """It waits for the whole bucket, and is let through."""
    assert admitted(Pace(None, 6000), [of_tokens(tokens)] * 3) == pytest.approx([0.0, 15.0, 30.0], abs=1e-3)


def test_both_limits_hold():
    """The slower one decides."""
    assert admitted(Pace(60, 6000), [of_tokens(500)] * 5) == pytest.approx([0.0, 1.0, 2.0, 5.0, 10.0], abs=0.01)
    assert admitted(Pace(6, 6000), [of_tokens(500)] * 3) == pytest.approx([0.0, 10.0, 20.0], abs=1e-3)
