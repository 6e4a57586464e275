"""The `engine` fixture: a test body asks the model itself, as often as it needs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from swallow_metrics.datatypes import Message, Request, Response, Sampling
from swallow_metrics.errors import UsageError
from swallow_metrics.pipeline.converse import opening
from swallow_metrics.plugin.items import state_of
from swallow_metrics.settings import Settings
from swallow_metrics.wiring.sampling import sampling_for

if TYPE_CHECKING:
    from swallow_metrics.scoring import Measurement

PLAIN = "engine"  # stands for the benchmark in the journal where a test without one asks
_ASKED = pytest.StashKey[Counter[str]]()


def asks_itself(item: pytest.Item) -> bool:
    """Whether a test has a fixture called `engine`, which may be a project's own."""
    return "engine" in getattr(item, "fixturenames", ())


def forget_asked(item: pytest.Item) -> None:
    """An item that is run again asks as it did the first time."""
    if _ASKED in item.stash:
        del item.stash[_ASKED]


class AskingEngine:
    """The engine of the run, as test bodies see it.

    `send` gets the answer to a request, `current` is the item that runs.
    """

    def __init__(
        self, settings: Settings, send: Callable[[Request], Response], current: Callable[[], pytest.Item]
    ) -> None:
        self._settings = settings
        self._send = send
        self._current = current

    def ask(self, messages: str | Sequence[Message], **sampling: object) -> Response:
        """The answer to a user message, or to a list of messages; waits for it.

        `sampling` has fields of `Sampling`, such as `temperature=0.0` or `max_tokens=512`; they go before the user's
        options, and these before the benchmark's own. The answer is batched with everything else in flight and
        journaled, so `--resume` and `--replay` find it again: by the test and the order in which it asks. The same
        messages asked again in one test get an answer of their own. Raises EngineError, EngineDown, and UsageError for
        messages or settings that no engine could take.
        """
        item = self._current()
        state = state_of(item)
        system = self._settings.system_prompt
        if isinstance(messages, str):
            sent = tuple(opening(messages, system))
        else:
            sent = tuple(_checked(message) for message in messages)
            if system and not any(message["role"] == "system" for message in sent):
                sent = ({"role": "system", "content": system}, *sent)
        if not sent:
            raise UsageError("engine.ask expected a text or at least one message, but got none")
        drawn = self._sampling(state, sampling)
        asked = item.stash.setdefault(_ASKED, Counter())
        same = repr((sent, drawn))
        repeat, turn = asked[same], asked.total()
        asked[same] += 1
        if repeat and drawn.seed is not None:
            drawn = replace(drawn, seed=drawn.seed + repeat)
        if state is not None and state.conversations:
            turn += len(state.sample.turns)
        benchmark, sample = (state.benchmark.id, state.sample.id) if state else (PLAIN, item.nodeid)
        response = self._send(Request(benchmark, sample, sent, drawn, repeat=repeat, turn=turn))
        if state is not None:
            state.asked.append(response)
        return response

    def _sampling(self, state: Measurement | None, given: dict[str, object]) -> Sampling:
        known = Sampling.__slots__
        if unknown := sorted(given.keys() - set(known)):
            raise UsageError(f"engine.ask takes {', '.join(known)}, but got {unknown[0]!r}")
        base = self._settings.sampling
        if state is not None:
            base = sampling_for(state.benchmark, self._settings, state.sample.group)
        return replace(base, **given)  # type: ignore[arg-type]  # the engine says what it cannot take


def _checked(message: Message) -> Message:
    if not isinstance(message.get("role"), str) or not isinstance(message.get("content"), str):
        raise UsageError(f"engine.ask expected messages with 'role' and 'content' as texts, but got {message!r:.100}")
    return dict(message)
