"""What the verdicts of a question say."""

from swallow_metrics.datatypes import Conversation, Response
from swallow_metrics.judge.verdicts import first_judge, read_verdicts, verdict_details


def conversation(repeat, answers, *turns, judge="j"):
    """A conversation; `turns` hold the judge's replies to each turn."""
    replies = tuple(tuple(Response(text, prompt_tokens=10, completion_tokens=2) for text in turn) for turn in turns)
    return Conversation(repeat, tuple(map(Response, answers)), {judge: replies})


TWO = (
    conversation(0, ["a", "b"], ["[[8]]"], ["?", "Rating: 7", "[[7]]"]),
    conversation(1, ["a", "c"], ["[[08]]", "[[9.5]]"], ["no", "no", "no"]),
)


def test_the_first_readable_reply_counts():
    """Here a retry replaces an unreadable verdict; in the reference only the first reply counts."""
    verdicts = read_verdicts(TWO)["j"]
    assert verdicts.final == [[8, 9.5], [7, None]]
    assert verdicts.first == [[8, None], [None, None]]


def test_details():
    """Everything the report tells of a judge comes from these numbers."""
    details = verdict_details(TWO)
    assert details["dialogues"] == [[0, 0], [0, 1]]
    assert details["judges"]["j"] == {
        "ratings": [[8, 9.5], [7, None]],
        "verdicts": 4,
        "missing": 1,
        "retried": 3,
        "replies": 9,
        "unreadable": 6,
        "malformed": 1,
        "several": 0,
        "out_of_range": 0,
        "characters": [5, 1, 9, 5, 6, 7, 2, 2, 2],
        "prompt_tokens": 90,
        "completion_tokens": 18,
    }


def test_numbers_beyond_the_scale_are_counted():
    """They are ratings all the same (JU-14)."""
    details = verdict_details([conversation(0, ["a"], ["[[11]]"]), conversation(1, ["a"], ["[0]"])])
    assert details["judges"]["j"]["ratings"] == [[11, 0]]
    assert details["judges"]["j"]["out_of_range"] == 2


def test_unknown_token_counts_stay_unknown():
    """One reply without a count makes the sum unknown."""
    found = verdict_details([Conversation(0, (Response("a"),), {"j": ((Response("[[1]]"),),)})])
    assert found["judges"]["j"]["prompt_tokens"] is None


def test_whose_figures_are_the_references():
    """Its own judge's where that one judged, else those of the first name, in any order of verdicts."""
    assert first_judge(["z", "gpt-4o-2024-08-06", "a"], "gpt-4o-2024-08-06") == "gpt-4o-2024-08-06"
    assert first_judge(["z", "b"], "m") == first_judge(["b", "z"], "m") == "b"
    one = Conversation(0, (Response("a"),), {"b": ((Response("[[1]]"),),), "a": ((Response("[[2]]"),),)})
    assert list(read_verdicts([one])) == ["a", "b"]
