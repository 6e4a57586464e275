"""A small assembler for classic BPF, the language of seccomp filters.

Written here because clusters have neither a compiler for libseccomp's bindings nor libseccomp itself, and a filter that
is bytes made by Python needs neither: the package installs everywhere and the filter's hash goes to the report.

Source: Linux `Documentation/networking/filter.rst` and `Documentation/userspace-api/seccomp_filter.rst`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct

LOAD = 0x20  # A = 32-bit word of the call's data at offset k
AND = 0x54  # A &= k
JUMP_EQUAL = 0x15
JUMP_GREATER = 0x25
JUMP_SET = 0x45  # A & k
RETURN = 0x06

ALLOW = 0x7FFF0000
ERRNO = 0x00050000  # + errno: the call fails with it
KILL = 0x80000000  # the whole process

INSTRUCTION = Struct("=HBBI")  # code, jump if true, jump if false, k

NUMBER = 0  # offsets in struct seccomp_data: int nr; u32 arch; u64 instruction_pointer; u64 args[6]
ARCHITECTURE = 4


def low(argument: int) -> int:
    """Offset of an argument's lower half, on a little-endian machine."""
    return 16 + 8 * argument


def high(argument: int) -> int:
    """Offset of an argument's upper half, on a little-endian machine."""
    return low(argument) + 4


@dataclass
class Assembler:
    """Collects instructions whose jumps name labels; `assemble` turns the names into distances."""

    lines: list[tuple[int, int, str | None, str | None]] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)

    def label(self, name: str) -> None:
        """Name the next instruction."""
        if name in self.labels:
            raise ValueError(f"expected a new label, got {name!r} again")
        self.labels[name] = len(self.lines)

    def emit(self, code: int, value: int, true: str | None = None, false: str | None = None) -> None:
        """Add an instruction; `None` as the target of a jump is the next instruction."""
        self.lines.append((code, value, true, false))

    def assemble(self) -> bytes:
        """The program as the kernel takes it. Raises ValueError for a jump out of reach (255) or backwards."""
        return b"".join(
            INSTRUCTION.pack(code, self._distance(at, true), self._distance(at, false), value)
            for at, (code, value, true, false) in enumerate(self.lines)
        )

    def _distance(self, at: int, label: str | None) -> int:
        distance = 0 if label is None else self.labels[label] - at - 1
        if not 0 <= distance <= 255:
            raise ValueError(f"expected a jump of 0 to 255 instructions to {label!r}, got {distance}")
        return distance
