"""The names of the reference's aggregated row, in its order, and what each one reads (AG-3, AG-10, AG-20)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal

from swallow_metrics.datasets.groups import JMMLU, MMLU, MMLU_PRO

EM = "extractive_match"
FOUR = ("prompt_level_strict_acc", "inst_level_strict_acc", "prompt_level_loose_acc", "inst_level_loose_acc")
MT_CATEGORIES = ("coding", "extraction", "humanities", "math", "reasoning", "roleplay", "stem", "writing")
_PRO = ("business", "law", "psychology", "biology", "chemistry", "history", "other", "health", "economics", "math",
        "physics", "computer science", "philosophy", "engineering")  # fmt: skip
_N16 = [f"{kind}@{k}" for kind in ("pass", "maj") for k in (1, 4, 16)]
_NAMES_OF_202508 = 107


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the row.

    "pick" reads `metrics[0]` of the one task that has it (AG-6: of several, none). "micro" weights the subsets of a
    task by their rows, of `subsets` alone where they are given. "four" is the mean of four metrics.
    """

    name: str
    kind: Literal["pick", "micro", "four"]
    tasks: tuple[str, ...]
    metrics: tuple[str, ...] = (EM,)
    subsets: frozenset[str] | None = None


@cache
def names(version: str) -> tuple[Name, ...]:
    """The names of a version's row: 107 in "202508", and 50 more behind them in "202604"."""
    every = tuple(_names())
    return every[:_NAMES_OF_202508] if version == "202508" else every


def _pick(name: str, task: str, metric: str = EM) -> Name:
    return Name(name, "pick", (task,), (metric,))


def _micro(name: str, task: str, metric: str = EM, subsets: Iterable[str] | None = None) -> Name:
    return Name(name, "micro", (task,), (metric,), None if subsets is None else frozenset(subsets))


def _grouped(name: str, task: str, groups: Mapping[str, str], order: Iterable[str]) -> Iterator[Name]:
    """A name for each group of subjects, then one for all of them."""
    for group in order:
        yield _micro(f"{name}_{group.replace(' ', '_')}", task, EM, (s for s, of in groups.items() if of == group))
    yield _micro(name, task)


def _passes(name: str, task: str, family: str) -> Iterator[Name]:
    for k in (1, 10):
        yield _pick(f"{name}_pass@{k}", task, f"{family}_pass@{k}:10")


def _mt_bench(name: str, *tasks: str) -> Iterator[Name]:
    for part in MT_CATEGORIES:
        yield Name(f"{name}_{part}", "pick", tasks, (f"judge_score_{part}_avg",))
    for part, metric in (("first_turn", "overall_turn_1"), ("second_turn", "overall_turn_2"), ("average", "overall")):
        yield Name(f"{name}_{part}", "pick", tasks, (f"judge_score_{metric}_avg",))


def _names() -> Iterator[Name]:
    yield from _grouped("jmmlu", "swallow_jmmlu", JMMLU, ("social_sciences", "humanities", "stem", "other"))
    yield from _passes("jhumaneval", "swallow_jhumaneval", "humaneval")
    for task in ("mmlu_prox_japanese", "mmlu_prox_english", "mmlu_pro_english"):
        yield from _grouped(task, task, MMLU_PRO, _PRO)
    yield from _grouped("mmlu_english", "mmlu_english", MMLU, ("stem", "humanities", "social_sciences", "other"))
    japanese = ("japanese_mt_bench", "japanese_mt_bench_truncate_6144")
    yield from _mt_bench("japanese_mtbench", *japanese)
    for part, metric in (*zip(MT_CATEGORIES, MT_CATEGORIES, strict=True), ("average", "overall")):
        yield Name(f"japanese_mtbench_{part}_japanese_ratio", "pick", japanese, (f"japanese_ratio_{metric}",))
    yield from _mt_bench("english_mtbench", "english_mt_bench")
    for metric in ("f1_score_quasi", "f1_score"):
        yield _pick(f"jemhopqa_cot_{metric}", "jemhopqa_cot", metric)
    for metric in ("bleu", "bleu_lmevalja"):
        yield _pick(f"wmt20_en_ja_{metric}", "wmt20:en-ja", metric)
    yield _pick("wmt20_ja_en_bleu", "wmt20:ja-en", "bleu")
    yield from _following("mifeval_ja", "mifeval_ja")
    yield _pick("mclm_math_100_japanese", "math_100_japanese")
    yield _pick("gpqa_main_ja", "swallow_gpqa_ja")
    yield _pick("swallow_hellaswag", "hellaswag")
    yield _pick("gpqa_diamond", "gpqa:diamond")
    yield _pick("math_500", "math_500")
    yield _micro("aime_2024_2025", "aime")
    yield from _passes("livecodebench_v5_v6", "lcb:codegeneration_v5_v6", "codegen")
    for task in ("humaneval", "humanevalplus"):
        yield from _passes(task, task, "humaneval")
    # Here the names of 202508 end.
    yield _pick("jgpqa_diamond", "jgpqa:diamond")
    yield _pick("jamcqa", "jamcqa")
    yield _pick("jamcqa_cot", "jamcqa_cot")
    several = (
        ("jgpqa_diamond", "jgpqa_N16:diamond"),
        ("gpqa_main_ja", "swallow_gpqa_ja_N16"),
        ("mclm_math_100_japanese", "math_100_japanese_N16"),
        ("gpqa_diamond", "gpqa_N16:diamond"),
        ("math_500", "math_500_N16"),
    )
    for (name, task), metric in product(several, _N16):
        yield _pick(f"{name}_{metric}:16", task, f"{EM}_{metric}:16")
    for metric in _N16:
        yield _micro(f"aime_2024_2025_{metric}:16", "aime_N16", f"{EM}_{metric}:16")
    yield from _following("ifbench", "ifbench_singleturn")
    yield _pick("mclm_math_100_japanese_pass@1:4", "math_100_japanese_N4", f"{EM}_pass@1:4")
    yield _pick("gpqa_diamond_pass@1:4", "gpqa_N4:diamond", f"{EM}_pass@1:4")
    yield _micro("aime_2024_2025_pass@1:4", "aime_N4", f"{EM}_pass@1:4")
    for level in ("medium", "high", "top"):
        yield _pick(f"polymath_ja_{level}", f"polymath_japanese:{level}")
    yield _micro("polymath_ja_high_top", "polymath_japanese", EM, ("high", "top"))
    yield from _passes("livecodebench_v6", "lcb:codegeneration_v6", "codegen")


def _following(name: str, task: str) -> Iterator[Name]:
    yield _pick(f"{name}_inst_level_strict_acc", task, "inst_level_strict_acc")
    yield Name(f"{name}_average", "four", (task,), FOUR)
