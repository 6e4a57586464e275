"""What each benchmark reads, asks and reports: datasets, samples, groups (BE-1 to BE-4, BE-20, BE-21, BE-40)."""

from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from places import ROOT
from swallow_metrics.datasets.drawn import gold_letter
from swallow_metrics.datasets.groups import JMMLU, MMLU, MMLU_PRO
from swallow_metrics.datasets.row import Origin, Row
from swallow_metrics.datatypes import Response
from swallow_metrics.errors import DataError, MeasurementError
from swallow_metrics.prompts.load import load_prompt


def benchmarks():
    """Every benchmark, by its id."""
    found = {}
    for path in sorted((ROOT / "benchmarks").glob("test_*.py")):
        spec = spec_from_file_location(f"modules_of_benchmarks.{path.stem}", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        for function in vars(module).values():
            for mark in getattr(function, "pytestmark", ()):
                if mark.name == "llm_eval":
                    found[mark.args[0].id] = mark.args[0]
    return found


BENCHMARKS = benchmarks()
CODE = "prompt entry_point test task_id"
GPQA = "Question|Correct Answer|Incorrect Answer 1|Incorrect Answer 2|Incorrect Answer 3"
PROX = "question option_0 option_1 option_2 option_3 option_4 option_5 option_6 option_7 option_8 option_9 answer_index"
JAMCQA = "question choice0 choice1 choice2 choice3 answer_index"
DIALOGUE = "question_id category turns reference"


@pytest.mark.parametrize(
    ("name", "path", "config", "subsets", "split", "rows", "columns"),
    [
        ("jemhopqa", "tokyotech-llm/JEMHopQA", "v1.2", 0, "validation", 120, "question answer"),
        ("jemhopqa_cot", "tokyotech-llm/JEMHopQA", "v1.2", 0, "validation", 120, "question answer"),
        ("swallow_jmmlu", "nlp-waseda/JMMLU", None, 53, "test", 7097, "question A B C D answer"),
        ("mmlu_prox_japanese", "tokyotech-llm/MMLU-ProX-Japanese", None, 91, "test", 11759, PROX),
        ("mmlu_prox_english", "tokyotech-llm/MMLU-ProX-English", None, 91, "test", 11759, PROX),
        ("swallow_gpqa_ja", "LLaMAX/BenchMAX_Science", "ja", 0, "train", 448, GPQA),
        ("math_100_japanese", "amphora/MCLM", "MT-MATH100", 0, "test", 99, "ja answer"),
        ("swallow_jhumaneval", "kogi-jwu/jhumaneval", "jhumaneval", 0, "test", 164, CODE),
        ("wmt20_en_ja", "lighteval/sacrebleu_manual", "wmt20_en-ja", 0, "test", 1000, "translation"),
        ("wmt20_ja_en", "lighteval/sacrebleu_manual", "wmt20_ja-en", 0, "test", 993, "translation"),
        ("japanese_mt_bench", "tokyotech-llm/swallow_japanese_mt_bench", None, 0, "train", 80, DIALOGUE),
        ("english_mt_bench", "tokyotech-llm/swallow_english_mt_bench", None, 0, "train", 80, DIALOGUE),
        ("mifeval_ja", "tokyotech-llm/M-IFEval-Ja", None, 0, "test", 172, "key prompt instruction_id_list kwargs"),
        ("ifbench", "allenai/IFBench_test", None, 0, "train", 300, "key prompt instruction_id_list kwargs"),
        ("hellaswag", "Rowan/hellaswag", None, 0, "validation", 10042, "activity_label ctx_a ctx_b endings label"),
        ("gpqa_diamond", "Idavidrein/gpqa", "gpqa_diamond", 0, "train", 198, GPQA),
        ("math_500", "HuggingFaceH4/MATH-500", None, 0, "test", 500, "problem solution"),
        ("aime", "HuggingFaceH4/aime_2024", None, 2, "train", 60, "problem answer"),
        ("mmlu_english", "lighteval/mmlu", None, 57, "test", 14042, "question choices answer"),
        ("mmlu_pro_english", "tokyotech-llm/MMLU-Pro-English", None, 91, "test", 12032, "question options answer_index category src"),
        ("jamcqa", "sbintuitions/JamC-QA", "v1.0", 0, "test", 2309, JAMCQA),
        ("jamcqa_cot", "sbintuitions/JamC-QA", "v1.0", 0, "test", 2309, JAMCQA),
        ("jgpqa_diamond", "llm-jp/jgpqa", "gpqa_diamond", 0, "train", 198, GPQA),
        ("jgpqa_main", "llm-jp/jgpqa", "gpqa_main", 0, "train", 448, GPQA),
        ("jgpqa_extended", "llm-jp/jgpqa", "gpqa_extended", 0, "train", 546, GPQA),
        ("polymath_japanese", "Qwen/PolyMath", "ja", 4, "low", 500, "id question answer"),
        ("humaneval", "openai/openai_humaneval", None, 0, "test", 164, CODE),
        ("humanevalplus", "evalplus/humanevalplus", None, 0, "test", 164, CODE),
        ("livecodebench", "livecodebench/code_generation_lite", "v6", 0, "test", 175,
         "question_content starter_code public_test_cases private_test_cases metadata"),
    ],
)  # fmt: skip
def test_datasets(name, path, config, subsets, split, rows, columns):
    """A benchmark reads the rows that its scores are known for."""
    dataset = BENCHMARKS[name].dataset
    assert (dataset.path, dataset.config, len(dataset.subsets)) == (path, config, subsets)
    assert (dataset.split, dataset.rows) == (split, rows)
    assert dataset.columns == tuple(columns.split("|" if "|" in columns else " "))


def test_every_benchmark_is_in_the_table():
    """No benchmark is left out of the table above."""
    (table,) = (mark.args[1] for mark in test_datasets.pytestmark if mark.name == "parametrize")
    assert {name for name, *_ in table} == set(BENCHMARKS)


def ten_options(*texts):
    """The option columns of MMLU-ProX, null where there is no option."""
    return {f"option_{number}": texts[number] if number < len(texts) else None for number in range(10)}


PROGRAM = {"prompt": 'def f(x):\n    """ {x} """\n', "entry_point": "f", "test": "def check(f): ...", "task_id": "T/0"}
CASES = {"public_test_cases": "[]", "private_test_cases": "[]"}


@pytest.mark.parametrize(
    ("name", "row", "end", "target"),
    [
        ("swallow_jmmlu", {"question": " 問 ", "A": "一 ", "B": "{二}", "C": "", "D": "四", "answer": "D"},
         "考えてください。\n\n 問 \n\nA) 一 \nB) {二}\nC) \nD) 四", "D"),
        ("mmlu_prox_japanese", {"question": "問", "answer_index": 1, **ten_options("x", None, "y", "z")},
         "\n\n問\n\nA) x\nB) y\nC) z", "B"),
        ("mmlu_prox_english", {"question": "Q", "answer_index": 9, **ten_options(*"klmnopqrst")},
         "one of A, B, C, D, E, F, G, H, I, J.\n\nQ\n\nA) k\nB) l\nC) m\nD) n\nE) o\nF) p\nG) q\nH) r\nI) s\nJ) t", "J"),
        ("mmlu_pro_english", {"question": "Q\n", "options": ["x", "y", "z"], "answer_index": 2, "category": "law"},
         "one of A, B, C.\n\nQ\n\n\nA) x\nB) y\nC) z", "C"),
        ("mmlu_english", {"question": "Q", "choices": ["w", "x", "y", "z"], "answer": 0},
         "one of A, B, C, D.\n\nQ\n\nA) w\nB) x\nC) y\nD) z", "A"),
        ("hellaswag",
         {"activity_label": "Baking", "ctx_a": "[header] Bread [title] One.", "ctx_b": "the Cook FROM Rome", "label": "2",
          "endings": ["[title] a [step] b", "[substeps]c", "[header] d", "e [Title]"]},
         "Baking: [header] Bread [title] One. The cook from rome\n\nA:  a  b\nB: c\nC: [header] d\nD: e [Title]", "C"),
        ("hellaswag", {"activity_label": "X", "ctx_a": "A.", "ctx_b": "", "endings": list("wxyz"), "label": 0},
         "\n\nIncomplete context: X: A. \n\nA: w\nB: x\nC: y\nD: z", "A"),
        ("jemhopqa", {"question": "問い？ ", "answer": "ＹＥＳ "}, "\n\n問題: 問い？ ", "ＹＥＳ "),
        ("math_100_japanese", {"ja": "$x$を求めよ。", "answer": "3"}, "\n\n$x$を求めよ。", "$\\boxed{3}$"),
        ("polymath_japanese", {"id": "top-ja-3", "question": " $x$は？\n", "answer": "$\\frac{5}{4}$"},
         "\n\n問題: \n $x$は？\n", "$\\boxed{$\\frac{5}{4}$}$"),
        ("math_500", {"problem": "Find $x$.", "solution": "So $\\boxed{3}$.", "answer": "3"}, "\n\nFind $x$.", "So $\\boxed{3}$."),
        ("aime", {"problem": "Find $x$.", "answer": "033"}, "\n\nFind $x$.", "033"),
        ("wmt20_en_ja", {"translation": {"en": "Hi  ", "ja": "やあ \n"}}, "\n\n英語: Hi  \n", "やあ"),
        ("wmt20_ja_en", {"translation": "{'en': ['Hi ', 'Ho'], 'ja': 'やあ'}"}, "\n\nJapanese: やあ", "Hi"),
        ("humaneval", PROGRAM, f"\n```python\n{PROGRAM['prompt']}\n```\n\n", "f"),
        ("humanevalplus", PROGRAM, f"\n```python\n{PROGRAM['prompt']}\n```\n\n", "f"),
        ("swallow_jhumaneval", PROGRAM, f"\n\n```\n{PROGRAM['prompt']}\n```\n\n", "f"),
        ("livecodebench", {"question_content": "Add.", "starter_code": "def f():", "metadata": '{"func_name": "f"}', **CASES},
         "\n```python\ndef f():\n```\n\n", None),
        ("livecodebench", {"question_content": "Add.", "starter_code": "", "metadata": "{}", **CASES},
         "\n```python\n# YOUR CODE HERE\n```\n\n", None),
        ("mifeval_ja", {"prompt": " 書け。\n", "instruction_id_list": ["ja:punctuation:no_comma"], "kwargs": [{}]}, " 書け。\n", None),
        ("ifbench", {"prompt": "Write. \n", "instruction_id_list": ["format:emoji"], "kwargs": [{"N": None}]}, "Write. \n", None),
        ("english_mt_bench", {"question_id": 1, "category": "stem", "turns": ["One ", "Two"], "reference": None}, "One ", None),
    ],
)  # fmt: skip
def test_questions(name, row, end, target):
    """A prompt ends with the row's texts as they are, each in its place; the target is the row's."""
    benchmark = BENCHMARKS[name]
    template = load_prompt(name, benchmark.fields, ROOT / "benchmarks/prompts", None).text if benchmark.fields else ""
    sample = benchmark.sample(Row(row, 0, Origin(name, "rows")), template)
    assert sample.turns[0].endswith(end)
    assert benchmark.fields or sample.turns[0] == end
    assert sample.target == target


DRAWN = {"Question": "Q", "Correct Answer": "right", **{f"Incorrect Answer {n}": f"wrong {n}" for n in (1, 2, 3)}}
JAMCQA_ROW = {"question": "Q", "choice0": "wrong 1", "choice1": "right", "choice2": "wrong 2", "choice3": "wrong 3"}


@pytest.mark.parametrize(
    ("name", "row"),
    [("gpqa_diamond", DRAWN), ("swallow_gpqa_ja", DRAWN), ("jgpqa_main", DRAWN),
     ("jamcqa", JAMCQA_ROW | {"answer_index": "1"})],
)  # fmt: skip
def test_drawn_order(name, row):
    """The correct option is drawn into each position about as often, and the wrong ones keep their order (BE-16)."""
    places = Counter()
    for number in range(400):
        sample = BENCHMARKS[name].sample(
            Row(row, number, Origin(name, "rows")), "{Question}\n\nA) {A}\nB) {B}\nC) {C}\nD) {D}"
        )
        assert [choice for choice in sample.choices if choice != "right"] == ["wrong 1", "wrong 2", "wrong 3"]
        lines = [f"{letter}) {choice}" for letter, choice in zip("ABCD", sample.choices, strict=True)]
        assert sample.turns == ("Q\n\n" + "\n".join(lines),)
        places[sample.choices.index("right")] += 1
    assert all(70 < places[place] < 130 for place in range(4))


@pytest.mark.parametrize(
    ("wrong", "shown", "letter"),
    [
        ("xyz", "xyz=", "D"),
        ("xyz", "=xyz", "A"),
        ("x=z", "x=z=", "D"),  # a wrong option with the correct one's text, shown before it
        ("=yz", "=y=z", "C"),
        ("xy=", "=xy=", "A"),
        ("=y=", "=y==", "C"),
        ("xyz", "z=xy", "B"),  # an order that is not drawn by us
        ("xyz", "xyzw", None),
        ("xyz", "=xy", None),
    ],
)
def test_gold_of_the_order_shown(wrong, shown, letter):
    """The gold is the place that the correct option was inserted at, also beside an equal wrong one (BE-16)."""
    row = {"Question": "Q", "Correct Answer": "="} | {f"Incorrect Answer {n}": t for n, t in enumerate(wrong, 1)}
    sample = BENCHMARKS["gpqa_diamond"].sample(Row(row, 0, Origin("gpqa_diamond", "rows")), "")
    response = Response("Answer: A", choices=tuple(shown))
    if letter is None:
        with pytest.raises(MeasurementError, match="not those of its question"):
            gold_letter(sample, response)
    else:
        assert gold_letter(sample, response) == letter


@pytest.mark.parametrize(
    ("groups", "sizes"),
    [
        (JMMLU, {"stem": 19, "humanities": 9, "social_sciences": 10, "other": 13, "history": 2}),
        (MMLU, {"stem": 19, "humanities": 13, "social_sciences": 12, "other": 13}),
        (
            MMLU_PRO,
            {"business": 5, "law": 3, "psychology": 3, "biology": 4, "chemistry": 9, "history": 4, "other": 10, "health": 8,
             "economics": 4, "math": 9, "physics": 11, "computer science": 6, "philosophy": 5, "engineering": 10},
        ),
    ],
    ids=["JMMLU", "MMLU", "MMLU-Pro"],
)  # fmt: skip
def test_groups(groups, sizes):
    """Groups are as large as in the reference; what it leaves out is a group of its own (BE-41, BE-42)."""
    assert Counter(groups.values()) == sizes


@pytest.mark.parametrize(("name", "subset"), [("top-ja-0", "low"), ("extreme-ja-0", None), ("", None)])
def test_a_level_that_is_none_is_an_error(name, subset):
    """The level decides the group, so a row of another one is not a question of it (PO-1)."""
    row = Row({"id": name, "question": "Q", "answer": "1"}, 0, Origin("polymath_japanese", "rows"), subset)
    with pytest.raises(DataError, match="level low|start with one of low, medium, high, top"):
        BENCHMARKS["polymath_japanese"].sample(row, "{Question}")


def test_groups_that_differ():
    """The two subjects that are in no group of the reference change none of its groups (BE-41)."""
    assert {subject for subject, group in JMMLU.items() if group == "history"} == {
        "japanese_history",
        "world_history",
    }
    assert {subject: group for subject, group in JMMLU.items() if subject in MMLU}.items() <= MMLU.items()
    assert MMLU_PRO["theoremQA_Finance"] == "business" and MMLU_PRO["stemez_Business"] == "business"
    assert MMLU_PRO["ori_mmlu_prehistory"] == "history" and MMLU_PRO["scibench_class"] == "physics"
