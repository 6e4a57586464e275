"""Read journals: answers by place for `--replay`, by key for `--resume`."""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from swallow_metrics import io
from swallow_metrics.datatypes import Request, Response
from swallow_metrics.engines.base import finished
from swallow_metrics.errors import UsageError
from swallow_metrics.io import count_or_none, text_or_none
from swallow_metrics.journal.folder import QUESTIONS, REPORT
from swallow_metrics.journal.writer import JOURNAL

_NAMED = 3  # models in a warning
Place = tuple[str, str, int, int, str, str, int]  # benchmark, sample, repeat, turn, role, judge, attempt
Warn = Callable[[str], None]  # told of what is odd and no error
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
    choices, trouble = line.get("choices"), line.get("trouble")
    reason = text_or_none(line.get("finish_reason"))
    return Response(
        text=line["text"],
        reasoning=text_or_none(line.get("reasoning")),
        finish_reason=None if reason is None else finished(reason) or reason,
        prompt_tokens=count_or_none(usage.get("prompt_tokens")),
        completion_tokens=count_or_none(usage.get("completion_tokens")),
        latency_s=line.get("latency_s"),
        choices=None if choices is None else tuple(choices),
        reasoning_tokens=count_or_none(usage.get("reasoning_tokens")),
        model=text_or_none(line.get("model")),
        trouble=tuple(name for name in trouble if isinstance(name, str)) if isinstance(trouble, list) else (),
    )


class JournalReader:
    """Finds recorded answers by place (`--replay`) or by key (`--resume`).

    Keeps offsets, not texts: a run's reasoning traces can be gigabytes. Where a place or key was recorded twice, the
    later line counts. A line with an error or an unknown finish reason records a failure, and is no answer. Each of
    `paths` is a file, or a folder of `*.jsonl`. Raises UsageError.

    With `compare`, two different answers at one place are a warning that counts them and names the lines of the first,
    and answers of several models one that names these.
    """

    def __init__(self, paths: Sequence[Path], warn: Warn, *, compare: bool = False) -> None:
        self.name = ", ".join(str(path) for path in paths)
        self.lines = 0
        self._files: list[mmap.mmap | bytes] = []
        self._by_place: dict[Place, Where] = {}
        self._by_key: dict[str, Where] = {}
        self._places: dict[tuple[str, str], list[Place]] = {}
        self._judges: dict[str, dict[str, None]] = {}
        self._failed: dict[Place, str] = {}
        self._compares = compare
        self._paths: list[Path] = []
        self._models: Counter[str] = Counter()
        self._replaced = 0
        self._first_replaced = ""
        for path in paths:
            for file in _journal_files(path):
                self._index(file, warn)
        if self._replaced:
            warn(
                f"{self._replaced:,} of {self.lines:,} lines are replaced by later ones with another text, "
                f"such as {self._first_replaced}; keep one answer to each question, or number generations with `repeat`"
            )
        if compare and len(self._models) > 1:
            named = ", ".join(f"{name} ({lines:,})" for name, lines in self._models.most_common(_NAMED))
            more = f" and {len(self._models) - _NAMED:,} more" * (len(self._models) > _NAMED)
            warn(f"{self.name} has answers of {len(self._models):,} models (lines): {named}{more}; score each alone")

    def _index(self, file: Path, warn: Warn) -> None:
        number = len(self._files)
        try:
            with file.open("rb") as stream:
                data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if file.stat().st_size else b""
        except OSError as error:
            raise UsageError(f"cannot read the journal {file}: {error.strerror}") from error
        self._files.append(data)
        self._paths.append(file)
        for line_number, start, end in _lines(data):
            raw = data[start:end]
            if not raw.strip():
                continue
            try:
                line = loads(raw)
            except ValueError as error:
                _refuse_report(data, file, line_number)
                if end == len(data):  # no line feed after it: the crash that tore it wrote nothing later
                    warn(f"{file}: the last line (line {line_number}) is torn and left out")
                    return
                msg = f"{file}, line {line_number}: expected a JSON object, but {error}; repair or remove the line"
                raise UsageError(msg) from error
            if "benchmark" not in line:
                _refuse_report(data, file, line_number)
            place = _checked_place(line, file, line_number)
            where = (number, start, end, str(line.get("key") or ""))
            self.lines += 1
            if place not in self._by_place and place not in self._failed:
                self._places.setdefault(place[:2], []).append(place)
                if place[4] == "judge":
                    self._judges.setdefault(place[0], {})[place[5]] = None
            if (failure := _failure(line)) is not None:
                self._failed[place] = failure
                continue
            if place in self._by_place and self._compares:
                self._compare(place, line, where, line_number)
            self._by_place[place] = where
            if place[4] == "model" and (model := text_or_none(line.get("model"))):
                self._models[model] += 1
            if where[3]:
                self._by_key[where[3]] = where

    def _compare(self, place: Place, line: dict[str, Any], where: Where, line_number: int) -> None:
        """Count answers that differ, and keep the lines of the first two: finding a line's number reads the file."""
        number, start, end, _ = self._by_place[place]
        before = loads(self._files[number][start:end])
        if all(before.get(name) == line.get(name) for name in ("text", "choices")):
            return
        self._replaced += 1
        if not self._first_replaced:
            first = self._files[number][:start].count(b"\n") + 1
            later = f"{self._paths[where[0]]}, line {line_number}"
            self._first_replaced = f"{self._paths[number]}, line {first}, and {later}"

    @property
    def benchmarks(self) -> set[str]:
        """Ids of the benchmarks that have a line."""
        return {benchmark for benchmark, _ in self._places}

    def samples(self, benchmark: str) -> set[str]:
        """Ids of the samples of a benchmark that have a line."""
        return {sample for name, sample in self._places if name == benchmark}

    def places(self, benchmark: str, sample: str) -> tuple[Place, ...]:
        """Every place of a sample that has an answer, in order of appearance."""
        return tuple(place for place in self._places.get((benchmark, sample), ()) if place in self._by_place)

    def repeats(self, benchmark: str, sample: str) -> tuple[int, ...]:
        """The repeat numbers recorded for a sample's first model turn, ascending."""
        places = self._places.get((benchmark, sample), ())
        return tuple(sorted({place[2] for place in places if place[4] == "model" and place[3] == 0}))

    def generations(self, benchmark: str) -> int:
        """The most repeats that were recorded for any sample of a benchmark; 0 where there is none."""
        return max((len(self.repeats(name, sample)) for name, sample in self._places if name == benchmark), default=0)

    def judges(self, benchmark: str) -> tuple[str, ...]:
        """Names of the judges whose verdicts were recorded, in order of appearance ("" where a line names none)."""
        return tuple(self._judges.get(benchmark, ()))

    def at_place(self, place: Place, key: str | None = None) -> Response | None:
        """The answer recorded for a place, or None. With a `key`, only one that has it ("": only one without)."""
        where = self._by_place.get(place)
        return self._read(where) if where is not None and key in (None, where[3]) else None

    def failure_at(self, place: Place) -> str:
        """What a place's line records instead of an answer, "" where it has none."""
        return self._failed.get(place, "")

    def line_at(self, place: Place) -> bytes | None:
        """The line recorded for a place as it is, without its line feed; None without one."""
        where = self._by_place.get(place)
        return None if where is None else self._files[where[0]][where[1] : where[2]]

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
        files = sorted(file for file in path.glob("*.jsonl") if file.name != QUESTIONS)
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


def _refuse_report(data: mmap.mmap | bytes, file: Path, line_number: int) -> None:
    """Raises UsageError where a file whose first line is no answer is a report."""
    if line_number == 1 and data.find(b'"swallow"') >= 0 and data.find(b'"tests"') >= 0:
        raise UsageError(f"{file} is a run's {REPORT}, not its answers; name the run's folder, or the {JOURNAL} in it")


def loads(raw: bytes) -> dict[str, Any]:
    """A JSON object. Raises ValueError."""
    line = io.loads(raw)
    if not isinstance(line, dict):
        raise ValueError(f"it is {type(line).__name__}")
    return line


def _failure(line: dict[str, Any]) -> str | None:
    """Why a line is no answer, or None: engines journal none such, other programs do."""
    reason = line.get("finish_reason")
    if isinstance(reason, str) and finished(reason) is None:
        return f" (finish_reason {reason!r:.80})"
    return f" ({line['error']!r:.200})" if line.get("error") else None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_text_or_null(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_texts(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_text, value)))


_REQUIRED = ("benchmark", "sample", "text")
_KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "benchmark": (_is_text, "a string"),
    "sample": (_is_text, "a string"),
    "text": (_is_text, "a string"),
    "repeat": (_is_count, "a whole number of at least 0"),
    "turn": (_is_count, "a whole number of at least 0"),
    "attempt": (_is_count, "a whole number of at least 0"),
    "role": (("model", "judge").__contains__, "'model' or 'judge'"),
    "judge": (_is_text_or_null, "a string"),
    "key": (_is_text_or_null, "a string"),
    "choices": (_are_texts, "a list of strings"),
}


def _checked_place(line: dict[str, Any], file: Path, number: int) -> Place:
    """The place of a line. Raises UsageError where a field that decides something is not of its kind.

    What merely stands beside an answer, such as token counts, may be anything: it is unknown then.
    """
    for name in (*_REQUIRED, *line):
        kind = _KINDS.get(name)
        if kind is not None and not kind[0](line.get(name)):
            got = f"{line[name]!r:.60}" if name in line else "none"
            raise UsageError(f"{file}, line {number}: expected {name!r} to be {kind[1]}, but got {got}")
    get = line.get
    place = (line["benchmark"], line["sample"], get("repeat", 0), get("turn", 0), get("role", "model"))
    return (*place, get("judge") or "", get("attempt", 0))
