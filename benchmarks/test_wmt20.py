"""WMT20 news translation, English to Japanese and Japanese to English.

Dataset: https://huggingface.co/datasets/lighteval/sacrebleu_manual, subsets wmt20_en-ja and wmt20_ja-en. Scoring:
corpus BLEU, 0 to 100, on the span after the answer cue (spec translation.md); Japanese is segmented by Janome (`bleu`)
and by nagisa (`bleu_lmevalja`) first.
"""

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, Sample
from swallow_metrics.extraction.translation import gold, hypothesis, text, translation
from swallow_metrics.metrics.bleu import BLEU, BLEU_JANOME, BLEU_LMEVALJA, LONGEST_NAGISA, bleu_statistics
from swallow_metrics.metrics.ja_words import janome_wakati, nagisa_wakati
from swallow_metrics.prompts import render


def wmt20(source, target, rows, metrics):
    """One direction; a row's `translation` holds both texts."""

    def sample(row: Row, prompt: str) -> Sample:
        try:
            source_text, reference = text(row["translation"], source), gold(row["translation"], target)
        except ValueError as error:
            raise row.error(f"`translation`: {error}") from error
        return Sample(row.id, (render(prompt, source_text=source_text),), reference)

    return Benchmark(
        id=f"wmt20_{source}_{target}",
        title=f"WMT20 {source} → {target}",
        dataset=Dataset(
            path="lighteval/sacrebleu_manual",
            config=f"wmt20_{source}-{target}",
            split="test",
            columns=("translation",),
            rows=rows,
        ),
        sample=sample,
        metrics=metrics,
        fields=("source_text",),
    )


def spans(sample, responses, score, language, reference):
    """What is scored of each answer: the span of the version that is followed (TR-1, WM-1), cut where it cuts."""
    for response in responses:
        span = translation(response.text, *reference.cues[language])
        scored = hypothesis(span, sample.target, reference.longest_span)
        score.extract(scored, found=span is not None)
        yield scored


@pytest.mark.japanese
@pytest.mark.english
@pytest.mark.translation
@pytest.mark.llm_eval(wmt20("en", "ja", 1000, (BLEU_JANOME, BLEU_LMEVALJA)))
def test_wmt20_en_ja(sample, responses, score, reference):
    for span in spans(sample, responses, score, "ja", reference):
        score("bleu", bleu_statistics(span, sample.target, janome_wakati))
        score("bleu_lmevalja", bleu_statistics(span, sample.target, nagisa_wakati, LONGEST_NAGISA))


@pytest.mark.japanese
@pytest.mark.english
@pytest.mark.translation
@pytest.mark.llm_eval(wmt20("ja", "en", 993, (BLEU,)))
def test_wmt20_ja_en(sample, responses, score, reference):
    for span in spans(sample, responses, score, "en", reference):
        score("bleu", bleu_statistics(span, sample.target))
