"""Which endpoint gets the next request, and which of them are well.

The endpoint with the fewest requests in flight is next. One that fails several times in a row is rested. Then it gets
one request for a trial, and when that fails as well, a small known question: when it answers that, the fault was with
the questions; when it does not, it stays out and is asked again after growing pauses, so it can come back. Once no
endpoint is left, the run ends with one message.

A rate limit is not a failure: an endpoint that refuses for it is left alone for a while, and then gets fewer requests
at once, as TCP does it: half of them, then one more a round.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from random import uniform
from time import monotonic

from swallow_metrics.engines.answer import FINAL, Failure
from swallow_metrics.engines.endpoint import Endpoint
from swallow_metrics.errors import EngineDown, EngineRefused

DOUBT_AFTER = 3  # requests in a row without any answer
STRANGER_PROBES = 3  # probes of an endpoint that never answered; others get as many as a question gets attempts
LONGEST_PAUSE_S = 30.0
LIMITED_ROUNDS = 8  # pauses for a rate limit without one answer between them: a minute and a half


def growing(first_s: float, round_: int, longest_s: float = LONGEST_PAUSE_S) -> float:
    """The pause before attempt number `round_` (from 0): doubled each time, and a bit different for everyone."""
    return min(first_s * 2.0 ** min(round_, 30), longest_s) * uniform(0.75, 1.0)  # noqa: S311  # no secret


@dataclass(slots=True, eq=False)
class Member:
    """An endpoint with what is known of its health."""

    endpoint: Endpoint
    in_flight: int = 0
    answered: bool = False
    open: bool = True  # whether it gets requests
    in_a_row: int = 0  # requests without any answer since the last one that had one
    probes: int = 0  # failed ones since then
    lost: Failure | None = None  # why it is given up; others are still asked, and so is it from time to time
    window: float = inf  # requests at once that its rate limit allows
    limited_rounds: int = 0
    limited_at: float = -inf
    paused_until: float = -inf
    cleared: int = 0  # how often the small question was answered while others were limited
    trials: int = 0  # requests that it may get in spite of being in doubt
    trial_at: float = inf  # when that one was let through
    tried: asyncio.Event = field(default_factory=asyncio.Event)  # whether it is over
    recovery: asyncio.Task[None] | None = None
    decided: asyncio.Event = field(default_factory=asyncio.Event)  # whether it is open or lost, and not in doubt

    def has_room(self, now: float) -> bool:
        """Whether it may get one more request now."""
        return (self.open or self.trials > 0) and self.in_flight < self.window and now >= self.paused_until


class Fleet:
    """Endpoints that serve the same model. `probe(member)` asks a small known question: None when it is answered.

    `attempts` is how often a question is asked; `first_pause_s` the first of the growing pauses.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        probe: Callable[[Member], Awaitable[Failure | None]],
        *,
        attempts: int,
        first_pause_s: float,
    ) -> None:
        self.members = [Member(endpoint) for endpoint in endpoints]
        self._probe = probe
        self._attempts = attempts
        self._first_pause_s = first_pause_s
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._down: str | None = None
        self._refused = False
        for member in self.members:
            member.decided.set()

    async def take(self, avoid: Member | None = None, *, first: bool = False) -> Member:
        """The endpoint for a request, waiting for one if need be; `first` comes before others that wait.

        A request that has just failed at `avoid` goes elsewhere where it can. Raises EngineDown.
        """
        must_wait = bool(self._waiting) and not first
        while self._down is None:
            now = monotonic()
            rooms = [member for member in self.members if member.has_room(now)]
            if rooms and not must_wait:
                member = rooms[0] if len(rooms) == 1 else min(rooms, key=lambda m: (m is avoid, m.in_flight))
                member.in_flight += 1
                if not member.open:
                    member.trials, member.trial_at = member.trials - 1, now
                return member
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            (self._waiting.appendleft if first else self._waiting.append)(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                self._wake()  # it may have been this one's turn
                raise
            must_wait, first = False, True
        raise (EngineRefused if self._refused else EngineDown)(self._down)

    def give_back(self, member: Member, failure: Failure | None, sent: float) -> None:
        """A request, sent at this time, is over: with an answer, or with this failure."""
        self._is_back(member, sent)
        kind = failure.kind if failure is not None else None
        if failure is None or kind == "question":
            self._is_well(member)
        elif kind == "limited":
            self._slow_down(member, failure, sent)
        else:
            member.in_a_row += 1
            if failure.pause_s:
                self._pause(member, failure.pause_s)
            if kind in FINAL or member.in_a_row >= DOUBT_AFTER:
                self._doubt(member, failure)
        self._wake()

    def drop(self, member: Member, sent: float) -> None:
        """A request was given up from this side; that says nothing about the endpoint."""
        self._is_back(member, sent)
        self._wake()

    def others_open(self, member: Member) -> bool:
        """Whether another endpoint takes requests."""
        return any(other.open for other in self.members if other is not member)

    async def decision(self, member: Member) -> bool:
        """Wait until an endpoint is no longer in doubt; whether it is well. Raises EngineDown when none is left."""
        await member.decided.wait()
        if self._down is not None:
            raise (EngineRefused if self._refused else EngineDown)(self._down)
        return member.lost is None

    @staticmethod
    def _is_back(member: Member, sent: float) -> None:
        member.in_flight -= 1
        if sent >= member.trial_at:
            member.tried.set()

    async def close(self) -> None:
        """Stop asking."""
        tasks = [member.recovery for member in self.members if member.recovery is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_well(self, member: Member) -> None:
        member.answered = member.open = True
        member.in_a_row = member.probes = member.limited_rounds = 0
        member.lost = None
        member.decided.set()
        member.window += 1.0 / member.window  # one more a round of answers; without end it stays so

    def _slow_down(self, member: Member, failure: Failure, sent: float) -> None:
        if sent < member.limited_at:  # sent before the pause began: no news
            if failure.pause_s:
                self._pause(member, failure.pause_s)
            return
        member.limited_rounds += 1
        member.limited_at = monotonic()
        member.window = max(1.0, min(member.window, member.in_flight + 1.0) / 2)
        self._pause(member, failure.pause_s or growing(self._first_pause_s, member.limited_rounds - 1))
        if member.limited_rounds > LIMITED_ROUNDS:
            self._doubt(member, failure)

    def _pause(self, member: Member, seconds: float) -> None:
        until = monotonic() + seconds
        if until > member.paused_until:
            member.paused_until = until
            asyncio.get_running_loop().call_later(seconds + 0.001, self._wake)

    def _doubt(self, member: Member, failure: Failure) -> None:
        if member.recovery is not None and not member.recovery.done():
            return
        member.open = False
        member.decided.clear()
        member.recovery = asyncio.ensure_future(self._recover(member, failure))

    async def _recover(self, member: Member, failure: Failure) -> None:
        """Ask an endpoint in doubt the small question until it answers, or until no endpoint is left."""
        if failure.kind == "gone" or (failure.kind in FINAL and not member.answered):
            return self._lose(member, failure, None)
        if failure.kind == "passing":
            await self._try_one(member)
        while not member.open:  # an answer to a request still in flight opens it as well
            again = await self._probe(member)
            if again is None or again.kind == "question":
                self._is_well(member)
                member.cleared += failure.kind == "limited"
            elif again.kind == "limited" and failure.kind != "limited":  # alive, and busy
                member.open, member.in_a_row = True, 0
                member.decided.set()
                self._slow_down(member, again, monotonic())
            elif not member.open:
                member.probes += 1
                enough = self._attempts if member.answered else min(self._attempts, STRANGER_PROBES)
                if again.kind in FINAL or member.probes >= enough:
                    self._lose(member, failure, again)
                    if self._down is not None:
                        return None
                await asyncio.sleep(growing(self._first_pause_s, member.probes - 1))
        self._wake()
        return None

    async def _try_one(self, member: Member) -> None:
        """After a pause, let one request through and wait for what becomes of it, if there is one."""
        await asyncio.sleep(growing(self._first_pause_s, 0))
        member.trials, member.trial_at = 1, inf
        member.tried.clear()
        self._wake()
        await asyncio.sleep(self._first_pause_s)
        if member.trials:
            member.trials = 0  # nobody waits for an endpoint
        else:
            await member.tried.wait()

    def _lose(self, member: Member, failure: Failure, again: Failure | None) -> None:
        """Give an endpoint up; without any other the run ends."""
        member.lost = failure
        shown, where = member.endpoint.shown, member.endpoint.where
        if all(other.lost is not None for other in self.members):
            said = f"the endpoint {where} {shown(failure.said)}"
            if gone := next((end for end in (again, failure) if end is not None and end.kind == "gone"), None):
                said = shown(gone.said)
            elif again is not None and again.said != failure.said:
                said += f"; a small question failed as well: it {shown(again.said)}"
            elif again is not None:
                said += f"; {member.probes} small questions failed as well"
            if len(self.members) > 1:
                said += f"; none of the {len(self.members)} endpoints is left"
            self._refused = failure.kind == "refused" and not any(other.answered for other in self.members)
            self._down = said
        for other in self.members if self._down is not None else [member]:
            other.decided.set()
        self._wake()

    def _wake(self) -> None:
        """Let as many requests go on as there is room for; all of them when there is nothing to wait for."""
        now = monotonic()
        room = inf if self._down is not None else sum(
            m.window - m.in_flight if m.open else m.trials for m in self.members if m.has_room(now))  # fmt: skip
        while room > 0 and self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                room -= 1
