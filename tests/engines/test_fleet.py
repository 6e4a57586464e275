"""Which requests an endpoint in doubt, or one that limits the rate, may get."""

import asyncio
from time import monotonic

import pytest

from asking import question
from endpoint import Endpoint as Server
from swallow_metrics.engines.answer import Failure
from swallow_metrics.engines.endpoint import Endpoint
from swallow_metrics.engines.fleet import Fleet
from swallow_metrics.engines.openai import OpenAIEngine


def fleet_of_one(probe):
    fleet = Fleet([Endpoint("http://h/v1", [])], probe, attempts=3, first_pause_s=0.01)
    return fleet, fleet.members[0]


def test_an_endpoint_in_doubt_gets_one_request_for_a_trial():
    """The others wait for what becomes of it; only when it fails is the small question asked."""
    failed, probed = Failure("passing", "failed"), []

    async def probe(member):
        probed.append(member)

    async def main():
        fleet, member = fleet_of_one(probe)
        for _ in range(3):
            fleet.give_back(await fleet.take(), failed, monotonic())
        waiting = [asyncio.create_task(fleet.take()) for _ in range(5)]
        await asyncio.sleep(0)
        assert member.in_flight == 0
        await asyncio.wait(waiting, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0.1)
        assert (member.in_flight, probed) == (1, [])
        fleet.give_back(member, failed, monotonic())
        await asyncio.wait_for(asyncio.gather(*waiting), 20)
        assert (member.in_flight, probed) == (4, [member])
        await fleet.close()

    asyncio.run(main())


@pytest.mark.parametrize("kind", ["refused", "spent"])
def test_what_asking_again_does_not_cure_gets_no_trial(kind):
    """The small question is asked at once, and no other request goes out before it is answered."""

    async def main():
        asked, answered = asyncio.Event(), asyncio.Event()

        async def probe(member):
            asked.set()
            await answered.wait()

        fleet, member = fleet_of_one(probe)
        fleet.give_back(await fleet.take(), None, monotonic())
        fleet.give_back(await fleet.take(), Failure(kind, "no"), monotonic())
        waiting = asyncio.create_task(fleet.take())
        await asyncio.wait_for(asked.wait(), 20)
        assert member.in_flight == 0
        answered.set()
        assert await asyncio.wait_for(waiting, 20) is member
        await fleet.close()

    asyncio.run(main())


def test_a_rate_limit_halves_the_requests_at_once():
    """Once for all that were sent before; then it is one more for a round of answers."""

    async def main():
        fleet, member = fleet_of_one(None)
        sent = monotonic()
        for _ in range(8):
            await fleet.take()
        for _ in range(2):
            fleet.give_back(member, Failure("limited", "slow"), sent)
            assert member.window == 4
        for _ in range(4):
            fleet.give_back(member, None, sent)
        assert 4.8 < member.window <= 5

    asyncio.run(main())


def test_what_an_endpoint_answered_before_says_nothing_of_a_question():
    """A question that two endpoints limit once is answered, though one of them answered a small question long ago."""

    def limits_once():
        bodies = []
        return lambda body: "A" if bodies else bodies.append(body) or (429, {}, "{}")

    async def main(urls):
        engine = OpenAIEngine("m", urls, first_pause_s=0.01)
        await engine.open()
        try:
            engine._fleet.members[1].cleared = 1
            assert (await engine.generate(question(1))).text == "A"
        finally:
            await engine.close()

    with Server(limits_once()) as one, Server(limits_once()) as other:
        asyncio.run(main([one.url, other.url]))
        assert one.bodies and other.bodies
