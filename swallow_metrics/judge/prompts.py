"""Judge prompts: FastChat's `judge_prompts.jsonl`, or the same as a TOML file with a table a template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from swallow_metrics.errors import UsageError
from swallow_metrics.io import read_toml
from swallow_metrics.prompts.template import check_fields

FIELDS: Mapping[str, tuple[str, ...]] = {
    "single-v1": ("question", "answer"),
    "single-math-v1": ("question", "ref_answer_1", "answer"),
    "single-v1-multi-turn": ("question_1", "answer_1", "question_2", "answer_2"),
    "single-math-v1-multi-turn": (
        "question_1", "ref_answer_1", "question_2", "ref_answer_2", "answer_1", "answer_2",
    ),
}  # fmt: skip
"""Template → the placeholders that it must have: first turn and dialogue, without and with reference answers."""


@dataclass(frozen=True, slots=True)
class Template:
    """A system message (none when empty) and a user message with `{placeholders}`."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class JudgePrompts:
    """The four templates by FastChat's names, where they came from, and their SHA-256 in hexadecimal."""

    templates: Mapping[str, Template]
    source: Path

    def template(self, turn: int, *, reference: bool) -> Template:
        """The template that judges a turn, counted from 0."""
        return self.templates[f"single{'-math' if reference else ''}-v1{'-multi-turn' if turn else ''}"]

    @property
    def user_texts(self) -> tuple[str, ...]:
        """The user messages of all templates."""
        return tuple(self.templates[name].user for name in FIELDS)

    @property
    def sha256(self) -> str:
        """Of the templates alone, whatever else the file holds."""
        content = {name: [self.templates[name].system, self.templates[name].user] for name in FIELDS}
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_prompts(source: Path) -> JudgePrompts:
    """The templates in a file. Others than the four are passed over. Raises UsageError, naming file and place."""
    tables = _from_toml if source.suffix == ".toml" else _from_lines
    templates: dict[str, Template] = {}
    for name, place, table in tables(source):
        if name in FIELDS:
            if name in templates:
                raise UsageError(f"{place}: a second template {name!r}; keep one of them")
            templates[name] = _template(table, f"{place}, {name}", FIELDS[name])
    if missing := [name for name in FIELDS if name not in templates]:
        raise UsageError(f"{source}: expected the judge prompts {', '.join(FIELDS)}, but there is no {missing[0]!r}")
    return JudgePrompts(templates, source)


def _from_lines(source: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source}: expected UTF-8, but byte {error.start + 1} is not; save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"cannot read {source}: {error.strerror or error}") from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{source}, line {number}"
        try:
            value = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{place}: expected a JSON object with a judge prompt, but {error}") from error
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            raise UsageError(f"{place}: expected a JSON object with a 'name', but got {value!r:.60}")
        yield value["name"], place, value


def _from_toml(source: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, table in read_toml(source).items():
        if not isinstance(table, dict):
            raise UsageError(f"{source}: expected a table [{name}] with a judge prompt, but got {table!r:.60}")
        yield name, str(source), table


def _template(table: dict[str, Any], place: str, fields: tuple[str, ...]) -> Template:
    for key in ("system_prompt", "prompt_template"):
        if not isinstance(table.get(key), str):
            raise UsageError(f"{place}: expected {key!r} to be a text, but got {table.get(key)!r:.60}")
    check_fields(table["prompt_template"], fields, f"{place}, prompt_template")
    return Template(table["system_prompt"], table["prompt_template"])
