"""The instructions of a row, ready to be checked: each has its check, and arguments that are complete and usable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from swallow_metrics.metrics.following.arguments import Kind

# An instruction's id → the check that decides, called with a text and the arguments, and what each argument must be.
Table = Mapping[str, tuple[Callable[..., bool], Mapping[str, Kind]]]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a prompt, ready to be checked: its arguments are complete and of the right kind."""

    id: str
    accepts: Callable[..., bool]
    arguments: Mapping[str, Any]

    def __call__(self, text: Any) -> bool:
        """Whether the text follows it; blank texts are the caller's business (IF-4, IB-4)."""
        return self.accepts(text, **self.arguments)


def prepare(table: Table, instruction_ids: object, kwargs: object) -> tuple[Instruction, ...]:
    """The instructions of a row (`instruction_id_list` and `kwargs`, lists of the same length; IF-1, IF-2, IB-1).

    Arguments that an instruction does not take are ignored, and null is as good as absent. Raises ValueError, in one
    line that says which instruction and argument, for an unknown id and for an argument that is missing or unusable.
    """
    if not isinstance(instruction_ids, list | tuple) or not instruction_ids:
        raise ValueError(f"expected a list of instruction ids in 'instruction_id_list', found {instruction_ids!r:.80}")
    if not isinstance(kwargs, list | tuple) or len(kwargs) != len(instruction_ids):
        raise ValueError(
            f"expected a list of {len(instruction_ids)} objects in 'kwargs', one an instruction, found {kwargs!r:.80}"
        )
    return tuple(_instruction(table, *pair) for pair in zip(instruction_ids, kwargs, strict=True))


def _instruction(table: Table, name: object, given: object) -> Instruction:
    if not isinstance(name, str) or name not in table:
        raise ValueError(f"expected an instruction id such as {next(iter(table))!r}, found {name!r:.80}")
    if given is not None and not isinstance(given, Mapping):
        raise ValueError(f"{name}: expected an object of arguments in 'kwargs', found {given!r:.80}")
    accepts, kinds = table[name]
    found: dict[str, Any] = {}
    for argument, kind in kinds.items():
        value = given.get(argument) if given else None
        try:
            found[argument] = kind(value)
        except ValueError as error:
            what = "it is missing" if value is None else f"found {value!r:.80}"
            raise ValueError(f"{name}: expected argument {argument!r} to be {error}, but {what}") from None
    return Instruction(name, accepts, found)
