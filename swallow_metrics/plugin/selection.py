"""What a run asks: markers, `-m`, `-k` and node ids before a dataset is loaded."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

MAX_OPEN_WORDS = 8  # 256 assignments are tried at most; beyond, the dataset is loaded
KINDS = {
    "japanese": "asks in Japanese",
    "english": "asks in English",
    "knowledge": "tests knowledge of subjects",
    "science": "tests graduate-level science",
    "math": "tests mathematics",
    "qa": "tests open question answering",
    "translation": "tests machine translation",
    "code": "tests program writing; runs programs in the sandbox",
    "instruction": "tests instruction following",
    "dialogue": "tests judged dialogue",
    "commonsense": "tests commonsense completion",
    "judge": "needs a judge model",
    "sandbox": "runs model-written programs",
}
# A test function that may ask a question: every one has the argument `sample`.
_MAY_ASK = rb"def\s+\w+\s*\([^)]*\bsample\b"
_LOOKING = ("collectonly", "showfixtures", "show_fixtures_per_test", "setupplan")
BENCHMARKS = """
jemhopqa jemhopqa_cot wmt20_en_ja wmt20_ja_en japanese_mt_bench mifeval_ja
swallow_jmmlu mmlu_prox_japanese swallow_jhumaneval math_100_japanese swallow_gpqa_ja hellaswag
english_mt_bench mmlu_pro_english mmlu_prox_english mmlu_english gpqa_diamond math_500
aime humaneval humanevalplus livecodebench ifbench
jamcqa jamcqa_cot jgpqa_diamond jgpqa_main jgpqa_extended polymath_japanese
""".split()


def only_looks(config: pytest.Config) -> bool:
    """Whether this run shows items or fixtures and asks nothing: then no model is loaded and nothing is written."""
    return any(getattr(config.option, name, False) for name in _LOOKING)


def register(config: pytest.Config) -> None:
    """Declare the markers, so that `--markers` lists them and `--strict-markers` knows them."""
    config.addinivalue_line("markers", "llm_eval(benchmark): parametrize `sample` with the questions of a Benchmark")
    for name, text in KINDS.items():
        config.addinivalue_line("markers", f"{name}: {text}")
    for name in BENCHMARKS:
        config.addinivalue_line("markers", f"{name}: the questions of the benchmark {name}")


def mark_with_id(config: pytest.Config, function: object, benchmark_id: str) -> None:
    """Give a test function its benchmark's own id as a marker, so that `-m ID` selects it."""
    if any(mark.name == benchmark_id for mark in getattr(function, "pytestmark", ())):
        return
    if benchmark_id not in BENCHMARKS:  # a benchmark of the user's own
        config.addinivalue_line("markers", f"{benchmark_id}: the questions of the benchmark {benchmark_id}")
    getattr(pytest.mark, benchmark_id)(function)


def can_be_selected(config: pytest.Config, definition: pytest.Item, benchmark_id: str, subsets: Iterable[str]) -> bool:
    """Whether `-m` and `-k` can select any question of a test function, whatever its dataset holds.

    A dataset that nothing will be asked of need not be loaded. Names in `-m` are decided by the function's markers.
    In `-k`, a word is a substring of the node's names, its markers or a sample id, `<row>` or `<subset>/<row>`.
    """
    marks = {mark.name for mark in definition.iter_markers()} | {benchmark_id}
    if (expression := config.getoption("markexpr", "")) and not _may_hold(expression, marks.__contains__, _never):
        return False
    if not (expression := config.getoption("keyword", "")):
        return True
    names = {part.lower() for node in definition.listchain() for part in (node.name, *node.extra_keyword_matches)}
    names |= {mark.lower() for mark in marks}
    ids = [f"[{subset.lower()}/" for subset in subsets] or ["["]

    def in_names(word: str) -> bool:
        return any(word.lower() in name for name in names)

    def in_some_id(word: str) -> bool:
        # `row` may be any number: cut trailing digits and the closing bracket before looking the word up
        stem = re.sub(r"\d*\]?$", "", word.lower())
        return any(stem in f"{definition.name}{text}".lower() for text in ids)

    return _may_hold(expression, in_names, in_some_id)


def _never(_: str) -> bool:
    return False


def _may_hold(expression: str, surely: Callable[[str], bool], perhaps: Callable[[str], bool]) -> bool:
    """Whether a selection expression holds for some truth values of the words that are only perhaps true."""
    from _pytest.mark.expression import Expression  # pytest's own reading of -m and -k; there is no public one

    try:
        compiled = Expression.compile(expression)
    except SyntaxError:
        return True  # pytest itself reports it, with the place
    words = set(re.findall(r"[^\s()]+", expression)) - {"and", "or", "not"}
    open_words = sorted(word for word in words if not surely(word) and perhaps(word))
    if len(open_words) > MAX_OPEN_WORDS:
        return True

    def holds(true_words: Iterable[str]) -> bool:
        return compiled.evaluate(lambda word, /, **_: word in true_words or surely(word))

    choices = itertools.product([False, True], repeat=len(open_words))
    return any(holds({word for word, true in zip(open_words, choice, strict=True) if true}) for choice in choices)


def named_on_command_line(config: pytest.Config, definition: pytest.Item) -> bool:
    """False only when node ids on the command line name other functions of this file, and never the file itself."""
    own = str(definition.path)
    inside = definition.nodeid.split("::")[1:]
    named = []
    for argument in config.args:
        path, *names = argument.partition("[")[0].split("::")
        where = (config.invocation_params.dir / path).resolve()
        if str(where) == own and names:
            named.append(names == inside[: len(names)])  # a class names all of its functions
        elif str(where) == own or Path(own).is_relative_to(where):
            return True
    return not named or any(named)


def may_ask(config: pytest.Config) -> bool:
    """Whether a test file on the command line may ask a question; the items decide, once they are collected.

    Only then does xdist's controller collect too. Where a path is not a file or folder (`--pyargs`) it looks.
    """
    patterns = [name for pattern in config.getini("python_files") if (name := Path(pattern).name)]
    for argument in config.args:
        path = config.invocation_params.dir / argument.partition("::")[0]
        if not path.exists():
            return True
        files = [file for name in patterns for file in path.rglob(name)] if path.is_dir() else [path]
        if any(file.is_file() and re.search(_MAY_ASK, file.read_bytes()) for file in files):
            return True
    return False
