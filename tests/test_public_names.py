"""`from swallow_metrics import …`: what a benchmark outside of this project is written with."""

import ast
import subprocess
import sys

import pytest

import swallow_metrics
from places import ROOT


def test_the_list_is_sorted_and_every_name_is_there():
    """As in every well-kept package: capitals first, each once."""
    assert swallow_metrics.__all__ == sorted(set(swallow_metrics.__all__))
    for name in swallow_metrics.__all__:
        assert getattr(swallow_metrics, name).__name__ == name
        assert name in dir(swallow_metrics)


def test_type_checkers_see_the_same_names():
    """What is imported for them, what is imported at run time, and the list are one set."""
    tree = ast.parse((ROOT / "swallow_metrics/__init__.py").read_text("utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {alias.name: node.module for node in guarded.body for alias in node.names}
    assert sorted(typed) == swallow_metrics.__all__
    assert {name: f"swallow_metrics.{module}" for name, module in swallow_metrics._HOME.items()} == typed


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Benchmrk'"):
        swallow_metrics.Benchmrk  # noqa: B018


def test_the_names_bring_nothing_heavy():
    """All of them together import no library beside orjson."""
    code = (
        "import sys; before = set(sys.modules); from swallow_metrics import *; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert set(done.stdout.split()) <= {"orjson", "swallow_metrics"}
