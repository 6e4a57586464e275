"""The answer in a Japanese response to an open question (rules QA-2 to QA-7), and its normalisation (QA-8 to QA-13).

Stages are tried in turn: a box, an answer phrase, in quasi mode the head of the text, at last the whole response. Each
is a left-to-right scan that visits a character a bounded number of times, whatever the response looks like.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

Stage = Literal["box", "phrase", "direct", "whole"]

_BOX = "\\boxed{"
_TEXT = "\\text{"

# What introduces an answer: QA-4 (a), then (b) without its optional opening bracket, which never changes the answer.
_OPENING = re.compile(
    r"(?:(?:回答|正解|答え|解答)は(?P<mark>[:：→=＝.．、，]|->)?"
    r"|(?:回答|正解|答え|解答|解|答)[】」\])]?\s*+(?:[:：→=＝.．]|->))(?P<space>\s*+)"
)
_TERMINATOR = re.compile(r"[。．\s]")
_COPULAS = ("です", "だ", "である", "でしょう", "だろう")  # none is the end of another

_PAIRS = dict(
    pair.split(" ")
    for pair in (
        "``` ```,** **,__ __,`` ``,( ),（ ）,{ },< >,「 」,『 』,〈 〉,《 》,【 】,〖 〗,〔 〕,❨ ❩,❪ ❫,❴ ❵,❬ ❭,❰ ❱,"
        "⦅ ⦆,⦇ ⦈,⟦ ⟧,⟨ ⟩,\" \",' ',` `,“ ”,‘ ’,« »,‹ ›,„ „,‚ ‚,‟ ‟,‛ ‛,〝 〞,〟 〟,＂ ＂,＇ ＇,* *"
    ).split(",")
)
_YES_NO = {
    **dict.fromkeys(("はい", "肯定", "肯", "\u25ef", "TRUE", "OK", "イエス"), "YES"),
    **dict.fromkeys(("いいえ", "否", "\u00d7", "否定", "ちがう", "違う", "FALSE", "NG"), "NO"),
}


class OpenAnswer(NamedTuple):
    """An extracted answer and the stage that found it; "whole" means that the response had to stand for itself."""

    text: str
    stage: Stage

    @property
    def found(self) -> bool:
        """Whether a stage recognised an answer in the response."""
        return self.stage != "whole"


def plain_answer(text: str) -> OpenAnswer:
    """The answer as written: from a box, else from the last answer phrase, else the whole response. Never raises."""
    if (content := _box(text)) is not None:
        return OpenAnswer(content, "box")
    if (content := _phrase(text)) is not None:
        return OpenAnswer(content, "phrase")
    return OpenAnswer(text, "whole")


def quasi_answer(text: str, plain: OpenAnswer | None = None) -> OpenAnswer:
    """The answer, taken from the head of the text where nothing else is found, and normalised.

    `plain` is `plain_answer(text)` where the caller has it already: the first two stages are the same. Only an empty
    response is left to the stage "whole". Never raises.
    """
    found = plain or plain_answer(text)
    if not found.found and text:
        found = OpenAnswer(text[: _end(text, 0)[0]], "direct")
    return OpenAnswer(normalise(found.text), found.stage)


def normalise(answer: str) -> str:
    """Trim, remove one layer of paired marks, apply NFKC, and unify yes and no (QA-8 to QA-11)."""
    answer = nfkc(_without_marks(answer.strip()))
    return _YES_NO.get(answer, answer)


def _box(text: str) -> str | None:
    r"""Content of the first box (QA-3).

    Only the first `\boxed{` can matter: a closing brace that would serve a later one serves this one as well.
    """
    start = text.find(_BOX)
    if start < 0:
        return None
    start += len(_BOX)
    if text.startswith(_TEXT, start):
        inner = start + len(_TEXT)
        end = text.find("}}", inner + 1)
        if end >= 0:
            return text[inner:end]
    end = text.find("}", start + 1)
    return text[start:end] if end >= 0 else None


def _phrase(text: str) -> str | None:
    """Content of the last answer phrase (QA-4); phrases do not overlap, so a phrase inside an answer is part of it."""
    found, position = None, 0
    while opening := _OPENING.search(text, position):
        start = opening.end()
        if start == len(text):
            # Nothing is left for the answer, which needs a character: it takes the last of the white space, or the mark
            # after は, which is optional there.
            if opening["space"]:
                return text[-1]
            if opening["mark"]:
                return opening["mark"]
            position = opening.start() + 1
            continue
        end, position = _end(text, start)
        found = text[start:end]
    return found


def _end(text: str, start: int) -> tuple[int, int]:
    """Where the answer that starts at `start` ends, and where its terminator ends.

    An answer has at least one character and runs to the first terminator, less a copula right before it.
    """
    terminator = _TERMINATOR.search(text, start + 1)
    end, after = terminator.span() if terminator else (len(text), len(text))
    for copula in _COPULAS:
        if text.endswith(copula, start + 1, end):
            return end - len(copula), after
    return end, after


def _without_marks(answer: str) -> str:
    """Without one layer of paired marks, the longest kind first (QA-9, QA-12)."""
    if len(answer) > 2:
        for size in (3, 2, 1):
            if answer.endswith(_PAIRS.get(answer[:size], "\n")):  # a trimmed text never ends in a line feed
                return answer[size:-size]
    return answer


def nfkc(text: str) -> str:
    """Unicode NFKC in linear time.

    `unicodedata` sorts runs of combining marks by insertion, which takes minutes for a run of 100,000. Long texts are
    decomposed and their runs sorted first; NFKC of that is the same by definition of canonical ordering.
    """
    if len(text) < 4000 or text.isascii():
        return unicodedata.normalize("NFKC", text)
    text = text.translate({ord(char): unicodedata.normalize("NFKD", char) for char in set(text)})
    marks = "".join(char for char in set(text) if unicodedata.combining(char))
    if marks:
        runs = re.compile(f"[{re.escape(marks)}]{{2,}}")
        text = runs.sub(lambda run: "".join(sorted(run[0], key=unicodedata.combining)), text)
    return unicodedata.normalize("NFKC", text)
