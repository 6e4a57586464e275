"""What each benchmark declares: where its rows are, how many, which marks it has, and what is reported first."""

import importlib.util

import pytest

from conftest import ROOT

# Spec benchmarks.md, section 1: id → repository, configuration, split, rows, subsets, primary metric, generations.
DECLARED = {
    "jemhopqa": ("tokyotech-llm/JEMHopQA", "v1.2", "validation", 120, 0, "f1_score_quasi", 1),
    "jemhopqa_cot": ("tokyotech-llm/JEMHopQA", "v1.2", "validation", 120, 0, "f1_score_quasi", 1),
    "swallow_jmmlu": ("nlp-waseda/JMMLU", None, "test", 7097, 53, "extractive_match", 1),
    "mmlu_prox_japanese": ("tokyotech-llm/MMLU-ProX-Japanese", None, "test", 11759, 91, "extractive_match", 1),
    "mmlu_prox_english": ("tokyotech-llm/MMLU-ProX-English", None, "test", 11759, 91, "extractive_match", 1),
    "mmlu_pro_english": ("tokyotech-llm/MMLU-Pro-English", None, "test", 12032, 91, "extractive_match", 1),
    "mmlu_english": ("lighteval/mmlu", None, "test", 14042, 57, "extractive_match", 1),
    "swallow_gpqa_ja": ("LLaMAX/BenchMAX_Science", "ja", "train", 448, 0, "extractive_match", 1),
    "gpqa_diamond": ("Idavidrein/gpqa", "gpqa_diamond", "train", 198, 0, "extractive_match", 1),
    "hellaswag": ("Rowan/hellaswag", None, "validation", 10042, 0, "extractive_match", 1),
    "math_100_japanese": ("amphora/MCLM", "MT-MATH100", "test", 99, 0, "extractive_match", 1),
    "math_500": ("HuggingFaceH4/MATH-500", None, "test", 500, 0, "extractive_match", 1),
    "aime": ("HuggingFaceH4/aime_2024", None, "train", 60, 2, "extractive_match", 1),
    "wmt20_en_ja": ("lighteval/sacrebleu_manual", "wmt20_en-ja", "test", 1000, 0, "bleu", 1),
    "wmt20_ja_en": ("lighteval/sacrebleu_manual", "wmt20_ja-en", "test", 993, 0, "bleu", 1),
    "mifeval_ja": ("tokyotech-llm/M-IFEval-Ja", None, "test", 172, 0, "inst_level_strict_acc", 1),
    "japanese_mt_bench": ("tokyotech-llm/swallow_japanese_mt_bench", None, "train", 80, 0, "judge_score", 5),
    "english_mt_bench": ("tokyotech-llm/swallow_english_mt_bench", None, "train", 80, 0, "judge_score", 5),
    "humaneval": ("openai/openai_humaneval", None, "test", 164, 0, "humaneval_pass@1:10", 10),
    "humanevalplus": ("evalplus/humanevalplus", None, "test", 164, 0, "humaneval_pass@1:10", 10),
    "swallow_jhumaneval": ("kogi-jwu/jhumaneval", "jhumaneval", "test", 164, 0, "humaneval_pass@1:10", 10),
    "livecodebench": ("livecodebench/code_generation_lite", "v5_v6", "test", 342, 0, "codegen_pass@1:10", 10),
}


def declared():
    """(benchmark, marks of its test function) of every module."""
    for path in sorted((ROOT / "benchmarks").glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"declarations_of_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for function in vars(module).values():
            marks = {mark.name: mark for mark in getattr(function, "pytestmark", ())}
            if "llm_eval" in marks:
                yield marks["llm_eval"].args[0], set(marks) - {"llm_eval"}


FOUND = {benchmark.id: (benchmark, marks) for benchmark, marks in declared()}


def test_every_benchmark_is_declared_once():
    """The modules declare these ids and no others."""
    assert FOUND.keys() == DECLARED.keys()
    assert len(list(declared())) == len(DECLARED)


@pytest.mark.parametrize("name", DECLARED)
def test_declaration(name):
    """A wrong repository, configuration or split would be found out on a cluster only."""
    benchmark, _ = FOUND[name]
    data = benchmark.dataset
    assert DECLARED[name] == (
        data.path, data.config, data.split, data.rows, len(data.subsets), benchmark.metrics[0].name, benchmark.repeats,
    )  # fmt: skip
