"""Which template a benchmark gets, and the built-in ones."""

from hashlib import sha256
from pathlib import Path

import pytest

from swallow_metrics.errors import UsageError
from swallow_metrics.prompts import load_prompt, render, variants
from swallow_metrics.prompts.folder import builtin_folder
from swallow_metrics.prompts.importing import PLACES
from swallow_metrics.prompts.template import check_fields

FIELDS = ("Question",)
BUILTIN = {path.stem: path for path in sorted(builtin_folder().glob("*.txt"))}
# Spec benchmarks.md, section 3: what the answer must look like, and how the prompt ends.
CONTENT = {
    "swallow_jmmlu": ("回答: $選択肢", "\nC) {C}\nD) {D}"),
    "swallow_gpqa_ja": ("回答: $選択肢", "\nC) {C}\nD) {D}"),
    "mmlu_prox_japanese": ("回答: $選択肢", "{Question}\n\n{choice_contents}"),
    "mmlu_english": ("Answer: $choice", "{Question}\n\n{choice_contents}"),
    "mmlu_pro_english": ("Answer: $choice", "{Question}\n\n{choice_contents}"),
    "mmlu_prox_english": ("Answer: $choice", "{Question}\n\n{choice_contents}"),
    "gpqa_diamond": ("Answer: $LETTER", "\n\n{Question}\n\nA) {A}\nB) {B}\nC) {C}\nD) {D}"),
    "hellaswag": ("Answer: $LETTER", "\n\nIncomplete context: {Question}\n\nA: {A}\nB: {B}\nC: {C}\nD: {D}"),
    "jamcqa": ("回答: $選択肢」", "いずれかを入れてください。\n\n{Question}\n\nA) {A}\nB) {B}\nC) {C}\nD) {D}"),
    **dict.fromkeys(
        ("jamcqa_cot", "jgpqa_diamond", "jgpqa_main", "jgpqa_extended"),
        ("回答: $選択肢", "順を追って考えてください。\n\n{Question}\n\nA) {A}\nB) {B}\nC) {C}\nD) {D}"),
    ),
    "polymath_japanese": ("\n\n回答: $\\boxed{{ANSWER}}$\n\n", "\n\n問題: \n{Question}"),
    "math_100_japanese": ("\n\n回答: $\\boxed{{ANSWER}}$\n\n", "\n\n{Question}"),
    "math_500": ("final answer is: $\\boxed{{ANSWER}}$. I hope", "\n\n{Question}"),
    "aime": ("final answer is: $\\boxed{{ANSWER}}$. I hope", "\n\n{Question}"),
    "jemhopqa": ("\n\n回答: $\\boxed{{ANSWER}}$\n\n", "\n\n問題: {Question}"),
    "jemhopqa_cot": ("\n\n答えを出す前に、順を追って考えてください。\n\n", "\n\n問題: {Question}"),
    "wmt20_en_ja": ("「日本語: 」", "\n\n英語: {source_text}\n"),
    "wmt20_ja_en": ("'English: '", "\n\nJapanese: {source_text}"),
    "humaneval": ("fenced code block", "```python\n{code_snipet}\n```\n\n"),
    "humanevalplus": ("fenced code block", "```python\n{code_snipet}\n```\n\n"),
    "swallow_jhumaneval": ("docstring", "```\n{code_snipet}\n```\n\n"),
    "livecodebench": ("Question: {question_content}\n", "```python\n# YOUR CODE HERE\n```\n\n"),
}


@pytest.fixture
def folders(tmp_path):
    """A folder of built-in templates and one of the user's."""
    builtin, own = tmp_path / "builtin", tmp_path / "own"
    builtin.mkdir()
    own.mkdir()
    (builtin / "swallow_jmmlu.txt").write_text("built in {Question}\n")
    (builtin / "aime.txt").write_text("built in {Question}\n")
    return builtin, own


def load(folders, override=True):
    return load_prompt("swallow_jmmlu", FIELDS, folders[0], folders[1] if override else None)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{Question}\n", "{Question}"),
        (b"{Question}", "{Question}"),
        (b"{Question}\n\n\n", "{Question}\n\n"),
        (b"  {Question} \r\n\n", "  {Question} \r\n"),
        (b"\xef\xbb\xbf{Question}\n", "{Question}"),
        ("問{Question}\u2028\n".encode(), "問{Question}\u2028"),
    ],
)
def test_a_file_is_its_template_plus_one_line_feed(folders, content, text):
    """Nothing else is trimmed or translated: prompts are compared byte for byte."""
    (folders[1] / "swallow_jmmlu.txt").write_bytes(content)
    prompt = load(folders)
    assert prompt.text == text
    assert prompt.sha256 == sha256(text.encode()).hexdigest()
    assert prompt.source == folders[1] / "swallow_jmmlu.txt"


def test_what_the_user_does_not_replace_stays(folders):
    """`--prompts` may hold some templates, and files of other kinds."""
    for name in ("README.txt", "notes.md", "aime.txt"):
        (folders[1] / name).write_text("{Question}\n")
    assert load(folders).text == "built in {Question}"
    assert load(folders, override=False).source == folders[0] / "swallow_jmmlu.txt"


@pytest.mark.parametrize("name", ["jmmlu.txt", "swallow_jmlu.txt", "swallow-jmmlu.txt"])
def test_a_misnamed_template_is_not_passed_over(folders, name):
    """The run would measure another prompt than the user believes."""
    (folders[1] / name).write_text("{Question}\n")
    with pytest.raises(UsageError, match=rf"{name} replaces no prompt; did you mean swallow_jmmlu.txt\?"):
        load(folders)


def test_a_template_that_cannot_be_used_is_named(folders):
    """Placeholders, encoding and missing files."""
    path = folders[1] / "swallow_jmmlu.txt"
    path.write_text("{question}\n")
    with pytest.raises(UsageError, match=rf"{path}, line 1: unknown placeholder '{{question}}' \(did you mean"):
        load(folders)
    path.write_bytes("{Question}問".encode("euc-jp"))
    with pytest.raises(UsageError, match=rf"{path}: expected UTF-8, but byte 11 is not"):
        load(folders)
    with pytest.raises(UsageError, match=r"none.txt: expected a prompt template, but cannot read it"):
        load_prompt("none", FIELDS, *folders)
    with pytest.raises(UsageError, match=r"nowhere: expected a folder of <benchmark>.txt prompts"):
        load_prompt("aime", FIELDS, folders[0], Path("nowhere"))


@pytest.mark.parametrize("name", sorted(PLACES))
def test_builtin_templates_have_the_fields_of_imported_ones(name):
    """So that either can take the other's place."""
    check_fields(load_prompt(name, PLACES[name].fields, builtin_folder(), None).text, PLACES[name].fields, name)


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_builtin_templates_ask_for_the_answer_that_is_extracted(name):
    """The answer's form word for word, and the end of the prompt to the last line feed."""
    text = BUILTIN[name].read_bytes().decode()
    asked, end = CONTENT[name]
    assert asked in text
    assert text.endswith(f"{end}\n")
    assert text == text.lstrip()


def test_the_livecodebench_template_has_a_variant_for_each_kind_of_task():
    """With starter code, and over standard input."""
    fields = ("question_content", "starter_code")
    found = variants(load_prompt("livecodebench", fields, builtin_folder(), None).text, ("functional", "stdin"))
    shown = render(found["functional"], question_content="Q {x}", starter_code="class S: pass")
    assert shown.endswith("\n```python\nclass S: pass\n```\n\n")
    assert render(found["stdin"], question_content="Q {x}").endswith("\n```python\n# YOUR CODE HERE\n```\n\n")
    assert all(
        "Question: Q {x}\n" in render(text, question_content="Q {x}", starter_code="") for text in found.values()
    )
