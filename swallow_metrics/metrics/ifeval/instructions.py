"""The 33 instructions by their ids: which arguments each takes, and which check decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from swallow_metrics.metrics.ifeval import arguments as a
from swallow_metrics.metrics.ifeval import endings, formats, lengths, letters, words
from swallow_metrics.metrics.ifeval.language import is_in_language
from swallow_metrics.metrics.ifeval.text import Text


def response_language(text: Text, *, language: str) -> bool:
    """The response is in this language."""
    return is_in_language(text.value, language)


PREFIX = "ja:"
_COUNTED = {"relation": a.relation}
_TABLE: Mapping[str, tuple[Callable[..., bool], Mapping[str, a.Kind]]] = {
    "keywords:existence": (words.existence, {"keywords": a.texts}),
    "keywords:frequency": (words.frequency, {"keyword": a.trimmed, "frequency": a.number, **_COUNTED}),
    "keywords:forbidden_words": (words.forbidden_words, {"forbidden_words": a.texts}),
    "keywords:letter_frequency": (
        words.letter_frequency,
        {"letter": a.letter, "let_frequency": a.number, "let_relation": a.relation},
    ),
    "language:response_language": (response_language, {"language": a.language}),
    "length_constraints:number_sentences": (lengths.number_sentences, {"num_sentences": a.number, **_COUNTED}),
    "length_constraints:number_paragraphs": (lengths.number_paragraphs, {"num_paragraphs": a.number}),
    "length_constraints:number_letters": (lengths.number_letters, {"num_letters": a.number, **_COUNTED}),
    "length_constraints:nth_paragraph_first_word": (
        lengths.nth_paragraph_first_word,
        {"num_paragraphs": a.number, "nth_paragraph": a.ordinal, "first_word": a.text},
    ),
    "detectable_content:number_placeholders": (formats.number_placeholders, {"num_placeholders": a.number}),
    "detectable_content:postscript": (formats.postscript, {"postscript_marker": a.trimmed}),
    "detectable_format:number_bullet_lists": (formats.number_bullet_lists, {"num_bullets": a.number}),
    "detectable_format:number_numbered_lists": (formats.number_numbered_lists, {"num_items": a.number}),
    "detectable_format:constrained_response": (formats.constrained_response, {}),
    "detectable_format:number_highlighted_sections": (
        formats.number_highlighted_sections,
        {"num_highlights": a.number},
    ),
    "detectable_format:multiple_sections": (
        formats.multiple_sections,
        {"section_spliter": a.trimmed, "num_sections": a.number},
    ),
    "detectable_format:json_format": (formats.json_format, {}),
    "detectable_format:title": (formats.title, {}),
    "detectable_format:nominal_ending": (words.nominal_ending, {"count": a.number}),
    "combination:two_responses": (formats.two_responses, {}),
    "combination:repeat_prompt": (endings.repeat_prompt, {"prompt_to_repeat": a.text}),
    "startend:end_checker": (endings.end_checker, {"end_phrase": a.text}),
    "startend:sentence_unified_end": (endings.sentence_unified_end, {"ending": a.text}),
    "startend:quotation": (endings.quotation, {}),
    "letters:furigana": (letters.furigana, {}),
    "letters:kansuuji": (letters.kansuuji, {}),
    "letters:no_katakana": (letters.no_katakana, {}),
    "letters:katakana_only": (letters.katakana_only, {}),
    "letters:no_hiragana": (letters.no_hiragana, {}),
    "letters:hiragana_only": (letters.hiragana_only, {}),
    "letters:kanji": (lengths.kanji, {"kanji_limit": a.number, **_COUNTED}),
    "punctuation:no_comma": (letters.no_comma, {}),
    "punctuation:no_period": (letters.no_period, {}),
}
INSTRUCTION_IDS = tuple(PREFIX + name for name in _TABLE)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a prompt, ready to be checked: its arguments are complete and of the right kind."""

    id: str
    accepts: Callable[..., bool]
    arguments: Mapping[str, Any]

    def __call__(self, text: Text) -> bool:
        """Whether the text follows it; blank texts are the caller's business (IF-4)."""
        return self.accepts(text, **self.arguments)


def prepare(instruction_ids: object, kwargs: object) -> tuple[Instruction, ...]:
    """The instructions of a row (`instruction_id_list` and `kwargs`, lists of the same length; IF-1, IF-2).

    Arguments that an instruction does not take are ignored, and null is as good as absent. Raises ValueError, in one
    line that says which instruction and argument, for an unknown id and for an argument that is missing or unusable.
    """
    if not isinstance(instruction_ids, list | tuple) or not instruction_ids:
        raise ValueError(f"expected a list of instruction ids in 'instruction_id_list', found {instruction_ids!r:.80}")
    if not isinstance(kwargs, list | tuple) or len(kwargs) != len(instruction_ids):
        raise ValueError(
            f"expected a list of {len(instruction_ids)} objects in 'kwargs', one an instruction, found {kwargs!r:.80}"
        )
    return tuple(_instruction(*pair) for pair in zip(instruction_ids, kwargs, strict=True))


def _instruction(name: object, given: object) -> Instruction:
    if not isinstance(name, str) or name not in INSTRUCTION_IDS:
        raise ValueError(f"expected an instruction id such as {INSTRUCTION_IDS[0]!r}, found {name!r:.80}")
    if given is not None and not isinstance(given, Mapping):
        raise ValueError(f"{name}: expected an object of arguments in 'kwargs', found {given!r:.80}")
    accepts, kinds = _TABLE[name.removeprefix(PREFIX)]
    found: dict[str, Any] = {}
    for argument, kind in kinds.items():
        value = given.get(argument) if given else None
        try:
            found[argument] = kind(value)
        except ValueError as error:
            what = "it is missing" if value is None else f"found {value!r:.80}"
            raise ValueError(f"{name}: expected argument {argument!r} to be {error}, but {what}") from None
    if found.get("nth_paragraph", 0) > found.get("num_paragraphs", 0):
        raise ValueError(
            f"{name}: expected argument 'nth_paragraph' to be at most 'num_paragraphs', "
            f"found {found['nth_paragraph']} of {found['num_paragraphs']}"
        )
    return Instruction(name, accepts, found)
