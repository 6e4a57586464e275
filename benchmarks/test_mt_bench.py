"""MT-Bench: dialogues of two turns in Japanese and English, five a question, each turn graded 1 to 10 by a judge.

Datasets: https://huggingface.co/datasets/tokyotech-llm/swallow_japanese_mt_bench and
https://huggingface.co/datasets/tokyotech-llm/swallow_english_mt_bench (Apache-2.0). Scoring: the judge's ratings,
divided by 10, and the share of Japanese characters (spec judge.md).
"""

from dataclasses import replace

import pytest

from swallow_metrics.datasets.row import Row
from swallow_metrics.datatypes import Benchmark, Dataset, JudgeSpec, Sample, Sampling
from swallow_metrics.judge import scores
from swallow_metrics.judge.verdicts import check_readable, first_judge, read_verdicts, verdict_details
from swallow_metrics.metrics import japanese_ratio
from swallow_metrics.metrics.categories import MT_BENCH
from swallow_metrics.workers.japanese import japanese_counts

TEMPERATURES = dict.fromkeys(MT_BENCH, 0.0) | {  # JU-3
    "writing": 0.7,
    "roleplay": 0.7,
    "stem": 0.1,
    "humanities": 0.1,
}
WITH_REFERENCE = frozenset(("math", "reasoning", "coding"))  # JU-9


def sample(row: Row, _prompt: str) -> Sample:
    """A question's two turns as they are, in the group of its category; the target is its reference answers."""
    category, turns = row.text("category"), row.texts("turns")
    if category not in MT_BENCH:
        raise row.error(f"expected `category` to be one of {', '.join(MT_BENCH)}, but got {category!r}")
    if len(turns) != 2:
        raise row.error(f"expected two `turns`, but got {len(turns)}")
    target = reference_answers(row) if category in WITH_REFERENCE else None
    return Sample(row.id, tuple(turns), target, group=category, fields={"question_id": row["question_id"]})


def reference_answers(row: Row) -> tuple[str, str]:
    """The reference answers to both turns, in element 0 of `reference`."""
    match row["reference"]:
        case [{"turns": [str(first), str(second)]}, *_] if first.strip() and second.strip():
            return first, second
        case other:
            raise row.unanswerable(
                f"the category {row['category']} is judged beside references: expected two texts in "
                f"`reference[0].turns`, but got {other!r:.80}"
            )


JAPANESE = Benchmark(
    id="japanese_mt_bench",
    title="Japanese MT-Bench",
    dataset=Dataset(
        path="tokyotech-llm/swallow_japanese_mt_bench",
        split="train",
        columns=("question_id", "category", "turns", "reference"),
        rows=80,
    ),
    sample=sample,
    metrics=(*scores.METRICS, *japanese_ratio.METRICS),
    sampling=Sampling(),
    repeats=5,
    issues=("verdicts_missing", "verdicts_malformed", "verdicts_out_of_range", "answers_cut"),
    temperatures=TEMPERATURES,
    cut=8192,  # JU-6
    judge=JudgeSpec(prompts="japanese", with_reference=WITH_REFERENCE),
)
ENGLISH = replace(
    JAPANESE,
    id="english_mt_bench",
    title="English MT-Bench",
    dataset=replace(JAPANESE.dataset, path="tokyotech-llm/swallow_english_mt_bench"),
    metrics=scores.METRICS,
    judge=JudgeSpec(prompts="english", with_reference=WITH_REFERENCE),
)


def score_verdicts(sample, conversations, score, reference):
    """Both languages: ratings over readable verdicts, and the reference's figures from first replies."""
    verdicts = read_verdicts(conversations)
    values = scores.question_scores([judge.final for judge in verdicts.values()])
    values |= scores.reference_scores(sample.group, verdicts[first_judge(verdicts, reference.judge)].first)
    for metric, value in values.items():
        score(metric, value)
    finals = [judge.final for judge in verdicts.values()]
    each = [
        scores.question_means([[[turn[r]] for turn in final] for final in finals]) for r in range(len(conversations))
    ]
    score.repeats("judge_score", [means.get("judge_score") for means in each])
    details = verdict_details(conversations)
    score.detail("judge", details)
    for name in ("missing", "malformed", "out_of_range"):
        if number := sum(judge[name] for judge in details["judges"].values()):
            score.count(f"verdicts_{name}", number)
    if any(judge["several"] for judge in details["judges"].values()):
        score.issue("ratings_several")
    check_readable(conversations)


@pytest.mark.japanese
@pytest.mark.dialogue
@pytest.mark.judge
@pytest.mark.llm_eval(JAPANESE)
def test_japanese_mt_bench(sample, conversations, score, reference):
    score_verdicts(sample, conversations, score, reference)
    texts = ["".join(answer.text for answer in conversation.responses) for conversation in conversations]
    counts = japanese_counts(texts)
    for subset in ("overall", sample.group):
        score(f"japanese_ratio_{subset}", [counts.japanese, counts.characters])
    if counts.plain:
        score.count("answers_counted_with_markup", counts.plain)


@pytest.mark.english
@pytest.mark.dialogue
@pytest.mark.judge
@pytest.mark.llm_eval(ENGLISH)
def test_english_mt_bench(sample, conversations, score, reference):
    score_verdicts(sample, conversations, score, reference)
