"""Corpus BLEU from per-sample counts (TR-9 to TR-12), the score of sacreBLEU with its defaults.

A sample's value is ten counts: length of hypothesis and reference in tokens, matched n-grams and n-grams of the
hypothesis for n = 1…4. Their sums over a corpus give its score, so groups and resampling need no text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any
from unicodedata import normalize

from swallow_metrics.datatypes import Metric, Value

ORDERS = 4
# nagisa takes up to 20 µs a character, so 100 KB of ASCII on one line would take it two seconds. A hypothesis beyond
# all sense (the longest reference has 400 characters) is segmented up to here; 100 KB of Japanese are below it.
LONGEST_NAGISA = 40_000


def bleu_statistics(
    hypothesis: str, reference: str, segment: Callable[[str], str] | None = None, longest: int | None = None
) -> tuple[int, ...]:
    """(hypothesis length, reference length, 4 × matches, 4 × totals) of one sentence with one reference.

    `segment` (`segment.janome_wakati`, `segment.nagisa_wakati`) puts spaces between the words of both texts first;
    tokenizer 13a runs after it, as in the reference (TR-9). A hypothesis of more than `longest` characters is segmented
    up to there, and its totals are extrapolated.
    """
    scale = 1.0
    if segment is not None:
        head = hypothesis if longest is None else _head(hypothesis, longest)
        scale = len(hypothesis) / len(head) if head else 1.0
        hypothesis, reference = segment(head), segment(reference)
    tokens = _tokens(hypothesis)
    expected = _tokens(reference)
    matches = [_matches(tokens, expected, n) for n in range(1, ORDERS + 1)]
    totals = [round(scale * max(0, len(tokens) - n + 1)) for n in range(1, ORDERS + 1)]
    return (round(scale * len(tokens)), len(expected), *matches, *totals)


def _head(text: str, longest: int) -> str:
    """What is segmented of a hypothesis: all of it, or the start of a runaway line (NFKC can be 18 times as long)."""
    head = text[:longest]
    while len(normalize("NFKC", head)) > longest:
        head = head[: len(head) // 2]
    return head


def _matches(tokens: Sequence[str], expected: Sequence[str], n: int) -> int:
    """n-grams of `tokens` that are in `expected`, each as often as it is there at most."""
    left = Counter(_ngrams(expected, n))
    matched = 0
    for ngram in _ngrams(tokens, n):
        if left.get(ngram):
            left[ngram] -= 1
            matched += 1
    return matched


def _ngrams(tokens: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(tokens[i:] for i in range(n)), strict=False)


@cache
def _tokenizer() -> Any:
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    return Tokenizer13a()


def _tokens(text: str) -> list[str]:
    tokens: list[str] = _tokenizer()(text.rstrip()).split()
    return tokens


def _statistics(value: Value) -> Sequence[float]:
    assert not isinstance(value, float | int), "the value of a BLEU metric is the list that bleu_statistics returns"
    return value


def corpus_bleu(sums: Sequence[float]) -> float | None:
    """0 to 100 from added up statistics; None for none at all. Exponential smoothing, no effective order (TR-10)."""
    if not sums or not (sums[0] or sums[1]):
        return None
    import sacrebleu

    counts = list(sums)
    score = sacrebleu.BLEU.compute_bleu(
        correct=counts[2 : 2 + ORDERS],
        total=counts[2 + ORDERS :],
        sys_len=int(counts[0]),
        ref_len=int(counts[1]),
        smooth_method="exp",
    )
    return float(score.score)


def _metric(name: str) -> Metric:
    return Metric(
        name,
        statistics=_statistics,
        total=corpus_bleu,
        signature=f"nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:{version('sacrebleu')}",
        scale=100.0,
    )


BLEU = _metric("bleu")
BLEU_LMEVALJA = _metric("bleu_lmevalja")
