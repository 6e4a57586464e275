"""Everything this package raises on purpose.

SwallowError
├── UsageError        the user can fix it before the run: an option, a file, a gate (exit status 4)
│   └── DataError     a dataset or one of its rows (exit status 4)
│       └── RowError  a row that no answer can be measured by: the error of its item; the run goes on
└── MeasurementError  one item could not be measured: it becomes an item error, never a score
    ├── EngineError   the model did not answer
    │   ├── PromptTooLong  the prompt does not fit into the model's context
    │   └── EngineDown   no further request can succeed (no credit, dead endpoint): the run stops asking
    │       └── EngineRefused   since the key, the model's name or a parameter is wrong (exit status 4)
    ├── JudgeError    the judge did not answer
    └── SandboxError  the sandbox failed, not the program in it

Messages are one line and say what was expected, what was found and what to do next.
"""

from __future__ import annotations

import re

LONGEST_WORD = 300  # characters; paths and addresses are shorter
LONGEST_LINE = 2000  # characters; our longest messages list the names of all options


def bounded(message: str) -> str:
    """A message whose long values, and whose lines, are cut in the middle: what to do next stands at the end."""
    words = re.sub(rf"\S{{{LONGEST_WORD},}}", lambda match: _cut(match[0], LONGEST_WORD), message)
    return "\n".join(_cut(line, LONGEST_LINE) for line in words.split("\n"))


def _cut(text: str, longest: int) -> str:
    half = longest // 2 - 1
    return text if len(text) <= longest else f"{text[:half]}…{text[-half:]}"


class SwallowError(Exception):
    """Base of every error that this package raises on purpose."""

    def __init__(self, *said: object) -> None:
        super().__init__(*(bounded(part) if isinstance(part, str) else part for part in said))


class UsageError(SwallowError):
    """The command line, a configuration file or an input file cannot be used as given."""


class MissingLibraryError(UsageError):
    """A benchmark needs an extra that is not installed; the demo leaves such a benchmark out."""


class DataError(UsageError):
    """A dataset, or a row of it, is not what the benchmark needs."""


class RowError(DataError):
    """No answer to this row can be measured: its gold is empty, or none of its options."""


class MeasurementError(SwallowError):
    """One item could not be measured. It is counted as an error and stays outside every mean."""


class EngineError(MeasurementError):
    """The engine gave no answer to a request."""


class PromptTooLong(EngineError):  # noqa: N818  # names what is wrong with the question
    """A prompt does not fit into the model's context."""


class EngineDown(EngineError):  # noqa: N818  # a state of the engine more than a kind of error
    """The engine answers nothing any more (no credit, dead endpoint): asking again is pointless."""


class EngineRefused(EngineDown):  # the settings are at fault, so this is a wrong usage (exit status 4)
    """The endpoint takes no request as it was set up: key, model name, address, or a parameter it does not know."""


class JudgeError(MeasurementError):
    """The judge gave no answer to a request."""


class SandboxError(MeasurementError):
    """The sandbox failed. Says nothing about the program that was to run in it."""


def explained(error: Exception) -> str:
    """An error in one line; of the system's errors the file and what it says: a name too long, a folder that is closed.

    Such errors are the user's to mend wherever a command or a run's start ends with them.
    """
    if not isinstance(error, OSError):
        return str(error)
    said = error.strerror or str(error) or type(error).__name__
    return f"cannot use {str(error.filename)!r:.200}: {said}" if error.filename is not None else said
