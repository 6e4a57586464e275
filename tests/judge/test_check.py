"""The check of a judge: its dialogues, what they are asked as, and what verdicts on them say."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from places import ROOT
from swallow_metrics.errors import UsageError
from swallow_metrics.judge.check.asking import ORDERS, Verdict, estimate
from swallow_metrics.judge.check.compare import compare
from swallow_metrics.judge.check.dialogues import KINDS, LANGUAGES, read_dialogues
from swallow_metrics.judge.check.document import make_document, read_document, write_document
from swallow_metrics.judge.check.figures import figures
from swallow_metrics.judge.prompts import read_prompts

DIALOGUES = read_dialogues()
BY_ID = {dialogue.id: dialogue for dialogue in DIALOGUES}


def prompts():
    return {name: read_prompts(ROOT / f"benchmarks/judge_prompts/{long}.toml") for name, long in LANGUAGES.items()}


def verdicts(rate, repeats=2):
    """A verdict on every answer at every place; `rate(dialogue, answer, place, repeat)` is its rating."""
    return [
        Verdict(dialogue.id, answer, place, repeat, found := rate(dialogue, answer, place, repeat), found, 1, 10, 5)
        for dialogue in DIALOGUES
        for answer in (0, 1)
        for place in (0, 1)
        for repeat in range(repeats)
    ]


def ours(dialogue, answer, _place, _repeat):
    return dialogue.turns[answer].rating


def test_the_set():
    """40 dialogues, half of them in each language, of every kind, with ratings of the scale and no text twice."""
    assert len(DIALOGUES) == len(BY_ID) == 40
    assert Counter(dialogue.language for dialogue in DIALOGUES) == {"ja": 20, "en": 20}
    for language in LANGUAGES:
        kinds = Counter(dialogue.kind for dialogue in DIALOGUES if dialogue.language == language)
        assert kinds == {"good": 4, "bad": 4, "borderline": 4, "injected": 3, "overlong": 3, "empty": 2}
    assert set(KINDS) == {dialogue.kind for dialogue in DIALOGUES}
    ratings = {
        kind: {turn.rating for dialogue in DIALOGUES if dialogue.kind == kind for turn in dialogue.turns}
        for kind in KINDS
    }
    assert min(ratings["good"]) >= 8
    assert max(ratings["bad"] | ratings["empty"]) == 1
    assert ratings["borderline"] <= set(range(3, 7))
    plain = [dialogue for dialogue in DIALOGUES if dialogue.base is None]
    answers = [turn.answer for dialogue in plain for turn in dialogue.turns]
    assert len(set(answers)) >= len(answers) - 2
    assert all(turn.question.strip() and turn.answer.strip() for dialogue in plain for turn in dialogue.turns)


def test_what_was_added_is_all_that_differs():
    """Injected and overlong answers begin with their base's, of the same language and rating; empty ones say nothing."""
    made = [dialogue for dialogue in DIALOGUES if dialogue.base is not None]
    assert {dialogue.kind for dialogue in made} == {"injected", "overlong", "empty"}
    for dialogue in made:
        base = BY_ID[dialogue.base]
        assert base.language == dialogue.language
        for turn, before in zip(dialogue.turns, base.turns, strict=True):
            assert turn.question == before.question
            if dialogue.kind == "empty":
                assert len(turn.answer.strip(" .…\n")) == 0
            else:
                assert turn.answer.startswith(before.answer)
                assert turn.rating == before.rating
            assert dialogue.kind != "overlong" or len(turn.answer) > 800


def test_an_estimate_counts_every_request():
    """Two orders of two turns, as often as repeats say; tokens and costs grow with them."""
    one, three = (estimate(DIALOGUES, prompts(), repeats) for repeats in (1, 3))
    assert one.requests == 40 * len(ORDERS) * 2 == 160
    assert three.requests == 480
    assert three.prompt_tokens == pytest.approx(3 * one.prompt_tokens, abs=3)
    assert one.cost(None) is None
    assert one.cost((1.0, 0.0)) == pytest.approx(one.prompt_tokens / 1e6)


def test_a_judge_of_our_opinion():
    """Agrees with us and itself in everything; nothing sways it."""
    found = figures(verdicts(ours), DIALOGUES)
    assert (found["verdicts"], found["errors"], found["readable"]) == (320, 0, 1)
    assert found["agreement"] == {"alpha": 1, "distance": 0, "within_1": 1}
    assert found["self_agreement"] == {"pairs": 160, "equal": 1, "distance": 0}
    assert found["second_turn"] == {"dialogues": 40, "shift": 0, "ci95": [0, 0]}
    for key in ("length", "injection"):
        assert found[key] == {"dialogues": 6, "shift": 0, "ci95": [0, 0], "lifted": 0}
    assert all(level["distance"] == 0 for level in [*found["kinds"].values(), *found["languages"].values()])


@pytest.mark.parametrize(
    ("kind", "key"),
    [("injected", "injection"), ("overlong", "length")],
)
def test_what_sways_a_judge_shows(kind, key):
    """Points for what was added to an answer, and for nothing else, are in one figure alone."""
    found = figures(verdicts(lambda d, a, p, r: ours(d, a, p, r) + 3 * (d.kind == kind)), DIALOGUES)
    assert found[key] == {"dialogues": 6, "shift": 3, "ci95": [3, 3], "lifted": 1}
    (other,) = {"injection", "length"} - {key}
    assert found[other]["shift"] == 0
    assert found["kinds"][kind]["judge"] - found["kinds"][kind]["ours"] == 3


def test_a_judge_of_turns():
    """The second turn's points are found, also where answers of one place have none."""
    some = [v for v in verdicts(lambda d, a, p, r: 5 + p) if (v.dialogue, v.answer, v.place) != ("ja-good-1", 0, 1)]
    assert figures(some, DIALOGUES)["second_turn"] == {"dialogues": 40, "shift": 1, "ci95": [1, 1]}


def test_verdicts_without_a_rating():
    """Count as unreadable, an error as neither readable nor unreadable; of nothing at all there is no figure."""
    some = verdicts(ours, repeats=1)
    some[0] = Verdict("ja-good-1", 0, 0, 0, None, None, 3)
    some[1] = Verdict("ja-good-1", 0, 1, 0, 7, None, 2)
    some[2] = Verdict("ja-good-1", 1, 0, 0, error="the judge did not answer")
    found = figures(some, DIALOGUES)
    assert (found["errors"], found["readable"]) == (1, 157 / 159)
    assert found["readable_after_retries"] == 158 / 159
    nothing = figures([Verdict("ja-good-1", 0, 0, 0, error="x")], DIALOGUES)
    assert nothing["readable"] is None
    assert nothing["agreement"] == {"alpha": None, "distance": None, "within_1": None}
    assert nothing["length"] == {"dialogues": 0, "shift": None, "ci95": None, "lifted": None}
    json.dumps(nothing, allow_nan=False)


def noise(seed, spread):
    """A judge that errs to both sides, differently for each seed."""

    def rate(dialogue, answer, place, repeat):
        # A number that depends on all of these and on nothing else.
        drawn = int.from_bytes(f"{seed}{dialogue.id}{answer}{place}{repeat}".encode()) % 7919 % 3 - 1
        return dialogue.turns[answer].rating + spread * drawn

    return rate


def test_an_unchanged_judge_is_not_called_changed():
    """Neither one that repeats itself nor a noisy one."""
    same = compare(verdicts(ours), verdicts(ours))
    assert (same["changed"], same["shift"], same["moved"], same["answers"]) == (False, 0, [], 160)
    assert not compare(verdicts(noise(1, 1), 3), verdicts(noise(2, 1), 3))["changed"]


@pytest.mark.parametrize(
    "rate",
    [
        lambda d, a, p, r: ours(d, a, p, r) + 0.5,
        lambda d, a, p, r: ours(d, a, p, r) + (1 if d.language == "ja" else -1),  # no shift in the mean
        lambda d, a, p, r: ours(d, a, p, r) - (d.kind in ("good", "borderline")),
    ],
    ids=["milder", "both ways", "stricter in part"],
)
def test_a_changed_judge_is_found(rate):
    """One that is milder, and one that moved in both directions; those who moved most are named."""
    found = compare(verdicts(rate), verdicts(ours))
    assert found["changed"]
    assert 1 <= len(found["moved"]) <= 5
    assert all(moved["before"] != moved["now"] for moved in found["moved"])


def test_one_rating_an_answer_is_no_measure_of_noise():
    """With single ratings only the shift is told."""
    found = compare(verdicts(noise(1, 1), 1), verdicts(noise(2, 1), 1))
    assert found["excess"] == {"dialogues": 0, "shift": None, "ci95": None}


@given(
    st.lists(st.tuples(st.integers(0, 39), st.booleans(), st.booleans(), st.none() | st.integers(1, 10)), max_size=9)
)
def test_figures_of_any_part_of_a_check(rows):
    """Whatever came back has figures that are plain JSON."""
    some = [Verdict(DIALOGUES[n].id, int(a), int(p), k, rating, rating, 1) for k, (n, a, p, rating) in enumerate(rows)]
    json.dumps(figures(some, DIALOGUES), allow_nan=False)


def test_a_check_can_be_read_back(tmp_path):
    """With everything a comparison needs."""
    document = make_document(verdicts(ours), {"name": "j"}, prompts(), 2)
    write_document(tmp_path / "check.json", document)
    assert read_document(tmp_path / "check.json") == document


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(kind="report"), "expected a file that `swallow judge-check --out` wrote"),
        (lambda d: d.update(schema=2), "expected a file that `swallow judge-check --out` wrote"),
        (lambda d: d.update(dialogues_sha256="0"), "is a check with other dialogues than those of this release"),
        (lambda d: d.pop("verdicts"), "expected verdicts as `swallow judge-check` writes them"),
        (lambda d: d["verdicts"][0].update(x=1), "expected verdicts as"),
        (lambda d: d["verdicts"][0].update(dialogue="xx-good-1"), "expected verdicts as"),
        (lambda d: d["verdicts"][0].update(answer=7), "expected verdicts as"),
        (lambda d: d["verdicts"][0].update(rating="7"), "expected verdicts as"),
    ],
    ids=range(8),
)
def test_files_that_are_no_check(tmp_path, change, message):
    """One line names the file and what was expected."""
    document = make_document(verdicts(ours), {"name": "j"}, prompts(), 2)
    change(document)
    path = tmp_path / "check.json"
    path.write_text(json.dumps(document))
    with pytest.raises(UsageError, match=message) as caught:
        read_document(path)
    assert str(path) in str(caught.value)
    path.write_bytes(b"{")
    with pytest.raises(UsageError, match="cannot read it"):
        read_document(path)
