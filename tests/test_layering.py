"""The project's own shape: layers, import weight, file sizes, docstrings."""

import ast
import subprocess
import sys

import pytest

from conftest import ROOT

PACKAGE = ROOT / "swallow_metrics"
HEAVY = (
    "torch",
    "vllm",
    "openai",
    "datasets",
    "sacrebleu",
    "scipy",
    "numpy",
    "janome",
    "nagisa",
    "sympy",
    "pandas",
    "rich",
)
FORBIDDEN = {  # a layer → what it must never import
    "datatypes.py": ("swallow_metrics",),
    "errors.py": ("swallow_metrics",),
    "foreign.py": ("swallow_metrics",),
    "extraction": (
        "pytest",
        "engines",
        "datasets",
        "judge",
        "sandbox",
        "plugin",
        "report",
        "gate",
        "pipeline",
        "workers",
    ),
    "metrics": ("pytest", "engines", "datasets", "judge", "sandbox", "plugin", "report", "gate", "pipeline"),
    "workers": ("pytest", "engines", "datasets", "judge", "sandbox", "plugin", "report", "gate", "pipeline"),
    "datasets": ("pytest", "engines", "sandbox", "metrics", "plugin", "report", "gate", "pipeline"),
    "sandbox": ("pytest", "engines", "datasets", "metrics", "plugin", "report", "gate", "pipeline"),
    "engines": ("pytest", "datasets", "sandbox", "metrics", "plugin", "report", "gate"),
    "pipeline": ("pytest", "plugin", "engines.openai", "engines.vllm", "engines.replay", "engines.fake", "datasets"),
    "judge": ("pytest", "plugin", "engines.openai", "engines.vllm", "engines.replay", "engines.fake", "datasets"),
    "report": ("pytest", "engines", "plugin"),
    "gate": ("pytest", "engines", "plugin"),
}


def imports(path):
    """Every module that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def files_of(layer):
    path = PACKAGE / layer
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_layers(layer):
    """No layer imports what stands above or beside it."""
    assert files_of(layer)
    for path in files_of(layer):
        for module in imports(path):
            for forbidden in FORBIDDEN[layer]:
                full = forbidden if forbidden in ("pytest", "swallow_metrics") else f"swallow_metrics.{forbidden}"
                assert module != full and not module.startswith(f"{full}."), f"{path} imports {module}"


def test_only_the_plugin_imports_pytest():
    """Everything else is usable without pytest."""
    for path in PACKAGE.rglob("*.py"):
        if "plugin" not in path.parts:
            assert not any(module.split(".")[0] == "pytest" for module in imports(path)), path


def test_benchmarks_import_no_engine_and_no_other_benchmark():
    """A benchmark is dataset, sample and scores; nothing about how answers come to be."""
    for path in (ROOT / "benchmarks").glob("test_*.py"):
        for module in imports(path):
            assert not module.startswith(("benchmarks", "test_")), f"{path} imports {module}"
            for layer in ("plugin", "engines", "report", "gate"):
                assert not module.startswith(f"swallow_metrics.{layer}"), f"{path} imports {module}"


@pytest.mark.parametrize(
    "statement",
    ["import swallow_metrics", "import swallow_metrics.plugin, swallow_metrics.plugin.options",
     "import pytest; pytest.main(['-q', '-p', 'no:cacheprovider', '-p', 'no:anyio', 'nothing_here.py'])"],
)  # fmt: skip
def test_import_weight(statement, tmp_path):
    """Neither the package nor the plugin in an unrelated run imports anything heavy."""
    (tmp_path / "nothing_here.py").write_text("def test_nothing(): pass")
    code = f"{statement}\nimport sys\nprint('HEAVY', *[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "HEAVY"


def test_benchmark_modules_collect(tmp_path):
    """Every benchmark's questions have unique ids, and every module a docstring that names its dataset."""
    for path in (ROOT / "benchmarks").glob("test_*.py"):
        docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        assert "https://huggingface.co/datasets/" in docstring, path
    command = [sys.executable, "-m", "pytest", "benchmarks", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    ids = [line for line in done.stdout.splitlines() if "::" in line]
    assert len(ids) == len(set(ids)) > 30
