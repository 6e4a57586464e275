"""The language of a text, by langdetect with its default profiles and seed 0 (IF-20)."""

from __future__ import annotations

from threading import Lock
from typing import Any

# Codes that an instruction may name.
LANGUAGES = frozenset(
    "en es pt ar hi fr ru de ja it bn uk th ur ta te bg ko pl he fa vi ne sw kn mr gu pa ml fi".split()
)
_lock = Lock()
_factories: list[Any] = []


def is_in_language(text: str, language: str) -> bool:
    """Whether the best guess for `text` is `language`; also true for a text without any usable feature (IF-20)."""
    from langdetect import LangDetectException

    detector = _factory().create()
    try:
        detector.append(text)
        return bool(detector.detect() == language)
    except LangDetectException:
        return True


def _factory() -> Any:
    """The profiles, read once in a second. Our own factory: langdetect's is shared by the process, and unseeded."""
    from langdetect import PROFILES_DIRECTORY, DetectorFactory

    with _lock:
        if not _factories:
            factory = DetectorFactory()
            factory.load_profile(PROFILES_DIRECTORY)
            factory.set_seed(0)
            _factories.append(factory)
    return _factories[0]
