"""An engine with its journal: every answer is on disk before anything is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.engines.base import Engine, finished
from swallow_metrics.errors import EngineDown, EngineError, SwallowError
from swallow_metrics.extraction.reasoning import Tags, is_unclosed, split_reasoning
from swallow_metrics.journal.reader import JournalReader
from swallow_metrics.journal.resume import resumed
from swallow_metrics.journal.writer import JournalWriter


@dataclass(slots=True)
class JournaledEngine:
    """An engine, the journal it writes to, and the one of `--resume` that answers first.

    `strip_reasoning` is False for replayed answers: their reasoning was separated when they were written. `tags` are
    those of `--reasoning-tags`; they are looked for in replayed answers as well.
    """

    engine: Engine
    journal: JournalWriter | None = None
    resumed: JournalReader | None = None
    strip_reasoning: bool = True
    tags: Sequence[Tags] = ()
    down: EngineDown | None = None  # once an engine refuses everything, it is not asked again
    reported: str | None = None  # what resumed answers say of the model's name

    async def ask(self, request: Request) -> Response:
        """The answer to a request, reasoning removed, already in the journal. Raises EngineError, EngineDown."""
        key = request.key(self.engine.identity) if self.journal or self.resumed else ""
        if self.resumed is not None and (known := resumed(self.resumed, self.journal, request, key)) is not None:
            self.reported = known.model or self.reported
            return final(known, self.tags) if self.tags else known
        if self.down is not None:
            raise self.down
        start = perf_counter()
        try:
            response = await self.engine.generate(request)
        except EngineDown as error:
            self.down = error
            raise
        except SwallowError:
            raise
        except Exception as error:
            # An engine's own bug must fail this item, with its cause, and no other.
            msg = f"the engine failed with {type(error).__name__}: {' '.join(str(error).split())[:500]}"
            raise EngineError(msg) from error
        if (reason := response.finish_reason) is not None:
            if (ours := finished(reason)) is None:
                raise EngineError(f"the engine did not finish the answer (finish_reason {reason!r:.80})")
            if ours != reason:  # an engine of a user's own may speak another server's words
                response = replace(response, finish_reason=ours)
        if self.strip_reasoning or self.tags:
            response = final(response, self.tags)
        if self.strip_reasoning and response.choices != request.choices:
            response = replace(response, choices=request.choices)
        if response.latency_s is None and self.journal is not None:
            response = replace(response, latency_s=round(perf_counter() - start, 6))
        if self.journal is not None:
            self.journal.append(request, response, key)
        return response

    def describe(self) -> dict[str, Any]:
        """The engine, as it describes itself; who answered before `--resume` counts where nobody was asked since."""
        facts = self.engine.describe()
        if "reported_model" in facts and facts["reported_model"] is None:
            return facts | {"reported_model": self.reported}
        return facts


def final(response: Response, further: Sequence[Tags] = ()) -> Response:
    """Separate the reasoning trace from the answer, once: a response that already names its reasoning stays.

    A trace in one of the `further` tags that never ends is named as trouble: nothing later knows these tags.
    """
    if response.reasoning is not None or not (further or "think>" in response.text):
        return response
    text, reasoning = split_reasoning(response.text, further)
    if reasoning is not None:
        return replace(response, text=text, reasoning=reasoning)
    if further and is_unclosed(text, further) and "unclosed_reasoning" not in response.trouble:
        return replace(response, trouble=(*response.trouble, "unclosed_reasoning"))
    return response
