"""Read the prompt templates of a swallow-evaluation-instruct checkout: its files are parsed, never imported or run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from swallow_metrics.errors import UsageError
from swallow_metrics.prompts.assembled import CannotFollowError, as_template, follow
from swallow_metrics.prompts.template import check_fields, placeholders, renamed

_TASKS = ("lighteval/src/lighteval/tasks", "src/lighteval/tasks", ".")  # the checkout, its lighteval, or the tasks
_FOUR = ("Question", "A", "B", "C", "D")
_LISTED = ("choices", "Question", "choice_contents")
_QUESTION = ("Question",)
_SOURCE = ("source_text",)
_CODE = ("code_snipet",)
# Spellings that mean one of our fields; besides, case does not count.
_ALIASES = {"code_snippet": "code_snipet"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template is: a file under the tasks folder, its name there and the function it is assigned in, if any.

    Without a name it is the one text assigned in that function that has all `fields`.
    """

    file: str
    name: str | None
    fields: tuple[str, ...]
    function: str | None = None


# Spec benchmarks.md, section 6.
PLACES = {
    "jemhopqa": Place("swallow/jemhopqa.py", "JEMHOPQA_QUERY_TEMPLATE", _QUESTION),
    "jemhopqa_cot": Place("swallow/jemhopqa.py", "JEMHOPQA_QUERY_TEMPLATE_COT", _QUESTION),
    "swallow_jmmlu": Place("swallow/jmmlu.py", "SWALLOW_JMMLU_QUERY_TEMPLATE", _FOUR),
    "wmt20_en_ja": Place("swallow/wmt20.py", "MACHINE_TRANSLATION_ENJA_QUERY_TEMPLATE", _SOURCE),
    "wmt20_ja_en": Place("swallow/wmt20.py", "MACHINE_TRANSLATION_JAEN_QUERY_TEMPLATE", _SOURCE),
    "swallow_gpqa_ja": Place("swallow/gpqa_ja.py", "GPQA_JA_QUERY_TEMPLATE", _FOUR, "swallow_gpqa_ja_prompt_fn"),
    "math_100_japanese": Place("swallow/mclm_MATH_100_japanese.py", "MATH_JAPANESE_QUERY_TEMPLATE", _QUESTION),
    "hellaswag": Place("swallow/hellaswag.py", "HELLASWAG_QUERY_TEMPLATE", _FOUR),
    "mmlu_pro_english": Place("swallow/mmlu_pro_english.py", "SWALLOW_MMLU_PRO_ENGLISH_QUERY_TEMPLATE", _LISTED),
    "mmlu_prox_japanese": Place("swallow/mmlu_prox_japanese.py", "SWALLOW_MMLU_PROX_JAPANESE_QUERY_TEMPLATE", _LISTED),
    "mmlu_prox_english": Place("swallow/mmlu_prox_english.py", "SWALLOW_MMLU_PROX_ENGLISH_QUERY_TEMPLATE", _LISTED),
    "mmlu_english": Place("swallow/mmlu_english.py", "SWALLOW_MMLU_ENGLISH_QUERY_TEMPLATE", _LISTED),
    "swallow_jhumaneval": Place("swallow/jhumaneval.py", "SWALLOW_JHUMANEVAL_QUERY_TEMPLATE", _CODE),
    "humaneval": Place("swallow/humaneval_series.py", "SWALLOW_HUMANEVAL_QUERY_TEMPLATE", _CODE),
    "humanevalplus": Place("swallow/humaneval_series.py", "SWALLOW_HUMANEVAL_QUERY_TEMPLATE", _CODE),
    "gpqa_diamond": Place("default_prompts.py", None, _FOUR, "gpqa_instruct"),
    "math_500": Place("default_prompts.py", "MATH_QUERY_TEMPLATE", _QUESTION, "math_500"),
    "aime": Place("default_prompts.py", "MATH_QUERY_TEMPLATE", _QUESTION, "aime_prompt_fn"),
}
# These share one text, character for character (JA-3, JG-2).
PLACES |= dict.fromkeys(("jamcqa_cot", "jgpqa_diamond", "jgpqa_main", "jgpqa_extended"), PLACES["swallow_gpqa_ja"])
_NOT_KNOWN = ("polymath_japanese: where a checkout keeps its template is not known here; copy it to "
              "polymath_japanese.txt by hand, or the built-in prompt is asked")  # fmt: skip
_LIVECODEBENCH = Place("swallow/lcb_swallow.py", None, ("question_content", "starter_code"), "prepare_prompt")


def tasks_folder(checkout: Path) -> Path:
    """The folder with the task files. Raises UsageError."""
    for folder in _TASKS:
        if (checkout / folder / "swallow").is_dir():
            return checkout / folder
    raise UsageError(
        f"{checkout}: expected a checkout of swallow-evaluation-instruct with {_TASKS[0]}/swallow, but it is not there"
    )


def read_templates(checkout: Path) -> tuple[dict[str, str], list[str]]:
    """The templates found, by benchmark, with our placeholders; and a line for each one that was not.

    Raises UsageError when this is not a checkout at all.
    """
    tasks = tasks_folder(checkout)
    found: dict[str, str] = {}
    problems = []
    for benchmark, place in PLACES.items():
        try:
            found[benchmark] = _template(tasks / place.file, place)
        except UsageError as error:
            problems.append(f"{benchmark}: {error}")
    try:
        found["jamcqa"] = _without_request(found.get("swallow_gpqa_ja", ""))
    except UsageError as error:
        problems.append(f"jamcqa: {error}")
    problems.append(_NOT_KNOWN)
    try:
        found["livecodebench"] = _two_variants(tasks / _LIVECODEBENCH.file)
    except UsageError as error:
        problems.append(f"livecodebench: {error}")
    return found, problems


def _without_request(template: str) -> str:
    """Swallow GPQA's template without the sentence that ends its first paragraph: to think step by step (JA-3)."""
    instruction, blank, rest = template.partition("\n\n")
    sentences = instruction.split("。")
    request = sentences[-2] if len(sentences) > 2 and not sentences[-1].strip() else "{"  # two and an end
    if not blank or any(mark in request for mark in "{$「\n"):
        raise UsageError(
            "expected the first paragraph of swallow_gpqa_ja to end with a sentence that asks for step-by-step "
            f"thinking, but it is {instruction!r:.300}"
        )
    return "。".join([*sentences[:-2], ""]) + blank + rest


def _two_variants(file: Path) -> str:
    """LiveCodeBench's template, which a function puts together: with starter code, and for standard input."""
    body = _parse(file).body
    name = _LIVECODEBENCH.function
    functions = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not functions:
        raise UsageError(f"{file}: expected a function {name}(), but there is none")
    known = {text_name: text for text_name, text in _texts(body).items() if text is not None}
    written = []
    for variant, empty in (("functional", frozenset[str]()), ("stdin", frozenset({"starter_code"}))):
        try:
            text = follow(functions[-1], known, empty)
        except CannotFollowError as error:
            raise UsageError(f"{file}, {name}(): {error}") from error
        if not isinstance(text, str):
            raise UsageError(f"{file}, {name}(): expected it to return a text, but it returns {type(text).__name__}")
        template = as_template(text)
        fields = _LIVECODEBENCH.fields if variant == "functional" else _LIVECODEBENCH.fields[:1]
        check_fields(template, fields, f"{file}, {name}()")
        written.append(f"[[{variant}]]\n{template}")
    return "\n".join(written)


def _template(file: Path, place: Place) -> str:
    body = _parse(file).body
    texts = _texts(body)
    where = str(file)
    if place.function is not None:
        where = f"{file}, {place.function}()"
        functions = [
            n for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name == place.function
        ]
        if not functions:
            raise UsageError(f"{file}: expected a function {place.function}(), but there is none")
        texts = _texts(functions[-1].body, texts)
        if place.name is None:
            own = {name for name, _ in _assignments(functions[-1].body)}
            texts = {name: text for name, text in texts.items() if name in own}
    ours = {name: _with_our_fields(text, place.fields) for name, text in texts.items() if text is not None}
    if place.name is None:
        fitting = [text for text in ours.values() if set(place.fields) <= set(placeholders(text))]
        if len(fitting) != 1:
            raise UsageError(f"{where}: expected one text with {_shown(place.fields)}, but found {len(fitting)}")
        template = fitting[0]
    elif place.name in ours:
        template = ours[place.name]
    elif place.name in texts:
        raise UsageError(f"{where}: {place.name} is not plain text, so it cannot be read without running the code")
    else:
        raise UsageError(f"{where}: expected a text named {place.name}, but there is none")
    check_fields(template, place.fields, f"{where}, {place.name or 'the template'}")
    try:
        template.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{where}: {place.name} has a character that UTF-8 cannot hold") from error
    return template


def _parse(file: Path) -> ast.Module:
    try:
        source = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror or error})") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the parser, about escapes such as "\boxed" in plain literals
            return ast.parse(source, str(file))
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{file}: is not Python that can be parsed ({error})") from error


def _texts(body: Sequence[ast.stmt], known: dict[str, str | None] | None = None) -> dict[str, str | None]:
    """The texts that names stand for after these statements; None for names that got something else."""
    texts = dict(known or {})
    for name, value in _assignments(body):
        texts[name] = None if value is None else _evaluate(value, texts)
    return texts


def _assignments(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr | None]]:
    """Plain assignments to names in order, also in the blocks of `if`, `with` and `try`, but not of inner functions."""
    for node in body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            left = ast.Name(node.target.id, ast.Load())
            yield node.target.id, ast.BinOp(left, node.op, node.value)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for block in ("body", "orelse", "finalbody"):
                yield from _assignments(getattr(node, block, ()))


_TRIMS: dict[str, Callable[..., str]] = {"strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip}


def _evaluate(node: ast.expr, texts: dict[str, str | None]) -> str | None:
    """The text an expression is, as far as that can be told from literals, names and trims; else None."""
    result: str | None = None
    match node:
        case ast.Constant(value=str(text)):
            result = text
        case ast.Name(id=name):
            result = texts.get(name)
        case ast.JoinedStr(values=parts):
            result = _joined([_evaluate(part, texts) for part in parts])
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            result = _evaluate(value, texts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            result = _joined([_evaluate(left, texts), _evaluate(right, texts)])
        case ast.Call(func=ast.Attribute(value=value, attr=attr), args=args, keywords=[]) if attr in _TRIMS:
            trimmed = _evaluate(value, texts)
            characters = [_evaluate(argument, texts) for argument in args]
            if trimmed is not None and None not in characters and len(characters) <= 1:
                result = _TRIMS[attr](trimmed, *characters)
    return result


def _joined(parts: Sequence[str | None]) -> str | None:
    texts = [part for part in parts if part is not None]
    return "".join(texts) if len(texts) == len(parts) else None


def _with_our_fields(template: str, fields: Sequence[str]) -> str:
    """The template with placeholders renamed to our fields where only case or spelling differs."""
    ours = {name.casefold(): name for name in fields}
    found = placeholders(template)
    meant = {name: ours.get(_ALIASES.get(name.casefold(), name.casefold()), name) for name in found}
    return renamed(template, meant)


def _shown(fields: Sequence[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in fields)
