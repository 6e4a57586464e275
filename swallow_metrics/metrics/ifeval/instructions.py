"""The 33 instructions by their ids: which arguments each takes, and which check decides."""

from __future__ import annotations

from swallow_metrics.metrics.following import arguments as a
from swallow_metrics.metrics.following import instructions as following
from swallow_metrics.metrics.following.instructions import Instruction, Table
from swallow_metrics.metrics.ifeval import endings, formats, lengths, letters, words
from swallow_metrics.metrics.ifeval.arguments import language, letter, relation
from swallow_metrics.metrics.ifeval.language import is_in_language
from swallow_metrics.metrics.ifeval.text import Text


def response_language(text: Text, *, language: str) -> bool:
    """The response is in this language."""
    return is_in_language(text.value, language)


PREFIX = "ja:"
_COUNTED = {"relation": relation}
_TABLE: Table = {
    "keywords:existence": (words.existence, {"keywords": a.texts}),
    "keywords:frequency": (words.frequency, {"keyword": a.trimmed, "frequency": a.number, **_COUNTED}),
    "keywords:forbidden_words": (words.forbidden_words, {"forbidden_words": a.texts}),
    "keywords:letter_frequency": (
        words.letter_frequency,
        {"letter": letter, "let_frequency": a.number, "let_relation": relation},
    ),
    "language:response_language": (response_language, {"language": language}),
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
TABLE: Table = {PREFIX + name: entry for name, entry in _TABLE.items()}


def prepare(instruction_ids: object, kwargs: object) -> tuple[Instruction, ...]:
    """The instructions of a row. Raises ValueError, in one line, for what cannot be checked."""
    instructions = following.prepare(TABLE, instruction_ids, kwargs)
    for instruction in instructions:
        found = instruction.arguments
        if found.get("nth_paragraph", 0) > found.get("num_paragraphs", 0):
            raise ValueError(
                f"{instruction.id}: expected argument 'nth_paragraph' to be at most 'num_paragraphs', "
                f"found {found['nth_paragraph']} of {found['num_paragraphs']}"
            )
    return instructions
