"""Templates of a checkout, read without running it. The checkout and its wording are made up here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from swallow_metrics.cli.main import main
from swallow_metrics.errors import UsageError
from swallow_metrics.judge.prompts import FIELDS, read_prompts
from swallow_metrics.prompts import load_prompt, render, variants
from swallow_metrics.prompts.folder import builtin_folder
from swallow_metrics.prompts.importing import PLACES, read_templates

TASKS = "lighteval/src/lighteval/tasks"
BOOM = "import nowhere_to_be_found\nraise SystemExit('the checkout was run')\n"
LETTERS = "{Question}\nA) {A}\nB) {B}\nC) {C}\nD) {D}"
LISTED = "Pick of {choices}.\n\n{Question}\n\n{choice_contents}"

JUDGE_FUNCTIONS = '''
def first(question, answer, reference=None):
    if reference is not None:
        shown = f"[The Start of Reference Answer]\\n{reference}\\n[The End of Reference Answer]\\n\\n"
    else:
        shown = ""
    user = f"""[Instruction]
INSTRUCTION Rate as "[[rating]]".

[Question]
{question}

{shown}[The Start of Assistant's Answer]
{answer}
[The End of Assistant's Answer]"""
    return [{"role": "system", "content": "You help."}, {"role": "user", "content": user}]

def both(row, gold):
    q1, q2 = "", ""
    return []

def dialogue(q1, a1, q2, a2, r1, r2):
    user = "".join([
        "<|The Start of Reference Answer|>\\n### User:\\n", q1, "\\n### Reference answer:\\n", r1,
        "\\n### User:\\n", q2, "\\n### Reference answer:\\n", r2, "\\n<|The End of Reference Answer|>\\n",
    ]) if r1 else ""
    user += (
        "<|The Start of Assistant A's Conversation with User|>\\n### User:\\n" + q1
        + f"\\n### Assistant A:\\n{a1}\\n### User:\\n{q2}\\n### Assistant A:\\n{a2}\\n"
        + "<|The End of Assistant A's Conversation with User|>"
    )
    return [{"role": "system", "content": "INSTRUCTION Rate {well}."}, {"role": "user", "content": user}]
'''

# Every file as a source, with the ways to write a literal that occur in Python code.
SOURCES = {
    "swallow/jemhopqa.py": f'''{BOOM}
JEMHOPQA_QUERY_TEMPLATE = """
問いに答えよ。{{{{ANSWER}}}} は答え。

問題: {{Question}}
""".strip()
JEMHOPQA_QUERY_TEMPLATE_COT: str = (
    "  考えてから答えよ。\\n"
    r"回答: $\\boxed{{{{ANSWER}}}}$"
    "\\n{{Question}}  "
).strip()
''',
    "swallow/jmmlu.py": f"SWALLOW_JMMLU_QUERY_TEMPLATE = '''\n\n{LETTERS}\n'''.strip()\n",
    "swallow/wmt20.py": '''
MACHINE_TRANSLATION_ENJA_QUERY_TEMPLATE = """

訳せ。

英語: {source_text}
""".lstrip()
MACHINE_TRANSLATION_JAEN_QUERY_TEMPLATE = """
Translate.

Japanese: {source_text}
""".strip()
''',
    "swallow/gpqa_ja.py": f'''
GPQA_JA_QUERY_TEMPLATE = "not this one {LETTERS!r}"
def other(line):
    GPQA_JA_QUERY_TEMPLATE = "nor this"
def swallow_gpqa_ja_prompt_fn(line, task_name: str = None):
    GPQA_JA_QUERY_TEMPLATE = """
{LETTERS}
""".strip()
    query = GPQA_JA_QUERY_TEMPLATE.format(Question=line["Question"])
    return query
''',
    "swallow/mclm_MATH_100_japanese.py": '''
MATH_JAPANESE_QUERY_TEMPLATE = r"""
回答: $\\boxed{{ANSWER}}$

{Question}
""".strip()
''',
    "swallow/hellaswag.py": f'HELLASWAG_QUERY_TEMPLATE = """\n{LETTERS}\n""".strip()\n',
    "swallow/mmlu_pro_english.py": f'SWALLOW_MMLU_PRO_ENGLISH_QUERY_TEMPLATE = """\n{LISTED}\n""".strip()\n',
    "swallow/mmlu_prox_japanese.py": f'SWALLOW_MMLU_PROX_JAPANESE_QUERY_TEMPLATE = """\n{LISTED}\n""".strip()\n',
    "swallow/mmlu_prox_english.py": f'SWALLOW_MMLU_PROX_ENGLISH_QUERY_TEMPLATE = """\n{LISTED}\n""".strip()\n',
    "swallow/mmlu_english.py": f'SWALLOW_MMLU_ENGLISH_QUERY_TEMPLATE = """\n{LISTED}\n""".strip()\n',
    "swallow/jhumaneval.py": 'SWALLOW_JHUMANEVAL_QUERY_TEMPLATE = """\n```\n{code_snipet}\n```\n\n""".lstrip()\n',
    "swallow/humaneval_series.py": """
SWALLOW_HUMANEVAL_QUERY_TEMPLATE = '''
```python
{code_snipet}
```

'''.lstrip()
""",
    "default_prompts.py": f'''
{BOOM}
def gpqa_instruct(line, task_name: str = None):
    """Not this: {{Question}} {{A}} {{B}} {{C}} {{D}}"""
    index = 3
    task = "also a text"
    any_name_at_all = "  Choose.\\n\\n" "{LETTERS.replace(chr(10), chr(92) + "n")}\\n"
    query = any_name_at_all.format(Question=line["Question"])
def math_500(line, task_name: str = None):
    if True:
        MATH_QUERY_TEMPLATE = """
The final answer is: $\\boxed{{{{ANSWER}}}}$.

{{Question}}
""".strip()
async def aime_prompt_fn(line, task_name: str = None):
    MATH_QUERY_TEMPLATE = f"AIME {{{{Question}}}} {{{{{{{{x}}}}}}}}\\n".strip()
''',
    "swallow/lcb_swallow.py": f'''
{BOOM}
HEAD = "Read {{{{this}}}}.\\n\\n"
def prepare_prompt(line):
    """Puts it together."""
    query = HEAD
    query += f"Question: {{line['question_content']}}\\n\\n"
    if starter_code := line.get("starter_code", None):
        query += "Use it.\\n"
        query += f"```python\\n{{starter_code}}\\n```\\n\\n"
    else:
        query += "Read stdin.\\n"
        query += "```python\\n# YOUR CODE HERE\\n```\\n\\n"
    return query
''',
    "swallow/japanese_mt_bench/templates.py": JUDGE_FUNCTIONS.replace("INSTRUCTION", "Expect Japanese."),
    "swallow/english_mt_bench/judge_prompts.jsonl": "",  # filled below
}
EXPECTED = {
    "jemhopqa": "問いに答えよ。{{ANSWER}} は答え。\n\n問題: {Question}",
    "jemhopqa_cot": "考えてから答えよ。\n回答: $\\boxed{{ANSWER}}$\n{Question}",
    "swallow_jmmlu": LETTERS,
    "wmt20_en_ja": "訳せ。\n\n英語: {source_text}\n",
    "wmt20_ja_en": "Translate.\n\nJapanese: {source_text}",
    "swallow_gpqa_ja": LETTERS,
    **dict.fromkeys(("jamcqa_cot", "jgpqa_diamond", "jgpqa_main", "jgpqa_extended"), LETTERS),
    "math_100_japanese": "回答: $\\boxed{{ANSWER}}$\n\n{Question}",
    "hellaswag": LETTERS,
    "mmlu_pro_english": LISTED,
    "mmlu_prox_japanese": LISTED,
    "mmlu_prox_english": LISTED,
    "mmlu_english": LISTED,
    "swallow_jhumaneval": "```\n{code_snipet}\n```\n\n",
    "humaneval": "```python\n{code_snipet}\n```\n\n",
    "humanevalplus": "```python\n{code_snipet}\n```\n\n",
    "gpqa_diamond": f"  Choose.\n\n{LETTERS}\n",
    "math_500": "The final answer is: $\x08oxed{{ANSWER}}$.\n\n{Question}",
    "aime": "AIME {Question} {{x}}",
    "livecodebench": (
        "[[functional]]\nRead {{{{this}}}}.\n\nQuestion: {question_content}\n\n"
        "Use it.\n```python\n{starter_code}\n```\n\n\n"
        "[[stdin]]\nRead {{{{this}}}}.\n\nQuestion: {question_content}\n\n"
        "Read stdin.\n```python\n# YOUR CODE HERE\n```\n\n"
    ),
}


FASTCHAT = "".join(
    json.dumps(
        # U+2028 ends no line of JSON Lines, though Python's splitlines() takes it for an end.
        {"name": name, "system_prompt": "s\u2028t", "prompt_template": " ".join(f"{{{f}}}" for f in fields)},
        ensure_ascii=False,
    )
    + "\n"
    for name, fields in FIELDS.items()
)
SOURCES["swallow/english_mt_bench/judge_prompts.jsonl"] = FASTCHAT


@pytest.fixture
def checkout(tmp_path):
    """A checkout with every file of the table."""
    for name, source in SOURCES.items():
        path = tmp_path / "checkout" / TASKS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return tmp_path / "checkout"


def rewrite(checkout, name, source):
    (checkout / TASKS / name).write_text(source, encoding="utf-8")


def one(checkout, benchmark, name, source):
    """What is read for a benchmark when its file is `source`: the template, or else the line that says why not."""
    rewrite(checkout, name, source)
    found, problems = read_templates(checkout)
    return found.get(benchmark) or next(line for line in problems if line.startswith(f"{benchmark}: "))


def test_every_template_is_read_to_the_last_line_feed(checkout):
    """Trims, escapes, doubled braces and concatenations are Python's, with a backspace for an unescaped `b`."""
    found, problems = read_templates(checkout)
    assert found == EXPECTED
    assert set(found) == {*PLACES, "livecodebench"}
    assert [problem.partition(":")[0] for problem in problems] == ["jamcqa", "polymath_japanese"]


def test_the_command_writes_a_folder_that_prompts_takes(checkout, tmp_path, capsys):
    """Each file gives its template back, byte for byte."""
    rewrite(checkout, "swallow/gpqa_ja.py", gpqa_ja(f"選べ。考えよ。\n\n{LETTERS}"))
    folder = tmp_path / "new" / "prompts"
    assert main(["prompts", "import", str(checkout), str(folder)]) == 0
    output = capsys.readouterr()
    assert output.out == f"wrote {len(PLACES) + 4} prompts to {folder}; run pytest with --prompts {folder}\n"
    assert output.err.startswith("left out: polymath_japanese: ")
    assert len(output.err.splitlines()) == 1
    for benchmark, place in PLACES.items():
        prompt = load_prompt(benchmark, place.fields, builtin_folder(), folder)
        expected = (
            f"選べ。考えよ。\n\n{LETTERS}" if place.function == "swallow_gpqa_ja_prompt_fn" else EXPECTED[benchmark]
        )
        assert (prompt.text, prompt.source.parent) == (expected, folder)


def gpqa_ja(template):
    return f"def swallow_gpqa_ja_prompt_fn(line):\n    GPQA_JA_QUERY_TEMPLATE = {template!r}\n"


@pytest.mark.parametrize(
    ("instruction", "left"),
    [
        ("選べ。「回答: $選択肢」と書け。順に考えよ。", "選べ。「回答: $選択肢」と書け。"),
        ("選べ。答える前に、順に考えよ。", "選べ。"),
        ("選べ。「回答: $選択肢」と書け。", None),  # would lose the answer's form
        ("順に考えよ。", None),
        ("選べ。順に考えよ", None),
        ("選べ", None),
    ],
)
def test_jamcqa_asks_for_no_steps(checkout, instruction, left):
    """Its text is Swallow GPQA's but for the sentence that ends the first paragraph; any other shape is refused."""
    rest = f"\n\n{LETTERS}。最後。"
    found = one(checkout, "jamcqa", "swallow/gpqa_ja.py", gpqa_ja(instruction + rest))
    assert found == left + rest if left else found.startswith("jamcqa: expected the first paragraph")


@pytest.mark.parametrize("inside", ["lighteval", TASKS])
def test_a_folder_inside_of_the_checkout_serves_as_well(checkout, inside):
    """Whichever part of it the user has."""
    assert read_templates(checkout / inside)[0] == EXPECTED


SPELLINGS = {
    "assigned twice": ("T = 'old {Question}'\nT = 'new {Question}'", "new {Question}"),
    "trimmed later": ("T = '''\n{Question}\n'''\nT = T.strip()", "{Question}"),
    "added to": ("T = 'a '\nT += '{Question}'", "a {Question}"),
    "from parts": ("HEAD = 'a '\nT = HEAD + '{Question}' + '\\n'", "a {Question}\n"),
    "in an f-string": ("HEAD = 'a'\nT = f'{HEAD} {{Question}}'", "a {Question}"),
    "not trimmed": ("T = '\\n {Question} \\n'", "\n {Question} \n"),
    "right side": ("T = '\\n {Question} \\n'.rstrip()", "\n {Question}"),
    "given characters": ("T = '--{Question}\\n--'.strip('-')", "{Question}\n"),
    "other names": ("T = '{question} {{question}}'", "{Question} {{question}}"),
    "carriage returns": ("T = 'a\\r\\n{Question}'", "a\r\n{Question}"),
    "ideographic space": ("T = '\u3000{Question}\u3000'.strip()", "{Question}"),
    "two targets": ("T = U = '{Question}'", "{Question}"),
    "in a branch": ("if x:\n    T = 'a {Question}'", "a {Question}"),
    "in a guard": ("try:\n    import x\nfinally:\n    T = '{Question}'", "{Question}"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_literals_are_evaluated_as_python_would(checkout, name):
    """As far as literals, names, additions and trims go."""
    source, template = SPELLINGS[name]
    source = source.replace("T", "MATH_JAPANESE_QUERY_TEMPLATE")
    assert one(checkout, "math_100_japanese", "swallow/mclm_MATH_100_japanese.py", source) == template


PROBLEMS = {
    "gone": ("X = 1", "expected a text named MATH_JAPANESE_QUERY_TEMPLATE, but there is none"),
    "computed": (
        "T = load('x')",
        "MATH_JAPANESE_QUERY_TEMPLATE is not plain text, so it cannot be read without running",
    ),
    "replaced": ("T = '{Question}'.replace('a', 'b')", "MATH_JAPANESE_QUERY_TEMPLATE is not plain text"),
    "bytes": ("T = b'{Question}'", "MATH_JAPANESE_QUERY_TEMPLATE is not plain text"),
    "formatted": ("T = f'{x!r} {{Question}}'", "MATH_JAPANESE_QUERY_TEMPLATE is not plain text"),
    "computed last": ("T = '{Question}'\nT = load(T)", "MATH_JAPANESE_QUERY_TEMPLATE is not plain text"),
    "no placeholder": ("T = 'x'", "expected the placeholder {Question}, but it does not occur"),
    "unknown one": ("T = '{Question} {topic}'", "line 1: unknown placeholder '{topic}'"),
    "lone brace": ("T = '{Question} }'", "line 1: the brace '}' has no partner"),
    "in a function": (
        "def f():\n    T = '{Question}'",
        "expected a text named MATH_JAPANESE_QUERY_TEMPLATE, but there is",
    ),
    "no Python": ("T = '{Question}", "is not Python that can be parsed (unterminated string literal"),
    "empty bytes": ("T = '{Question}'\0", "is not Python that can be parsed"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_cannot_be_read_is_one_line_and_costs_nothing_else(checkout, name):
    """The line names benchmark, file and reason; every other template is still read."""
    source, message = PROBLEMS[name]
    file = "swallow/mclm_MATH_100_japanese.py"
    line = one(checkout, "math_100_japanese", file, source.replace("T", "MATH_JAPANESE_QUERY_TEMPLATE"))
    assert line.startswith(f"math_100_japanese: {checkout / TASKS / file}")
    assert message in line
    assert "\n" not in line
    assert set(read_templates(checkout)[0]) == {*PLACES, "livecodebench"} - {"math_100_japanese"}


def test_functions_and_files_that_are_gone_are_named(checkout):
    """As are several texts that could be the one without a name."""
    (checkout / TASKS / "swallow" / "hellaswag.py").unlink()
    rewrite(checkout, "default_prompts.py", f"def gpqa_instruct(line):\n    a = {LETTERS!r}\n    b = {LETTERS!r}\n")
    problems = read_templates(checkout)[1]
    assert any(line.startswith("hellaswag: ") and "hellaswag.py: cannot be read" in line for line in problems)
    assert any(
        "default_prompts.py: expected a function aime_prompt_fn(), but there is none" in line for line in problems
    )
    assert any(
        "gpqa_instruct(): expected one text with {Question}, {A}, {B}, {C}, {D}, but found 2" in p for p in problems
    )


def test_a_folder_that_is_no_checkout_is_wrong_usage(tmp_path, capsys):
    """Nothing is written."""
    assert main(["prompts", "import", str(tmp_path), str(tmp_path / "out")]) == 4
    error = capsys.readouterr().err
    assert error.startswith(
        f"error: {tmp_path}: expected a checkout of swallow-evaluation-instruct with {TASKS}/swallow"
    )
    assert not (tmp_path / "out").exists()


def test_nothing_to_import_is_a_failure(tmp_path, capsys):
    """A checkout without a single template that can be read."""
    (tmp_path / TASKS / "swallow").mkdir(parents=True)
    assert main(["prompts", "import", str(tmp_path), str(tmp_path / "out")]) == 1
    output = capsys.readouterr()
    assert output.err.count("\n") == len(PLACES) + 5  # LiveCodeBench, JamC-QA, PolyMath, two languages of judge prompts
    assert output.out.startswith("wrote 0 prompts")


def test_export_writes_ours_and_overwrites_only_when_told(tmp_path, capsys):
    """A user's edits are not lost to a second export."""
    folder = tmp_path / "mine"
    assert main(["prompts", "export", str(folder)]) == 0
    for path in builtin_folder().glob("*.txt"):
        assert (folder / path.name).read_bytes() == path.read_bytes()
    (folder / "aime.txt").write_text("mine {Question}\n")
    assert main(["prompts", "export", str(folder)]) == 4
    assert f"error: {folder} has aime.txt and " in capsys.readouterr().err
    assert (folder / "aime.txt").read_text() == "mine {Question}\n"
    assert main(["prompts", "export", str(folder), "--force"]) == 0
    assert (folder / "aime.txt").read_bytes() == (builtin_folder() / "aime.txt").read_bytes()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, capsys):
    """What the system says is passed on."""
    (tmp_path / "file").write_text("")
    assert main(["prompts", "export", str(tmp_path / "file" / "x")]) == 4
    assert capsys.readouterr().err.startswith(f"error: cannot write prompts to {tmp_path / 'file' / 'x'} (")


def test_surrogates_cannot_be_written_and_are_a_problem(checkout):
    """A lone surrogate in a literal has no UTF-8."""
    source = "MATH_JAPANESE_QUERY_TEMPLATE = '\\ud800{Question}'"
    line = one(checkout, "math_100_japanese", "swallow/mclm_MATH_100_japanese.py", source)
    assert "has a character that UTF-8 cannot hold" in line


def test_the_module_is_a_command(tmp_path):
    """`python -m swallow_metrics`, from any folder, and quick: of libraries only click is imported."""
    program = [sys.executable, "-X", "importtime", "-m", "swallow_metrics", "prompts", "export", "out"]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("wrote 25 prompts to out")
    assert not [name for name in ("orjson", "datasets", "numpy", "pytest") if f" {name}\n" in done.stderr]


def test_wrong_templates_do_not_get_past_the_reader(checkout):
    """The same checks as for `--prompts`, before anything is written."""
    with pytest.raises(UsageError, match="expected a checkout"):
        read_templates(checkout / TASKS / "swallow")


def test_livecodebench_has_both_variants(checkout, tmp_path):
    """The file is one that its benchmark takes: with starter code, and for standard input."""
    assert main(["prompts", "import", str(checkout), str(tmp_path / "out")]) == 0
    prompt = load_prompt("livecodebench", ("question_content", "starter_code"), builtin_folder(), tmp_path / "out")
    found = variants(prompt.text, ("functional", "stdin"))
    assert render(found["functional"], question_content="Q{", starter_code="S") == (
        "Read {{this}}.\n\nQuestion: Q{\n\nUse it.\n```python\nS\n```\n\n"
    )
    assert render(found["stdin"], question_content="Q") == (
        "Read {{this}}.\n\nQuestion: Q\n\nRead stdin.\n```python\n# YOUR CODE HERE\n```\n\n"
    )


UNREADABLE = {
    "a loop": "for x in line:\n        pass\n    return 'x'",
    "a call": "return make(line)",
    "nothing": "pass",
    "no text": "return [line['question_content']]",
    "no question": "return 'x'",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_function_that_cannot_be_followed_is_one_line(checkout, name):
    """What it does is named, and nothing of it is run."""
    source = f"def prepare_prompt(line):\n    {UNREADABLE[name]}\n"
    line = one(checkout, "livecodebench", "swallow/lcb_swallow.py", source)
    assert line.startswith(f"livecodebench: {checkout / TASKS / 'swallow/lcb_swallow.py'}, prepare_prompt()")


def test_judge_prompts_come_as_fastchat_lines(checkout, tmp_path):
    """From functions that return messages, and from lines in FastChat's own format."""
    assert main(["prompts", "import", str(checkout), str(tmp_path / "out")]) == 0
    japanese = read_prompts(tmp_path / "out" / "judge_prompts_japanese.jsonl")
    plain, dialogue = japanese.template(0, reference=False), japanese.template(1, reference=True)
    assert plain.system == "You help."
    assert plain.user.endswith(
        "[Question]\n{question}\n\n[The Start of Assistant's Answer]\n{answer}\n[The End of Assistant's Answer]"
    )
    assert "{ref_answer_1}" in japanese.template(0, reference=True).user
    assert dialogue.system == "Expect Japanese. Rate {well}."
    assert dialogue.user.startswith(
        "<|The Start of Reference Answer|>\n### User:\n{question_1}\n### Reference answer:\n{ref_answer_1}"
    )
    english = read_prompts(tmp_path / "out" / "judge_prompts_english.jsonl")
    assert english.template(0, reference=False).user == "{question} {answer}"
    assert english.template(0, reference=False).system == "s\u2028t"
