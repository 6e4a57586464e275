"""What each benchmark reads: repository, subsets, split, columns and rows (BE-1 to BE-4)."""

from importlib.util import module_from_spec, spec_from_file_location

import pytest

from conftest import ROOT


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
