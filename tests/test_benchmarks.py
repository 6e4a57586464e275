"""What each benchmark reads, and the groups it reports: repository, subsets, split, columns, rows (BE-1 to BE-4, BE-40)."""

from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from conftest import ROOT
from swallow_metrics.datasets.groups import JMMLU, MMLU, MMLU_PRO


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
        ("hellaswag", "Rowan/hellaswag", None, 0, "validation", 10042, "activity_label ctx_a ctx_b endings label"),
        ("gpqa_diamond", "Idavidrein/gpqa", "gpqa_diamond", 0, "train", 198, GPQA),
        ("math_500", "HuggingFaceH4/MATH-500", None, 0, "test", 500, "problem solution"),
        ("aime", "HuggingFaceH4/aime_2024", None, 2, "train", 60, "problem answer"),
        ("mmlu_english", "lighteval/mmlu", None, 57, "test", 14042, "question choices answer"),
        ("mmlu_pro_english", "tokyotech-llm/MMLU-Pro-English", None, 91, "test", 12032, "question options answer_index category src"),
        ("humaneval", "openai/openai_humaneval", None, 0, "test", 164, CODE),
        ("humanevalplus", "evalplus/humanevalplus", None, 0, "test", 164, CODE),
        ("livecodebench", "livecodebench/code_generation_lite", "v5_v6", 0, "test", 342,
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


@pytest.mark.parametrize(
    ("groups", "sizes"),
    [
        (JMMLU, {"stem": 19, "humanities": 9, "social_sciences": 10, "other": 13, "ungrouped": 2}),
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


def test_groups_that_differ():
    """The two subjects that are in no group of the reference change none of its groups (BE-41)."""
    assert {subject for subject, group in JMMLU.items() if group == "ungrouped"} == {
        "japanese_history",
        "world_history",
    }
    assert {subject: group for subject, group in JMMLU.items() if subject in MMLU}.items() <= MMLU.items()
    assert MMLU_PRO["theoremQA_Finance"] == "business" and MMLU_PRO["stemez_Business"] == "business"
    assert MMLU_PRO["ori_mmlu_prehistory"] == "history" and MMLU_PRO["scibench_class"] == "physics"
