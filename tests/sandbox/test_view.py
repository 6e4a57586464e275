"""What a program finds of the file system: Python and its packages wherever they are installed, and little room."""

import tempfile
from pathlib import Path

import pytest

from running import started
from swallow_metrics.sandbox import CheckTests, Limits, Submission, paths
from swallow_metrics.sandbox.inside.namespaces import Source, scratch_folder

LEVELS = ("full", "no-namespaces", "no-landlock")


def test_the_working_folder_is_where_it_hides_nothing():
    """A mount hides what is below it, so it is made where neither Python nor a package lies."""
    assert scratch_folder([Source("/usr", -1), Source("/tmpfs/python", -1)]) == "/tmp"
    assert scratch_folder([Source("/tmp/venv/lib", -1), Source("/usr", -1)]) == "/scratch"
    assert scratch_folder([Source("/scratch/venv", -1), Source("/tmp", -1)]) == "/swallow-scratch"


@pytest.mark.parametrize("level", LEVELS)
def test_packages_in_the_temporary_folder_can_be_imported(level, monkeypatch):
    """An environment below `/tmp` is as good as any other, also for what is imported late."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        Path(folder, "installed_here.py").write_text("ANSWER = 42\n")
        library = paths.library()
        monkeypatch.setattr(paths, "library", lambda: [*library, folder])
        with started(level) as sandbox:
            tests = CheckTests("f", "def check(candidate):\n    assert candidate() == 42\n")
            outcome = sandbox.run(
                Submission("def f():\n    import installed_here\n    return installed_here.ANSWER", tests)
            )
            assert outcome.passed, outcome


@pytest.mark.parametrize("level", LEVELS)
def test_empty_files_count_as_well(level):
    """Each takes memory of the kernel: their number is bounded by the folder's size."""
    program = (
        "import os\ndef f():\n    n = 0\n    try:\n        while n < 100_000:\n"
        "            os.close(os.open(str(n), os.O_CREAT))\n            n += 1\n"
        "    except OSError:\n        pass\n    return n"
    )
    tests = CheckTests("f", "def check(candidate):\n    assert candidate() < 1000\n")
    with started(level, limits=Limits(scratch=1 << 20)) as sandbox:
        outcome = sandbox.run(Submission(program, tests, 5.0))
        assert outcome.passed or "folder" in outcome.detail, outcome
        assert sandbox.run(Submission("import os\ndef f(): return len(os.listdir())", tests)).passed
