r"""What a reader of a score should know: an answer was read by the reference's rules, but does it say so?

Nothing here changes a score. Each function looks at one text and gives the name of a doubt or None, so that counts and
`swallow audit` can list the texts. They err on the side of silence where a text is an ordinary answer.

| doubt | example |
| --- | --- |
| `letter_guessed` | the A of "Answer: unknown"; a letter in a text without a cue |
| `letters_several` | "Answer: A or B" |
| `unrecognised_trace` | `<thinking>…</thinking>B`; a second `<think>`; what is left of harmony channels |

`metrics.math.doubts` has the one about numbers, which needs the search for mathematical answers, `judge.rating` the one
about verdicts.
"""

from __future__ import annotations

import re

from swallow_metrics.extraction.choice import Choice, Language, find_choice
from swallow_metrics.extraction.reasoning import CLOSING, OPENING, is_unclosed

LETTER_GUESSED = "letter_guessed"
LETTERS_SEVERAL = "letters_several"
UNRECOGNISED_TRACE = "unrecognised_trace"

_CUE = re.compile(r"(?i:answer|choice)|回答|解答|正解|答え")
_CUE_ENDS = re.compile(r"[\s*:：=はが]*+")
_SENTENCE_END = re.compile(r"[。．！？\n]|[.!?](?=\s|$)")
_WORD = re.compile(r"\w")
_ALONE = re.compile(r"(?<![A-Za-z0-9])([A-Z])(?![A-Za-z0-9])")
# The article and the pronoun: a word follows that does not speak of the letter.
_IS_WORD = re.compile(r"[AI](?:['’]\w| (?!(?:or|and|is|as|because|since|for|but|by|with)\b)[a-z])")
_NEGATED_BEFORE = re.compile(r"(?i:\bnot|n['’]t|\bneither)(?: option)? *[(*]*$")
_NEGATED_AFTER = re.compile(r"[)）」』*]*(?:(?:では|じゃ)な[いくか]|以外)")
# An option's text follows, and no other option.
_LABEL = re.compile(r"[\]」』*]*[)）.:：．](?!\s*(?:or|and|,|、|/|&|か|と|または|もしくは|あるいは))")
_LABEL_ENDS = re.compile(r"[)）\]」』*]*(?:[).:：．。、,]|\s*(?:\n|$))")
_BOX = re.compile(r"\\boxed\{(?:\\(?:text|textbf|mathrm|mathbf)\{)?[ (]*([A-Z])(?![A-Za-z0-9])")
_LONGEST_STATEMENT = 200  # characters behind a cue
_CUES_READ = 20  # the last ones

_TRACES = re.compile(
    r"<\|(?:channel|start|message|end|return)\|>|assistantfinal"  # harmony, also without its special tokens
    r"|</?(?:[a-z]+[:_-])?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)>"
    r"|\[/?THINK(?:ING)?\]|◁/?think▷|<\|/?(?:think|thinking|begin_of_thought|end_of_thought|START_THINKING|END_THINKING)\|>"
    r"|^Here is my thought process:",
    re.IGNORECASE | re.DOTALL,
)


def choice_doubt(text: str, letters: str, language: Language) -> str | None:
    """Whether the letter that `choice_letter` reads is stated: `letter_guessed`, `letters_several`, or None.

    Several: the sentence behind the cue names more than one of the letters. Guessed: read from inside a word, an
    article, a pronoun or a negation, from a later sentence than the cue's, or without a cue, where no sentence, box or
    label of the text states that letter ("The answer is (C)." is read by the last rule, but it states its C). None as
    well where no letter is read. Never raises for any `text`.
    """
    found = find_choice(text, letters, language)
    if found is None:
        return None
    if found.cue is None:
        stated = stated_letters(text, letters)
        if stated == {found.letter} or (not stated and _is_labelled(text, found, letters)):
            return None
        return LETTERS_SEVERAL if found.letter in stated else LETTER_GUESSED
    named = _named(text, found.cue, letters)
    if len(named) > 1:
        return LETTERS_SEVERAL
    gap = text[found.cue : found.position]
    other_sentence = (word := _WORD.search(gap)) and _SENTENCE_END.search(gap, word.end())
    negated = _NEGATED_BEFORE.search(gap) or _NEGATED_AFTER.match(text, found.position + 1)
    return None if named == {found.letter} and not other_sentence and not negated else LETTER_GUESSED


def trace_doubt(answer: str, reasoning: str | None = None) -> str | None:
    """`unrecognised_trace` where an answer has markers of a reasoning trace that was not, or not wholly, separated.

    `answer` is the text that is scored, `reasoning` the trace that was separated from it. A trace that is opened and
    never closed has its own count (`is_unclosed`) and is none here.
    """
    if answer == reasoning or (reasoning is None and is_unclosed(answer)):
        return None
    if OPENING in answer or CLOSING in answer or _TRACES.search(answer):
        return UNRECOGNISED_TRACE
    return None


def after_traces(text: str) -> str:
    """What stands behind the last marker of a trace that has something behind it: what may be meant as the answer."""
    pieces = _TRACES.split(text)
    return next((piece for piece in reversed(pieces) if piece.strip()), text)


def stated_letters(text: str, letters: str) -> set[str]:
    """The letters that the last sentence with a cue and a letter, or a later box, names. Never raises."""
    boxes = [box for box in _BOX.finditer(text) if box[1] in letters]
    start = boxes[-1].start() if boxes else -1
    for cue in reversed(list(_CUE.finditer(text))[-_CUES_READ:]):
        if cue.start() < start:
            break
        if named := _named(text, cue.end(), letters):
            return named
    return {boxes[-1][1]} if boxes else set()


def _named(text: str, cue: int, letters: str) -> set[str]:
    """The letters that stand by themselves in the sentence behind a cue, without those in a labelled option's text."""
    begin = cue + len(_CUE_ENDS.match(text, cue)[0])  # type: ignore[index]  # the empty text matches as well
    sentence = text[begin : begin + _LONGEST_STATEMENT]
    if end := _SENTENCE_END.search(sentence):
        sentence = sentence[: end.start() + 1]
    named: set[str] = set()
    for letter in _ALONE.finditer(sentence):
        if letter[1] in letters and not _IS_WORD.match(sentence, letter.start()):
            named.add(letter[1])
            if _LABEL.match(sentence, letter.end()):
                break
    return named


def _is_labelled(text: str, found: Choice, letters: str) -> bool:
    """Whether a text starts with its letter as a label, or is the letter, and names no other."""
    if not _ALONE.match(text, found.position) or _WORD.search(text, 0, found.position):
        return False
    others = {match[1] for match in _ALONE.finditer(text) if match[1] in letters} - {found.letter}
    return not others and _LABEL_ENDS.match(text, found.position + 1) is not None
