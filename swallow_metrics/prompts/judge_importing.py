"""Judge prompts of a swallow-evaluation-instruct checkout, as lines of FastChat's `judge_prompts.jsonl`.

They are looked for in every file whose path names MT-Bench: lines in FastChat's format, or functions that return the
two messages for the judge (read without running them). A template is recognised by the marks around the answer
(JU-10), and its placeholders by their order.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from swallow_metrics.errors import UsageError
from swallow_metrics.prompts.assembled import CannotFollowError, as_template, follow, marks
from swallow_metrics.prompts.template import placeholders

_TURN_1 = "[The Start of Assistant's Answer]"
_TURN_2 = "<|The Start of Assistant A's Conversation with User|>"
_REFERENCE = ("[The Start of Reference Answer]", "<|The Start of Reference Answer|>")
_ORDER = {
    "single-v1": ("question", "answer"),
    "single-math-v1": ("question", "ref_answer_1", "answer"),
    "single-v1-multi-turn": ("question_1", "answer_1", "question_2", "answer_2"),
    "single-math-v1-multi-turn": (
        "question_1", "ref_answer_1", "question_2", "ref_answer_2", "question_1", "answer_1", "question_2", "answer_2",
    ),
}  # fmt: skip
"""Template → its placeholders in the order in which they stand in the user message."""


def read_judge_prompts(tasks: Path) -> tuple[dict[str, str], list[str]]:
    """Language ("english", "japanese") → the four templates as JSONL, and a line for each one that is missing."""
    found: dict[str, dict[str, dict[str, str]]] = {"english": {}, "japanese": {}}
    for path in sorted(tasks.rglob("*")):
        if "mt_bench" in str(path.relative_to(tasks)).lower() and path.suffix in (".py", ".jsonl") and path.is_file():
            for name, system, user in _in_file(path):
                language = "japanese" if _is_for_japanese(system + user) else "english"
                found[language].setdefault(name, {"system_prompt": system, "prompt_template": user})
    files = {}
    problems = []
    for language, templates in found.items():
        if missing := [name for name in _ORDER if name not in templates]:
            problems.append(f"judge prompts ({language}): found no {', '.join(missing)} in files of MT-Bench")
            continue
        lines = ({"name": name, "type": "single", **templates[name], "output_format": "[[rating]]"} for name in _ORDER)
        files[language] = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return files, problems


def _is_for_japanese(text: str) -> bool:
    return "japanese" in text.lower() or any("\u3041" <= character <= "\u30ff" for character in text)


def _in_file(path: Path) -> Iterator[tuple[str, str, str]]:
    """(FastChat's name, system message, user message as a template) of each judge prompt in a file."""
    try:
        text = path.read_text("utf-8")
        tree = ast.parse(text) if path.suffix == ".py" else None
    except (OSError, ValueError, SyntaxError):
        return
    if tree is None:
        for line in text.split("\n"):
            try:
                row = json.loads(line)
                system, user = row["system_prompt"], row["prompt_template"]
            except (ValueError, LookupError, TypeError):
                continue
            if row.get("name") in _ORDER:
                yield row["name"], system, user
        return
    known = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            yield from _returned(function, known)


def _returned(function: ast.FunctionDef, known: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """What a function returns with all of its parameters, and with each of them empty."""
    parameters = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    for empty in (frozenset[str](), *(frozenset({name}) for name in parameters)):
        try:
            value = follow(function, known, empty)
        except (CannotFollowError, TypeError):
            continue
        if not isinstance(value, list):
            continue
        contents = {message.get("role"): message.get("content") for message in value if isinstance(message, dict)}
        user, system = contents.get("user"), contents.get("system") or ""
        if isinstance(user, str) and isinstance(system, str) and (name := _name_of(user)) is not None:
            template = _named(name, user)
            if template is not None:
                yield name, system, template


def _name_of(user: str) -> str | None:
    second = _TURN_2 in user
    if not second and _TURN_1 not in user:
        return None
    reference = any(start in user for start in _REFERENCE)
    return f"single{'-math' if reference else ''}-v1{'-multi-turn' if second else ''}"


def _named(name: str, user: str) -> str | None:
    """The user message with FastChat's placeholders; None where their number does not fit."""
    order = _ORDER[name]
    if marks(user):
        return as_template(user, order) if len(marks(user)) == len(order) else None
    return user if set(placeholders(user)) == set(order) else None


def check_judge_prompts(files: Mapping[str, str], folder: Path, *, force: bool) -> None:
    """Raises UsageError where a file is in the way."""
    there = [path.name for path in _paths(files, folder) if path.exists()]
    if there and not force:
        raise UsageError(f"{folder} has {there[0]} already; add --force to write over it")


def write_judge_prompts(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write `judge_prompts_<language>.jsonl`. Raises UsageError."""
    try:
        for path, text in zip(_paths(files, folder), files.values(), strict=True):
            path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"cannot write judge prompts to {folder} ({error.strerror or error})") from error
    return _paths(files, folder)


def _paths(files: Mapping[str, str], folder: Path) -> list[Path]:
    return [folder / f"judge_prompts_{language}.jsonl" for language in files]
