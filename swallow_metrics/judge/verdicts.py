"""What the verdicts of a question's conversations say, for its scores and for the report's part on the judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from swallow_metrics.datatypes import Conversation, Response
from swallow_metrics.errors import JudgeError
from swallow_metrics.extraction.reasoning import OPENING, is_unclosed
from swallow_metrics.judge.rating import HIGHEST, LOWEST, Rating, rating_doubt, read_rating

_SHOWN = 80  # characters of a reply in an error

Ratings = list[list[float | None]]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One judge's ratings of a question, `[turn][repeat]`; None where none can be read.

    `final` is the rating of the first reply that has one, `first` that of the first reply, as the reference takes it.
    """

    final: Ratings
    first: Ratings


def read_verdicts(conversations: Sequence[Conversation]) -> dict[str, Verdicts]:
    """Each judge's verdicts on a question, by the judge's name."""
    return {
        judge: Verdicts(
            final=_ratings(conversations, judge, readable),
            first=_ratings(conversations, judge, lambda replies: rating_of(replies[0]).value),
        )
        for judge in _judges(conversations)
    }


def check_readable(conversations: Sequence[Conversation]) -> None:
    """Refuse a question of which no verdict at all can be read: it was not measured. Raises JudgeError."""
    replies = {
        judge: [reply for conversation in conversations for turn in conversation.verdicts[judge] for reply in turn]
        for judge in _judges(conversations)
    }
    if all(readable(own) is None for own in replies.values()):
        last = ", ".join(f"{own[-1].text[:_SHOWN]!r} (judge {judge!r})" for judge, own in replies.items() if own)
        raise JudgeError(
            f"no verdict on this question has a rating; the last reply begins {last or 'nowhere: there is none'}; "
            f"give more --judge-retries, other --judge-prompts or another --judge-model"
        )


def first_judge(names: Iterable[str], own: str) -> str:
    """Whose ratings make the reference's figures: its `own` judge's (JU-8, JU2-1), else those of the first name."""
    return min(names, key=lambda name: (name != own, name))


def rating_of(reply: Response) -> Rating:
    """What a reply says. A reasoning trace that no verdict followed says nothing: its numbers are not the judge's."""
    unfinished = reply.text == reply.reasoning or (reply.text.lstrip().startswith(OPENING) and is_unclosed(reply.text))
    return Rating(None) if unfinished else read_rating(reply.text)


def readable(replies: Sequence[Response]) -> float | None:
    """The rating of the first reply that has one."""
    return next((value for reply in replies if (value := rating_of(reply).value) is not None), None)


def verdict_details(conversations: Sequence[Conversation]) -> dict[str, Any]:
    """Plain JSON about a question's verdicts, from which `report.judging` makes the figures of a judge.

    `dialogues[turn][repeat]` numbers the distinct dialogues up to a turn: equal numbers mean that a judge saw the same
    thing twice. `judges[name]` has `ratings` as in `Verdicts.final`, and sums over all replies.
    """
    turns = max((len(conversation.responses) for conversation in conversations), default=0)
    return {
        "dialogues": [_numbered([c.responses[: turn + 1] for c in conversations]) for turn in range(turns)],
        "judges": {judge: _details(conversations, judge) for judge in _judges(conversations)},
    }


def _details(conversations: Sequence[Conversation], judge: str) -> dict[str, Any]:
    asked = [replies for conversation in conversations for replies in conversation.verdicts[judge]]
    replies = [reply for retried in asked for reply in retried]
    found = [rating_of(reply) for reply in replies]
    ratings = _ratings(conversations, judge, readable)
    flat = [rating for turn in ratings for rating in turn]
    return {
        "ratings": ratings,
        "verdicts": len(asked),
        "missing": flat.count(None),
        "retried": sum(len(retried) > 1 for retried in asked),
        "replies": len(replies),
        "unreadable": sum(rating.value is None for rating in found),
        "malformed": sum(rating.malformed for rating in found),
        "several": sum(rating_doubt(reply.text) is not None for reply in replies),
        "out_of_range": sum(rating is not None and not LOWEST <= rating <= HIGHEST for rating in flat),
        "characters": [len(reply.text) for reply in replies],
        "prompt_tokens": _sum([reply.prompt_tokens for reply in replies]),
        "completion_tokens": _sum([reply.completion_tokens for reply in replies]),
    }


def _judges(conversations: Sequence[Conversation]) -> list[str]:
    return sorted({judge for conversation in conversations for judge in conversation.verdicts})


def _ratings(conversations: Sequence[Conversation], judge: str, read: Any) -> Ratings:
    by_repeat = [[read(replies) for replies in conversation.verdicts[judge]] for conversation in conversations]
    return [list(turn) for turn in zip(*by_repeat, strict=True)]


def _numbered(dialogues: Sequence[Sequence[Response]]) -> list[int]:
    known: dict[tuple[str, ...], int] = {}
    return [known.setdefault(tuple(answer.text for answer in dialogue), len(known)) for dialogue in dialogues]


def _sum(numbers: Sequence[int | None]) -> int | None:
    """The sum; None as soon as one is unknown, since a part of a cost is not a cost."""
    return None if None in numbers else sum(number or 0 for number in numbers)
