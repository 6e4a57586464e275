"""The columns of the Swallow LLM Leaderboard, by version of the reference (LB-1 to LB-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swallow_metrics.boards.names import MT_CATEGORIES


@dataclass(frozen=True, slots=True)
class Column:
    """A benchmark's score as the leaderboard shows it, 0 to 1.

    `metric` is a report's metric, of whatever number of generations ("humaneval_pass@1" is also
    "humaneval_pass@1:10"). `groups` are the groups it is over, empty for all. `scale` is the metric's highest score.
    `key` is the column's name in the published table. `averaged` is False for one that is shown beside the average.
    """

    title: str
    benchmark: str
    metric: str = "extractive_match"
    key: str = ""
    groups: tuple[str, ...] = ()
    scale: float = 1.0
    averaged: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, and its average where that is a metric of its own instead of their plain mean."""

    title: str
    key: str
    columns: tuple[Column, ...]
    average: Column | None = None


def _mt_bench(language: str, key: str) -> Table:
    benchmark = f"{language.lower()}_mt_bench"
    columns = [Column(name, benchmark, f"judge_score_{name}_avg", name) for name in MT_CATEGORIES]
    average = Column("average", benchmark, "judge_score_overall_avg", "avg")
    return Table(f"{language} MT-Bench", key, tuple(columns), average)


_MT_BENCH = (_mt_bench("Japanese", "ja_mtb"), _mt_bench("English", "en_mtb"))
_PASSED = "humaneval_pass@1"
_STRICT = "inst_level_strict_acc"
TABLES: Mapping[str, tuple[Table, ...]] = {
    "202604": (
        Table(
            "Japanese",
            "ja_post",
            (
                Column("JamC-QA", "jamcqa", key="JamC-QA"),
                Column("WMT20 en-ja", "wmt20_en_ja", "bleu", "WMT20enja", scale=100.0),
                Column("WMT20 ja-en", "wmt20_ja_en", "bleu", "WMT20jaen", scale=100.0),
                Column("M-IFEval-Ja", "mifeval_ja", _STRICT, "MIFEvalJa"),
                Column("MMLU-ProX", "mmlu_prox_japanese", key="MMLU-ProX"),
                Column("GPQA", "swallow_gpqa_ja", key="GPQA"),
                Column("PolyMath HT", "polymath_japanese", key="PolyMathJaHT", groups=("high", "top")),
                Column("JHumanEval", "swallow_jhumaneval", _PASSED, "JHumanEval"),
            ),
        ),
        Table(
            "English",
            "en_post",
            (
                Column("HellaSwag", "hellaswag", key="HellaSwag"),
                Column("IFBench", "ifbench", _STRICT, "MIFEvalJa"),  # the published file calls it so
                Column("MMLU-Pro", "mmlu_pro_english", key="MMLU-Pro"),
                Column("GPQA", "gpqa_diamond", key="GPQA"),
                Column("MATH-500", "math_500", key="MATH500"),
                Column("AIME 24–25", "aime", key="AIME"),
                Column("LiveCodeBench v6", "livecodebench", "codegen_pass@1", "LCB"),
            ),
        ),
        *_MT_BENCH,
    ),
    "202508": (
        Table(
            "Japanese",
            "ja_post",
            (
                Column("JEMHopQA", "jemhopqa_cot", "f1_score_quasi", "JEMHopQA"),
                Column("MMLU-ProX", "mmlu_prox_japanese", key="MMLU-ProX"),
                Column("GPQA", "swallow_gpqa_ja", key="GPQA"),
                Column("MATH-100", "math_100_japanese", key="MATH100"),
                Column("JHumanEval", "swallow_jhumaneval", _PASSED, "JHumanEval"),
                Column("M-IFEval-Ja", "mifeval_ja", _STRICT, "MIFEvalJa", averaged=False),
            ),
        ),
        Table(
            "English",
            "en_post",
            (
                Column("HellaSwag", "hellaswag", key="HellaSwag"),
                Column("MMLU-Pro", "mmlu_pro_english", key="MMLU-Pro"),
                Column("GPQA", "gpqa_diamond", key="GPQA"),
                Column("MATH-500", "math_500", key="MATH500"),
                Column("AIME 24–25", "aime", key="AIME"),
                Column("LiveCodeBench v5–v6", "livecodebench", "codegen_pass@1", "LCB"),
            ),
        ),
        *_MT_BENCH,
    ),
}
