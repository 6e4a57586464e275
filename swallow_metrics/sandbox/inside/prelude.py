"""The names every program may use without importing them (CO-7), and the limits set for it (CO-7, CO-13)."""

from __future__ import annotations

import builtins
import os
import random
import sys
import types
from _sitebuiltins import Quitter
from contextlib import suppress
from importlib import import_module

from . import linux

STARRED = (
    "string re datetime collections heapq bisect copy math random statistics itertools functools operator io sys "
    "json builtins typing"
).split()
PLAIN = tuple(name for name in STARRED if name not in ("builtins", "typing"))
RECURSION_LIMIT = 50_000
DIGITS_LIMIT = 50_000

# What solutions import besides, as far as it is small: every mapped page makes every fork slower.
COMMON = "abc array contextlib dataclasses decimal enum fractions numbers time types".split()

MODULE = "tmp_sol"  # CO-8
_SEED = 0


def make_module(further: list[str]) -> types.ModuleType:
    """Set this interpreter up as programs expect it, and make the module they are loaded into.

    `further` are modules to load besides (numpy), which costs a program nothing then.
    """
    vars(builtins).update(exit=Quitter("exit", "Ctrl-D (i.e. EOF)"), quit=None, help=None)  # site is not loaded
    sys.setrecursionlimit(RECURSION_LIMIT)
    sys.set_int_max_str_digits(DIGITS_LIMIT)
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # a process with threads cannot be forked safely
    for name in [*STARRED, *COMMON, *further]:
        with suppress(ImportError):  # one of `further` that is not installed: programs find out themselves
            import_module(name)
    os.environ.clear()
    random.seed(_SEED)  # children are not seeded anew (`start`): every program draws the same numbers
    if linux.LINUX:
        linux.few_arenas()
    module = types.ModuleType(MODULE)
    for name in STARRED:
        exec(f"from {name} import *", vars(module))  # noqa: S102  # a fixed list; `*` has no other spelling here
    vars(module).update({name: import_module(name) for name in PLAIN})
    return module  # in `sys.modules` it is not, as in the reference: quoted annotations of a dataclass then fail
