"""Decisions on a response, strict and loose (IF-4 to IF-7, IB-4 to IB-7), and the metrics made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from swallow_metrics.datatypes import Metric, Value
from swallow_metrics.metrics.following.instructions import Instruction
from swallow_metrics.metrics.following.variants import loose_variants


class View:
    """A text as a benchmark's checks see it; `value` is the text as it is."""

    def __init__(self, value: str) -> None:
        self.value = value

    @cached_property
    def stripped(self) -> str:
        """Without whitespace at both ends."""
        return self.value.strip()


@dataclass(frozen=True, slots=True)
class Followed:
    """Whether each instruction was followed, in order: by the response (`strict`) or a reading of it (`loose`)."""

    strict: tuple[bool, ...]
    loose: tuple[bool, ...]

    def scores(self) -> dict[str, float | list[bool]]:
        """The value of each metric for this sample (IF-6)."""
        return {
            INST_LEVEL_STRICT.name: list(self.strict),
            PROMPT_LEVEL_STRICT.name: float(all(self.strict)),
            INST_LEVEL_LOOSE.name: list(self.loose),
            PROMPT_LEVEL_LOOSE.name: float(all(self.loose)),
        }


def follow(response: str, instructions: Sequence[Instruction], view: Callable[[str], View]) -> Followed:
    """Check `response` against the instructions of its prompt (`instructions.prepare`); checks see `view(text)`.

    A blank response follows none. Other readings are tried only for instructions that the response itself does not
    follow, since it is the first of the eight.
    """
    text = view(response)
    strict = tuple(bool(text.stripped) and instruction(text) for instruction in instructions)
    readings = [] if all(strict) else [view(variant) for variant in loose_variants(response)]
    loose = tuple(
        followed or any(instruction(reading) for reading in readings)
        for followed, instruction in zip(strict, instructions, strict=True)
    )
    return Followed(strict, loose)


def instruction_statistics(value: Value) -> Sequence[float]:
    """(instructions followed, instructions): their sums give the micro-average (IF-7)."""
    assert not isinstance(value, float | int), "the value of an instruction-level metric is a list of decisions"
    return (float(sum(value)), float(len(value)))


INST_LEVEL_STRICT = Metric("inst_level_strict_acc", statistics=instruction_statistics)
PROMPT_LEVEL_STRICT = Metric("prompt_level_strict_acc")
INST_LEVEL_LOOSE = Metric("inst_level_loose_acc", statistics=instruction_statistics)
PROMPT_LEVEL_LOOSE = Metric("prompt_level_loose_acc")
METRICS = (INST_LEVEL_STRICT, PROMPT_LEVEL_STRICT, INST_LEVEL_LOOSE, PROMPT_LEVEL_LOOSE)
"""The four metrics of instruction following, the primary one first."""
