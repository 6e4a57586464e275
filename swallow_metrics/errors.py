"""Everything this package raises on purpose.

SwallowError
├── UsageError        the user can fix it before the run: an option, a file, a gate (exit status 4)
│   └── DataError     a dataset or one of its rows (exit status 4)
└── MeasurementError  one item could not be measured: it becomes an item error, never a score
    ├── EngineError   the model did not answer
    │   └── EngineDown   no further request can succeed (refused key, unknown model): the run stops asking
    ├── JudgeError    the judge did not answer
    └── SandboxError  the sandbox failed, not the program in it

Messages are one line and say what was expected, what was found and what to do next.
"""

from __future__ import annotations


class SwallowError(Exception):
    """Base of every error that this package raises on purpose."""


class UsageError(SwallowError):
    """The command line, a configuration file or an input file cannot be used as given."""


class DataError(UsageError):
    """A dataset, or a row of it, is not what the benchmark needs."""


class MeasurementError(SwallowError):
    """One item could not be measured. It is counted as an error and stays outside every mean."""


class EngineError(MeasurementError):
    """The engine gave no answer to a request."""


class EngineDown(EngineError):  # noqa: N818  # a state of the engine more than a kind of error
    """The engine refuses every request (wrong key, unknown model): asking again is pointless."""


class JudgeError(MeasurementError):
    """The judge gave no answer to a request."""


class SandboxError(MeasurementError):
    """The sandbox failed. Says nothing about the program that was to run in it."""
