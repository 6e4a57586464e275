"""pass@k and maj@k (MJ-3 to MJ-9): golden values, and the definition itself on small cases."""

import json
from itertools import combinations
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.metrics.several import (
    answer_key,
    answers_json,
    ks,
    majorities,
    several_names,
    several_scores,
    tally,
)

RIGHT = {"R", "R'", 'R"', "R*"}


def scores(text, metric="m"):
    keys = text.split()
    return several_scores(metric, keys, [key in RIGHT for key in keys], len(keys))


@pytest.mark.parametrize(
    ("generations", "pass2", "maj1", "maj4"),
    [
        ("R R R -", 1, 0.75, 1),
        ("R R - -", 5 / 6, 0.5, 0.5),
        ("R R w w", 5 / 6, 0.5, 0.5),
        ("R - - -", 0.5, 0.25, 0),
        ("R w v -", 0.5, 0.25, 0.25),
        ("R R' w w", 5 / 6, 0.5, 0),
        ("R R' w v", 5 / 6, 0.5, 0.5),
        ("""R R' R" R*""", 1, 1, 1),
        ("- - - -", 0, 0, 0),
    ],
)
def test_four_generations(generations, pass2, maj1, maj4):
    """Unextracted answers vote, ties are shared, and two notations of one value are two answers (MJ-4 to MJ-8)."""
    found = scores(generations)
    expected = {"m_pass@2:4": pass2, "m_maj@1:4": maj1, "m_maj@2:4": maj1, "m_maj@4:4": maj4, "m_pass@1:4": maj1}
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.sampled_from(["R", "R'", "w", "v", "EMPTY"]), min_size=1, max_size=8), st.data())
def test_maj_is_the_mean_over_all_choices(keys, data):
    """The definition, counted out (MJ-7); the order of generations is irrelevant (MJ-8)."""
    found = majorities(tuple((a.count, a.is_correct) for a in tally(keys, [key in RIGHT for key in keys])))
    for k in range(1, len(keys) + 1):
        shares = []
        for chosen in combinations(keys, k):
            counts = {key: chosen.count(key) for key in chosen}
            top = [key for key in counts if counts[key] == max(counts.values())]
            shares.append(sum(key in RIGHT for key in top) / len(top))
        assert found[k - 1] == pytest.approx(sum(shares) / len(shares), abs=1e-12)
    assert scores(" ".join(data.draw(st.permutations(keys)))) == scores(" ".join(keys))


@pytest.mark.parametrize(("n", "expected"), [(1, [1]), (4, [1, 2, 4]), (10, [1, 2, 4, 8, 10]), (3, [1, 2, 3])])
def test_which_k(n, expected):
    """Powers of two, and all generations."""
    assert ks(n) == expected


@pytest.mark.parametrize("n", [2, 3, 8])
def test_the_names_are_those_of_the_scores(n):
    """They are known before anything is scored; one generation has none."""
    assert sorted(several_names("m", n)) == sorted(several_scores("m", ["A"] * n, [True] * n, n))
    assert several_names("m", 1) == []


def test_fewer_and_more_generations_than_asked_for():
    """No k above what there is; more are all used, under the name of what was asked for (MJ-3, MJ-10)."""
    few = several_scores("m", ["A", "B"], [True, False], 4)
    assert sorted(few) == ["m_maj@1:4", "m_maj@2:4", "m_pass@1:4", "m_pass@2:4"]
    more = several_scores("m", ["A", "A", "A", "B"], [True, True, True, False], 2)
    assert more == pytest.approx({"m_pass@1:2": 0.75, "m_pass@2:2": 1, "m_maj@1:2": 0.75, "m_maj@2:2": 0.75})


@pytest.mark.parametrize(
    ("extracted", "key"),
    [
        ([], "EMPTY"),
        (["B", "B"], "B"),
        (["1/2", "\\frac{1}{2}"], "1/2|\\frac{1}{2}"),
        (["{1, 2}", "1,2"], "1,2|{1, 2}"),
        (["EMPTY", "\\text{EMPTY}"], "EMPTY|\\text{EMPTY}"),
        (["７"], "７"),
        (["x=3", "Eq(x, 3)"], "Eq(x, 3)|x=3"),
    ],
)
def test_keys(extracted, key):
    """The distinct texts, sorted by code point (MJ-4)."""
    assert answer_key(extracted) == key


def test_a_key_is_right_if_its_last_generation_was():
    """And the tally is sorted by key (MJ-6, MJ-11)."""
    assert answers_json(["b", "a", "b"], [True, True, False]) == [
        {"answer": "a", "count": 1, "is_correct": True},
        {"answer": "b", "count": 2, "is_correct": False},
    ]


def test_500_questions_of_64_generations_are_quick():
    """Every question with counts of its own, so that nothing is remembered; a minute would be too long."""
    start = perf_counter()
    for question in range(500):
        keys = [f"{(generation * generation * (question + 3)) % (7 + question % 23)}" for generation in range(64)]
        several_scores("m", keys, [key == "0" for key in keys], 64)
    assert perf_counter() - start < 30


def vectors(shared, name):
    lines = (shared / f"conformance/v202604/expected/{name}.vectors.jsonl").read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def test_recorded_estimators(shared):
    """pass@K and maj@K of recorded counts, for N from 4 to 128."""
    for case in vectors(shared, "pass_maj"):
        answers = [(answer["count"], answer["is_correct"]) for answer in case["answers"]]
        keys = [str(number) for number, (count, _) in enumerate(answers) for _ in range(count)]
        found = several_scores("m", keys, [answers[int(key)][1] for key in keys], case["n"])
        assert {int(k): found[f"m_pass@{k}:{case['n']}"] for k in case["pass"]} == pytest.approx(
            {int(k): value for k, value in case["pass"].items()}, abs=1e-12
        )
        assert {int(k): found[f"m_maj@{k}:{case['n']}"] for k in case["maj"]} == pytest.approx(
            {int(k): value for k, value in case["maj"].items()}, abs=1e-12
        )


def test_recorded_keys(shared):
    """Extraction lists and their keys."""
    for case in vectors(shared, "answer_key"):
        assert answer_key(case["extracted"]) == case["answer"]
