"""Judge quality in the report."""

import pytest

from swallow_metrics.datatypes import Record
from swallow_metrics.errors import UsageError
from swallow_metrics.judge.agreement import alpha, judging
from swallow_metrics.judge.prices import read_prices
from swallow_metrics.report.table import results_table


def record(ratings, dialogues=None, *, sample="0", judges=("j",), **changes):
    """A question's record: `ratings[turn][repeat]` of every judge, or of each judge by name."""
    by_judge = ratings if isinstance(ratings, dict) else dict.fromkeys(judges, ratings)
    detail = {}
    for name, given in by_judge.items():
        flat = [rating for turn in given for rating in turn]
        detail[name] = {
            "ratings": given, "verdicts": len(flat), "missing": flat.count(None), "retried": 1, "replies": len(flat) + 1,
            "unreadable": 1, "malformed": 0, "out_of_range": 0, "characters": [10, 20],
            "prompt_tokens": 1_000_000, "completion_tokens": 500_000, **changes,
        }  # fmt: skip
    first = next(iter(by_judge.values()))
    shown = dialogues or [list(range(len(turn))) for turn in first]
    return Record("b", sample, details={"judge": {"dialogues": shown, "judges": detail}})


def test_one_judge():
    """Shares, lengths, tokens and cost are sums over questions; the score has an interval over questions."""
    records = [record([[8, 6], [4, None]]), record([[10, 10], [9, 9]], sample="1"), Record("b", "2", error="lost")]
    part = judging(records, {"j": {"prompt": 2.5, "completion": 10.0}})
    (found,) = part["judges"].values()
    assert found["judge_score"]["mean"] == pytest.approx((0.55 + 0.95) / 2)
    assert found["judge_score"]["n"] == 2
    assert found["judge_score_turn_2"]["mean"] == pytest.approx((0.4 + 0.9) / 2)
    assert (found["verdicts"], found["missing"], found["missing_share"]) == (8, 1, 0.125)
    assert (found["retried"], found["retried_share"]) == (2, 0.25)
    assert found["characters"] == {"mean": 15.0, "max": 20}
    assert found["tokens"] == {"prompt": 2_000_000, "completion": 1_000_000}
    assert found["cost_usd"] == pytest.approx(2 * 2.5 + 10.0)
    assert "agreement" not in part


def test_a_cost_that_cannot_be_known_is_none():
    """Without a price, or with an unknown count, there is no estimate."""
    assert judging([record([[8]])], {})["judges"]["j"]["cost_usd"] is None
    unknown = judging([record([[8]], prompt_tokens=None)], {"j": {"prompt": 1.0, "completion": 1.0}})
    assert unknown["judges"]["j"]["cost_usd"] is None


def test_self_agreement_on_the_same_dialogue():
    """Equal dialogues compare the judge with itself; different ones do not."""
    records = [record([[8, 8, 5], [7, 6, 6]], [[0, 0, 1], [0, 0, 0]])]
    same = judging(records, {})["judges"]["j"]["self_agreement"]["same_dialogue"]
    assert same == {"pairs": 4, "equal": 0.5, "distance": 0.5}


def test_two_judges():
    """Both scores stand side by side, with how far they agree on the verdicts they have in common."""
    ratings = {"a": [[8, 2, 5], [4, None, 9]], "b": [[8, 3, 5], [4, 4, 9]]}
    part = judging([record(ratings)], {})
    assert part["judges"]["a"]["judge_score"]["mean"] != part["judges"]["b"]["judge_score"]["mean"]
    assert part["agreement"]["pairs"] == 5
    assert part["agreement"]["equal"] == pytest.approx(0.8)
    assert part["agreement"]["distance"] == pytest.approx(0.2)
    assert 0.9 < part["agreement"]["alpha"] < 1


def test_alpha_has_the_published_value():
    """Krippendorff's worked example with four observers and missing data: interval alpha is 0.849."""
    none = None
    cells = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, none, none, none],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, none, 3],
        [none, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, none],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, none],
    ]
    assert alpha(cells) == pytest.approx(0.849, abs=5e-4)


@pytest.mark.parametrize("cells", [[], [[1, 2]], [[1, 1], [1, 1]], [[1, None], [None, 2]], [[None], [None]]])
def test_alpha_undefined(cells):
    """Without two ratings of one thing, or two different ratings at all, there is no agreement to measure."""
    assert alpha(cells) is None


def test_alpha_of_perfect_agreement():
    """It is 1, also where some ratings are missing."""
    assert alpha([[1, 5, None], [1, 5, 9]]) == 1.0


def test_table_names_the_judges():
    """Each judge has a line with its score, what is missing, and its cost."""
    part = judging([record({"": [[8, 2]], "x": [[8, 3]]})], {"x": {"prompt": 1.0, "completion": 1.0}})
    empty = {"averages": {}, "gates": [], "incomplete": None}
    benchmark = {
        "primary": "judge_score", "metrics": {}, "samples": 1, "scored": 1, "errors": 0, "unextracted": 0, "truncated": 0,
        "counts": {}, "judge": part,
    }  # fmt: skip
    lines = [line for line, _ in results_table({**empty, "benchmarks": {"b": benchmark}})]
    assert any(
        line.startswith("b judged by an unnamed judge: 0.5000, 0 of 2 verdicts missing, 1 asked") for line in lines
    )
    assert any(line.startswith("b judged by x: 0.5500, ") and line.endswith("$1.50") for line in lines)
    assert any("agreement of its judges: alpha 0.9" in line for line in lines)


def test_table_has_no_control_sequences():
    """Names and reasons from journals and endpoints cannot steer the terminal."""
    part = judging([record({"j\x1b[2J\n": [[8, 3]]})], {})
    empty = {"averages": {}, "gates": [], "incomplete": {"missing": 1, "selected": 1, "reason": "a\rb"}}
    benchmark = {
        "primary": "judge_score", "metrics": {}, "samples": 1, "scored": 1, "errors": 0, "unextracted": 0, "truncated": 0,
        "counts": {}, "judge": part,
    }  # fmt: skip
    text = "".join(line for line, _ in results_table({**empty, "benchmarks": {"b": benchmark}}, ["bell\a 表"]))
    assert text.isprintable()
    assert "表" in text


@pytest.mark.parametrize(
    "table", ["prompt = 1", "prompt = 1\ncompletion = -1", "prompt = 1\ncompletion = true", "x = 1"]
)
def test_prices_that_are_none_are_named(tmp_path, table):
    """A model's table needs both prices, as numbers of at least 0."""
    (tmp_path / "p.toml").write_text(f'["m"]\n{table}\n')
    with pytest.raises(UsageError, match=r"p.toml: expected .*prompt. and .completion"):
        read_prices(tmp_path / "p.toml")
