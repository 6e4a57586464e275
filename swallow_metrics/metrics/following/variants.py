"""The eight readings of a response that a loose decision tries (IF-5, IB-5)."""

from __future__ import annotations

from collections.abc import Iterator


def loose_variants(response: str) -> Iterator[str]:
    """Readings 2 to 8, which differ from the response, without repetitions and without blank ones.

    Reading 1, the response itself, is the strict decision: where it is accepted, so is the loose one.
    """
    seen = {response}
    for variant in _variants(response):
        if variant not in seen and variant.strip():
            seen.add(variant)
            yield variant


def _variants(response: str) -> Iterator[str]:
    yield response.replace("*", "")
    behind_first = response.partition("\n")[2]
    before_last = response.rpartition("\n")[0]
    trimmed = [text.strip() for text in (behind_first, before_last, behind_first.rpartition("\n")[0])]
    yield from trimmed
    for text in trimmed:
        yield text.replace("*", "")
