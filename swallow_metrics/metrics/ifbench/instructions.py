"""The 58 instructions by their ids: which arguments each takes, and which check decides."""

from __future__ import annotations

from swallow_metrics.metrics.following import arguments as a
from swallow_metrics.metrics.following import instructions as following
from swallow_metrics.metrics.following.instructions import Instruction, Table
from swallow_metrics.metrics.ifbench import answers, counts, layouts, tables, words

_PROMPT = {"prompt_to_repeat": a.text}
TABLE: Table = {
    "count:word_count_range": (counts.word_count_range, {"min_words": a.number, "max_words": a.number}),
    "count:unique_word_count": (counts.unique_word_count, {"N": a.number}),
    "count:conjunctions": (counts.conjunctions, {"small_n": a.number}),
    "count:person_names": (counts.person_names, {"N": a.number}),
    "count:numbers": (counts.numbers, {"N": a.number}),
    "count:punctuation": (counts.punctuation, {}),
    "count:words_japanese": (counts.words_japanese, {"N": a.ordinal}),
    "count:pronouns": (counts.pronouns, {"N": a.number}),
    "count:keywords_multiple": (counts.keywords_multiple, {f"keyword{n}": a.trimmed for n in range(1, 6)}),
    "ratio:stop_words": (counts.stop_words, {"percentage": a.quantity}),
    "ratio:sentence_type": (counts.sentence_type, {}),
    "ratio:sentence_balance": (counts.sentence_balance, {}),
    "ratio:sentence_words": (counts.sentence_words, {}),
    "ratio:overlap": (counts.overlap, {"reference_text": a.text, "percentage": a.quantity}),
    "words:alphabet": (words.alphabet, {}),
    "words:vowel": (words.vowel, {}),
    "words:consonants": (words.consonants, {}),
    "words:palindrome": (words.palindrome, {}),
    "words:prime_lengths": (words.prime_lengths, {}),
    "words:start_verb": (words.start_verb, {}),
    "words:repeats": (words.repeats, {"small_n": a.number}),
    "words:odd_even_syllables": (words.odd_even_syllables, {}),
    "words:last_first": (words.last_first, {}),
    "words:paragraph_last_first": (words.paragraph_last_first, {}),
    "words:no_consecutive": (words.no_consecutive, {}),
    "words:keywords_specific_position": (
        words.keywords_specific_position,
        {"keyword": a.trimmed, "n": a.ordinal, "m": a.ordinal},
    ),
    "words:words_position": (words.words_position, {"keyword": a.trimmed}),
    "sentence:alliteration_increment": (words.alliteration_increment, {}),
    "sentence:keyword": (words.keyword, {"word": a.text, "N": a.ordinal}),
    "sentence:increment": (words.increment, {"small_n": a.number}),
    "format:parentheses": (layouts.parentheses, {}),
    "format:quotes": (layouts.quotes, {}),
    "format:options": (layouts.options, {"options": a.text}),
    "format:newline": (layouts.newline, {}),
    "format:emoji": (layouts.emoji, {}),
    "format:line_indent": (layouts.line_indent, {}),
    "format:quote_unquote": (layouts.quote_unquote, {}),
    "format:list": (layouts.list_, {"sep": a.text}),
    "format:thesis": (layouts.thesis, {}),
    "format:sub-bullets": (layouts.sub_bullets, {}),
    "format:no_bullets_bullets": (layouts.no_bullets_bullets, {}),
    "format:title_case": (layouts.title_case, {}),
    "format:output_template": (layouts.output_template, {}),
    "format:no_whitespace": (layouts.no_whitespace, {}),
    "repeat:repeat_change": (answers.repeat_change, _PROMPT),
    "repeat:repeat_simple": (answers.repeat_simple, {}),
    "repeat:repeat_span": (answers.repeat_span, {**_PROMPT, "n_start": a.number, "n_end": a.number}),
    "custom:multiples": (answers.multiples, {}),
    "custom:mcq_count_length": (answers.mcq_count_length, {}),
    "custom:reverse_newline": (answers.reverse_newline, {}),
    "custom:word_reverse": (answers.word_reverse, {}),
    "custom:character_reverse": (answers.character_reverse, {}),
    "custom:sentence_alphabet": (answers.sentence_alphabet, {}),
    "custom:european_capitals_sort": (answers.european_capitals_sort, {}),
    "custom:csv_city": (tables.csv_city, {}),
    "custom:csv_special_character": (tables.csv_special_character, {}),
    "custom:csv_quotes": (tables.csv_quotes, {}),
    "custom:date_format_list": (answers.date_format_list, {}),
}


def prepare(instruction_ids: object, kwargs: object) -> tuple[Instruction, ...]:
    """The instructions of a row. Raises ValueError, in one line, for what cannot be checked.

    An argument that an instruction does not know is an error, except for `custom:` ones, which take none (IB-2).
    """
    instructions = following.prepare(TABLE, instruction_ids, kwargs)
    assert isinstance(kwargs, list | tuple)
    for instruction, given in zip(instructions, kwargs, strict=True):
        named = [name for name, value in (given or {}).items() if value is not None]
        strange = [name for name in named if name not in instruction.arguments]
        if strange and not instruction.id.startswith("custom:"):
            raise ValueError(
                f"{instruction.id}: expected no other arguments than {', '.join(instruction.arguments) or 'none'}, "
                f"found {strange[0]!r:.80}"
            )
    return instructions
