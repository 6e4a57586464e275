"""One of Janome's two transducers: from the bytes of a word to the numbers of its dictionary entries.

The data is Janome's own (0.5). An address is a list of arcs, each one byte of flags and then, for a word's end, its
outputs, else the byte it reads, its output and how far ahead the next address is. Bytes ascend. Lengths and distances
are four bytes, little-endian.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

_ENDS, _LAST, _HAS_OUTPUT, _HAS_FINAL_OUTPUTS = 1, 2, 16, 32


class Transducer:
    """Follows words byte by byte. `step(address, byte)` is the next address with the output on the way, or None."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        # The first bytes of characters are many at few addresses: those are searched once.
        self.step = lru_cache(maxsize=1 << 16)(self._step)

    def _step(self, address: int, byte: int) -> tuple[int, bytes] | None:
        data = self._data
        while address < len(data):
            flags = data[address]
            at = address + 1
            if flags & _ENDS:
                for output in self._outputs(at, flags):
                    at += 4 + len(output)
                at += 4 * bool(flags & _HAS_FINAL_OUTPUTS)
            else:
                size = self._number(at + 1) if flags & _HAS_OUTPUT else 0
                behind = at + 5 + size if flags & _HAS_OUTPUT else at + 1
                if data[at] == byte:
                    return address + self._number(behind), data[behind - size : behind]
                if data[at] > byte:
                    return None
                at = behind + 4
            if flags & _LAST:
                return None
            address = at
        return None

    def finals(self, address: int) -> list[bytes]:
        """Outputs of the words that end at an address, without those on the way there."""
        # Janome writes a word's end before the arcs that go on.
        if address >= len(self._data) or not self._data[address] & _ENDS:
            return []
        return list(self._outputs(address + 1, self._data[address])) or [b""]

    def _outputs(self, at: int, flags: int) -> Iterator[bytes]:
        if not flags & _HAS_FINAL_OUTPUTS:
            return
        count = self._number(at)
        at += 4
        for _ in range(count):
            size = self._number(at)
            at += 4
            yield self._data[at : at + size]
            at += size

    def _number(self, at: int) -> int:
        return int.from_bytes(self._data[at : at + 4], "little")
