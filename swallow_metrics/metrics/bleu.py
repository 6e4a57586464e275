"""Corpus BLEU from per-sample counts (TR-9 to TR-12), the score of sacreBLEU with its defaults.

A sample's value is ten counts: length of hypothesis and reference in tokens, matched n-grams and n-grams of the
hypothesis for n = 1…4. Their sums over a corpus give its score, so groups and resampling need no text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache, partial
from importlib.metadata import version
from typing import Any
from unicodedata import normalize

from swallow_metrics.datatypes import Metric, Value

ORDERS = 4
# nagisa takes up to 20 µs a character, so 100 KB of ASCII on one line would take it two seconds. A hypothesis beyond
# all sense (the longest reference has 400 characters) is segmented up to here; 100 KB of Japanese are below it.
LONGEST_NAGISA = 40_000


def bleu_statistics(
    hypothesis: str, reference: str, wakati: Callable[[str], str] | None = None, longest: int | None = None
) -> tuple[int, ...]:
    """(hypothesis length, reference length, 4 × matches, 4 × totals) of one sentence with one reference.

    `wakati` (`janome_wakati` or `nagisa_wakati` of `ja_words`) puts spaces between the words of both texts first;
    tokenizer 13a runs after it, as in the reference (TR-9). A hypothesis of more than `longest` characters is segmented
    up to there, and its totals are extrapolated.
    """
    scale = 1.0
    if wakati is not None:
        head = hypothesis if longest is None else _head(hypothesis, longest)
        scale = len(hypothesis) / len(head) if head else 1.0
        hypothesis, reference = wakati(head), _segmented(wakati, reference)
    tokens = _tokens(hypothesis)
    expected = _tokens(reference)
    matches = [_matches(tokens, expected, n) for n in range(1, ORDERS + 1)]
    totals = [round(scale * max(0, len(tokens) - n + 1)) for n in range(1, ORDERS + 1)]
    return (round(scale * len(tokens)), len(expected), *matches, *totals)


@lru_cache(maxsize=256)  # every generation of a question has the same reference
def _segmented(wakati: Callable[[str], str], reference: str) -> str:
    return wakati(reference)


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
    """The counts of a question: those of its generations added up."""
    assert not isinstance(value, float | int), "the value of a BLEU metric is the list that bleu_statistics returns"
    counts = 2 + 2 * ORDERS
    return [sum(value[place::counts]) for place in range(counts)]


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


def zero_note(sums: Sequence[float]) -> str | None:
    """Why BLEU is 0 although words match: no line is long enough for a 4-gram, even in a perfect corpus."""
    matches, totals = list(sums[2 : 2 + ORDERS]), list(sums[2 + ORDERS :])
    if not matches or not matches[0] or 0 not in totals:
        return None
    words = totals.index(0) + 1
    return f"BLEU is 0 by definition, as no line has {words} words; {matches[0]:.0f} of {totals[0]:.0f} words match"


def _signature(_records: object, segmenter: str | None = None) -> str:
    """SacreBLEU's signature; the segmenter of Japanese stands in front of its tokenizer, with its version."""
    import sacrebleu

    bleu = sacrebleu.BLEU()
    bleu.corpus_score([""], [[""]])  # the signature counts the references
    text = str(bleu.get_signature())
    return text.replace("tok:", f"tok:{segmenter}-{version(segmenter)}+") if segmenter else text


def _metric(name: str, segmenter: str | None = None) -> Metric:
    signature = partial(_signature, segmenter=segmenter)
    return Metric(name, statistics=_statistics, total=corpus_bleu, signature=signature, note=zero_note, scale=100.0)


BLEU = _metric("bleu")
BLEU_JANOME = _metric("bleu", "janome")
"""Under the name of BLEU: the score of Japanese, whose words are Janome's."""
BLEU_LMEVALJA = _metric("bleu_lmevalja", "nagisa")
