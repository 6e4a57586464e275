"""BLEU from per-sample counts is sacreBLEU's corpus score, and the recorded one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.metadata import version

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from places import SHARED
from swallow_metrics.datatypes import Metric
from swallow_metrics.extraction.translation import Language, gold, translation
from swallow_metrics.metrics.bleu import (
    BLEU,
    BLEU_JANOME,
    BLEU_LMEVALJA,
    LONGEST_NAGISA,
    bleu_statistics,
    corpus_bleu,
    zero_note,
)
from swallow_metrics.metrics.ja_words import janome_wakati, nagisa_wakati
from swallow_metrics.reference import REFERENCES

CONFORMANCE = SHARED / "conformance"


def corpus_score(metric: Metric, values: Sequence[Sequence[float]]) -> float | None:
    return metric.total([sum(column) for column in zip(*map(metric.statistics, values), strict=True)])


SENTENCES = st.lists(
    st.sampled_from(
        ["the", "cat", "sat", "on", "a", "mat", "3.5", "cat.", "&amp;", "don't", "-", "", "日本", "\u3000"]
    ),
    max_size=12,
).map(" ".join)


@given(st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=8))
def test_corpus_score_is_sacrebleus(pairs: list[tuple[str, str]]) -> None:
    """Counts of samples add up to the score of the library with its defaults, to the last bit."""
    hypotheses, references = zip(*pairs, strict=True)
    expected = sacrebleu.BLEU().corpus_score(hypotheses, [references])
    score = corpus_score(BLEU, [bleu_statistics(*pair) for pair in pairs])
    assert score == expected.score or (score is None and expected.ref_len == expected.sys_len == 0)


@given(SENTENCES, SENTENCES)
def test_statistics_are_sacrebleus(hypothesis: str, reference: str) -> None:
    """A sample's ten counts are those that the library adds up."""
    expected = sacrebleu.BLEU().corpus_score([hypothesis], [[reference]])
    counts = (expected.sys_len, expected.ref_len, *expected.counts, *expected.totals)
    assert bleu_statistics(hypothesis, reference) == counts


def test_nothing_to_score() -> None:
    """Without samples there is no score; without a match it is 0."""
    assert corpus_bleu([]) is None
    assert corpus_bleu([0] * 10) is None
    assert corpus_bleu(bleu_statistics("", "a b c d")) == 0.0
    assert corpus_bleu(bleu_statistics("x", "a b c d")) == 0.0


def test_scale_and_signature() -> None:
    """A perfect translation has 100, the scale; the signature is sacreBLEU's."""
    assert corpus_bleu(bleu_statistics("a b c d", "a b c d ")) == pytest.approx(BLEU.scale) == 100.0
    bleu = sacrebleu.BLEU()
    bleu.corpus_score(["a"], [["a"]])
    assert BLEU.signature([]) == str(bleu.get_signature())


@pytest.mark.parametrize(("metric", "segmenter"), [(BLEU_JANOME, "janome"), (BLEU_LMEVALJA, "nagisa")])
def test_the_signature_names_the_segmenter(metric: Metric, segmenter: str) -> None:
    """Japanese has the words of a library, whose version is part of what is compared."""
    assert metric.signature is not None
    found, plain = metric.signature([]), BLEU.signature([])
    assert found == plain.replace("tok:13a", f"tok:{segmenter}-{version(segmenter)}+13a")
    assert found != plain


def test_generations_are_lines() -> None:
    """Several generations of a question count as so many lines of a corpus."""
    lines = [("a b c d e", "a b c d e f"), ("x b c d e", "a b c d e")]
    value = [count for line in lines for count in bleu_statistics(*line)]
    expected = sacrebleu.BLEU().corpus_score([line[0] for line in lines], [[line[1] for line in lines]])
    counts = BLEU.statistics(value)
    assert list(counts) == [expected.sys_len, expected.ref_len, *expected.counts, *expected.totals]
    assert BLEU.total(counts) == pytest.approx(expected.score)


def test_segmented() -> None:
    """Both texts are segmented before they are compared."""
    assert bleu_statistics("猫がいる", "猫もいる", janome_wakati) == (3, 3, 2, 0, 0, 0, 3, 2, 1, 0)
    assert bleu_statistics("猫がいる", "猫もいる") == (1, 1, 0, 0, 0, 0, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("segment", "longest"),
    [(janome_wakati, None), pytest.param(nagisa_wakati, LONGEST_NAGISA, marks=pytest.mark.slow)],
)
def test_long_lines_are_read_whole(segment: Callable[[str], str], longest: int | None) -> None:
    """What a line of 11,000 characters has at its end counts as in sacreBLEU."""
    hypothesis, reference = "犬も歩けば棒に当たる。" * 1000 + "猫がいる。", "猫がいる。"
    counts = bleu_statistics(hypothesis, reference, segment, longest)
    expected = sacrebleu.BLEU().corpus_score([segment(hypothesis)], [[segment(reference)]])
    assert counts == (expected.sys_len, expected.ref_len, *expected.counts, *expected.totals)
    assert counts[5] == 1  # 猫 が いる 。, nowhere else than at the end


def test_runaway_lines() -> None:
    """A line beyond all sense is segmented at its start; its totals are extrapolated, its matches are capped anyway."""
    line, reference = "猫がいる。", "猫がいる。"
    longest = LONGEST_NAGISA // 5
    times = 3 * longest // len(line)
    found = bleu_statistics(line * times, reference, nagisa_wakati, longest)
    single = bleu_statistics(line, reference, nagisa_wakati, longest)
    assert found[1:6] == single[1:6]
    exact = [times * single[0] - n for n in range(4)]
    assert [found[0], *found[7:]] == pytest.approx([exact[0], *exact[1:]], rel=0.001)


def test_characters_that_grow() -> None:
    """A character that is eighteen under NFKC counts as long as that, so time stays bounded."""
    read: list[int] = []

    def segment(text: str) -> str:
        read.append(len(text))
        return text

    bleu_statistics("\ufdfa" * 100_000, "x", segment, LONGEST_NAGISA)
    assert read[0] * 18 <= LONGEST_NAGISA


@pytest.mark.parametrize("response", ["a 1 " * 250_000, "\ud800 \0" * 100_000, ". , - & " * 120_000, "日本" * 150_000])
def test_a_megabyte(response: str) -> None:
    """Counts of a megabyte on one line take no stall and no memory for its n-grams."""
    counts = bleu_statistics(response, "a 1 a 1 a 1 日本 . , -")
    assert counts[0] == counts[6] > 0
    assert all(matched <= 12 for matched in counts[2:6])


@pytest.mark.skipif(not CONFORMANCE.is_dir(), reason=f"no conformance vectors at {CONFORMANCE}")
@pytest.mark.parametrize(
    ("benchmark", "language", "metric"),
    [
        ("wmt20_en_ja", "ja", BLEU_JANOME),
        ("wmt20_en_ja", "ja", BLEU_LMEVALJA),
        ("wmt20_ja_en", "en", BLEU),
    ],
    ids=["en-ja janome", "en-ja nagisa", "ja-en"],
)
def test_recorded_translations(benchmark: str, language: Language, metric: Metric) -> None:
    """Every span and every segmented text is the recorded one, and the corpus score agrees to 1e-9."""
    columns = [
        [
            json.loads(line)
            for line in (CONFORMANCE / kind / f"{benchmark}.jsonl").read_text("utf-8").split("\n")
            if line
        ]
        for kind in ("data", "responses", "expected")
    ]
    segment = None if language == "en" else janome_wakati if metric is BLEU_JANOME else nagisa_wakati
    values = []
    for row, response, expected in zip(*columns, strict=True):
        span = translation(response["text"], *REFERENCES["202508"].cues[language]) or ""
        reference = gold(row["translation"], language)
        tokenized = expected["tokenized"][metric.name]
        assert [span] == expected["extracted"]
        assert [segment(span) if segment else span] == tokenized["preds"]
        assert [segment(reference) if segment else reference] == tokenized["golds"]
        values.append(bleu_statistics(span, reference, segment))
    summary = json.loads((CONFORMANCE / f"expected/{benchmark}.summary.json").read_text("utf-8"))
    assert corpus_score(metric, values) == pytest.approx(summary[metric.name], abs=1e-9)


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ([("a b", "a b"), ("c", "c")], "BLEU is 0 by definition, as no line has 3 words; 3 of 3 words match"),
        (
            [("a b c d e", "a x c y e")],
            None,  # smoothed: above 0
        ),
        ([], None),
        ([("x", "y")], None),  # nothing matches: 0 needs no explanation
        ([("a b c d", "a b c d")], None),
    ],
)
def test_a_zero_with_matching_words_is_explained(pairs, why):
    """A word-for-word perfect corpus of short lines has BLEU 0 (TR-9): the table says why."""
    rows = [bleu_statistics(*pair) for pair in pairs]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    assert zero_note(sums) == why
    assert (corpus_bleu(sums) == 0.0) == (why is not None or pairs == [("x", "y")])
