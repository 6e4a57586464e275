"""Read journals: answers by place for `--replay`, by key for `--resume`."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from swallow_metrics.datatypes import Request, Response
from swallow_metrics.engines.base import count_or_none, text_or_none
from swallow_metrics.errors import UsageError

Place = tuple[str, str, int, int, str, str, int]  # benchmark, sample, repeat, turn, role, judge, attempt
Where = tuple[int, int, int, str]  # number of the file, start and end of the line in it, the line's key or ""


def place_of(request: Request) -> Place:
    """Whose answer a request asks for."""
    return (
        request.benchmark,
        request.sample,
        request.repeat,
        request.turn,
        request.role,
        request.judge,
        request.attempt,
    )


def to_response(line: dict[str, Any]) -> Response:
    """The response that a journal line records; only `text` is required of it."""
    usage = line.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    choices = line.get("choices")
    return Response(
        text=line["text"],
        reasoning=text_or_none(line.get("reasoning")),
        finish_reason=text_or_none(line.get("finish_reason")),
        prompt_tokens=count_or_none(usage.get("prompt_tokens")),
        completion_tokens=count_or_none(usage.get("completion_tokens")),
        latency_s=line.get("latency_s"),
        choices=None if choices is None else tuple(choices),
    )


class JournalReader:
    """Finds recorded answers by place (`--replay`) or by key (`--resume`).

    Keeps offsets, not texts: a run's reasoning traces can be gigabytes. Where a place or key was recorded twice, the
    later line counts. Each of `paths` is a file, or a folder of `*.jsonl`. Raises UsageError.
    """

    def __init__(self, paths: Sequence[Path], warn: Callable[[str], None]) -> None:
        self.name = ", ".join(str(path) for path in paths)
        self.lines = 0
        self._files: list[mmap.mmap | bytes] = []
        self._by_place: dict[Place, Where] = {}
        self._by_key: dict[str, Where] = {}
        self._places: dict[tuple[str, str], list[Place]] = {}
        self._judges: dict[str, dict[str, None]] = {}
        for path in paths:
            for file in _journal_files(path):
                self._index(file, warn)

    def _index(self, file: Path, warn: Callable[[str], None]) -> None:
        number = len(self._files)
        with file.open("rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if file.stat().st_size else b""
        self._files.append(data)
        for line_number, start, end in _lines(data):
            raw = data[start:end]
            if not raw.strip():
                continue
            try:
                line = loads(raw)
            except ValueError as error:
                if end == len(data):  # no line feed after it: the crash that tore it wrote nothing later
                    warn(f"{file}: the last line (line {line_number}) is torn and left out")
                    return
                msg = f"{file}, line {line_number}: expected a JSON object, but {error}; repair or remove the line"
                raise UsageError(msg) from error
            place = _checked_place(line, file, line_number)
            where = (number, start, end, str(line.get("key") or ""))
            if place not in self._by_place:
                self._places.setdefault(place[:2], []).append(place)
                if place[4] == "judge":
                    self._judges.setdefault(place[0], {})[place[5]] = None
            self._by_place[place] = where
            if where[3]:
                self._by_key[where[3]] = where
            self.lines += 1

    @property
    def benchmarks(self) -> set[str]:
        """Ids of the benchmarks that have a line."""
        return {benchmark for benchmark, _ in self._places}

    def repeats(self, benchmark: str, sample: str) -> tuple[int, ...]:
        """The repeat numbers recorded for a sample's first model turn, ascending."""
        places = self._places.get((benchmark, sample), ())
        return tuple(sorted({place[2] for place in places if place[4] == "model"}))

    def judges(self, benchmark: str) -> tuple[str, ...]:
        """Names of the judges whose verdicts were recorded, in order of appearance ("" where a line names none)."""
        return tuple(self._judges.get(benchmark, ()))

    def at_place(self, place: Place, key: str | None = None) -> Response | None:
        """The answer recorded for a place, or None. With a `key`, only one that has it ("": only one without)."""
        where = self._by_place.get(place)
        return self._read(where) if where is not None and key in (None, where[3]) else None

    def with_key(self, key: str) -> Response | None:
        """The answer recorded for a request key, or None."""
        return self._read(self._by_key.get(key))

    def _read(self, where: Where | None) -> Response | None:
        if where is None:
            return None
        number, start, end, _ = where
        return to_response(loads(self._files[number][start:end]))


def _journal_files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(path.glob("*.jsonl"))
        if not files:
            raise UsageError(f"{path} holds no *.jsonl journal; name the file or the folder that has one")
        return files
    if not path.is_file():
        raise UsageError(f"{path} does not exist; expected a journal (responses.jsonl) or a folder of them")
    return [path]


def _lines(data: mmap.mmap | bytes) -> Iterator[tuple[int, int, int]]:
    """(line number, start, end) of each line, without its line feed."""
    start, number = 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        if end < 0:
            end = len(data)
        yield number, start, end
        start, number = end + 1, number + 1


def loads(raw: bytes) -> dict[str, Any]:
    """A JSON object. Raises ValueError. Python's parser is asked where orjson is stricter (lone surrogates)."""
    try:
        line = orjson.loads(raw)
    except ValueError:
        import json

        line = json.loads(raw)
    if not isinstance(line, dict):
        raise ValueError(f"it is {type(line).__name__}")
    return line


def _checked_place(line: dict[str, Any], file: Path, number: int) -> Place:
    for name in ("benchmark", "sample", "text"):
        if not isinstance(line.get(name), str):
            msg = f"{file}, line {number}: expected {name!r} to be a string, but got {line.get(name)!r:.60}"
            raise UsageError(msg)
    get = line.get
    place = (line["benchmark"], line["sample"], get("repeat", 0), get("turn", 0), get("role", "model"))
    judge, attempt = get("judge") or "", get("attempt") or 0
    if not all(isinstance(value, int) for value in (*place[2:4], attempt)) or place[4] not in ("model", "judge"):
        msg = (
            f"{file}, line {number}: expected whole numbers for repeat, turn and attempt and a role 'model' or 'judge'"
        )
        raise UsageError(msg)
    if not isinstance(judge, str):
        raise UsageError(f"{file}, line {number}: expected 'judge' to be a judge's name, but got {judge!r:.60}")
    return (*place, judge, attempt)
