"""The project's own shape: layers, import weight, file sizes, docstrings."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest

from places import ROOT

PACKAGE = ROOT / "swallow_metrics"
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
HEAVY = (
    "torch",
    "vllm",
    "aiohttp",
    "datasets",
    "sacrebleu",
    "scipy",
    "numpy",
    "janome",
    "nagisa",
    "sympy",
    "pandas",
    "rich",
    "nltk",
    "syllapy",
)


def imports(path):
    """Every module, and every name of a module, that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(path):
    """The package of ours that a file belongs to: the first name below swallow_metrics, or benchmarks."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py") if path.is_relative_to(PACKAGE) else "benchmarks"


def module_of(path):
    """A file's name where it is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported():
    """Package → the packages of ours that it imports, also inside functions."""
    found = {}
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]:
        own = package_of(path)
        names = {module.split(".")[1] for module in imports(path) if module.startswith("swallow_metrics.")}
        found.setdefault(own, set()).update(names - {own})
    return found


def table():
    """Package → what it may import, by the table in docs/architecture.md, in its order."""
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*) ?\|$", ARCHITECTURE, re.MULTILINE)
    return {name: set(filter(None, allowed.strip().split(", "))) for name, allowed in rows}


def test_packages_import_what_the_table_says():
    """Package by package: all of it, and nothing else."""
    found = {name: names for name, names in imported().items() if name not in ("__init__", "__main__")}
    wrong = {name: (table().get(name), names) for name, names in found.items() if table().get(name) != names}
    assert not wrong, "correct the row in docs/architecture.md if the import is right, else move the code"
    assert found.keys() == table().keys()


def test_no_circles():
    """A row names only packages of rows above it."""
    above = set()
    for name, allowed in table().items():
        assert allowed <= above, f"{name} imports {allowed - above}, which is not above it"
        above.add(name)


def test_no_circles_of_files():
    """Also inside a package, and also where a file is imported for its types alone, every file can be read first."""
    files = {module_of(path): path for path in PACKAGE.rglob("*.py")}
    needs = {
        name: {each if each in files else each.rpartition(".")[0] for each in imports(path)} & files.keys() - {name}
        for name, path in files.items()
    }
    assert sum(map(len, needs.values())) > 500
    tuple(TopologicalSorter(needs).static_order())  # raises CycleError


def test_the_pictures_arrows_are_imports():
    """Who hands something to another package imports it, or is imported by it to be asked for it."""
    picture = ARCHITECTURE.split("```")[1]
    rows, names = table(), "|".join(table())
    arrows = [
        arrow
        for line in picture.splitlines()
        for arrow in re.findall(rf"\b({names})\b(?=[ ─]*(?:[A-Za-z]+)?[ ─]*▶ *\b({names})\b)", line)
    ]
    assert len(arrows) >= 8
    for one, other in arrows:
        assert other in rows[one] or one in rows[other], f"{one} → {other}"


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


def test_test_modules_have_names_of_their_own():
    """Pytest imports them by their names: two of one name stop the whole suite."""
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name not in ("conftest.py", "__init__.py")]
    assert sorted(set(names)) == sorted(names)
