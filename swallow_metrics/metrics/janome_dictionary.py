"""Janome's dictionary (IPADIC) as a character trie that grows where texts lead it.

Janome's own search walks a byte transducer from every position of a text and rebuilds each entry from a memory-mapped
file; that is most of its time. The trie remembers what was found, so a known piece of text costs one dict access a
character. Entries, costs and unknown-word rules all come from Janome: this module has no linguistic data of its own.

Not covered: user dictionaries.
"""

from __future__ import annotations

from threading import Lock
from typing import Any, NamedTuple

from swallow_metrics.metrics.janome_transducer import Transducer

# Janome reads at most this many characters from a position on when it looks for dictionary words.
LONGEST_WORD = 50
# Bounds memory to some 200 MB whatever the texts: the trie starts anew beyond it.
MOST_NODES = 400_000

Row = list[int]  # connection costs from one word class to every other
Word = tuple[int, Row, int, int]  # class to its left, costs to its right, own cost, number in the dictionary


class Unknown(NamedTuple):
    """How a character category makes words that are in no dictionary.

    `always`: also where dictionary words were found. `length`: characters after the first that may join.
    `words`: class to the left, costs to the right, own cost, part of speech.
    """

    category: str
    always: bool
    length: int
    words: tuple[tuple[int, Row, int, str], ...]


class Node:
    """The characters read so far: `words` end here, `after` has the known continuations (None: no word goes on so).

    `states` say where this prefix is in each of Janome's transducers: (transducer, address, output so far).
    """

    __slots__ = ("after", "states", "words")

    def __init__(self, states: tuple[tuple[Transducer, int, bytes], ...], words: tuple[Word, ...]) -> None:
        self.after: dict[str, Node | None] = {}
        self.states = states
        self.words = words


class _Found:
    """Stands in for Janome's matcher: the outputs are known already, only their entries are wanted."""

    def __init__(self, outputs: list[bytes]) -> None:
        self._outputs = outputs

    def run(self, _word: bytes) -> tuple[bool, list[bytes]]:
        return True, self._outputs


class Dictionary:
    """Words by their characters, and the rules for unknown words. Safe to use from several threads."""

    def __init__(self) -> None:
        from janome.tokenizer import Tokenizer

        tokenizer: Any = Tokenizer()
        self._entries: Any = tokenizer.sys_dic
        self.costs: list[Row] = self._entries.connections
        self.window = int(tokenizer.MAX_CHUNK_SIZE)
        self.least = int(tokenizer.CHUNK_SIZE)
        self._longest_unknown = int(tokenizer.max_unknown_length)
        self._lock = Lock()
        self._unknowns: dict[str, Unknown] = {}
        self._categories: dict[str, tuple[frozenset[str], tuple[Unknown, ...]]] = {}
        self._nodes = 0
        self.root = Node(tuple((Transducer(data), 0, b"") for data in tokenizer.matcher.dict_data), ())

    def grow(self, node: Node, prefix: str) -> Node | None:
        """The node after `node` for the last character of `prefix`, which is everything read from the root on."""
        with self._lock:
            if self._nodes >= MOST_NODES:
                self.root.after = {}
                self._nodes = 0
            self._nodes += 1
            states = []
            outputs = []
            for transducer, address, so_far in node.states:
                reached = (address, so_far)
                for byte in prefix[-1].encode():
                    step = transducer.step(reached[0], byte)
                    if step is None:
                        break
                    reached = (step[0], reached[1] + step[1])
                else:
                    states.append((transducer, *reached))
                    outputs += [reached[1] + final for final in transducer.finals(reached[0])]
            found = Node(tuple(states), self._words(prefix, outputs)) if states else None
            node.after[prefix[-1]] = found
            return found

    def _words(self, surface: str, outputs: list[bytes]) -> tuple[Word, ...]:
        if not outputs:
            return ()
        entries = self._entries.lookup(surface.encode(), _Found(outputs))
        return tuple((left, self.costs[right], cost, number) for number, _, left, right, cost in entries)

    def categories(self, character: str) -> tuple[frozenset[str], tuple[Unknown, ...]]:
        """The categories that `character` may continue, and the unknown words that it may start."""
        known = self._categories.get(character)
        if known is None:
            found: dict[str, list[str]] = self._entries.get_char_categories(character)
            joins = frozenset(found).union(*found.values())
            known = (joins, tuple(self._unknown(category) for category in found))
            if len(self._categories) >= MOST_NODES:
                self._categories = {}
            self._categories[character] = known
        return known

    def _unknown(self, category: str) -> Unknown:
        """The rule of one category; built once, or every new character would copy it."""
        known = self._unknowns.get(category)
        if known is None:
            known = self._unknowns[category] = self._read_unknown(category)
        return known

    def _read_unknown(self, category: str) -> Unknown:
        grouping = self._entries.unknown_grouping(category)
        return Unknown(
            category,
            bool(self._entries.unknown_invoked_always(category)),
            self._longest_unknown if grouping else int(self._entries.unknown_length(category)),
            tuple((left, self.costs[right], cost, p) for left, right, cost, p in self._entries.unknowns[category]),
        )

    def part_of_speech(self, number: int) -> str:
        """Of a dictionary word, as IPADIC has it: 名詞,一般,*,*."""
        return str(self._entries.lookup_extra(number)[0])
