"""`--resume`: a request that an earlier part of the run has answered is not asked again."""

from __future__ import annotations

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.journal.reader import JournalReader, place_of
from swallow_metrics.journal.writer import JournalWriter


def resumed(earlier: JournalReader, journal: JournalWriter | None, request: Request, key: str) -> Response | None:
    """The answer that `earlier` has for a request of this key, or None. Raises EngineDown when the disk is full.

    An answer to another question in the same words counts too. It gets a line of its own in `journal`, so that
    `--replay` finds it.
    """
    if (known := earlier.at_place(place_of(request), key)) is not None:
        return known
    if (known := earlier.with_key(key)) is not None and journal is not None:
        journal.append(request, known, key)
    return known
