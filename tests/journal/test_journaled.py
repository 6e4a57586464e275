"""An engine with its journal: what is kept of an answer, and when the engine is asked at all."""

import asyncio
from dataclasses import replace

import pytest

from projects import read_jsonl
from swallow_metrics.datatypes import Request, Response
from swallow_metrics.engines.base import FINISHED
from swallow_metrics.engines.fake import FakeEngine
from swallow_metrics.errors import EngineDown, EngineError
from swallow_metrics.journal.journaled import JournaledEngine, final
from swallow_metrics.journal.reader import JournalReader
from swallow_metrics.journal.writer import JournalWriter

REQUEST = Request("b", "1", ({"role": "user", "content": "q"},))
WHOLE = "<think>because</think>B"


def ask(engine, request=REQUEST):
    return asyncio.run(engine.ask(request))


@pytest.fixture
def journal(tmp_path):
    return JournalWriter(tmp_path / "responses.jsonl")


def lines(journal):
    return read_jsonl(journal.path)


def test_an_answer_is_written_as_it_is_handed_on(journal):
    """Trace apart, with the options of the request and the time it took."""
    answer = ask(
        JournaledEngine(FakeEngine(lambda request: WHOLE, latency_s=0.02), journal),
        replace(REQUEST, choices=("x", "y")),
    )
    assert (answer.text, answer.reasoning, answer.choices) == ("B", "because", ("x", "y"))
    assert 0.02 <= answer.latency_s < 5
    (line,) = lines(journal)
    assert (line["text"], line["reasoning"], line["latency_s"]) == ("B", "because", answer.latency_s)


def test_a_recorded_answer_stays_as_it_is():
    """Its trace was removed when it was written; its options are those of its time. Nothing measures its time."""
    old = Response(WHOLE, finish_reason="stop", choices=("old",))
    assert ask(JournaledEngine(FakeEngine(lambda request: old), strip_reasoning=False)) == old
    tagged = JournaledEngine(FakeEngine(lambda request: "[T]r[/T]B"), strip_reasoning=False, tags=(("[T]", "[/T]"),))
    assert (ask(tagged).text, ask(tagged).reasoning) == ("B", "r")


def test_an_engines_own_time_counts(journal):
    """It may know better when it began, such as after a queue."""
    known = Response("B", finish_reason="stop", latency_s=7.5)
    assert ask(JournaledEngine(FakeEngine(lambda request: known), journal)).latency_s == 7.5


def test_what_was_answered_before_is_not_asked_again(tmp_path, journal):
    """By key; other requests are asked, and the model's name of the earlier part is known."""
    named = FakeEngine(lambda request: Response("B", finish_reason="stop", model="served"))
    ask(JournaledEngine(named, journal))
    later = FakeEngine(lambda request: "C")
    engine = JournaledEngine(later, JournalWriter(tmp_path / "next.jsonl"), JournalReader([journal.path], print))
    assert ask(engine).text == "B"
    assert ask(engine, replace(REQUEST, repeat=1)).text == "C"
    assert [request.repeat for request in later.requests] == [1]
    later.describe = lambda: {"name": "fake", "reported_model": None}
    assert engine.describe() == {"name": "fake", "reported_model": "served"}
    later.describe = lambda: {"name": "fake", "reported_model": "now"}
    assert engine.describe()["reported_model"] == "now"
    later.describe = lambda: {"name": "fake"}
    assert engine.describe() == {"name": "fake"}


def test_resumed_answers_are_read_with_the_tags_of_now(tmp_path, journal):
    """`--reasoning-tags` is about reading, so it needs no new answers."""
    ask(JournaledEngine(FakeEngine(lambda request: "[T]r[/T]B"), journal))
    reader = JournalReader([journal.path], print)
    assert ask(JournaledEngine(FakeEngine(lambda request: ""), resumed=reader)).text == "[T]r[/T]B"
    assert ask(JournaledEngine(FakeEngine(lambda request: ""), resumed=reader, tags=(("[T]", "[/T]"),))).text == "B"


def test_an_engine_that_is_down_is_not_asked_again(journal):
    """The first refusal is everyone's; nothing of it is in the journal."""

    def down(request):
        raise EngineDown("gone")

    fake = FakeEngine(down)
    engine = JournaledEngine(fake, journal)
    for _ in range(3):
        with pytest.raises(EngineDown, match="gone"):
            ask(engine)
    assert len(fake.requests) == 1
    assert lines(journal) == []


@pytest.mark.parametrize("reason", [*FINISHED, "MAX_TOKENS", "Stop", None])
def test_a_finish_reason_is_kept_in_openais_words(journal, reason):
    """Whatever an engine of a user's own calls it: counts of truncated and filtered answers then hold."""
    kept = ask(JournaledEngine(FakeEngine(lambda request: Response("B", finish_reason=reason)), journal)).finish_reason
    assert kept == (None if reason is None else FINISHED[reason.lower()])
    assert [line["finish_reason"] for line in lines(journal)] == [kept]


@pytest.mark.parametrize("error", [KeyError("x\ny"), EngineError("said")])
def test_a_bug_of_an_engine_costs_its_question(journal, error):
    """With its kind and words in one line; an error of ours stays itself."""

    def fails(request):
        raise error

    with pytest.raises(EngineError) as caught:
        ask(JournaledEngine(FakeEngine(fails), journal))
    assert str(caught.value) in ("said", r"the engine failed with KeyError: 'x\ny'")
    assert lines(journal) == []


@pytest.mark.parametrize(
    ("response", "tags", "expected"),
    [
        (Response("plain"), (), ("plain", None, ())),
        (Response(WHOLE, "known"), (), (WHOLE, "known", ())),
        (Response("<think>never ends"), (), ("<think>never ends", None, ())),
        (Response("[T]never ends"), (("[T]", "[/T]"),), ("[T]never ends", None, ("unclosed_reasoning",))),
        (
            Response("[T]x", trouble=("unclosed_reasoning",)),
            (("[T]", "[/T]"),),
            ("[T]x", None, ("unclosed_reasoning",)),
        ),
        (Response("B"), (("[T]", "[/T]"),), ("B", None, ())),
    ],
)
def test_a_trace_is_separated_once(response, tags, expected):
    """Where it ends; one in further tags that never ends is named."""
    found = final(response, tags)
    assert (found.text, found.reasoning, found.trouble) == expected
