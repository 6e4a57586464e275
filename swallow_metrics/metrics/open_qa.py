"""Scores of open question answering: exact match, character F1 and a fuzzy ratio (rules QA-1, QA-14 to QA-16)."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache

from swallow_metrics.datatypes import Metric

EXACT_MATCH = Metric("exact_match", family="exact_match")
F1_SCORE = Metric("f1_score", family="f1")
LLMJPEVAL_F1_SCORE = Metric("llmjpeval_f1_score", family="f1")
QUASI_EXACT_MATCH = Metric("quasi_exact_match", family="exact_match")
F1_SCORE_QUASI = Metric("f1_score_quasi", family="f1")
LLMJPEVAL_F1_SCORE_QUASI = Metric("llmjpeval_f1_score_quasi", family="f1")

METRICS = (
    F1_SCORE_QUASI,
    EXACT_MATCH,
    F1_SCORE,
    LLMJPEVAL_F1_SCORE,
    QUASI_EXACT_MATCH,
    LLMJPEVAL_F1_SCORE_QUASI,
)
"""The six metrics of JEMHopQA, the primary one first."""

_DROPPED = dict.fromkeys(range(0x80, 0x100))
_NON_WORD = re.compile(r"\W")


def open_qa_scores(gold: str, plain: str, quasi: str) -> dict[str, float]:
    """All six metrics of one answer, each in 0…1: `plain` and `quasi` are the two extractions (QA-1)."""
    scores = {
        EXACT_MATCH.name: float(plain == gold),
        F1_SCORE.name: character_f1(plain, gold),
        LLMJPEVAL_F1_SCORE.name: fuzzy_ratio(plain, gold),
    }
    same = quasi == plain
    return scores | {
        QUASI_EXACT_MATCH.name: scores[EXACT_MATCH.name] if same else float(quasi == gold),
        F1_SCORE_QUASI.name: scores[F1_SCORE.name] if same else character_f1(quasi, gold),
        LLMJPEVAL_F1_SCORE_QUASI.name: scores[LLMJPEVAL_F1_SCORE.name] if same else fuzzy_ratio(quasi, gold),
    }


def character_f1(prediction: str, gold: str) -> float:
    """F1 over the multisets of characters, in 0…1; order is irrelevant (QA-14)."""
    if prediction == gold:
        return 1.0
    overlap = _overlap(prediction, gold)
    if not overlap:
        return 0.0
    precision, recall = overlap / len(prediction), overlap / len(gold)
    return 2 * precision * recall / (precision + recall)


def fuzzy_ratio(prediction: str, gold: str) -> float:
    """Similarity of the sorted words, in 0…1 and a multiple of 0.01 (QA-15).

    Case, punctuation and the order of words are ignored. It is `difflib`'s ratio, which no edit distance reproduces.
    """
    answer, reference = _sorted_words(prediction), _gold_words(gold)
    if answer == reference:
        return 1.0
    # The ratio is 2 · matched / total. Common characters are an upper bound of what can match: where even that rounds
    # to nothing, as for a long response against a short gold, no matching is needed.
    total = len(answer) + len(reference)
    if _percent(_overlap(answer, reference), total) == 0:
        return 0.0
    # Characters foreign to the gold never match; a run of them is as good as one, and cheaper.
    known = re.escape("".join(set(reference)))
    compact = re.sub(f"[^{known}]+", "\0" if "\0" not in reference else "\1", answer)
    matched = sum(block.size for block in SequenceMatcher(None, compact, reference).get_matching_blocks())
    return _percent(matched, total) / 100


def _percent(matched: int, total: int) -> int:
    """The ratio in whole percent, rounded half to even. The float steps are difflib's, so ties fall the same way."""
    return round(100 * (2.0 * matched / total))


def _overlap(a: str, b: str) -> int:
    """Size of the multiset intersection of two texts' characters, in time linear in both."""
    if len(a) > len(b):
        a, b = b, a
    return sum(min(count, b.count(char)) for char, count in Counter(a).items())


def _sorted_words(text: str) -> str:
    """Lower-case words in order, one space between them; everything else that is not a word character is a gap."""
    return " ".join(sorted(_NON_WORD.sub(" ", text.translate(_DROPPED)).lower().split()))


_gold_words = lru_cache(maxsize=4)(_sorted_words)  # a gold is compared twice, in plain and in quasi mode
